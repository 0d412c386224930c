"""A signed answer is verified as long as nobody changed it, and keys are as safe as a file can be."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from app.kernel.errors import BadRequest, Misconfigured
from app.kernel.text import Text
from app.query.signing import Signing, plain, verify
from app.query.signing_keys import SigningKeys, padless, unpadded
from tests.factories import make_portal

ISSUER = "https://portal.example"
ANSWER = {"名": "千代田区", "n": 1.5, "title": Text("表", "Table"), "rows": [{"a": None, "b": True}]}


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path / "keys", ISSUER)


def sent(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def test_an_answer_as_it_was_signed_is_valid_and_says_by_whom(signing: Signing) -> None:
    verdict = verify(sent(signing.sign(ANSWER)), signing.public())
    assert (verdict.valid, verdict.issuer) == (True, ISSUER)
    assert verdict.kid == signing.public()["keys"][0]["kid"]


def test_another_order_and_other_blanks_are_the_same_answer(signing: Signing) -> None:
    signed = signing.sign(ANSWER)
    turned = json.dumps(dict(reversed(signed.items())), indent=3).encode()
    assert verify(turned, signing.public()).valid


@pytest.mark.parametrize(
    "change",
    [
        {"n": 1.6},
        {"n": "1.5"},
        {"more": 1},
        {"rows": []},
        {"signature": None},
        {"signature": ".."},
        {"signature": "é.."},
        {"signature": "e30..AA"},
        {"signature": "x" * 10_000},
        {"signature": ["a"]},
    ],
)
def test_a_changed_answer_is_not_valid(signing: Signing, change: dict[str, Any]) -> None:
    assert not verify(sent(signing.sign(ANSWER) | change), signing.public()).valid


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": ["EdDSA"]},
        {"crit": ["b64", "exp"]},
        {"b64": True},
        {"kid": "other"},
        {"jwk": {"kty": "OKP"}, "kid": ["x"]},
    ],
)
def test_a_signature_of_another_kind_is_not_valid(signing: Signing, header: dict[str, Any]) -> None:
    signed = signing.sign(ANSWER)
    protected, _, signature = signed["signature"].split(".")
    other = padless(rfc8785.dumps(json.loads(unpadded(protected)) | header))
    assert not verify(sent(signed | {"signature": f"{other}..{signature}"}), signing.public()).valid


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":9007199254740993}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
    ],
)
def test_what_has_no_one_meaning_is_not_valid(signing: Signing, content: bytes) -> None:
    verdict = verify(content, signing.public())
    assert not verdict.valid
    assert "I-JSON" in verdict.reason.en


def test_a_number_may_be_written_in_full_by_who_passes_it_on(signing: Signing) -> None:
    signed = json.dumps(signing.sign({"n": 1e22})).replace("1e+22", "10000000000000000000000")
    assert verify(signed.encode(), signing.public()).valid
    assert not verify(signed.replace("0}", "1}").replace("000,", "001,").encode(), signing.public()).valid


def test_a_number_that_no_double_holds_is_written_as_text() -> None:
    numbers = [2**53 - 1, 2**53, Decimal("0.10"), Decimal("0.1000000000000000055"), Decimal(10**20), float("inf")]
    assert plain(numbers) == [2**53 - 1, "9007199254740992", 0.1, "0.1000000000000000055", "1" + "0" * 20, None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
SAMPLE = st.dictionaries(st.text(max_size=3), JSON, max_size=3)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Signing:
    return Signing(tmp_path_factory.mktemp("keys"), ISSUER)


@settings(max_examples=60, deadline=None)
@given(SAMPLE)
def test_whatever_can_be_answered_can_be_signed_and_verified(shared: Signing, document: dict[str, Any]) -> None:
    assert verify(sent(shared.sign(document)), shared.public()).valid


def test_the_key_is_its_owners_alone(signing: Signing, tmp_path: Path) -> None:
    signing.sign({})
    files = list((tmp_path / "keys").iterdir())
    assert [path.stat().st_mode & 0o777 for path in [*files, tmp_path / "keys"]] == [0o600, 0o700]
    assert not any("d" in key for key in signing.public()["keys"])


def test_a_key_is_known_by_its_thumbprint() -> None:
    # The example of RFC 8037, appendix A.3.
    from app.query.signing_keys import thumbprint

    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_after_a_rotation_old_answers_stay_valid_and_the_old_key_cannot_sign(signing: Signing, tmp_path: Path) -> None:
    old = signing.sign(ANSWER)
    kid = signing.keys.rotate()
    new = signing.sign(ANSWER)
    public = signing.public()
    assert [key["kid"] for key in public["keys"]] == [kid, verify(sent(old), public).kid]
    assert verify(sent(old), public).valid
    assert verify(sent(new), public).kid == kid
    assert sum('"d"' in path.read_text() for path in (tmp_path / "keys").iterdir()) == 1


def test_several_at_once_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        kids = set(pool.map(lambda _: SigningKeys(tmp_path / "keys").current().kid, range(16)))
    assert len(kids) == 1


@pytest.mark.parametrize(
    "content", ["", "{}", '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}', '{"crv":"Ed25519","x":"AA"}', "[]"]
)
def test_a_broken_key_is_told_of(tmp_path: Path, content: str) -> None:
    (tmp_path / "000001.json").write_text(content)
    with pytest.raises(Misconfigured):
        Signing(tmp_path, ISSUER).sign({})


@pytest.mark.parametrize("keys", [None, [], {"keys": {}}, {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}])
def test_keys_that_are_none_are_told_of(keys: Any) -> None:
    with pytest.raises(BadRequest):
        verify(b"{}", keys)


def test_a_key_that_claims_anothers_id_verifies_nothing(signing: Signing, tmp_path: Path) -> None:
    signed = Signing(tmp_path / "other", ISSUER).sign(ANSWER)
    kid = verify(sent(signed), {"keys": []}).kid
    claimed = [key | {"kid": kid} for key in signing.public()["keys"]]
    assert not verify(sent(signed), {"keys": claimed}).valid


def test_the_command_says_who_signed_and_ends_with_1_for_a_changed_file(tmp_path: Path, signing: Signing) -> None:
    keys, good, bad = (tmp_path / name for name in ("keys.json", "good.json", "bad.json"))
    keys.write_text(json.dumps(signing.public()))
    good.write_bytes(sent(signing.sign(ANSWER)))
    bad.write_bytes(good.read_bytes().replace("千代田".encode(), "中央".encode()))
    run = CliRunner().invoke
    valid, changed = (run(main, ["verify", str(each), "--keys", str(keys)]) for each in (good, bad))
    assert (valid.exit_code, changed.exit_code) == (0, 1)
    assert f"署名者: {ISSUER}\nSigned by: {ISSUER}" in valid.output
    assert "署名が合いません" in changed.output
    assert f"Claims to be signed by: {ISSUER}" in changed.output


def test_the_command_cannot_be_made_to_move_the_cursor(tmp_path: Path) -> None:
    signed = Signing(tmp_path / "keys", "https://x\x1b[2J\nSigned by: y").sign({})
    (tmp_path / "a.json").write_bytes(sent(signed))
    (tmp_path / "k.json").write_text('{"keys":[]}')
    result = CliRunner().invoke(main, ["verify", str(tmp_path / "a.json"), "--keys", str(tmp_path / "k.json")])
    assert "https://x?[2J?Signed by: y" in result.output


def test_the_public_keys_are_where_programs_look(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    answer = portal.client().get("/.well-known/jwks.json")
    portal.close()
    assert answer.mimetype == "application/jwk-set+json"
    assert answer.json == portal.services.signing.public()
    assert base64.urlsafe_b64decode(answer.json["keys"][0]["x"] + "=").__len__() == 32


def test_a_secret_part_that_belongs_to_another_key_is_told_of(tmp_path: Path) -> None:
    for name in "ab":
        SigningKeys(tmp_path / name).current()
    one, other = (json.loads((tmp_path / name / "000001.json").read_text()) for name in "ab")
    (tmp_path / "a" / "000001.json").write_text(json.dumps(one | {"d": other["d"]}))
    with pytest.raises(Misconfigured):
        SigningKeys(tmp_path / "a").current()
