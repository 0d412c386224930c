"""Others verify what the portal signs: PyJWT, jwcrypto, joserfc, and Node.js with JavaScript's own canonical form."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from app.query.signing import Signing

DOCUMENT = {
    "表": "人口\u2028\U00020bb7\r",
    "numbers": [0.1, -0.0, 1e21, 1e-7, 5e-324, 2**53 - 1, 2**60, Decimal("0.10"), Decimal("123456789012345678.9")],
    "\ufb33": 1,
    "\U0001f600": 2,
    "null": None,
}


def with_pyjwt(jws: str, payload: bytes, key: dict[str, str]) -> None:
    jwt = pytest.importorskip("jwt", reason="PyJWT is not installed")
    jwt.api_jws.PyJWS().decode_complete(jws, key=jwt.PyJWK(key), algorithms=["EdDSA"], detached_payload=payload)


def with_jwcrypto(jws: str, payload: bytes, key: dict[str, str]) -> None:
    jwk = pytest.importorskip("jwcrypto.jwk", reason="jwcrypto is not installed")
    token = pytest.importorskip("jwcrypto.jws").JWS()
    token.deserialize(jws)
    token.verify(jwk.JWK(**key), detached_payload=payload)
    assert token.is_valid


def with_joserfc(jws: str, payload: bytes, key: dict[str, str]) -> None:
    joserfc = pytest.importorskip("joserfc.jws", reason="joserfc is not installed")
    own = pytest.importorskip("joserfc.jwk").OKPKey.import_key(key)
    registry = joserfc.JWSRegistry(algorithms=["EdDSA"], strict_check_header=False)
    joserfc.deserialize_compact(jws, own, payload=payload, registry=registry)


SCRIPT = Path(__file__).with_name("signature.mjs")
VERIFIERS = [with_pyjwt, with_jwcrypto, with_joserfc]


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path / "keys", "https://portal.example")


@pytest.mark.parametrize("verify", VERIFIERS)
def test_a_signed_answer_is_verified(signing: Signing, verify: Callable[..., None]) -> None:
    received = json.loads(json.dumps(signing.sign(DOCUMENT)))
    signature = received.pop("signature")
    verify(signature, rfc8785.dumps(received), key_of(signing))


@pytest.mark.parametrize("verify", VERIFIERS)
def test_a_changed_answer_is_not(signing: Signing, verify: Callable[..., None]) -> None:
    received = signing.sign(DOCUMENT) | {"null": 0}
    signature = received.pop("signature")
    with pytest.raises(Exception, match=r"(?i)signature|verification"):
        verify(signature, rfc8785.dumps(received), key_of(signing))


def key_of(signing: Signing) -> dict[str, Any]:
    return signing.public()["keys"][0]


@pytest.mark.parametrize(("changes", "said"), [({}, "true"), ({"null": 0}, "false")])
def test_javascript_agrees(signing: Signing, tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    if not (node := shutil.which("node")):
        pytest.skip("Node.js is not installed")
    answer, keys = tmp_path / "answer.json", tmp_path / "keys.json"
    answer.write_text(json.dumps(signing.sign(DOCUMENT) | changes), encoding="utf-8")
    keys.write_text(json.dumps(signing.public()), encoding="utf-8")
    ran = subprocess.run([node, SCRIPT, answer, keys], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == said
