"""How rows are read."""
