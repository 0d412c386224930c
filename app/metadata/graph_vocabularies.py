"""The vocabularies that this portal itself gives addresses to, so that every term of its descriptions can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import RDF, SKOS, Graph, URIRef

from app.catalog import vocabularies
from app.catalog.meanings import MEANINGS
from app.kernel.text import Text, text_of
from app.metadata.graph_columns import MEANINGS_SPACE, add_meaning
from app.metadata.graph_quality import QUALITY, quality_vocabulary
from app.metadata.graph_subjects import AI_USES, GROUPS
from app.metadata.rdf import ODRL, add_text, add_types, name_concept, new_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.catalog.addresses import Site
    from app.catalog.vocabularies import Vocabulary

# ODRL has no actions for these (w3.org/TR/odrl-vocab); policies of datasets use them.
ACTIONS: Mapping[str, tuple[Text, Text]] = {
    "learn": (
        Text("機械学習", "Machine learning"),
        Text(
            "データを使って、機械学習モデルの重みを作る、または変えることです。",
            "Using the data to make or change the weights of a model that learns.",
        ),
    ),
    "answer": (
        Text("回答での参照", "Reading to answer"),
        Text(
            "学習済みのモデルが、検索や回答のためにデータを読み、その内容を示すことです。",
            "Reading the data with a trained model to search or to answer, and showing what it says.",
        ),
    ),
}


def _groups(site: Site) -> Graph:
    triples, known = new_graph(), vocabularies.groups()
    for code in known.concepts:
        concept = _add_concept(triples, known, code, site.absolute(GROUPS))
        if theme := vocabularies.themes().get(vocabularies.group_theme(code)):
            triples.add((concept, SKOS.relatedMatch, URIRef(theme.iri)))
    return triples


def _ai_uses(site: Site) -> Graph:
    triples, known = new_graph(), vocabularies.ai_uses()
    space = site.absolute(AI_USES)
    for code in known.concepts:
        concept = _add_concept(triples, known, code, space, kind=DCT.RightsStatement)
        add_text(triples, concept, SKOS.definition, vocabularies.ai_use_meaning(code))
    for code, (name, definition) in ACTIONS.items():
        action = URIRef(f"{space}#{code}")
        name_concept(triples, action, URIRef(space), name, known.title, kind=ODRL.Action)
        add_text(triples, action, SKOS.definition, definition)
        triples.add((action, ODRL.includedIn, ODRL.use))
    add_types(triples, URIRef(space), ODRL.Profile)
    return triples


def _meanings(site: Site) -> Graph:
    triples = new_graph()
    for code, meaning in MEANINGS.items():
        concept = add_meaning(triples, code, meaning, site)
        add_text(triples, concept, SKOS.definition, meaning.description)
        add_text(triples, concept, DCT.source, text_of(meaning.source))
    return triples


def _add_concept(triples: Graph, known: Vocabulary, code: str, space: str, *, kind: URIRef = SKOS.Concept) -> URIRef:
    concept = URIRef(f"{space}/{code}")
    name_concept(triples, concept, URIRef(space), known.concepts[code].title, known.title, kind=kind)
    return concept


# The path of each vocabulary's address -> what makes its graph.
VOCABULARIES: Mapping[str, Callable[[Site], Graph]] = {
    GROUPS: _groups,
    AI_USES: _ai_uses,
    MEANINGS_SPACE: _meanings,
    QUALITY: quality_vocabulary,
}


def is_term(triples: Graph, address: str) -> bool:
    """Say whether a vocabulary tells anything of an address."""
    return (URIRef(address), RDF.type, None) in triples
