"""
CURIEs and IRIs, as many ways as people write them.

The graph says how each vocabulary is abbreviated: `sh:declare` for its prefix and namespace, and,
where others write it differently, `idot:alternatePrefix` and `void:uriRegexPattern` (one group: the
local part) on a resource whose `vann:preferredNamespaceUri` is that namespace. `idot:preferredPrefix`
is what files for other people say, with the capitals they expect.
"""

import re
from dataclasses import dataclass, field

from pyoxigraph import Store

from ..ask import ask, prefixes

#: Where OBO files point when nothing else is said (the OBO Foundry's identifier policy).
OBO = "http://purl.obolibrary.org/obo/"

#: Prefixes that every exchange format speaks.
COMMON = {
    "dcterms": "http://purl.org/dc/terms/",
    "obo": OBO,
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_CURIE = re.compile(r"\A([A-Za-z_][\w.\-]*):(?!//)([^\s]+)\Z")
#: Addresses of resolvers, which take any prefix (identifiers.org, Bioregistry, Name-to-Thing).
_RESOLVED = re.compile(
    r"\Ahttps?://(?:www\.)?(?:identifiers\.org|bioregistry\.io|n2t\.net)/([A-Za-z][\w.\-]*)[:/](.+)\Z"
)
_PURL = re.compile(r"\Ahttps?://purl\.obolibrary\.org/obo/([A-Za-z][A-Za-z0-9.\-]*)_([^/#]+)\Z")
#: Some write the day of a vocabulary's release behind its prefix.
_DATED = re.compile(r"_\d{4}_\d\d_\d\d\Z")
_SPLIT = re.compile(r"\A(.*[#/_:])([^#/_:]+)\Z", re.DOTALL)


@dataclass
class Names:
    """Prefix table in both directions. `spoken` gives the prefix that files for others use."""

    namespaces: dict[str, str] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    variants: list[tuple[re.Pattern, str]] = field(default_factory=list)

    def __post_init__(self):
        for prefix, namespace in COMMON.items():
            self.namespaces.setdefault(prefix, namespace)
        self._folded = {prefix.casefold(): ns for prefix, ns in self.namespaces.items()}
        # In the namespace that all OBO ontologies share, a prefix we know may have an IRI of its own.
        self._known = tuple(sorted({ns for ns in self.namespaces.values() if ns.startswith("http")} - {OBO}))
        self._longest = sorted(
            {
                ns: self.spoken.get(ns, prefix)
                for prefix, ns in sorted(self.namespaces.items(), reverse=True)
            }.items(),
            key=lambda row: (-len(row[0]), row[0]),
        )

    def alias(self, prefix: str, namespace: str) -> None:
        """Another prefix that readers may meet."""
        self._folded.setdefault(prefix.casefold(), namespace)

    def expand(self, text: str, more: dict[str, str] | None = None, obo: bool = False) -> str:
        """The IRI that a CURIE or IRI stands for; what is neither comes back as it is.

        `more` is a file's own prefix table, which counts first. With `obo`, an unknown prefix is
        one of the OBO Foundry's.
        """
        found = _CURIE.match(text)
        if not found:
            return self.same(text)
        prefix, local = found.groups()
        if prefix.casefold() in ("http", "https", "urn"):
            return self.same(text)
        namespace = (more or {}).get(prefix) or self._namespace(prefix)
        if namespace:
            return self.same(namespace + local)
        return f"{OBO}{prefix}_{local}" if obo else text

    def same(self, iri: str) -> str:
        """The IRI as we write it, when this is another spelling of one.

        Other spellings are those that the graph states, the addresses of resolvers and of the OBO Foundry
        with a prefix that we know, and our own with the other of `http` and `https`.
        """
        if iri.startswith(self._known):
            return iri
        for pattern, namespace in self.variants:
            found = pattern.match(iri)
            if found:
                return namespace + found.group(1)
        found = _RESOLVED.match(iri) or _PURL.match(iri)
        if found:
            prefix, local = found.groups()
            namespace = self._namespace(prefix)
            # Where identifiers of a vocabulary hold its prefix, resolvers have it twice.
            return namespace + local.removeprefix(f"{prefix.upper()}:") if namespace else iri
        scheme, _, rest = iri.partition("://")
        if scheme in ("http", "https"):
            other = f"{'http' if scheme == 'https' else 'https'}://{rest}"
            if other.startswith(self._known):
                return other
        return iri

    def _namespace(self, prefix: str) -> str | None:
        """What a prefix stands for, however it is written."""
        found = self._folded.get(prefix.casefold())
        if found is None and _DATED.search(prefix):
            found = self._folded.get(_DATED.sub("", prefix).casefold())
        return found

    def compact(self, iri: str) -> str:
        """The CURIE with the longest namespace that fits, or the IRI itself."""
        prefix, local = self.split(iri)
        return f"{prefix}:{local}" if prefix else iri

    def split(self, iri: str) -> tuple[str, str]:
        """Prefix and local part; no prefix when no namespace fits (or what follows is not local)."""
        for namespace, prefix in self._longest:
            if iri.startswith(namespace) and iri != namespace:
                local = iri[len(namespace) :]
                if re.search(r"[/#\s]", local):
                    break
                if namespace == OBO and "_" in local:
                    prefix, _, local = local.rpartition("_")
                return prefix, local
        return "", iri

    def table(self, iris) -> dict[str, str]:
        """The part of the table that these IRIs need, by the prefix that is spoken."""
        needed = {}
        for iri in iris:
            prefix, local = self.split(iri)
            if prefix:
                needed[prefix] = iri[: len(iri) - len(local)]
        return dict(sorted(needed.items()))


def space(iri: str) -> str:
    """The namespace of an IRI: all up to its last `#`, `/`, `_` or `:`."""
    found = _SPLIT.match(iri)
    return found.group(1) if found else iri


def names_of(store: Store) -> Names:
    """The prefix table of a release, with other people's spellings."""
    spoken, variants, extra = {}, [], {}
    for row in ask(store, "spellings"):
        namespace = row["namespace"].value
        if row["preferred"] is not None:
            spoken[namespace] = row["preferred"].value
        if row["pattern"] is not None:
            variants.append((re.compile(row["pattern"].value), namespace))
        if row["alternate"] is not None:
            extra[row["alternate"].value] = namespace
    made = Names(prefixes(store), spoken, sorted(set(variants), key=lambda v: v[0].pattern))
    for prefix, namespace in spoken.items():
        made.alias(namespace, prefix)
    for prefix, namespace in extra.items():
        made.alias(prefix, namespace)
    return made
