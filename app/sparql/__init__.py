"""Questions to everything that the catalogue says, in SPARQL 1.1."""
