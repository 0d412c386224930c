"""The distributions of a dataset as DCAT-AP triples: files, their kinds, checksums and terms of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from app.catalog import vocabularies
from app.catalog.record import State
from app.kernel.text import Text, text_of
from app.metadata.graph_terms import LICENSE_TYPES, LICENSE_TYPES_SCHEME, LICENSE_TYPES_TITLE, license_types
from app.metadata.links import web_link
from app.metadata.rdf import (
    ADMS,
    DCAT,
    DCATAP,
    ODRL,
    SPDX,
    add_concept,
    add_languages,
    add_text,
    add_types,
    instant,
    name_concept,
    part,
)

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord
    from app.metadata.distributions import Distribution

FILE_TYPES = Text("ファイル形式", "File type")
STATUS = {
    State.DRAFT: "DEVELOP",
    State.IN_REVIEW: "DEVELOP",
    State.PUBLISHED: "COMPLETED",
    State.DEPRECATED: "DEPRECATED",
    State.WITHDRAWN: "WITHDRAWN",
}
AVAILABILITY = {
    State.DRAFT: "EXPERIMENTAL",
    State.IN_REVIEW: "EXPERIMENTAL",
    State.PUBLISHED: "STABLE",
    State.DEPRECATED: "AVAILABLE",
    State.WITHDRAWN: "TEMPORARY",
}


def add_distribution(triples: Graph, dataset: URIRef, record: DatasetRecord, given: Distribution) -> None:
    """Describe one file. Licence and rights stand here: DCAT-AP knows none on the dataset."""
    distribution = URIRef(given.id)
    triples.add((dataset, DCAT.distribution, distribution))
    triples.add((distribution, RDF.type, DCAT.Distribution))
    add_text(triples, distribution, DCT.title, given.title)
    add_text(triples, distribution, DCT.description, given.description or _description(record, given))
    triples.add((distribution, DCAT.accessURL, URIRef(given.page)))
    triples.add((distribution, DCAT.downloadURL, URIRef(given.download)))
    if given.size is not None and given.size >= 0:
        triples.add((distribution, DCAT.byteSize, Literal(given.size, datatype=XSD.nonNegativeInteger)))
    _add_dates(triples, distribution, record, given)
    add_languages(triples, distribution, record)
    _add_file_type(triples, distribution, given)
    _add_checksum(triples, distribution, given)
    _add_terms(triples, dataset, distribution, record)
    if given.file:
        # How long a file elsewhere will stay, its holder alone knows.
        lasting = AVAILABILITY[record.state]
        add_concept(triples, distribution, DCATAP.availability, vocabularies.availabilities(), lasting)
    add_concept(triples, distribution, ADMS.status, vocabularies.statuses(), STATUS[record.state])


def _add_dates(triples: Graph, distribution: URIRef, record: DatasetRecord, given: Distribution) -> None:
    if given.file and record.version:
        triples.add((distribution, DCT.issued, instant(record.version.published)))
        triples.add((distribution, DCT.modified, instant(record.version.published)))
    elif given.modified:
        triples.add((distribution, DCT.modified, instant(given.modified)))


def _add_file_type(triples: Graph, distribution: URIRef, given: Distribution) -> None:
    if not given.type:
        return
    media_type = URIRef(given.type.media_type_url)
    triples.add((distribution, DCAT.mediaType, media_type))
    add_types(triples, media_type, DCT.MediaType, DCT.MediaTypeOrExtent)
    if not given.type.eu_url:
        triples.add((distribution, DCT["format"], media_type))
        return
    kind, scheme = URIRef(given.type.eu_url), URIRef(f"{vocabularies.AUTHORITY}/file-type")
    triples.add((distribution, DCT["format"], kind))
    add_types(triples, kind, DCT.MediaTypeOrExtent, SKOS.Concept)
    triples.add((kind, SKOS.prefLabel, Literal(given.type.name, lang="en")))
    triples.add((kind, SKOS.inScheme, scheme))
    triples.add((scheme, RDF.type, SKOS.ConceptScheme))
    add_text(triples, scheme, DCT.title, FILE_TYPES)


def _add_checksum(triples: Graph, distribution: URIRef, given: Distribution) -> None:
    if not given.file:
        return
    checksum = URIRef(f"{given.id}-checksum")
    triples.add((distribution, SPDX.checksum, checksum))
    triples.add((checksum, RDF.type, SPDX.Checksum))
    triples.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    triples.add((checksum, SPDX.checksumValue, Literal(given.file.sha256, datatype=XSD.hexBinary)))
    triples.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))


def _add_terms(triples: Graph, dataset: URIRef, distribution: URIRef, record: DatasetRecord) -> None:
    rights, policy = part(dataset, "rights"), URIRef(f"{dataset}/policy.jsonld")
    triples.add((distribution, ODRL.hasPolicy, policy))
    triples.add((distribution, DCT.rights, rights))
    triples.add((rights, RDF.type, DCT.RightsStatement))
    add_text(triples, rights, RDFS.label, _rights(record))
    terms = record.license
    link = web_link(terms.url)
    if not (terms.eu_url or link or terms.title or terms.name):
        return
    document = URIRef(terms.eu_url or link or part(dataset, "license"))
    triples.add((distribution, DCT.license, document))
    triples.add((document, RDF.type, DCT.LicenseDocument))
    add_text(triples, document, DCT.title, terms.title or text_of(terms.name))
    if link and document != URIRef(link):
        triples.add((document, RDFS.seeAlso, URIRef(link)))
    for code, name in license_types(terms.name):
        kind = URIRef(f"{LICENSE_TYPES}/{code}")
        triples.add((document, DCT.type, kind))
        name_concept(triples, kind, URIRef(LICENSE_TYPES_SCHEME), name, LICENSE_TYPES_TITLE)


def _description(record: DatasetRecord, given: Distribution) -> Text:
    kind, title = f"{given.type.name} " if given.type else "", record.title or text_of(record.slug)
    return Text(f"「{title.get('ja')}」の{kind}ファイルです。", f"A {kind}file of “{title.get('en')}”.")


def _rights(record: DatasetRecord) -> Text:
    publisher, terms = record.publisher.title, record.license.title or text_of(record.license.name)
    if not terms:
        return Text(
            f"利用条件は{publisher.get('ja')}にお問い合わせください。",
            f"Ask {publisher.get('en')} for the terms of use.",
        )
    return Text(
        f"{publisher.get('ja')}が「{terms.get('ja')}」の条件で提供しています。",
        f"Provided by {publisher.get('en')} under the terms of {terms.get('en')}.",
    )
