"""What may be done with the data, for machines: an offer in ODRL 2.2 (w3.org/TR/odrl-model) as JSON-LD.

The licence gives the rules that its terms are known to have (`graph_terms.TERMS`); of others it is only said that they
are to be read or agreed first. What machines that learn may do is the publisher's word: mining is an action of the W3C
community's profile TDMRep, learning and answering are actions of our own, explained under `/ns/ai-uses`, because no
published vocabulary has them. Every rule names its target and its assigner, so that none has to be put together first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.catalog.record import AiUse
from app.kernel.text import Text, text_of
from app.metadata.format import Format
from app.metadata.graph_subjects import AI_USES
from app.metadata.graph_terms import TERMS
from app.metadata.links import mail_link, web_link
from app.metadata.rdf import clean, dataset_address

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.metadata.graph_terms import Terms

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
TDM_PROFILE = "http://www.w3.org/ns/tdmrep"
MINE = "tdm:mine"
# Actions of our own, in the space of `/ns/ai-uses`.
LEARN, ANSWER = "ai:learn", "ai:answer"
COMMERCE = "cc:CommercialUse"
# What the publisher wants to be asked for first. Mining is more than reading and less than learning: a publisher who
# parts the two has not said what it is to be counted as.
RESERVED = {
    AiUse.ALL: {MINE: False, LEARN: False, ANSWER: False},
    AiUse.INPUT: {LEARN: True, ANSWER: False},
    AiUse.ASK: {MINE: True, LEARN: True, ANSWER: True},
}

Rule = dict[str, Any]


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the policy as JSON-LD."""
    return (json.dumps(_policy(record, site), ensure_ascii=False, indent=1) + "\n").encode()


def _policy(record: DatasetRecord, site: Site) -> dict[str, Any]:
    dataset = dataset_address(record, site)
    publisher = site.absolute(addresses.publisher(record.publisher.slug))
    common = {"target": str(dataset), "assigner": publisher}
    machines = RESERVED.get(AiUse(record.ai_use), {}) if record.ai_use in set(AiUse) else {}
    terms = TERMS.get(record.license.name)
    context = {"ai": f"{site.absolute(AI_USES)}#", "cc": "http://creativecommons.org/ns#", "tdm": f"{TDM_PROFILE}#"}
    policy: dict[str, Any] = {
        "@context": [CONTEXT, context],
        "@type": "Offer",
        "uid": f"{dataset}/policy.jsonld",
        "dct:title": _words(_title(record)),
        **_source(record),
        "assigner": _assigner(record, publisher),
    }
    if machines:
        policy["profile"] = [TDM_PROFILE, site.absolute(AI_USES)]
    if forbidden := _forbidden(terms):
        # What a prohibition takes back stays forbidden where a wider permission includes it.
        policy["conflict"] = "prohibit"
        policy["prohibition"] = [{"action": action, **common} for action in forbidden]
    duties = _duties(record, terms, publisher, dataset)
    policy["permission"] = [
        *(_rule(action, common, duties) for action in _allowed(terms, everything=not any(machines.values()))),
        *_for_machines(machines, common, duties if terms else [], publisher),
    ]
    return policy


def _allowed(terms: Terms | None, *, everything: bool) -> tuple[str, ...]:
    """List what is permitted. `use` includes every other action, so it is left out where one is kept back."""
    whole = ("use",) if everything else ()
    if terms is None:
        return whole or ("reproduce", "distribute")
    derive = () if terms.no_derivatives else ("derive",)
    return (*whole, "reproduce", "distribute", *derive, *(() if terms.no_commerce else (COMMERCE,)))


def _forbidden(terms: Terms | None) -> tuple[str, ...]:
    if terms is None:
        return ()
    return (*(("derive",) if terms.no_derivatives else ()), *((COMMERCE,) if terms.no_commerce else ()))


def _duties(record: DatasetRecord, terms: Terms | None, publisher: str, dataset: str) -> list[Rule]:
    if terms is None:
        named = web_link(record.license.url) or record.license.name or record.license.title
        return [{"action": "reviewPolicy"}] if named else [_consent(publisher)]
    duties: list[Rule] = []
    if terms.attribution:
        credit = _words(_credit(record, dataset))
        duties.append({"action": "attribute", "attributedParty": publisher, "dct:description": credit})
    if terms.share_alike:
        duties.append({"action": "cc:ShareAlike"})
    return duties


def _for_machines(machines: dict[str, bool], common: Rule, duties: list[Rule], publisher: str) -> list[Rule]:
    """Say what machines may do; where they answer, they owe what people owe who pass the data on."""
    return [
        _rule(action, common, [_consent(publisher)] if reserved else duties if action == ANSWER else [])
        for action, reserved in machines.items()
    ]


def _rule(action: str, common: Rule, duties: list[Rule]) -> Rule:
    return {"action": action, **common, **({"duty": duties} if duties else {})}


def _consent(publisher: str) -> Rule:
    return {"action": "obtainConsent", "consentingParty": publisher}


def _source(record: DatasetRecord) -> Rule:
    """Point to the licence in the words of lawyers."""
    link = web_link(record.license.url) or record.license.eu_url
    return {"dct:source": {"@id": link}} if link else {}


def _assigner(record: DatasetRecord, publisher: str) -> Rule:
    party: Rule = {
        "uid": publisher,
        "@type": ["Party", "vcard:Organization"],
        "vcard:fn": _words(record.publisher.title or text_of(record.publisher.slug)),
    }
    mails = (mail_link(contact.email) for contact in (record.contact, record.publisher.contact))
    if mail := next(filter(None, mails), ""):
        party["vcard:hasEmail"] = {"@id": mail}
    return party


def _title(record: DatasetRecord) -> Text:
    title = record.title or text_of(record.name or record.slug)
    return Text(f"「{title.get('ja')}」の利用条件", f"Terms of use of “{title.get('en')}”")


def _credit(record: DatasetRecord, dataset: str) -> Text:
    """Write the line that those who pass the data on can copy."""
    title = record.title or text_of(record.name or record.slug)
    publisher = record.publisher.title or text_of(record.publisher.slug)
    terms = record.license.title or text_of(record.license.name)
    return Text(
        f"出典：{publisher.get('ja')}「{title.get('ja')}」（{dataset}）、{terms.get('ja')}",
        f"Source: {publisher.get('en')}, “{title.get('en')}” ({dataset}), {terms.get('en')}",
    )


def _words(text: Text) -> list[Rule]:
    return [{"@value": clean(words), "@language": language} for language, words in text.both()]


FORMAT = Format(
    name="odrl",
    title=Text("利用条件（ODRL 2.2）", "Terms of use (ODRL 2.2)"),
    media_type="application/ld+json",
    suffix="/policy.jsonld",
    standard="https://www.w3.org/TR/odrl-model/",
    profile=CONTEXT,
    render=render,
)
