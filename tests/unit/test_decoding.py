"""Encodings are proved, not guessed."""

from pathlib import Path

import pytest

from app.kernel.report import Findings, Problem
from app.publishing.decoding import LONGEST_LINE, Encoding, codec_of, find_encoding
from app.publishing.remarks import Remarks

JAPANESE = "名称,所在地\n市役所,東京都新宿区西新宿\nデータ,髙島屋①\n"


def found(tmp_path: Path, content: bytes, declared: str = "") -> tuple[Encoding | None, list[Problem]]:
    source = tmp_path / "source"
    source.write_bytes(content)
    findings = Findings()
    return find_encoding(source, declared, Remarks(findings, "a.csv", "a")), findings.problems


@pytest.mark.parametrize(
    ("content", "name", "codec"),
    [
        (JAPANESE.encode(), "utf-8", "utf-8"),
        (JAPANESE.encode("utf-8-sig"), "utf-8", "utf-8-sig"),
        (JAPANESE.encode("utf-16"), "utf-16", "utf-16"),
        (JAPANESE.encode("cp932"), "cp932", "cp932"),
        ("名称\n日本\n".encode("iso2022_jp"), "iso2022_jp", "iso2022_jp_ext"),
        ("名称,漢字\n日本語の文書です,東京都庁舎\n".encode("euc_jp"), "euc_jp", "euc_jp"),
        (b"a,b\n1,2\n", "utf-8", "utf-8"),
        (b"", "utf-8", "utf-8"),
    ],
)
def test_an_undeclared_encoding_is_found_by_strict_trial(tmp_path: Path, content: bytes, name: str, codec: str) -> None:
    encoding, problems = found(tmp_path, content)
    assert encoding == Encoding(name, codec)
    assert problems == []


def test_half_width_kana_in_windows_files_are_no_reason_for_doubt(tmp_path: Path) -> None:
    encoding, _ = found(tmp_path, "名称,ｶﾅ\n区役所,ｸﾔｸｼｮ\n".encode("cp932"))
    assert encoding is not None
    assert encoding.name == "cp932"


def test_a_file_that_two_encodings_can_read_is_asked_about(tmp_path: Path) -> None:
    encoding, problems = found(tmp_path, "ひらがな\n".encode("euc_jp"))
    assert encoding is None
    assert problems[0].code == "encoding-ambiguous"
    assert "euc_jp" in problems[0].message.en


def test_western_text_is_not_taken_for_japanese(tmp_path: Path) -> None:
    encoding, problems = found(tmp_path, "name\nQuébec\nMontréal\n".encode("cp1252"))
    assert encoding is None
    assert problems[0].code == "encoding-ambiguous"


def test_a_declared_encoding_settles_what_is_ambiguous(tmp_path: Path) -> None:
    encoding, problems = found(tmp_path, "ひらがな\n".encode("euc_jp"), "EUC-JP")
    assert encoding is not None
    assert encoding.codec == "euc_jp"
    assert problems == []


def test_a_wrong_declaration_is_reported_with_its_line(tmp_path: Path) -> None:
    encoding, problems = found(tmp_path, b"a,b\n1,2\n3,\x82\xa0\n", "utf-8")
    assert encoding is None
    assert (problems[0].code, problems[0].row) == ("encoding-error", 3)


def test_bytes_that_no_encoding_knows_are_reported_with_their_line(tmp_path: Path) -> None:
    encoding, problems = found(tmp_path, b"a\nb\n\x81 \x81\n")
    assert encoding is None
    assert (problems[0].code, problems[0].row) == ("encoding-not-found", 3)


def test_the_line_is_right_beyond_the_first_piece(tmp_path: Path) -> None:
    content = b"x" * 99 + b"\n"
    _, problems = found(tmp_path, content * 10_000 + b"\xff\n", "utf-8")
    assert problems[0].row == 10_001


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("Shift_JIS", "cp932"),
        ("sjis", "cp932"),
        ("Windows-31J", "cp932"),
        ("x-sjis", "cp932"),
        ("utf8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("EUC-JP", "euc_jp"),
        ("latin1", "iso8859-1"),
        ("us-ascii", "utf-8"),
        ("base64", None),
        ("rot13", None),
        ("idna", None),
        ("unicode_escape", None),
        ("no-such-thing", None),
        ("../utf-8", None),
    ],
)
def test_labels_are_normalised_and_only_text_encodings_known(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_an_unknown_label_is_reported(tmp_path: Path) -> None:
    _, problems = found(tmp_path, b"a\n", "klingon")
    assert problems[0].code == "unknown-encoding"


def test_a_declared_mark_less_name_takes_the_mark_off(tmp_path: Path) -> None:
    encoding, _ = found(tmp_path, b"\xef\xbb\xbfa\n", "utf-8")
    assert encoding is not None
    assert encoding.codec == "utf-8-sig"


def test_nul_is_reported_with_its_line(tmp_path: Path) -> None:
    _, problems = found(tmp_path, b"a,b\n1,\x002\n")
    assert (problems[0].code, problems[0].row) == ("nul-byte", 2)


def test_a_line_of_the_longest_length_is_taken_and_one_more_is_not(tmp_path: Path) -> None:
    fits, _ = found(tmp_path, b"a\n" + b"x" * LONGEST_LINE + b"\n")
    _, problems = found(tmp_path, b"a\n" + b"x" * (LONGEST_LINE + 1) + b"\n")
    assert fits is not None
    assert (problems[0].code, problems[0].row) == ("line-too-long", 2)
