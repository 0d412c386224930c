"""REST for developers."""
