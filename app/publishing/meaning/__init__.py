"""What the columns of a table are about, from their names and their words together."""
