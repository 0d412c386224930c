"""A package is read as a whole: no table is lost, and every download has a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.publishing import ingest as reading
from app.publishing import resources
from app.publishing.ingested import Ingested, Question
from app.publishing.submission import Details
from tests.factories import package, zipped

WIDE = ",".join(f"c{number}" for number in range(300)) + "\n" + ",".join(["=1+1"] * 300) + "\n"
JAPANESE = "名称,数\n千代田区,1\n".encode("cp932")

Read = Callable[..., Ingested]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.chdir(tmp_path)

    def read_it(content: bytes, name: str = "package.zip", **more: Any) -> Ingested:
        (tmp_path / "upload").write_bytes(content)
        question = Question(str(tmp_path / "upload"), name, Details(), **more)
        return msgspec.convert(reading.ingest(msgspec.to_builtins(question)), Ingested)

    return read_it


def described(files: Mapping[str, str | bytes], **schemas: Any) -> bytes:
    resources = [
        {"name": path.replace("/", "-").partition(".")[0], "path": path}
        | ({"schema": schemas[path[0]]} if path[0] in schemas else {})
        for path in files
    ]
    return package(files, resources=resources)


def test_an_error_after_many_warnings_is_listed_and_refuses_the_package(read: Read) -> None:
    files = {"w1.csv": WIDE, "w2.csv": WIDE, "bad.csv": "n\nx\n"}
    answer = read(described(files, b={"fields": [{"name": "n", "type": "integer"}]}))
    assert not answer.report.valid
    assert answer.about is None
    assert [problem.code for problem in answer.report.errors] == ["type-error"]
    assert answer.report.omitted == 100


def test_a_resource_that_is_dropped_without_an_error_is_a_fault_of_ours(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_as_declared", lambda *_: False)
    with pytest.raises(RuntimeError, match="dropped without an error"):
        read(package())


def test_two_originals_of_one_name_get_names_apart(read: Read) -> None:
    answer = read(zipped({"a/data.csv": JAPANESE, "b/data.csv": JAPANESE}))
    assert [each.original.name for each in answer.resources if each.original] == ["data.csv", "data-2-data.csv"]


@pytest.mark.parametrize("second", ["b/readme.pdf", "b/README.PDF"])
def test_two_plain_files_of_one_name_get_names_apart(read: Read, second: str) -> None:
    answer = read(described({"a/readme.pdf": b"%PDF-1.7 a", second: b"%PDF-1.7 b"}))
    first, other = (each.file.name for each in answer.resources)
    assert first == "readme.pdf"
    assert other == f"{answer.resources[1].name}-{Path(second).name}"


def test_a_plain_file_leaves_a_table_its_names(read: Read) -> None:
    # The long s is a letter of its own in an ending, and no other than s where capitals do not count.
    answer = read(described({"a/t.c\u017fv": b"%PDF-1.7", "t.csv": "n\n1\n"}))
    plain, table = answer.resources
    assert table.file.name == "t.csv"
    assert plain.file.name == f"{plain.name}-t.c\u017fv"


def test_names_of_files_are_safe_in_addresses(read: Read) -> None:
    answer = read(package({"50% of #1.pdf": b"%PDF-1.7"}, resources=[{"name": "a", "path": "50% of #1.pdf"}]))
    assert answer.resources[0].file.name == "50- of -1.pdf"


def test_a_missing_reference_is_reported_by_its_line_in_the_file(read: Read) -> None:
    key = {"fields": ["p"], "reference": {"resource": "p", "fields": ["id"]}}
    child = {"fields": [{"name": "note", "type": "string"}, {"name": "p", "type": "string"}], "foreignKeys": [key]}
    answer = read(described({"p.csv": "id\nx\n", "child.csv": 'note,p\n"two\nlines",x\nb,y\n'}, c=child))
    assert [(each.code, each.file, each.row, each.value) for each in answer.report.errors] == [
        ("foreign-key", "child.csv", 4, "y")
    ]


def test_a_reader_that_may_share_says_how_and_reads_nothing_itself(read: Read) -> None:
    files = {"a.csv": "n\n1\n2\n3\n", "b.csv": "n\n1\n", "c.csv": "n\n2\n"}
    answer = read(described(files), processes=2, worth_sharing=1)
    assert answer.shares == ((0,), (1, 2))
    assert answer.resources == ()
    assert not answer.about
