"""The requests to an OpenSearch cluster. Its errors become ours; neither addresses nor bodies go into messages."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import msgspec
from opensearchpy import NotFoundError, OpenSearch, OpenSearchException, RequestError

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search.opensearch_engine.layout import LAYOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

UNREACHABLE = Text(
    ja="検索サーバーから答えがありません。しばらくしてからもう一度お試しください。",
    en="The search server does not answer; please try again in a while.",
)
_SECONDS = 20
_WRITE_SECONDS = 120
_RETRIES = 2
_CONNECTIONS = 16  # of each process: one for each of its threads
# A request that is passed on by a proxy, or refused while a node starts or is busy.
_AGAIN = (429, 502, 503, 504)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,79}")
_DEFAULT_NAME = "kakehashi"
_PORTS = {"http": 9200, "https": 443}


class NoIndex(Exception):
    """There is no such index or alias."""


class Server:
    """An OpenSearch cluster at `https://user:password@host:port/name`, whose last part may be left out.

    `name` tells one portal's indexes from those of others. Raises `ValueError`, without the address in it, where that
    is none.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._name = parts.path.strip("/") or _DEFAULT_NAME
        if parts.scheme not in _PORTS or not parts.hostname or not _NAME.fullmatch(self._name):
            raise ValueError("OpenSearch's address is https://user:password@host:port/name, the name of a-z 0-9 _ -.")
        self.alias = f"{self._name}-{LAYOUT}"
        password = (unquote(parts.username or ""), unquote(parts.password or ""))
        # The name and password go beside the address, which the client writes into its log.
        self._client = OpenSearch(
            [{"host": parts.hostname, "port": parts.port or _PORTS[parts.scheme]}],
            use_ssl=parts.scheme == "https",
            http_auth=password if any(password) else None,
            timeout=_SECONDS,
            max_retries=_RETRIES,
            retry_on_status=_AGAIN,
            pool_maxsize=_CONNECTIONS,
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
            answer = self._client.bulk(
                body=lines, index=index, params={**parameters, "request_timeout": _WRITE_SECONDS}
            )
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

    def new_name(self) -> str:
        """Answer a name that no index has."""
        return f"{self.alias}-{uuid4().hex}"

    def first_name(self) -> str:
        """Answer the name of the index that is made where there is none, the same for all who make one at once."""
        return f"{self.alias}-{'0' * 32}"

    def create(self, index: str, body: Mapping[str, object]) -> bool:
        """Make an index; say whether there was none of that name. Raises `Unavailable`."""
        with _answering():
            try:
                self._client.indices.create(index=index, body=body, params={"request_timeout": _WRITE_SECONDS})
            except RequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
                return False
        return True

    def delete(self, index: str) -> None:
        """Delete an index; an unknown one does nothing. Raises `Unavailable`."""
        with _answering():
            self._client.indices.delete(index=index, params={"ignore_unavailable": "true"})

    def move_alias(self, index: str) -> None:
        """Let the alias name this index alone, in one step, and delete those that it named. Raises `Unavailable`."""
        former = [name for name in self.named() if name != index]
        actions: list[dict[str, object]] = [{"remove": {"index": name, "alias": self.alias}} for name in former]
        with _answering():
            added = {"add": {"index": index, "alias": self.alias}}
            self._client.indices.update_aliases(body={"actions": [*actions, added]})
        # Only now: while a node deletes an index, it refuses what is asked of an alias that still names it.
        for name in former:
            self.delete(name)

    def named(self) -> tuple[str, ...]:
        """Answer the indexes that the alias names: one, or none. Raises `Unavailable`."""
        try:
            with _answering():
                return tuple(self._client.indices.get_alias(name=self.alias))
        except NoIndex:
            return ()

    def ages(self) -> dict[str, int]:
        """Map this portal's indexes, of every layout, to when they were made, in milliseconds since 1970."""
        ours = re.compile(rf"{self._name}-[0-9a-z]+-[0-9a-f]{{32}}")
        with _answering():
            found = self._client.indices.get_settings(index=f"{self._name}-*", params={"flat_settings": "true"})
        ages = {name: int(each["settings"]["index.creation_date"]) for name, each in found.items()}
        return {name: age for name, age in ages.items() if ours.fullmatch(name)}

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
