"""Every setting once: name, type, default, help. Read from `KAKEHASHI_*` variables at start, frozen after."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.kernel.errors import Misconfigured
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "KAKEHASHI_"
ROOT = Path(__file__).resolve().parent.parent
SECRET_LENGTH = 32
DEVELOPMENT, PRODUCTION = "development", "production"
# What `search_url` says for Whoosh.
WHOOSH = "whoosh:"
# What `semantic` says for the Universal Sentence Encoder.
USE = "use"


def _setting(default: object, about: str) -> Any:
    return field(default=default, metadata={"help": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """The portal's settings. `KAKEHASHI_DATA_DIR` sets `data_dir`, and so on."""

    environment: str = _setting(DEVELOPMENT, "`development`, or `production`, which refuses to start without secrets.")
    data_dir: Path = _setting(ROOT / "var", "Folder of all state: database, files, index.")
    database_url: str = _setting("", "SQLAlchemy address; empty means SQLite in the data folder.")
    secret_key: str = _setting("", "32 characters or more. Empty: made once and kept in the data folder (development).")
    site_url: str = _setting("", "The address readers use, without a slash at the end; empty: host and port below.")
    site_title_ja: str = _setting("架け橋 オープンデータ", "The portal's name in Japanese.")
    site_title_en: str = _setting("Kakehashi Open Data", "The portal's name in English.")
    site_description_ja: str = _setting(
        "行政のオープンデータを探し、使うための場所です。", "What the portal is for, in Japanese."
    )
    site_description_en: str = _setting(
        "Where public data is found, understood and used.", "What the portal is for, in English."
    )
    area: str = _setting(
        "", "The place that the portal's data is about where nobody says: a municipality's code, a name or an address."
    )
    default_license: str = _setting(
        "CC-BY-4.0", "The licence of what is published without one: an id of `metadata/vocabularies/licenses.json`."
    )
    search_url: str = _setting(
        "",
        "The engine of search: empty is tantivy in the data folder, `whoosh:` Whoosh there, `https://…` an OpenSearch.",
    )
    semantic: str = _setting(
        "", "Find by meaning, too: `use` for the Universal Sentence Encoder, which `kakehashi[semantic]` installs."
    )
    sparql_url: str = _setting("", "A SPARQL server to use in place of the built-in store: the address of its queries.")
    sparql_store_url: str = _setting("", "That server's Graph Store Protocol, needed beside `KAKEHASHI_SPARQL_URL`.")
    operator_ja: str = _setting("架け橋運営事務局", "Who runs the portal, in Japanese.")
    operator_en: str = _setting("Kakehashi operations", "Who runs the portal, in English.")
    operator_email: str = _setting("operator@localhost", "The first operator's address, for signing in.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on; plain `PORT` works too.")
    web_workers: int = _setting(2, "Web worker processes.")
    web_threads: int = _setting(8, "Threads of each web worker.")
    search_answers: int = _setting(200, "Answers of searches that each web worker keeps for a minute; 0 keeps none.")
    datasets_dir: Path = _setting(ROOT / "datasets", "Packages published at the first start.")
    max_upload_bytes: int = _setting(2 * 1024**3, "Largest upload taken, in bytes.")
    sandbox_memory_bytes: int = _setting(
        4 * 1024**3, "Memory of each process that reads an upload (at most four at once), in bytes."
    )
    sandbox_seconds: int = _setting(900, "Time that reading one upload may take, in seconds.")
    job_lease_seconds: int = _setting(30, "How long a job is kept for a worker that gives no sign of life, in seconds.")
    fair_points: int = _setting(
        6000,
        "Points that a client may spend in a minute: a page or a search is one, much work is more. 0: no limit.",
    )
    trusted_proxies: int = _setting(
        0, "How many proxies in front add to `X-Forwarded-For`; 0: it is not read, callers are who connects."
    )
    session_days: int = _setting(14, "How long a sign-in lasts, in days.")
    mcp_origins: str = _setting(
        "", "Sites whose pages may call `/mcp`, beside the portal's own and this machine's: `https://…`, by commas."
    )

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'kakehashi.sqlite3'}"

    @property
    def url(self) -> str:
        """The site's address, the default filled in."""
        return self.site_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def origins(self) -> tuple[str, ...]:
        """The sites whose pages may call `/mcp`."""
        return tuple(each.strip().lower() for each in self.mcp_origins.split(",") if each.strip())


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read settings from environment variables.

    Raises `Misconfigured` for a variable that is unknown (the nearest name is suggested), of the wrong
    type, or missing in production.
    """
    known = {PREFIX + each.name.upper(): each for each in fields(Settings)}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    if "PORT" in environment:
        given.setdefault(PREFIX + "PORT", environment["PORT"])
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise Misconfigured(_unknown(name, list(known)))
        values[known[name].name] = _parse(name, value, known[name].default)
    return _checked(Settings(**values))


def _unknown(name: str, known: list[str]) -> Text:
    near = difflib.get_close_matches(name, known, n=1)
    hint_ja, hint_en = (f" {near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    return Text(f"設定 {name} はありません。{hint_ja}", f"There is no setting {name}.{hint_en}")


def _parse(name: str, value: str, default: object) -> object:
    if isinstance(default, Path):
        # Children run in folders of their own, where a relative path would lead elsewhere.
        return Path(value).resolve()
    if isinstance(default, int):
        try:
            return int(value)
        except ValueError:
            raise Misconfigured(
                Text(f"{name} は整数で指定してください: {value!r}", f"{name} must be a whole number, not {value!r}.")
            ) from None
    return value


def _checked(settings: Settings) -> Settings:
    if settings.environment not in {DEVELOPMENT, PRODUCTION}:
        raise Misconfigured(
            Text(
                f"{PREFIX}ENVIRONMENT は development か production です。",
                f"{PREFIX}ENVIRONMENT is development or production.",
            )
        )
    if settings.secret_key and len(settings.secret_key) < SECRET_LENGTH:
        raise Misconfigured(
            Text(
                f"{PREFIX}SECRET_KEY は {SECRET_LENGTH} 文字以上にしてください。",
                f"{PREFIX}SECRET_KEY needs {SECRET_LENGTH} characters or more.",
            )
        )
    if bool(settings.sparql_url) != bool(settings.sparql_store_url):
        raise Misconfigured(
            Text(
                f"{PREFIX}SPARQL_URL と {PREFIX}SPARQL_STORE_URL は両方とも必要です。",
                f"{PREFIX}SPARQL_URL and {PREFIX}SPARQL_STORE_URL are needed together.",
            )
        )
    if not (settings.search_url in {"", WHOOSH} or settings.search_url.startswith(("http://", "https://"))):
        # Said without its value, which may hold a password.
        raise Misconfigured(
            Text(
                f"{PREFIX}SEARCH_URL は空、whoosh: または http(s):// で始まる OpenSearch のアドレスです。",
                f"{PREFIX}SEARCH_URL is empty, whoosh: or the http(s):// address of an OpenSearch.",
            )
        )
    if settings.semantic not in {"", USE}:
        raise Misconfigured(
            Text(
                f"{PREFIX}SEMANTIC は空または use です: {settings.semantic!r}",
                f"{PREFIX}SEMANTIC is empty or use, not {settings.semantic!r}.",
            )
        )
    _check_origins(settings)
    _check_counts(settings)
    if settings.environment == PRODUCTION:
        for name in ("secret_key", "site_url"):
            if not getattr(settings, name):
                variable = PREFIX + name.upper()
                raise Misconfigured(
                    Text(f"本番環境では {variable} が必要です。", f"{variable} must be set in production.")
                )
    return settings


def _check_origins(settings: Settings) -> None:
    for origin in settings.origins:
        if not re.fullmatch(r"https?://[^/?#@\s*]+", origin):
            raise Misconfigured(
                Text(
                    f"{PREFIX}MCP_ORIGINS はオリジン（https://ホスト または https://ホスト:ポート）をコンマで区切って"
                    f"指定してください: {origin!r}",
                    f"{PREFIX}MCP_ORIGINS has origins, such as https://host or https://host:port, separated by commas; "
                    f"{origin!r} is none.",
                )
            )


def _check_counts(settings: Settings) -> None:
    for name in ("fair_points", "trusted_proxies"):
        if getattr(settings, name) < 0:
            variable = PREFIX + name.upper()
            raise Misconfigured(Text(f"{variable} は 0 以上です。", f"{variable} is 0 or more."))


def secret_of(settings: Settings) -> bytes:
    """Answer the secret key; in development one is made once and kept in the data folder.

    Raises `Misconfigured` for a kept key that is too short to be one.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / "secret-key"
    if not path.exists():
        _make_secret(path)
    secret = path.read_text()
    if len(secret) < SECRET_LENGTH:
        raise Misconfigured(
            Text(
                f"{path} の秘密鍵が {SECRET_LENGTH} 文字より短く、使えません。バックアップから戻すか、削除してください"
                "（削除すると新しい鍵を作り、全員のサインインとトークンが無効になります）。",
                f"The secret key in {path} has fewer than {SECRET_LENGTH} characters. Restore it, or delete it to have "
                "a new one made, which ends every sign-in and token.",
            )
        )
    return secret.encode()


def _make_secret(path: Path) -> None:
    """Make the key aside and link it into place whole: of several processes one wins, and all read its key."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as made:  # only the owner may read such a file
        made.write(secrets.token_urlsafe(SECRET_LENGTH))
        made.flush()
        os.fsync(made.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(made.name, path)
