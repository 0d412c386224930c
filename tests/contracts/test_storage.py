"""What every blob store keeps, and what the local one keeps beyond that when processes die or race."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.infra.storage import Blob, BlobStore
from app.infra.storage_local import LocalBlobStore
from app.infra.storage_memory import MemoryBlobStore
from app.kernel.errors import NotFound, TooLarge, Unsupported

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
NOTHING = hashlib.sha256(b"nothing here").hexdigest()


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return LocalBlobStore(tmp_path / "blobs") if request.param == "local" else MemoryBlobStore()


def put(store: BlobStore, content: bytes) -> Blob:
    return store.put(io.BytesIO(content))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Drip(io.RawIOBase):
    """A stream that answers fewer bytes than asked for, as sockets do."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, 7))


def test_what_was_put_is_read_back(store: BlobStore) -> None:
    content = os.urandom(3 * MIB + 5)

    blob = put(store, content)

    assert blob == Blob(sha256(content), len(content))
    with store.open(blob.sha256) as stream:
        assert stream.read() == content


def test_an_opened_blob_is_seekable(store: BlobStore) -> None:
    blob = put(store, b"0123456789")

    with store.open(blob.sha256) as stream:
        stream.seek(4)
        assert stream.read(3) == b"456"


def test_short_reads_are_put_together(store: BlobStore) -> None:
    content = os.urandom(100)

    assert store.put(Drip(content)) == Blob(sha256(content), 100)  # type: ignore[arg-type]


def test_an_empty_stream_is_a_blob_too(store: BlobStore) -> None:
    blob = put(store, b"")

    assert blob.size == 0
    assert store.size(blob.sha256) == 0


def test_the_path_holds_the_bytes_and_refuses_writing(store: BlobStore) -> None:
    path = store.path(put(store, b"clean rows").sha256)

    assert path.read_bytes() == b"clean rows"
    assert path.stat().st_mode & 0o777 == 0o440


def test_the_same_bytes_are_stored_once(store: BlobStore) -> None:
    first = put(store, b"twice")
    second = put(store, b"twice")

    assert first == second
    assert list(store.hashes()) == [first.sha256]


def test_hashes_lists_everything(store: BlobStore) -> None:
    stored = {put(store, str(number).encode()).sha256 for number in range(20)}

    assert set(store.hashes()) == stored


def test_a_stream_of_exactly_the_limit_is_taken(store: BlobStore) -> None:
    assert store.put(io.BytesIO(b"x" * 1000), limit=1000).size == 1000


@pytest.mark.parametrize("size", [1001, 3 * MIB])
def test_a_stream_past_the_limit_is_refused_and_not_kept(store: BlobStore, size: int) -> None:
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"x" * size), limit=1000)

    assert list(store.hashes()) == []


def test_a_deleted_blob_is_gone(store: BlobStore) -> None:
    sha = put(store, b"short life").sha256
    store.path(sha)

    store.delete(sha)

    assert sha not in store
    with pytest.raises(NotFound):
        store.path(sha)


def test_deleting_nothing_is_quiet(store: BlobStore) -> None:
    kept = put(store, b"kept").sha256

    store.delete(NOTHING)

    assert list(store.hashes()) == [kept]


def test_what_is_not_stored_is_not_found(store: BlobStore) -> None:
    assert NOTHING not in store
    for ask in (store.open, store.path, store.size):
        with pytest.raises(NotFound):
            ask(NOTHING)


