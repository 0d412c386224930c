"""How much a descriptor may hold."""

from __future__ import annotations

MAX_BYTES = 1024**2
MAX_DEPTH = 20
MAX_RESOURCES = 1000
MAX_FIELDS = 16_384
MAX_NAME = 100
MAX_LINE = 2000
MAX_PATTERN = 1000
LISTED = 500  # problems in one descriptor; after so many the rest is not worth the work
