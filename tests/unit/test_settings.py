"""Settings are read once, strictly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import create_app
from app.kernel.errors import Misconfigured
from app.settings import ROOT, Settings, read_settings, secret_of

SECRET = "s" * 32

# Waits for a word, then asks for the key of each of many folders and says the keys.
ASKING = """
import sys
from pathlib import Path
from app.settings import Settings, secret_of

print("ready", flush=True)
sys.stdin.readline()
for folder in sorted(Path(sys.argv[1]).iterdir()):
    print(secret_of(Settings(data_dir=folder)).decode())
"""


def test_a_setting_is_read_with_its_type() -> None:
    settings = read_settings({"KAKEHASHI_DATA_DIR": "/srv/data", "KAKEHASHI_WEB_WORKERS": "4", "HOME": "/root"})

    assert settings.data_dir == Path("/srv/data")
    assert settings.web_workers == 4


def test_an_unknown_setting_stops_the_start_and_names_the_nearest() -> None:
    with pytest.raises(Misconfigured, match=r"KAKEHASHI_DATA_DIRR.*KAKEHASHI_DATA_DIR\?"):
        read_settings({"KAKEHASHI_DATA_DIRR": "x"})


def test_a_number_must_be_one() -> None:
    with pytest.raises(Misconfigured, match="KAKEHASHI_PORT"):
        read_settings({"KAKEHASHI_PORT": "eighty"})


def test_a_slash_at_the_end_of_the_site_address_is_dropped() -> None:
    assert read_settings({"KAKEHASHI_SITE_URL": "https://data.example.jp/"}).url == "https://data.example.jp"


def test_a_relative_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_settings({"KAKEHASHI_DATA_DIR": "here"}).data_dir == tmp_path / "here"
    assert read_settings({}).data_dir.is_absolute()


def test_plain_port_works_and_the_full_name_wins() -> None:
    assert read_settings({"PORT": "9000"}).port == 9000
    assert read_settings({"PORT": "9000", "KAKEHASHI_PORT": "9001"}).port == 9001


def test_production_does_not_start_without_its_secret() -> None:
    with pytest.raises(Misconfigured, match="KAKEHASHI_SECRET_KEY"):
        read_settings({"KAKEHASHI_ENVIRONMENT": "production", "KAKEHASHI_SITE_URL": "https://data.example.jp"})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(Misconfigured, match="32"):
        read_settings({"KAKEHASHI_SECRET_KEY": "short"})


def test_production_starts_with_what_it_needs() -> None:
    settings = read_settings(
        {
            "KAKEHASHI_ENVIRONMENT": "production",
            "KAKEHASHI_SITE_URL": "https://data.example.jp",
            "KAKEHASHI_SECRET_KEY": SECRET,
        }
    )

    assert secret_of(settings) == SECRET.encode()


def test_the_development_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    assert secret_of(settings) == secret_of(settings)
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["", "s" * 31])
def test_a_kept_secret_that_is_too_short_is_refused(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret-key").write_text(kept)

    with pytest.raises(Misconfigured, match="secret-key"):
        secret_of(Settings(data_dir=tmp_path))


def test_processes_that_start_at_once_get_one_secret(tmp_path: Path) -> None:
    folders = [tmp_path / f"{number:03}" for number in range(100)]
    for folder in folders:
        folder.mkdir()
    command = [sys.executable, "-c", ASKING, str(tmp_path)]
    askers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    for asker in askers:
        assert asker.stdout is not None
        assert asker.stdout.readline() == "ready\n"
    for asker in askers:
        assert asker.stdin is not None
        asker.stdin.write("go\n")
        asker.stdin.flush()

    answers = {asker.communicate()[0] for asker in askers}

    assert answers == {"".join((folder / "secret-key").read_text() + "\n" for folder in folders)}
    assert [[each.name for each in folder.iterdir()] for folder in folders] == [["secret-key"]] * 100


@pytest.mark.parametrize("url", ["", "whoosh:", "http://127.0.0.1:9200", "https://user:word@search.example.jp/index"])
def test_the_engine_of_search_is_named_by_an_address(url: str) -> None:
    assert read_settings({"KAKEHASHI_SEARCH_URL": url}).search_url == url


def test_an_engine_of_search_that_is_none_is_refused_without_telling_a_password() -> None:
    with pytest.raises(Misconfigured) as refused:
        read_settings({"KAKEHASHI_SEARCH_URL": "htps://user:word@search.example.jp"})

    assert "KAKEHASHI_SEARCH_URL" in refused.value.message.en
    assert "word@" not in str(refused.value) + refused.value.message.en


@pytest.mark.parametrize("rest", ["h:99999/x", "h:port/x", "[::1/x", "", "h/Name", "h/a/b", "h/a%20b"])
def test_an_address_that_leads_to_no_index_is_told_of_without_its_password(rest: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        create_app(Settings(data_dir=tmp_path, search_url=f"https://user:word@{rest}"))

    assert "https://user:password@host:port/name" in refused.value.message.en
    assert "word@" not in str(refused.value).replace("password@", "")
    assert refused.value.__suppress_context__


def test_sites_whose_pages_may_call_are_origins() -> None:
    named = "https://tools.example.jp, HTTP://localhost:9000,"
    settings = read_settings({"KAKEHASHI_MCP_ORIGINS": named})

    assert settings.origins == ("https://tools.example.jp", "http://localhost:9000")
    for wrong in ("*", "tools.example.jp", "https://tools.example.jp/app", "https://*.example.jp", "https://a@b"):
        with pytest.raises(Misconfigured, match="KAKEHASHI_MCP_ORIGINS"):
            read_settings({"KAKEHASHI_MCP_ORIGINS": wrong})