@pytest.mark.parametrize("name", ["", "../../secret", "ab/../../secret", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
def test_what_is_no_hash_is_never_a_path(store: BlobStore, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mine")

    store.delete(name)

    assert name not in store
    assert secret.read_text() == "mine"
    for ask in (store.open, store.path, store.size):
        with pytest.raises(NotFound):
            ask(name)


def test_a_file_put_is_taken_over(store: BlobStore, tmp_path: Path) -> None:
    made = tmp_path / "rows.parquet"
    made.write_bytes(b"made by the portal")

    blob = store.put_file(made)

    assert store.path(blob.sha256).read_bytes() == b"made by the portal"
    assert blob == Blob(sha256(b"made by the portal"), 18)
    assert not made.exists()


def test_a_file_put_twice_is_stored_once(store: BlobStore, tmp_path: Path) -> None:
    known = put(store, b"known")
    made = tmp_path / "again"
    made.write_bytes(b"known")

    assert store.put_file(made) == known
    assert list(store.hashes()) == [known.sha256]
    assert not made.exists()


@pytest.mark.parametrize("kind", ["symlink", "hard link", "pipe", "folder"])
def test_only_a_plain_file_is_taken_over(store: BlobStore, tmp_path: Path, kind: str) -> None:
    secret, made = tmp_path / "secret", tmp_path / "made"
    secret.write_text("token")
    make = {"symlink": made.symlink_to, "hard link": made.hardlink_to}
    if kind in make:
        make[kind](secret)
    elif kind == "pipe":
        os.mkfifo(made)
    else:
        made.mkdir()

    with pytest.raises(Unsupported):
        store.put_file(made)

    assert list(store.hashes()) == []
    assert secret.read_text() == "token"


def test_a_missing_file_is_an_error_of_the_caller(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put_file(tmp_path / "absent")


def test_sweeping_leaves_blobs_alone(store: BlobStore) -> None:
    sha = put(store, b"kept").sha256

    assert store.sweep_temporary(0) == 0
    assert sha in store


# From here on: the local store only.


def temporary_files(folder: Path) -> list[Path]:
    return list((folder / "tmp").iterdir())


def test_a_second_store_on_the_folder_sees_the_blobs(tmp_path: Path) -> None:
    sha = put(LocalBlobStore(tmp_path), b"shared").sha256

    assert LocalBlobStore(tmp_path).path(sha) == tmp_path / sha[:2] / sha[2:]


def test_refused_streams_leave_no_temporary_file(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)

    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"x" * 5 * MIB), limit=2 * MIB)

    assert temporary_files(tmp_path) == []


def test_a_failing_stream_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(size)

    store = LocalBlobStore(tmp_path)

    with pytest.raises(ConnectionResetError):
        store.put(Broken(b"x" * 2 * MIB))

    assert temporary_files(tmp_path) == []
    assert list(store.hashes()) == []


def test_a_blob_of_the_wrong_size_is_replaced(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    path = store.path(put(store, b"whole").sha256)
    path.chmod(0o640)
    path.write_bytes(b"who")

    put(store, b"whole")

    assert path.read_bytes() == b"whole"


def test_foreign_files_in_the_folder_are_no_blobs(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "notes.txt").write_text("?")

    assert list(store.hashes()) == []


def test_a_file_from_another_file_system_is_copied(tmp_path: Path) -> None:
    places = (Path(place) for place in ("/dev/shm", "/tmp", "/var/tmp"))
    far = next((place for place in places if place.is_dir() and place.stat().st_dev != tmp_path.stat().st_dev), None)
    if far is None:
        pytest.skip("needs a second file system")
    store = LocalBlobStore(tmp_path)
    made = far / f"kakehashi-{os.getpid()}"
    made.write_bytes(b"far away")

    blob = store.put_file(made)

    assert store.path(blob.sha256).read_bytes() == b"far away"
    assert not made.exists()
    assert temporary_files(tmp_path) == []


def test_sweeping_takes_only_what_is_old(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    old, fresh = tmp_path / "tmp" / "old", tmp_path / "tmp" / "fresh"
    old.touch()
    fresh.touch()
    os.utime(old, (0, 0))

    assert store.sweep_temporary(3600) == 1
    assert temporary_files(tmp_path) == [fresh]


def test_only_bytes_that_were_put_long_ago_are_unused(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    sha = put(store, b"orphan").sha256

    assert not store.delete_unused(sha, 3600)
    os.utime(store.path(sha), (0, 0))
    assert store.delete_unused(sha, 3600)
    assert sha not in store


def test_deleting_unused_bytes_that_are_gone_is_quiet(tmp_path: Path) -> None:
    assert not LocalBlobStore(tmp_path).delete_unused(NOTHING, 0)
    assert not LocalBlobStore(tmp_path).delete_unused("../tmp", 0)


def test_an_old_file_that_is_put_is_young(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    made = tmp_path / "made"
    made.write_bytes(b"old")
    os.utime(made, (0, 0))

    assert not store.delete_unused(store.put_file(made).sha256, 3600)


def test_bytes_that_come_again_while_they_are_swept_stay(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    sha = put(store, b"wanted again").sha256
    os.utime(store.path(sha), (0, 0))
    swept: list[bool] = []
    sweeper = threading.Thread(target=lambda: swept.append(store.delete_unused(sha, 3600)))

    with store._lock(fcntl.LOCK_SH):  # as a writer holds it that has found the bytes there
        sweeper.start()
        sweeper.join(0.2)
        assert sweeper.is_alive()
        put(store, b"wanted again")
    sweeper.join()

    assert swept == [False]
    assert sha in store


# Says "ready" after three of its pieces were read, then waits for a word before it goes on.
PUTTER = """
import io, pathlib, sys
from app.infra.storage_local import LocalBlobStore

class Halting(io.BytesIO):
    def read(self, size=-1):
        if self.tell() == 3 << 20:
            print("ready", flush=True)
            sys.stdin.readline()
        return super().read(size)

print(LocalBlobStore(pathlib.Path(sys.argv[1])).put(Halting(b"kakehashi!" * 500_000)).sha256)
"""
PUT_BYTES = b"kakehashi!" * 500_000


def start_putting(folder: Path) -> subprocess.Popen[str]:
    putter = subprocess.Popen(
        [sys.executable, "-c", PUTTER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert putter.stdout is not None
    assert putter.stdout.readline() == "ready\n"
    return putter


def test_a_process_killed_while_putting_leaves_no_blob(tmp_path: Path) -> None:
    putter = start_putting(tmp_path)

    putter.send_signal(signal.SIGKILL)
    putter.communicate()

    store = LocalBlobStore(tmp_path)
    assert list(store.hashes()) == []
    assert len(temporary_files(tmp_path)) == 1
    assert store.sweep_temporary(0) == 1
    assert put(store, PUT_BYTES).size == len(PUT_BYTES)


def test_processes_putting_the_same_bytes_agree(tmp_path: Path) -> None:
    putters = [start_putting(tmp_path) for _ in range(3)]
    for putter in putters:
        assert putter.stdin is not None
        putter.stdin.write("go\n")
        putter.stdin.flush()
    answers = [putter.communicate()[0] for putter in putters]

    store = LocalBlobStore(tmp_path)
    assert answers == [sha256(PUT_BYTES) + "\n"] * 3
    assert list(store.hashes()) == [sha256(PUT_BYTES)]
    assert store.path(sha256(PUT_BYTES)).read_bytes() == PUT_BYTES
    assert temporary_files(tmp_path) == []
