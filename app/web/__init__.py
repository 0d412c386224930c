"""The faces over HTTP, the only band that knows Flask."""
