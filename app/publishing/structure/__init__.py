"""Finds the tables in a file as people laid it out: where names stand, what is data, and what only stands around it."""
