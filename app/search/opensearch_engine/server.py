"""The requests to an OpenSearch cluster. Its errors become ours; neither addresses nor bodies go into messages."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec
from opensearchpy import NotFoundError, OpenSearch, OpenSearchException

from app.kernel.errors import Unavailable
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

UNREACHABLE = Text(
    ja="検索サーバーから答えがありません。しばらくしてからもう一度お試しください。",
    en="The search server does not answer; please try again in a while.",
)
_SECONDS = 20
_WRITE_SECONDS = 120
_RETRIES = 2
# A request that is passed on by a proxy, or refused while a node starts or is busy.
_AGAIN = (429, 502, 503, 504)
_ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,79}")
_DEFAULT_ALIAS = "kakehashi"
_PORTS = {"http": 9200, "https": 443}


class NoIndex(Exception):
    """There is no such index or alias."""


class Server:
    """An OpenSearch cluster at `https://user:password@host:port/alias`; the alias may be left out.

    Raises `ValueError`, without the address in it, where that is none.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        alias = parts.path.strip("/") or _DEFAULT_ALIAS
        if parts.scheme not in _PORTS or not parts.hostname or not _ALIAS.fullmatch(alias):
            raise ValueError("The address of OpenSearch is https://user:password@host:port/name, the name in a-z0-9_-.")
        self.alias = alias
        password = (unquote(parts.username or ""), unquote(parts.password or ""))
        # The name and password go beside the address, which the client writes into its log.
        self._client = OpenSearch(
            [{"host": parts.hostname, "port": parts.port or _PORTS[parts.scheme]}],
            use_ssl=parts.scheme == "https",
            http_auth=password if any(password) else None,
            timeout=_SECONDS,
            max_retries=_RETRIES,
            retry_on_status=_AGAIN,
        )

    def search(self, body: Mapping[str, object], **parameters: object) -> Any:
        """Ask the alias. Raises `NoIndex`, `Unavailable`."""
        with _answering():
            return self._client.search(index=self.alias, body=body, params=parameters)

    def search_all(self, bodies: Iterable[Mapping[str, object]]) -> list[Any]:
        """Ask the alias several questions at once. Raises `NoIndex`, `Unavailable`."""
        lines = [part for body in bodies for part in ({}, body)]
        with _answering():
            answers: list[Any] = self._client.msearch(index=self.alias, body=lines)["responses"] if lines else []
        for answer in answers:
            if error := answer.get("error"):
                raise NoIndex if error.get("type") == "index_not_found_exception" else Unavailable(UNREACHABLE)
        return answers

    def write(self, index: str, lines: bytes, *, is_alias: bool) -> None:
        """Do what the lines of a bulk request say. Raises `NoIndex` before anything is done, `Unavailable`."""
        parameters = {"require_alias": str(is_alias).lower(), "timeout": f"{_SECONDS}s"}
        with _answering():
            answer = self._client.bulk(body=lines, index=index, params={**parameters, "request_timeout": _WRITE_SECONDS})
        if answer["errors"]:
            errors = [error for item in answer["items"] for each in item.values() if (error := each.get("error"))]
            if any(error.get("type") == "index_not_found_exception" for error in errors):
                raise NoIndex
            if errors:
                raise Unavailable(UNREACHABLE)

    def refresh(self, index: str) -> None:
        """Let what was written be found. Raises `NoIndex`, `Unavailable`."""
        with _answering():
            self._client.indices.refresh(index=index, params={"request_timeout": _WRITE_SECONDS})

    def create(self, index: str, body: Mapping[str, object]) -> None:
        """Make an index. Raises `Unavailable`."""
        with _answering():
            self._client.indices.create(index=index, body=body, params={"request_timeout": _WRITE_SECONDS})

    def delete(self, indexes: Iterable[str]) -> None:
        """Delete indexes; unknown ones do nothing. Raises `Unavailable`."""
        with _answering():
            for index in indexes:
                self._client.indices.delete(index=index, params={"ignore_unavailable": "true"})

    def move_alias(self, index: str) -> None:
        """Let the alias name this index, and delete those that it named, in one step. Raises `Unavailable`."""
        former = [name for name in self.named() if name != index]
        actions: list[dict[str, object]] = [{"remove_index": {"index": name}} for name in former]
        with _answering():
            added = {"add": {"index": index, "alias": self.alias}}
            self._client.indices.update_aliases(body={"actions": [*actions, added]})

    def named(self) -> tuple[str, ...]:
        """Answer the indexes that the alias names: one, or none. Raises `Unavailable`."""
        try:
            with _answering():
                return tuple(self._client.indices.get_alias(name=self.alias))
        except NoIndex:
            return ()

    def ages(self, pattern: str) -> dict[str, int]:
        """Map indexes to when they were made, in milliseconds since 1970. Raises `Unavailable`."""
        with _answering():
            found = self._client.indices.get_settings(index=pattern, params={"flat_settings": "true"})
        return {name: int(each["settings"]["index.creation_date"]) for name, each in found.items()}

    def stats(self) -> Any:
        """Answer how much was written to the alias and how often it was refreshed. Raises `NoIndex`, `Unavailable`."""
        with _answering():
            return self._client.indices.stats(index=self.alias, metric="refresh", params={"level": "shards"})


@contextmanager
def _answering() -> Iterator[None]:
    """Say `Unavailable` where the cluster does not answer or refuses."""
    try:
        yield
    except NotFoundError as error:
        raise NoIndex from error
    except (OpenSearchException, msgspec.MsgspecError) as error:
        raise Unavailable(UNREACHABLE) from error
