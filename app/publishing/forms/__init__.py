"""How values are written: one module per kind of value, pure functions of single words."""
