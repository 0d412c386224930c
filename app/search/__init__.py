"""How data is found."""
