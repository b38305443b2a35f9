"""The words that SHACL is made of."""

from pyoxigraph import Literal, NamedNode

SHACL = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = NamedNode(RDF + "type")
FIRST = NamedNode(RDF + "first")
REST = NamedNode(RDF + "rest")
NIL = NamedNode(RDF + "nil")
CLASS = NamedNode(RDFS + "Class")
SUBCLASS = NamedNode(RDFS + "subClassOf")
IMPORTS = NamedNode("http://www.w3.org/2002/07/owl#imports")


def sh(name: str) -> NamedNode:
    """The SHACL term of this name."""
    return NamedNode(SHACL + name)


VIOLATION = sh("Violation")
BOOLEAN = NamedNode(XSD + "boolean")
TRUE = Literal("true", datatype=BOOLEAN)
FALSE = Literal("false", datatype=BOOLEAN)
