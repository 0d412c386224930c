"""How well data can be read by machines, and how good it is: rules, scores, and the places behind them."""
