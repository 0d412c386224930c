"""Identifiers: permanent ids that sort by time, and secrets for tokens and links."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid


def new_id() -> str:
    """Make a UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_secret() -> str:
    """Make 256 random bits, written URL-safe."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Hash a high-entropy secret for storage: SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
