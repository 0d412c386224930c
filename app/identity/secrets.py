"""Keyed hashes of sessions, links and tokens, and hashes of passwords.

Secrets we make have 256 random bits, so one fast keyed hash is enough; the key lives outside the database,
and a stolen copy of the database alone tells nothing. Passwords are people's, so they get argon2id.
"""

from __future__ import annotations

import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from app.kernel.errors import BadRequest
from app.kernel.ids import new_secret
from app.kernel.text import Text

TOKEN_PREFIX = "kkh_"  # noqa: S105 - the prefix that secret scanners look for
PASSWORD_LENGTH = 12
PASSWORD_LIMIT = 256
_HASHER = PasswordHasher()
# Checking a wrong address must take as long as checking a wrong password.
_NOBODY = _HASHER.hash("nobody")


class Secrets:
    """Makes secrets and recognises them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new_token(self) -> str:
        """Make an API token."""
        return TOKEN_PREFIX + new_secret()

    def fingerprint(self, secret: str) -> str:
        """Hash a secret of ours with the key: HMAC-SHA-256, hexadecimal."""
        return hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """Hash a password with argon2id. Raises `BadRequest` for one that is too short or too long."""
    if not PASSWORD_LENGTH <= len(password) <= PASSWORD_LIMIT:
        raise BadRequest(
            Text(
                f"パスワードは {PASSWORD_LENGTH} 文字以上 {PASSWORD_LIMIT} 文字以内にしてください。",
                f"A password has {PASSWORD_LENGTH} to {PASSWORD_LIMIT} characters.",
            )
        )
    return _HASHER.hash(_bytes(password))


def password_matches(password: str, password_hash: str | None) -> bool:
    """Compare a password with its hash; `None` (no such person, no password yet) never matches."""
    try:
        matches = _HASHER.verify(password_hash or _NOBODY, _bytes(password[: PASSWORD_LIMIT + 1]))
    except VerificationError:
        return False
    return matches and password_hash is not None


def _bytes(password: str) -> bytes:
    # A password is whatever its owner typed, half a surrogate pair included.
    return password.encode("utf-8", "surrogatepass")
