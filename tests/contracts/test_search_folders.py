"""What an engine in a folder must do besides: many processes share it, any of which may be killed, and disks fail."""

from __future__ import annotations

import os
import pickle
import resource
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from threading import Event
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import Unavailable
from app.search.clauses import Phrase, Term
from app.search.engine import Ask, Entry, Sort
from app.search.tantivy_engine import TantivyEngine
from app.search.whoosh_engine import WhooshEngine
from app.search.whoosh_engine.reading import Reading
from tests.contracts.test_search_engines import entry, ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

# One for each engine that keeps its index in a folder.
FOLDER_ENGINES = [TantivyEngine, WhooshEngine]

Open = type[TantivyEngine | WhooshEngine]


@pytest.fixture(params=FOLDER_ENGINES, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Open:
    opened: Open = request.param
    return opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "index"


def elsewhere(work: Callable[..., object], *arguments: object) -> object:
    """Do it in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result(timeout=60)


def put_many(kind: Open, folder: Path, names: Iterable[str]) -> int:
    """Run in another process: one commit for each entry."""
    other = kind(folder)
    for name in names:
        other.put([entry(name, "x")])
    return len(other.revisions())


def rebuild_and_die(kind: Open, folder: Path) -> None:
    """Run in another process: be killed in the middle of a rebuild."""

    def deadly() -> Iterator[Entry]:
        yield from (entry(f"new{number}") for number in range(100))
        os.kill(os.getpid(), signal.SIGKILL)
        yield entry("never")

    kind(folder).rebuild(deadly())


def put_and_die(kind: Open, folder: Path) -> None:
    """Run in another process: be killed in the middle of a put."""

    def deadly() -> Iterator[Entry]:
        yield from (entry(f"new{number}", "x") for number in range(100))
        os.kill(os.getpid(), signal.SIGKILL)
        yield entry("never")

    kind(folder).put(deadly())


def write_on_a_full_disk(kind: Open, folder: Path) -> tuple[bool, bool]:
    """Run in another process, in which no file may grow: say whether writing was refused as it should."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
    refused = []
    for write in (kind(folder).put, kind(folder).rebuild):
        try:
            write(entry(f"e{number}", f"x{number}", card=os.urandom(1000)) for number in range(100))
        except Unavailable:
            refused.append(True)
        else:
            refused.append(False)
    return refused[0], refused[1]


def test_a_commit_of_another_process_is_found_by_the_next_search(kind: Open, folder: Path) -> None:
    reader = kind(folder)
    reader.put([entry("first", "x")])
    assert ids(reader) == ["first"]
    assert elsewhere(put_many, kind, folder, ["second"]) == 2
    assert set(ids(reader, Term("title", "x"))) == {"first", "second"}


def test_two_processes_that_write_at_once_lose_nothing(kind: Open, folder: Path) -> None:
    halves = [[f"{side}{number}" for number in range(12)] for side in "ab"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(put_many, [kind, kind], [folder, folder], halves, timeout=120))
    assert set(kind(folder).revisions()) == {name for half in halves for name in half}


def test_a_reader_outlives_the_rebuilding_of_its_index(kind: Open, folder: Path) -> None:
    reader, writer = kind(folder), kind(folder)
    writer.put([entry("a")])
    assert ids(reader) == ["a"]
    writer.rebuild([])
    assert ids(reader) == []
    writer.put([entry("b")])
    assert ids(reader) == ["b"]


def test_no_reader_meets_an_empty_index_while_it_is_rebuilt_over_and_over(kind: Open, folder: Path) -> None:
    writer, met = kind(folder), set[int]()
    writer.rebuild([entry("a")])
    done = Event()

    def read() -> None:
        reader = kind(folder)
        while not done.is_set():
            met.add(reader.search(Ask()).total)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for _ in range(6):
            writer.rebuild([entry("a")])
        done.set()
        reading.result(timeout=60)
    assert met == {1}


def test_a_rebuild_leaves_one_generation_on_the_disk(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    for number in range(3):
        engine.put([entry("a")])
        engine.rebuild([entry(f"e{number}")])
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_a_process_killed_in_the_middle_of_a_rebuild_leaves_the_old_index(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    engine.put([entry("a")])
    process = get_context("spawn").Process(target=rebuild_and_die, args=(kind, folder))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert ids(engine) == ["a"]
    engine.put([entry("b")])
    assert engine.rebuild([entry("c")]) == 1
    assert (ids(engine), len([path for path in folder.iterdir() if path.is_dir()])) == (["c"], 1)


def test_a_process_killed_in_the_middle_of_a_put_leaves_what_was_there(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    engine.put([entry("a")])
    process = get_context("spawn").Process(target=put_and_die, args=(kind, folder))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert ids(engine) == ids(kind(folder)) == ["a"]
    engine.put([entry("b")])
    assert ids(engine) == ["a", "b"]


def test_threads_that_ask_one_engine_at_once_are_answered_alike(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    for start in range(0, 60, 20):
        engine.put([entry(f"e{number:02}", "x y", card=bytes([number])) for number in range(start, start + 20)])

    def asked(_: int) -> tuple[tuple[str, bytes], ...]:
        found = engine.search(Ask(Phrase("title", ("x", "y")), sort=Sort.TITLE, limit=60))
        return tuple((match.id, match.card) for match in found.matches)

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(asked, range(30)))
    assert answers == {tuple((f"e{number:02}", bytes([number])) for number in range(60))}


def test_a_full_disk_refuses_and_keeps_what_was_there(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    engine.put([entry("a")])
    assert elsewhere(write_on_a_full_disk, kind, folder) == (True, True)
    assert ids(engine) == ids(kind(folder)) == ["a"]
    engine.put([entry("b")])
    assert ids(engine) == ["a", "b"]


def test_a_folder_that_was_taken_away_answers_nothing_and_fills_again(kind: Open, folder: Path) -> None:
    engine = kind(folder)
    engine.put([entry("a")])
    assert ids(engine) == ["a"]
    folder.rename(folder.with_name("elsewhere"))
    assert (ids(engine), engine.stamp()) == ([], "")
    engine.put([entry("b")])
    assert ids(engine) == ["b"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../..", b"3-no-such-generation", b"x" * 10_000])
def test_a_damaged_pointer_is_no_index_until_something_is_written(kind: Open, folder: Path, content: bytes) -> None:
    engine = kind(folder)
    engine.put([entry("a")])
    [pointer] = folder.glob("*.current")
    pointer.write_bytes(content)
    assert (ids(engine), engine.stamp()) == ([], "")
    engine.put([entry("b")])
    assert ids(engine) == ["b"]


def test_every_damaged_file_is_unavailable_or_does_no_harm_until_the_rebuild(kind: Open, folder: Path) -> None:
    kind(folder).put(entry(name, "x y") for name in "ab")
    files = [path for path in folder.glob("*/*") if path.is_file() and path.stat().st_size]
    for path in files:
        whole = path.read_bytes()
        for damage in (b"damaged", whole[: len(whole) // 2], bytes(len(whole) // 2) + whole[len(whole) // 2 :]):
            # In its place and not into it: cutting a file short that some process has mapped kills that process.
            beside = folder / "beside"
            beside.write_bytes(damage)
            beside.replace(path)
            # Anything but an answer or this error would be an error page.
            with suppress(Unavailable):
                kind(folder).search(Ask(Phrase("title", ("x", "y"))))
            with suppress(Unavailable):
                kind(folder).revisions()
        path.write_bytes(whole)
    assert len(files) >= 3
    assert ids(kind(folder)) == ["a", "b"]


class Bomb:
    """Writes a file when it is read as a pickle."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.crater),)


def test_no_pickle_in_whooshs_files_is_read_that_we_did_not_write(folder: Path, tmp_path: Path) -> None:
    WhooshEngine(folder).put([entry("a", "x y")])
    for path in (*folder.rglob("*.seg"), *folder.rglob("*.toc")):
        content = path.read_bytes()
        start = content.rindex(b"\x80")  # where a pickle begins
        path.write_bytes(content[:start] + pickle.dumps(Bomb(tmp_path / "crater"), 2))
        for ask in (lambda: ids(WhooshEngine(folder)), lambda: WhooshEngine(folder).put([entry("b")])):
            with pytest.raises(Unavailable):
                ask()
        path.write_bytes(content)
    assert not (tmp_path / "crater").exists()
    assert ids(WhooshEngine(folder)) == ["a"]


@pytest.mark.parametrize("pattern", ["*.seg", "*.toc", "*.seal"])
def test_a_damaged_whoosh_index_says_so_until_it_is_rebuilt(folder: Path, pattern: str) -> None:
    WhooshEngine(folder).put([entry("a", "x y")])
    [damaged] = folder.rglob(pattern)
    damaged.unlink() if pattern == "*.seal" else damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    engine = WhooshEngine(folder)
    for refused in (lambda: ids(engine), lambda: engine.put([entry("b")]), lambda: engine.remove(["a"])):
        with pytest.raises(Unavailable):
            refused()
    assert engine.rebuild([entry("c")]) == 1
    assert ids(engine) == ["c"]


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.term", "*.fast", "*.pos", "*.idx"])
def test_a_damaged_index_says_so_until_it_is_rebuilt(folder: Path, pattern: str) -> None:
    TantivyEngine(folder).put([entry("a", "x y"), entry("b", "x y")])
    [damaged] = folder.rglob(pattern)
    damaged.write_bytes(b"damaged")
    engine = TantivyEngine(folder)
    with pytest.raises(Unavailable):
        engine.search(Ask(Phrase("title", ("x", "y"))))
    with pytest.raises(Unavailable):
        engine.put([entry("c")])
    assert engine.rebuild([entry("d", "x y")]) == 1
    assert ids(engine, Phrase("title", ("x", "y"))) == ["d"]


def test_damage_that_makes_the_engine_panic_is_reported_alike(folder: Path) -> None:
    TantivyEngine(folder).put([entry("a", "x y")])
    [positions] = folder.rglob("*.pos")
    content = positions.read_bytes()
    positions.write_bytes(bytes(len(content) // 2) + content[len(content) // 2 :])
    with pytest.raises(Unavailable):
        TantivyEngine(folder).search(Ask(Phrase("title", ("x", "y"))))


def test_whoosh_reads_a_token_once_for_all_questions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WhooshEngine(folder)
    engine.put([entry("a", "x y"), entry("b", "x z")])
    phrase = Phrase("title", ("x", "y"))
    assert ids(engine, phrase) == ["a"]
    read: list[bytes] = []
    own = Reading._postings

    def postings(reading: Reading, field: str, token: bytes) -> object:
        read.append(token)
        return own(reading, field, token)

    monkeypatch.setattr(Reading, "_postings", postings)

    assert ids(engine, phrase) == ["a"]
    assert not read
    engine.put([entry("c", "x y")])
    assert set(ids(engine, phrase)) == {"a", "c"}
    assert set(read) == {b"x", b"y"}
