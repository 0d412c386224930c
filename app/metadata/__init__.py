"""How data is described: one record, many formats."""
