"""The keys that answers are signed with: made at first use, kept in the data folder, only their owner may read them.

A key is a JSON Web Key (RFC 8037) in a file of its own; the newest signs. The others stay without their secret part,
so that what they signed can be verified for ever and nobody can sign with them any more.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.kernel.errors import Misconfigured
from app.kernel.text import Text

_FILE = re.compile(r"[0-9]{6}\.json")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and its id, the thumbprint of RFC 7638."""

    kid: str
    private: Ed25519PrivateKey


class SigningKeys:
    """The keys of a portal in a folder. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self) -> SigningKey:
        """Answer the key that signs, made where there is none. Raises `Misconfigured` for a file that holds no key."""
        files = self._files()
        if not files:
            self._add(1)
            files = self._files()
        newest = files[-1]
        kept = _read(newest)
        if "d" not in kept:
            raise _broken(newest)
        try:
            private = Ed25519PrivateKey.from_private_bytes(unpadded(kept["d"]))
        except (ValueError, TypeError) as error:
            raise _broken(newest) from error
        if padless(private.public_key().public_bytes_raw()) != kept["x"]:
            raise _broken(newest)
        return SigningKey(thumbprint(kept), private)

    def public(self) -> dict[str, list[dict[str, str]]]:
        """Answer the public keys that there are as a JWK Set (RFC 7517, 5), the one that signs first."""
        return {"keys": [_public(_read(path)) for path in reversed(self._files())]}

    def rotate(self) -> str:
        """Sign with a new key from now on, forget the secret part of those before, and answer the new one's id."""
        self.current()
        before = self._files()
        self._add(int(before[-1].stem) + 1)
        for path in before:
            _replace(path, _public(_read(path)))
        return self.current().kid

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if _FILE.fullmatch(path.name))

    def _add(self, number: int) -> None:
        """Make a key aside and link it into place whole: of several processes one wins, and all read its key."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate()
        key = {"kty": "OKP", "crv": "Ed25519", "x": padless(made.public_key().public_bytes_raw())}
        key["d"] = padless(made.private_bytes_raw())
        with tempfile.NamedTemporaryFile("w", dir=self._folder) as file:  # only the owner may read such a file
            _write(file, key)
            with contextlib.suppress(FileExistsError):
                os.link(file.name, self._folder / f"{number:06}.json")


def thumbprint(key: dict[str, Any]) -> str:
    """Answer a key's id: the hash of what makes it, its members in their order (RFC 7638, 3; RFC 8037, 2)."""
    made = {name: key[name] for name in ("crv", "kty", "x")}
    return padless(hashlib.sha256(json.dumps(made, separators=(",", ":"), sort_keys=True).encode()).digest())


def padless(content: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unpadded(text: str) -> bytes:
    """Read what `padless` wrote, and nothing else. Raises `ValueError`."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Some last letters differ in bits that stand for nothing: one signature has one way to be written.
    if padless(content) != text:
        raise ValueError(text)
    return content


def _public(key: dict[str, Any]) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": str(key["x"]), "kid": thumbprint(key), "use": "sig"}


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _broken(path) from error
    if (
        not isinstance(kept, dict)
        or (kept.get("kty"), kept.get("crv")) != ("OKP", "Ed25519")
        or not isinstance(kept.get("x"), str)
    ):
        raise _broken(path)
    return kept


def _replace(path: Path, key: dict[str, str]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        _write(file, key)
    Path(file.name).replace(path)


def _write(file: Any, key: dict[str, str]) -> None:
    json.dump(key, file)
    file.flush()
    os.fsync(file.fileno())


def _broken(path: Path) -> Misconfigured:
    return Misconfigured(
        Text(
            f"{path} の署名鍵を使えません。バックアップから戻してください。",
            f"The signing key in {path} cannot be used. Restore it from a backup.",
        )
    )
