"""The Model Context Protocol, by its official library; nothing else here knows it."""
