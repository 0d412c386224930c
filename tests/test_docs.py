"""What the code has stands in the docs, and what the docs say is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.agents.prompts import PROMPTS
from app.agents.tools import TOOLS
from app.catalog.addresses import Site
from app.cli import main
from app.identity.policy import POLICY, SCOPES, Action
from app.kernel.errors import AppError
from app.metadata.connecting import SNIPPETS
from app.metadata.registry import FORMATS
from app.publishing.problems import MESSAGES, problem
from app.settings import PREFIX, ROOT, Settings
from app.web.errors import STATUS
from docs import generate
from tests.unit.test_access import chosen

DOCS = ROOT / "docs"
PAGES = sorted((*ROOT.glob("*.md"), *DOCS.rglob("*.md")))
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
TOUR_ADDRESS = re.compile(r'"\$PORTAL(/[^"?]*)')
# Folders of somebody's machine, and where packages come from: neither is the reader's.
MACHINE = re.compile(r"(?<![\w.}])/(?:work|home|root|Users|mnt|opt|tmp)/")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted|npmjs|index-url|artifactory|devpi|(?<!/)\bregistry\.[a-z]", re.IGNORECASE
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("docs")))


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    return FENCE.sub("", text)


def blocks(text: str, language: str) -> list[str]:
    return [body for spoken, body in FENCE.findall(text) if spoken == language]


def cells(text: str) -> Iterator[list[str]]:
    for row in ROW.findall(prose(text)):
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]


def anchors(text: str) -> set[str]:
    titles = (title for _, title in HEADING.findall(prose(text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Map method and path, written as in the docs, to who may call."""
    found = {}
    for route in app.url_map.iter_rules():
        if route.endpoint == "static":
            continue
        declared = vars(app.view_functions[route.endpoint])["access_rule"]
        who = "everybody" if declared.action is None else f"`{declared.action}`"
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
            for path in chosen(route.rule):
                found[method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)] = who
    return found


def listed_paths(cell: str) -> Iterator[str]:
    """Read the addresses of a row. What stands in brackets may be left out."""
    for path in re.findall("`([^`]+)`", cell):
        optional = re.search(r"\[(.*?)\]", path)
        yield from [path.replace(optional[0], part) for part in ("", optional[1])] if optional else [path]


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert read(name) == generate.PAGES[name](), "run `python docs/generate.py`"


def test_every_setting_is_explained() -> None:
    explained = {row[0] for row in cells(read("settings.md"))}

    assert {f"`{PREFIX}{each.name.upper()}`" for each in fields(Settings)} <= explained


def test_every_error_is_listed_with_its_status() -> None:
    listed = {(row[0], row[1]) for row in cells(read("errors.md"))}

    assert {(f"`{kind.code}`", str(STATUS[kind])) for kind in AppError.__subclasses__()} <= listed


def test_every_problem_in_data_is_listed_in_both_languages() -> None:
    listed = {row[0]: row for row in cells(read("errors.md"))}

    assert MESSAGES
    for code, message in MESSAGES.items():
        shown = re.sub(r"\\(.)", r"\1", " ".join(listed[f"`{code}`"])).replace("&lt;", "<").replace("&amp;", "&")
        for text in (message.message, message.advice):
            assert text.ja
            assert text.en
            assert f"{text.ja}<br>{text.en}" in shown


def test_every_metadata_format_is_listed_with_its_address_and_type() -> None:
    listed = {tuple(row[2:4]) for row in cells(read("formats.md")) if len(row) > 3}

    assert {(f"`/dataset/{{slug}}{each.suffix}`", f"`{each.media_type}`") for each in FORMATS} <= listed


def test_the_api_page_lists_the_routes_that_there_are_and_who_may_call_them(app: Flask) -> None:
    rows = [row for row in cells(read("api.md")) if row[0].isupper()]

    assert {(row[0], path): row[2] for row in rows for path in listed_paths(row[1])} == routes(app)


def test_the_api_page_gives_each_action_the_roles_and_scopes_of_the_policy() -> None:
    rows = {row[0]: row for row in cells(read("api.md")) if len(row) == 3}

    for action in Action:
        _, roles, scopes = rows[f"`{action}`"]
        described = dict(re.findall(r"([a-z]+)( \(all\))?(?:[,;]|$)", roles)) if POLICY[action] else {}
        assert described == {
            role.value: " (all)" if reach == "all" else "" for role, reach in POLICY[action].items()
        }, action
        assert set(re.findall("`([a-z]+)`", scopes)) == {name for name, allowed in SCOPES.items() if action in allowed}


def test_every_command_is_explained_with_its_options() -> None:
    sections = dict(
        re.findall(r"^## `kakehashi ([a-z-]+)`\n(.*?)(?=^## |\Z)", read("cli.md"), re.MULTILINE | re.DOTALL)
    )

    assert sections.keys() == main.commands.keys()
    for name, command in main.commands.items():
        for option in (option for parameter in command.params for option in parameter.opts if option.startswith("--")):
            assert f"`{option}`" in sections[name], name


def test_every_tool_is_listed_with_its_arguments_and_every_prompt() -> None:
    listed = {row[0]: row[2] for row in cells(read("agents.md")) if len(row) == 3}

    for tool in TOOLS:
        arguments = set(tool.arguments.model_fields) - {"max_tokens"}
        assert set(re.findall("`([a-z_]+)`", listed[f"`{tool.name}`"])) == arguments, tool.name
    assert {f"`{name}`" for name in PROMPTS} <= set(re.findall("`[a-z_]+`", prose(read("agents.md"))))


def test_how_clients_connect_is_told_as_the_portal_tells_it() -> None:
    for each in SNIPPETS:
        assert each.at(Site("https://data.example.jp")) in blocks(read("agents.md"), each.language), each.client


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(prose(text)):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), link
        assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_folder_of_a_machine_or_a_package_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert MACHINE.findall(text) == []
    assert REGISTRY.findall(text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_json_in_the_docs_is_json(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "json"):
        json.loads(block)


def test_the_two_readmes_have_the_same_shape_and_the_same_commands() -> None:
    english, japanese = (page.read_text(encoding="utf-8") for page in READMES)

    assert [len(level) for level, _ in HEADING.findall(prose(english))] == [
        len(level) for level, _ in HEADING.findall(prose(japanese))
    ]
    for language in ("bash", "json", "text"):
        commands = [re.sub(r" +#.*", "", block) for block in blocks(english, language)]
        assert commands == [re.sub(r" +#.*", "", block) for block in blocks(japanese, language)]


def test_the_tour_of_the_readme_calls_addresses_that_exist_about_data_that_ships(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    addresses = TOUR_ADDRESS.findall(READMES[0].read_text(encoding="utf-8"))

    assert len(addresses) > 5
    for address in addresses:
        method = "POST" if address.endswith(("/submissions", "/mcp")) else "GET"
        _, values = adapter.match(address, method=method)
        assert "slug" not in values or (ROOT / "datasets" / values["slug"] / "datapackage.json").is_file()


def test_the_problem_that_the_readme_shows_is_one_of_ours() -> None:
    (shown,) = (json.loads(block) for block in blocks(READMES[0].read_text(encoding="utf-8"), "json"))
    made = problem(shown["code"], row=shown["row"], value=shown["value"], number=4)

    assert {"ja": made.message.ja, "en": made.message.en} == shown["message"]
    assert {"ja": made.advice.ja, "en": made.advice.en} == shown["advice"]
