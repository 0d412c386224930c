"""What the endpoint says of itself (SPARQL 1.1 Service Description)."""

from __future__ import annotations

import pyoxigraph

from app.sparql.formats import OF_FORM

COUNT_GRAPHS = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g {} }"
PREFIXES = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
# No term counts named graphs, so that the extent says what it counts.
DESCRIPTION = """\
<{here}> a sd:Service ;
    sd:endpoint <{here}> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ;
    sd:resultFormat {formats} ;
    rdfs:label "データセットの説明への問い合わせ"@ja , "Queries about the datasets' descriptions"@en ;
    sd:defaultDataset [
        a sd:Dataset ;
        rdfs:comment "公開中のデータセットごとに、その URL を名前とするグラフが一つあります。"@ja ,
            "There is a graph for each public dataset, named by the dataset's address."@en ;
        sd:defaultGraph [ a sd:Graph ; rdfs:comment "すべてのグラフの和"@ja , "The union of all graphs"@en ] ;
        dct:extent [ a dct:SizeOrDuration ; rdf:value {graphs} ;
            rdfs:label "名前付きグラフ {graphs} 個"@ja , "{graphs} named graphs"@en ] ] .
"""
SYNTAXES = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


def describe_service(here: str, graphs: int, syntax: str) -> bytes:
    """Describe the endpoint at an address, over so many graphs, in one of `SYNTAXES`."""
    formats = dict.fromkeys(f"<{each.iri}>" for offered in OF_FORM.values() for each in offered)
    head = "".join(f"@prefix {prefix}: <{address}> .\n" for prefix, address in PREFIXES.items())
    turtle = head + DESCRIPTION.format(here=here, graphs=graphs, formats=" , ".join(formats))
    parsed = pyoxigraph.parse(turtle.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    triples = [quad.triple for quad in parsed]
    return pyoxigraph.serialize(triples, format=SYNTAXES[syntax], prefixes=PREFIXES) or b""
