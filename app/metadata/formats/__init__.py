"""One module for each metadata format; they do not know each other."""
