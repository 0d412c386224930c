"""Policies in ODRL 2.2: read with the terms of W3C's context, they keep to the information model's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from app.catalog.record import AiUse, DatasetRecord, License
from app.catalog.vocabularies import licenses
from app.kernel.text import Text
from app.metadata.formats import odrl
from app.metadata.graph_vocabularies import VOCABULARIES
from app.metadata.rdf import ODRL
from tests.records import HOSTILE_TITLES, SITE, bare_record, sample_record
from tests.standards.dcat_graphs import full_record, linked_record

CC = Namespace("http://creativecommons.org/ns#")
TDM = Namespace("http://www.w3.org/ns/tdmrep#")
AI = Namespace("https://data.example.jp/ns/ai-uses#")
RULES = (ODRL.permission, ODRL.prohibition, ODRL.obligation)
# What http://www.w3.org/ns/odrl.jsonld says of the terms that a policy may use, so that no test needs the network.
_NODES = ("profile", "target", "assigner", "permission", "prohibition", "duty", "attributedParty", "consentingParty")
_NAMES = ("Offer", "Party", "use", "reproduce", "distribute", "derive", "attribute", "reviewPolicy", "obtainConsent")
CONTEXT = {
    "odrl": str(ODRL),
    "dct": "http://purl.org/dc/terms/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "uid": "@id",
    **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in _NODES},
    **{name: f"odrl:{name}" for name in (*_NAMES, "prohibit")},
    "action": {"@id": "odrl:action", "@type": "@vocab"},
    "conflict": {"@id": "odrl:conflict", "@type": "@vocab"},
}


def policy(record: DatasetRecord) -> Graph:
    document: dict[str, Any] = json.loads(odrl.render(record, SITE))
    assert document["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    document["@context"][0] = CONTEXT
    return Graph().parse(data=json.dumps(document), format="json-ld")


def licensed(name: str, **changes: Any) -> DatasetRecord:
    return sample_record(license=License(name, Text(en=name), "https://example.jp/terms"), **changes)


def actions(triples: Graph, kind: URIRef) -> set[URIRef]:
    return {
        URIRef(str(action)) for rule in triples.objects(None, kind) for action in triples.objects(rule, ODRL.action)
    }


def duties(triples: Graph, action: URIRef) -> set[URIRef]:
    return {
        URIRef(str(asked))
        for rule in triples.subjects(ODRL.action, action)
        for duty in triples.objects(rule, ODRL.duty)
        for asked in triples.objects(duty, ODRL.action)
    }


RECORDS = {
    "full": full_record(),
    "links": linked_record(),
    "bare": bare_record(),
    **{known.name: licensed(known.name, ai_use=use) for known, use in zip(licenses(), [*AiUse] * 9, strict=False)},
    **{f"hostile {number}": bare_record(title=Text(title)) for number, title in enumerate(HOSTILE_TITLES)},
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_policy_keeps_to_the_information_model(record: DatasetRecord) -> None:
    """ODRL 2.2, 2.1 and 2.5: an offer with a uid, an assigner and a rule; each rule with an action and a target."""
    triples = policy(record)
    (offer,) = triples.subjects(RDF.type, ODRL.Offer)
    assert str(offer) == f"https://data.example.jp/dataset/{record.path}/policy.jsonld"
    assert len(list(triples.objects(offer, ODRL.assigner))) == 1
    rules = [rule for kind in RULES for rule in triples.objects(offer, kind)]
    assert rules
    for rule in rules:
        assert len(list(triples.objects(rule, ODRL.action))) == 1
        assert list(triples.objects(rule, ODRL.target)) == [URIRef(f"https://data.example.jp/dataset/{record.path}")]
        assert list(triples.objects(rule, ODRL.assigner)) == list(triples.objects(offer, ODRL.assigner))
        for duty in triples.objects(rule, ODRL.duty):
            assert len(list(triples.objects(duty, ODRL.action))) == 1
    named = {str(node) for node in triples.all_nodes() if isinstance(node, URIRef)}
    assert all(name.startswith(("http://", "https://", "mailto:")) for name in named)


def test_attribution_is_a_duty_with_the_line_to_copy() -> None:
    document = odrl.render(licensed("CC-BY-4.0"), SITE).decode()
    assert duties(policy(licensed("CC-BY-4.0")), ODRL.distribute) == {ODRL.attribute}
    assert "出典：青葉市「青葉市の町別人口」（https://data.example.jp/dataset/aoba-population）" in document


def test_what_a_licence_forbids_is_a_prohibition_and_not_permitted() -> None:
    triples = policy(licensed("CC-BY-NC-ND-4.0"))
    assert actions(triples, ODRL.prohibition) == {ODRL.derive, CC.CommercialUse}
    assert actions(triples, ODRL.permission).isdisjoint({ODRL.derive, CC.CommercialUse})
    assert (None, ODRL.conflict, ODRL.prohibit) in triples


def test_public_domain_asks_for_nothing() -> None:
    triples = policy(licensed("CC0-1.0"))
    assert duties(triples, ODRL.use) == set()
    assert actions(triples, ODRL.prohibition) == set()


def test_unknown_terms_are_to_be_read_and_missing_ones_to_be_asked_for() -> None:
    assert duties(policy(licensed("made-up-terms")), ODRL.use) == {ODRL.reviewPolicy}
    assert duties(policy(bare_record()), ODRL.use) == {ODRL.obtainConsent}


@pytest.mark.parametrize(
    ("said", "free", "asked"),
    [
        ("", set(), set()),
        ("sometimes", set(), set()),
        (AiUse.ALL, {TDM.mine, AI.learn, AI.answer}, set()),
        (AiUse.INPUT, {AI.answer}, {AI.learn}),
        (AiUse.ASK, set(), {TDM.mine, AI.learn, AI.answer}),
    ],
)
def test_machines_may_do_what_the_publisher_said(said: str, free: set[URIRef], asked: set[URIRef]) -> None:
    triples = policy(licensed("CC0-1.0", ai_use=said))
    machines = actions(triples, ODRL.permission) & {TDM.mine, AI.learn, AI.answer}
    assert {action for action in machines if duties(triples, action) == {ODRL.obtainConsent}} == asked
    assert {action for action in machines if not duties(triples, action)} == free
    # `use` includes every action, so it must not stand where one of them needs consent.
    assert (ODRL.use in actions(triples, ODRL.permission)) == (not asked)


def test_actions_of_our_own_are_defined_where_they_point() -> None:
    triples = VOCABULARIES["/ns/ai-uses"](SITE)
    for action in (AI.learn, AI.answer):
        assert (action, RDF.type, ODRL.Action) in triples
        assert (action, ODRL.includedIn, ODRL.use) in triples
