"""Questions that people bring to the page for SPARQL, each with the query that answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kernel.text import Text

# Those of the descriptions that queries most need; the page offers all of them.
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "csvw": "http://www.w3.org/ns/csvw#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "adms": "http://www.w3.org/ns/adms#",
    "prov": "http://www.w3.org/ns/prov#",
    "locn": "http://www.w3.org/ns/locn#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_USED = re.compile(r"(?<![\w<:#])([a-z]+):\w")


@dataclass(frozen=True, slots=True)
class Example:
    """A question and its query, with no more prefixes than it uses."""

    name: str
    title: Text
    query: str


def _example(name: str, ja: str, en: str, query: str) -> Example:
    used = set(_USED.findall(query))
    head = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in PREFIXES.items() if prefix in used)
    return Example(name, Text(ja, en), f"{head}\n{query.strip()}\n")


EXAMPLES = (
    _example(
        "latest",
        "最近更新されたデータセットは？",
        "Which datasets changed lately?",
        """
SELECT ?dataset ?title ?modified
WHERE {
  ?dataset a dcat:Dataset ; dct:title ?title ; dct:modified ?modified .
  FILTER(LANG(?title) = "ja")
}
ORDER BY DESC(?modified)
LIMIT 20
""",
    ),
    _example(
        "column",
        "「コード」の付く列を持つデータは？",
        "Which data has a column about codes?",
        """
SELECT ?dataset ?file ?name ?meaning
WHERE {
  ?dataset dcat:distribution ?file .
  ?file csvw:tableSchema/csvw:column ?column .
  ?column csvw:name ?name .
  OPTIONAL { ?column dct:description ?meaning . FILTER(LANG(?meaning) = "ja") }
  FILTER(CONTAINS(?name, "コード"))
}
ORDER BY ?dataset ?name
LIMIT 100
""",
    ),
    _example(
        "unit",
        "単位が「円」の列は？",
        "Which columns are in yen?",
        """
SELECT ?dataset ?file ?name
WHERE {
  ?dataset dcat:distribution ?file .
  ?file csvw:tableSchema/csvw:column ?column .
  ?column csvw:name ?name ; schema:unitText "円" .
}
LIMIT 100
""",
    ),
    _example(
        "area",
        "地域ごとのデータセットの数は？",
        "How many datasets are there about each area?",
        """
SELECT ?area ?name (COUNT(DISTINCT ?dataset) AS ?datasets)
WHERE {
  ?dataset a dcat:Dataset ; dct:spatial ?area .
  OPTIONAL { ?area locn:geographicName ?name . FILTER(LANG(?name) = "ja") }
}
GROUP BY ?area ?name
ORDER BY DESC(?datasets)
""",
    ),
    _example(
        "licence",
        "ライセンスごとのデータセットの数は？",
        "How many datasets have each licence?",
        """
SELECT ?licence ?name (COUNT(DISTINCT ?dataset) AS ?datasets)
WHERE {
  ?dataset a dcat:Dataset ; dcat:distribution/dct:license ?licence .
  OPTIONAL { ?licence dct:title ?name . FILTER(LANG(?name) = "ja") }
}
GROUP BY ?licence ?name
ORDER BY DESC(?datasets)
""",
    ),
    _example(
        "theme",
        "分野ごとのデータセットの数は？",
        "How many datasets are there on each theme?",
        """
SELECT ?theme ?name (COUNT(DISTINCT ?dataset) AS ?datasets)
WHERE {
  ?dataset a dcat:Dataset ; dcat:theme ?theme .
  OPTIONAL { ?theme skos:prefLabel ?name . FILTER(LANG(?name) = "ja") }
}
GROUP BY ?theme ?name
ORDER BY DESC(?datasets)
""",
    ),
    _example(
        "publisher",
        "組織ごとのデータセットとファイルの数は？",
        "How many datasets and files has each publisher?",
        """
SELECT ?name (COUNT(DISTINCT ?dataset) AS ?datasets) (COUNT(DISTINCT ?file) AS ?files)
WHERE {
  ?dataset a dcat:Dataset ; dct:publisher ?publisher ; dcat:distribution ?file .
  ?publisher foaf:name ?name .
  FILTER(LANG(?name) = "ja")
}
GROUP BY ?name
ORDER BY DESC(?datasets)
""",
    ),
    _example(
        "version",
        "データセットの版と、その公開日は？",
        "Which version is each dataset in, and since when?",
        """
SELECT ?dataset ?title ?version ?issued ?notes
WHERE {
  ?dataset a dcat:Dataset ; dct:title ?title ; dcat:version ?version ; dct:issued ?issued .
  OPTIONAL { ?dataset adms:versionNotes ?notes }
  FILTER(LANG(?title) = "ja")
}
ORDER BY DESC(xsd:integer(?version)) ?dataset
LIMIT 100
""",
    ),
    _example(
        "parquet",
        "Parquet で取得できるファイルと、その大きさは？",
        "Which files come as Parquet, and how large are they?",
        """
SELECT ?dataset ?address ?bytes
WHERE {
  ?dataset dcat:distribution ?file .
  ?file dcat:mediaType <http://www.iana.org/assignments/media-types/application/vnd.apache.parquet> ;
        dcat:downloadURL ?address ; dcat:byteSize ?bytes .
}
ORDER BY DESC(?bytes)
LIMIT 100
""",
    ),
    _example(
        "shared-columns",
        "二つ以上のデータセットに共通する列は？（結合の手がかり）",
        "Which columns do several datasets share, to join them by?",
        """
SELECT ?name (COUNT(DISTINCT ?dataset) AS ?datasets)
WHERE {
  ?dataset dcat:distribution/csvw:tableSchema/csvw:column/csvw:name ?name .
}
GROUP BY ?name
HAVING(COUNT(DISTINCT ?dataset) > 1)
ORDER BY DESC(?datasets) ?name
LIMIT 50
""",
    ),
    _example(
        "rdf",
        "題名・分野・キーワードを RDF で取り出すには？",
        "How do I fetch titles, themes and keywords as RDF?",
        """
CONSTRUCT {
  ?dataset dct:title ?title ; dcat:theme ?theme ; dcat:keyword ?keyword .
  ?theme skos:prefLabel ?label .
}
WHERE {
  ?dataset a dcat:Dataset ; dct:title ?title ; dcat:theme ?theme .
  ?theme skos:prefLabel ?label .
  OPTIONAL { ?dataset dcat:keyword ?keyword }
}
""",
    ),
)
