"""What exists: datasets, their versions and resources, and their life cycle."""
