"""Signed answers: anybody can show later, without asking us, that the portal said this and nothing else.

An answer's `signature` is a detached JWS (RFC 7515, appendix F) with an unencoded payload (RFC 7797), made with Ed25519
(RFC 8037). The payload is the answer without `signature` in the canonical form of RFC 8785. That form knows numbers as
doubles only, so a signed answer is I-JSON (RFC 7493, 2.2): a number that no double holds is written as text.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.query.signing_keys import SigningKeys, padless, thumbprint, unpadded

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = "signature"
# "EdDSA" is what every library knows; RFC 9864 calls the same "Ed25519".
ALGORITHM = "EdDSA"
ALGORITHMS = (ALGORITHM, "Ed25519")
GREATEST = 2**53 - 1
LONGEST_SIGNATURE = 4000


class Signing:
    """Signs answers in a portal's name; `issuer` is its address."""

    def __init__(self, folder: Path, issuer: str) -> None:
        self.keys = SigningKeys(folder)
        self._issuer = issuer

    def public(self) -> dict[str, list[dict[str, str]]]:
        """Answer the keys that answers can be verified with as a JWK Set. One is made where there is none."""
        self.keys.current()
        return self.keys.public()

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        """Answer the document as I-JSON of plain values, with its `signature`."""
        signed = plain({name: value for name, value in document.items() if name != MEMBER})
        key = self.keys.current()
        header: dict[str, Any] = {"alg": ALGORITHM, "b64": False, "crit": ["b64"], "iss": self._issuer, "kid": key.kid}
        protected = padless(rfc8785.dumps(header))
        signature = key.private.sign(f"{protected}.".encode() + rfc8785.dumps(signed))
        return {**signed, MEMBER: f"{protected}..{padless(signature)}"}


def plain(document: Any) -> Any:
    """Write records, times and numbers as the values that I-JSON has: what no double holds becomes text."""
    return _plain(msgspec.to_builtins(document, builtin_types=(Decimal,), str_keys=True))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= GREATEST else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _number(value: Decimal) -> Any:
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        return int(value) if abs(value) <= GREATEST else format(value, "f")
    double = float(value)
    return double if Decimal(repr(double)) == value else format(value, "f")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a signature is worth. `kid` and `issuer` are as the signature says, empty where there is none to read."""

    valid: bool
    reason: Text
    kid: str = ""
    issuer: str = ""


def verify(content: bytes, keys: dict[str, Any]) -> Verdict:
    """Say whether a JSON document was signed with one of the keys (a JWK Set) and is as it was signed.

    Raises `BadRequest` for keys that are no JWK Set. Keys are taken from nowhere else, whatever the document says.
    """
    known = public_keys(keys)
    try:
        document = _parsed(content)
        canonical = rfc8785.dumps({name: value for name, value in document.items() if name != MEMBER})
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return _invalid(Text("I-JSON の文書ではありません。", "This is no I-JSON document."))
    jws = document.get(MEMBER)
    if not isinstance(jws, str):
        return _invalid(Text("署名がありません。", "There is no signature."))
    return _verdict(jws, canonical, known)


def _verdict(jws: str, canonical: bytes, known: dict[str, Ed25519PublicKey]) -> Verdict:
    try:
        protected, empty, signature = jws[: LONGEST_SIGNATURE + 1].split(".")
        header, signed = _parsed(unpadded(protected)), unpadded(signature)
    except (ValueError, RecursionError):
        return _invalid(Text("署名の形が違います。", "The signature cannot be read."))
    kid, issuer = str(header.get("kid", ""))[:200], str(header.get("iss", ""))[:200]
    form = (header.get("alg") in ALGORITHMS, header.get("b64") is False, header.get("crit") == ["b64"], not empty)
    if not all(form) or len(jws) > LONGEST_SIGNATURE:
        return _invalid(Text("この種類の署名は扱えません。", "This kind of signature is not known."), kid, issuer)
    if kid not in known:
        reason = Text("渡された鍵の中に、署名した鍵がありません。", "The key that signed is none of the given ones.")
        return _invalid(reason, kid, issuer)
    try:
        known[kid].verify(signed, f"{protected}.".encode() + canonical)
    except InvalidSignature:
        reason = Text("署名が合いません。署名の後に変えられています。", "The signature does not fit: this was changed.")
        return _invalid(reason, kid, issuer)
    return Verdict(valid=True, reason=Text("署名は有効です。", "The signature is valid."), kid=kid, issuer=issuer)


def _invalid(reason: Text, kid: str = "", issuer: str = "") -> Verdict:
    return Verdict(valid=False, reason=reason, kid=kid, issuer=issuer)


def public_keys(keys: Any) -> dict[str, Ed25519PublicKey]:
    """Read the Ed25519 keys of a JWK Set by their thumbprints, whatever ids they claim. Raises `BadRequest`."""
    listed = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(listed, list):
        raise BadRequest(Text("JWK Set ではありません。", "This is no JWK Set."))
    found = {}
    for key in listed:
        if isinstance(key, dict) and (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519"):
            try:
                found[thumbprint(key)] = Ed25519PublicKey.from_public_bytes(unpadded(key["x"]))
            except (ValueError, TypeError, KeyError):
                raise BadRequest(Text("読めない鍵があります。", "A key cannot be read.")) from None
    return found


def _parsed(content: bytes) -> dict[str, Any]:
    """Read JSON that has one meaning only: no name twice, no number that readers could take for different ones."""
    document = json.loads(
        content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse, parse_int=_integer, parse_float=_float
    )
    if not isinstance(document, dict):
        raise ValueError(type(document))  # noqa: TRY004 - what is wrong is the text
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(len(pairs))
    return found


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _integer(written: str) -> int | float:
    """Read a whole number. Some write a great double without an exponent: it must be that double."""
    number = int(written)
    if abs(number) <= GREATEST:
        return number
    double = float(written)
    if not math.isfinite(double) or int(double) != number:
        raise ValueError(written)
    return double


def _float(written: str) -> float:
    double = float(written)
    if not math.isfinite(double):
        raise ValueError(written)
    return double
