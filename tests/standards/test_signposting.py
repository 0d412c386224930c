"""The typed links are read by another's parser: FAIR Signposting, level 2; and the answers keep to RFC 9110."""

from __future__ import annotations

from collections.abc import Iterator

import extruct  # type: ignore[import-untyped]
import pytest
from signposting import Signposting, find_signposting_http_link  # type: ignore[import-untyped]
from signposting.linkset import LinksetJSON, _parse_linkset_json  # type: ignore[import-untyped]
from werkzeug.test import TestResponse

from app import create_app
from app.catalog.record import Access, State
from app.kernel.actor import SYSTEM, Role
from app.settings import Settings
from tests.factories import Portal, json_of, make_portal, package

PAGE = "/dataset/ward-population"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("signposting"))
    made.publish()
    yield made
    made.close()


def at(portal: Portal, path: str) -> str:
    return portal.services.site.absolute(path)


def ask(portal: Portal, path: str, **headers: str) -> TestResponse:
    return portal.client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def signposts(portal: Portal, path: str) -> Signposting:
    return find_signposting_http_link(ask(portal, path).headers.getlist("Link"), at(portal, path))


def test_the_page_names_its_files_descriptions_and_terms(published: Portal) -> None:
    found = signposts(published, PAGE)
    assert found.citeAs.target == at(published, f"{PAGE}/v/1")
    assert {str(each.target) for each in found.types} == {
        "https://schema.org/AboutPage",
        "https://schema.org/Dataset",
    }
    assert at(published, f"{PAGE}/data/population.csv") in {each.target for each in found.items}
    assert at(published, f"{PAGE}.ttl") in {each.target for each in found.describedBy}
    assert found.license.target == "https://creativecommons.org/licenses/by/4.0/"
    assert {each.target for each in found.authors} == {at(published, "/publisher/soumu")}


def test_every_target_of_the_page_answers(published: Portal) -> None:
    found = signposts(published, PAGE)
    targets = [each.target for each in (*found.items, *found.describedBy, *found.linksets, found.citeAs)]
    paths = [str(target).removeprefix(published.services.site.url) for target in targets]
    assert {path: ask(published, path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_the_linkset_leads_from_each_file_back_to_the_dataset(published: Portal) -> None:
    address = at(published, f"{PAGE}/linkset")
    answer = ask(published, f"{PAGE}/linkset")
    assert answer.content_type == "application/linkset+json"
    found = _parse_linkset_json(LinksetJSON(answer.text, answer.content_type, address, address))
    file = found.for_context(at(published, f"{PAGE}/data/population.csv"))
    assert file.collection.target == at(published, PAGE)


def test_a_search_engines_parser_finds_the_dataset_in_its_page(published: Portal) -> None:
    answer = ask(published, PAGE)
    found = extruct.extract(answer.text, base_url=at(published, PAGE), syntaxes=["json-ld"])["json-ld"]
    assert [each["@type"] for each in found] in (["Dataset"], [["Dataset"]])
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


def test_a_description_says_what_it_describes(published: Portal) -> None:
    assert {each.target for each in signposts(published, f"{PAGE}.ttl").describes} == {at(published, PAGE)}


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.ttl", f"{PAGE}/v/1.ttl", f"{PAGE}/linkset.json"])
def test_conditional_requests_and_head_agree_with_get(published: Portal, path: str) -> None:
    for _ in range(2):  # asked of the application, then of what is kept ready
        whole = ask(published, path)
        known = ask(published, path, If_None_Match=whole.headers["ETag"])
        head = published.client().head(path)
        assert (known.status_code, known.data, head.data) == (304, b"", b"")
        assert known.headers["ETag"] == head.headers["ETag"] == whole.headers["ETag"]
        assert head.headers["Content-Length"] == str(len(whole.data))


def test_a_negotiated_description_says_where_it_lies(published: Portal) -> None:
    answer = ask(published, PAGE, Accept="text/turtle")
    assert (answer.mimetype, answer.headers["Content-Location"]) == ("text/turtle", f"{PAGE}.ttl")
    assert set(answer.vary) == {"Accept", "Accept-Language", "Accept-Profile", "Cookie"}
    assert ask(published, PAGE, Accept="text/html").mimetype == "text/html"


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [(PAGE, "image/png", 406), (f"{PAGE}.foo", "*/*", 404), (f"{PAGE}/foo.json", "*/*", 404)],
)
def test_what_is_not_there_is_answered_with_what_is(published: Portal, path: str, accept: str, status: int) -> None:
    answer = ask(published, path, Accept=accept)
    assert answer.status_code == status
    assert f"{PAGE}.ttl" in {each["address"] for each in json_of(answer)["formats"]}


def test_the_unknown_extension_of_a_hidden_dataset_tells_nothing(published: Portal) -> None:
    published.publish(package(name="hidden"), access=Access.INTERNAL)
    hidden, unknown = ask(published, "/dataset/hidden.foo"), ask(published, "/dataset/nothing.foo")
    assert (hidden.status_code, hidden.data) == (unknown.status_code, unknown.data)


def test_an_answer_for_a_member_is_never_kept_for_others(published: Portal) -> None:
    published.publish(package(name="inside"), access=Access.INTERNAL)
    member = published.signed_in(Role.VIEWER)
    assert [member.get("/dataset/inside.ttl").status_code for _ in range(2)] == [200, 200]
    assert ask(published, "/dataset/inside.ttl").status_code == 404


def test_a_withdrawal_holds_at_once_in_every_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("withdrawn")
    portal = make_portal(folder)
    portal.publish()
    other = create_app(Settings(data_dir=folder / "var")).test_client()
    assert [other.get(path).status_code for path in (PAGE, f"{PAGE}.ttl") * 2] == [200] * 4
    portal.services.catalog.move(SYSTEM, "ward-population", State.WITHDRAWN, reason="誤り")
    assert [other.get(path).status_code for path in (PAGE, f"{PAGE}.ttl")] == [410, 410]
    portal.close()
