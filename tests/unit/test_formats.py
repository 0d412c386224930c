"""Formats, their registry and service, and the vocabularies they speak."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rdflib import DCTERMS

from app.catalog.addresses import Site
from app.catalog.record import License, Link, VersionRecord
from app.catalog.vocabularies import (
    FOLDER,
    access_rights,
    availabilities,
    file_type,
    file_types,
    frequencies,
    frequency_of,
    languages,
    license_of,
    licenses,
    statuses,
    theme_of,
    themes,
)
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.citation import citation
from app.metadata.distributions import distributions
from app.metadata.format import Format
from app.metadata.formats import datapackage
from app.metadata.graph import graph
from app.metadata.links import email_address, mail_link, web_link
from app.metadata.rdf import DCATAP, dataset_address, instant
from app.metadata.registry import FORMATS, by_name
from app.metadata.service import Descriptions
from app.metadata.versions import version_name
from tests.golden.rewrite import RECORDS, golden_file, rendered
from tests.records import SITE, draft_record, sample_record

CC_BY = "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"


@pytest.mark.parametrize("described_as", FORMATS, ids=lambda known: known.name)
@pytest.mark.parametrize("name", RECORDS)
def test_the_bytes_are_those_of_the_golden_file(name: str, described_as: Format) -> None:
    assert rendered(RECORDS[name], described_as).decode() == golden_file(name, described_as).read_bytes().decode()


@pytest.mark.parametrize("described_as", FORMATS, ids=lambda known: known.name)
def test_a_format_is_found_by_its_name(described_as: Format) -> None:
    assert by_name(described_as.name) is described_as


def test_an_unknown_format_is_not_found() -> None:
    assert by_name("x") is None
    with pytest.raises(NotFound):
        Descriptions(SITE).render(sample_record(), "x")


def test_a_description_is_rendered_once_for_a_state_of_the_dataset() -> None:
    descriptions = Descriptions(SITE)
    first = descriptions.render(sample_record(), "dcat")
    assert descriptions.render(sample_record(), "dcat") is first
    assert descriptions.render(sample_record(title=Text("別の題名"), revision=8), "dcat").etag != first.etag


def test_the_etag_is_strong_and_belongs_to_one_format() -> None:
    described = [Descriptions(SITE).render(sample_record(), known.name) for known in FORMATS]
    assert [each.etag for each in described] == [hashlib.sha256(each.body).hexdigest() for each in described]
    assert len({each.etag for each in described}) == len(FORMATS)


def test_another_site_gets_descriptions_of_its_own() -> None:
    there = Descriptions(Site("https://other.example.jp")).render(sample_record(), "datapackage")
    assert json.loads(there.body)["id"] == "https://other.example.jp/dataset/aoba-population"


def test_the_oldest_description_makes_room_for_the_newest() -> None:
    size = len(datapackage.render(sample_record(), SITE))
    descriptions = Descriptions(SITE, room=2 * size)
    first, second, _ = (descriptions.render(sample_record(revision=number), "datapackage") for number in (1, 2, 3))
    assert descriptions.render(sample_record(revision=2), "datapackage") is second
    assert descriptions.render(sample_record(revision=1), "datapackage") is not first


def test_a_description_larger_than_the_room_is_served_and_not_kept() -> None:
    descriptions = Descriptions(SITE, room=1)
    first = descriptions.render(sample_record(), "dcat")
    again = descriptions.render(sample_record(), "dcat")
    assert again == first
    assert again is not first


def test_threads_share_descriptions_and_never_overfill_the_room() -> None:
    size = len(datapackage.render(sample_record(), SITE))
    descriptions = Descriptions(SITE, room=3 * size)
    records = [sample_record(revision=number % 7) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda record: descriptions.render(record, "datapackage").body, records))
    assert len(bodies) == 1
    assert descriptions._used == sum(len(kept.body) for kept in descriptions._kept.values()) <= 3 * size


def test_files_elsewhere_changed_when_their_holder_says_and_not_when_they_were_imported() -> None:
    there = datetime(2019, 3, 31, 20, tzinfo=UTC)
    record = sample_record(resources=(), source_issued=there, issued=there, source_modified=there)
    triples = graph(record, SITE)
    assert triples.value(dataset_address(record, SITE), DCTERMS.modified) == instant(there)
    # That moment is April in Japan.
    assert (citation(record, SITE).changed, citation(record, SITE).issued) == (date(2019, 4, 1), date(2019, 4, 1))


def test_how_long_a_file_elsewhere_stays_is_not_said() -> None:
    record = sample_record(resources=())
    assert not list(graph(record, SITE).objects(None, DCATAP.availability))


def test_a_name_in_japanese_is_not_said_to_be_english() -> None:
    link = Link("町の境界", "https://example.jp/a.csv")
    (found,) = distributions(sample_record(resources=(), links=(link,)), SITE)
    assert found.title == Text("町の境界")


def test_there_is_no_data_package_before_the_first_version() -> None:
    with pytest.raises(NotFound):
        Descriptions(SITE).render(draft_record(), "datapackage")


def test_the_default_language_of_a_descriptor_comes_first() -> None:
    record = sample_record(languages=("en", "ja"))
    descriptor = datapackage.descriptor(record, SITE)
    assert (descriptor["languages"], descriptor["title"]) == (["en", "ja"], record.title.en)
    assert descriptor["title@ja"] == record.title.ja


def test_terms_without_an_open_definition_id_are_given_by_their_address() -> None:
    descriptor = datapackage.descriptor(sample_record(license=license_of("PDL1.0")), SITE)
    assert "name" not in descriptor["licenses"][0]
    assert descriptor["licenses"][0]["path"].endswith("/public_data_license_v1.0")


def test_terms_with_neither_id_nor_address_are_left_out() -> None:
    descriptor = datapackage.descriptor(sample_record(license=License(title=Text("窓口で確認"))), SITE)
    assert "licenses" not in descriptor


def test_an_address_that_is_no_web_address_is_left_out_of_the_terms() -> None:
    descriptor = datapackage.descriptor(sample_record(license=License("X-1.0", url="file:///etc/passwd")), SITE)
    assert descriptor["licenses"] == [{"name": "X-1.0"}]


def test_a_version_is_called_by_its_label_else_by_its_number() -> None:
    published = sample_record().created
    assert version_name(VersionRecord("v", 3, published)) == "3.0.0"
    assert version_name(VersionRecord("v", 3, published, label="2026-04")) == "2026-04"


@pytest.mark.parametrize(
    ("written", "linked"),
    [
        ("https://example.jp/a?b=1#c", "https://example.jp/a?b=1#c"),
        ("HTTPS://example.jp/東京", "https://example.jp/東京"),
        ("https://example.jp/a b", ""),
        ("https://x/\u2028", ""),
        ("javascript:alert(1)", ""),
        ("//example.jp/", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(written: str, linked: str) -> None:
    assert web_link(written) == linked


def test_an_email_address_cannot_smuggle_headers_into_a_link() -> None:
    assert mail_link("a+b@example.jp") == "mailto:a+b@example.jp"
    assert mail_link("a@example.jp?bcc=b@example.jp") == ""
    assert mail_link("a@example.jp\nBcc: b@example.jp") == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("毎日", "DAILY"),
        ("月次", "MONTHLY"),
        ("１か月ごと", "MONTHLY"),
        ("1ヶ月に1回", "MONTHLY"),
        ("3月ごと", "QUARTERLY"),
        ("四半期に一回", "QUARTERLY"),
        ("4回/年", "QUARTERLY"),
        ("半年ごと", "ANNUAL_2"),
        ("年に２回程度", "ANNUAL_2"),
        ("毎年度", "ANNUAL"),
        ("年１回（３月頃）", "ANNUAL"),
        ("概ね5年ごと", "QUINQUENNIAL"),
        ("随時", "IRREG"),
        ("更新無", "NEVER"),
        ("R/P1W", "WEEKLY"),
        ("twice a year", "ANNUAL_2"),
        ("http://publications.europa.eu/resource/authority/frequency/DAILY", "DAILY"),
        ("3月", ""),
        ("1回/6～7年", ""),
        ("そのうち", ""),
        ("", ""),
    ],
)
def test_a_frequency_is_recognised_in_the_words_that_bureaus_use(words: str, code: str) -> None:
    assert frequency_of(words) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [("SOCI", "SOCI"), ("人口・社会", "SOCI"), ("Transport", "TRAN"), ("防災", "JUST"), ("その他", "")],
)
def test_a_theme_is_recognised_by_code_and_name(words: str, code: str) -> None:
    assert theme_of(words) == code


@pytest.mark.parametrize(
    ("name", "url", "title"),
    [
        ("CC-BY-4.0", "", ""),
        ("cc by 4.0", "", ""),
        ("", "http://www.creativecommons.org/licenses/by/4.0/deed.ja", ""),
        ("cc-by", "https://creativecommons.org/licenses/by/4.0/legalcode.ja", ""),
        ("https://creativecommons.org/licenses/by/4.0", "", ""),
        ("", "", "クリエイティブ・コモンズ　表示　４．０　国際"),
        ("", CC_BY, ""),
    ],
)
def test_a_license_is_recognised_by_id_address_and_title(name: str, url: str, title: str) -> None:
    assert (license_of(name, url, title).name, license_of(name, url, title).eu_url) == ("CC-BY-4.0", CC_BY)


def test_an_unversioned_license_name_is_kept_and_not_guessed() -> None:
    assert license_of("cc-by", "https://example.jp/terms", "利用規約") == License(
        "cc-by", Text(ja="利用規約"), "https://example.jp/terms"
    )


def test_every_license_is_recognised_by_its_own_name_and_address() -> None:
    assert [license_of(known.name) for known in licenses()] == list(licenses())
    assert [license_of(url=known.url) for known in licenses()] == list(licenses())


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("csv", "CSV"),
        (".CSV", "CSV"),
        ("text/csv; charset=utf-8", "CSV"),
        ("application/vnd.apache.parquet", "Parquet"),
        ("geojson", "GeoJSON"),
        ("application/zip", "ZIP"),
        ("GTFS", "GTFS"),
        ("ｊｐｇ", "JPEG"),
    ],
)
def test_a_file_type_is_recognised_by_name_suffix_and_media_type(words: str, name: str) -> None:
    found = file_type(words)
    assert found is not None
    assert found.name == name


def test_an_unknown_file_type_is_none() -> None:
    assert file_type("xisx") is None
    assert file_type("") is None


def test_every_concept_is_found_by_its_code_address_and_names() -> None:
    for vocabulary in (themes(), frequencies(), languages(), access_rights(), availabilities(), statuses()):
        for concept in vocabulary.concepts.values():
            names = (concept.code, concept.iri, concept.title.ja, concept.title.en)
            assert [vocabulary.find(name) for name in names] == [concept] * 4


# Some tables hold other facts than words for a thing.
WITH_WORDS = [path for path in sorted(FOLDER.glob("*.json")) if '"words":' in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("table", WITH_WORDS, ids=lambda path: path.stem)
def test_no_synonym_stands_twice_in_a_table(table: Path) -> None:
    read = json.loads(table.read_text(encoding="utf-8"))
    entries = read if isinstance(read, list) else read["concepts"].values()
    words = [word.casefold() for entry in entries for word in entry["words"]]
    assert len(words) == len(set(words))


def test_every_file_type_is_recognised_by_its_name() -> None:
    assert [file_type(known.name) for known in file_types()] == list(file_types())


@pytest.mark.parametrize("words", ["operator@localhost", "a..b@example.jp", "a@b.c", "山@例.jp", "a b@example.jp", ""])
def test_what_readers_refuse_as_an_address_is_left_out(words: str) -> None:
    assert email_address(words) == ""


@pytest.mark.parametrize("words", ["data@example.jp", "s-12.x+y@soumu.metro.example.jp"])
def test_an_address_is_kept(words: str) -> None:
    assert email_address(words) == words
