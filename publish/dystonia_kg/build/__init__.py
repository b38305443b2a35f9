"""From a folder of Turtle to a release, in five steps."""

from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, parse

from ..ask import prefixes
from ..errors import Invalid, Unwritable
from ..release import filled, is_release
from ..replace import beside, seal, swap
from .catalogue import Others, catalogue, crate, version_of
from .describe import describe
from .dump import canonical, dump, merge, n_quads, n_triples
from .handbook import carry
from .infer import conclusions, infer
from .load import Knowledge, load
from .questions import examine
from .shacl import turtle
from .shacl.graph import Graph
from .tables import has_parquet, tables
from .validate import judge

#: Complaints that an error shows in full; the rest are counted.
SHOWN = 50


def build(
    home: Path,
    out: Path,
    tell: Callable[[str], None] = lambda _: None,
    more: Callable[[Path, Store], Others] = lambda _, __: {},
) -> Path:
    """Load, infer, validate, describe, dump; `out` is all that a server needs.

    `tell` hears one sentence for each step. `more` may write further files into the new release, given
    its folder and a store with its dataset, and says what they are. Raises a Trouble and leaves `out` as it
    was when the knowledge is not Turtle, breaks its shapes or answers its questions otherwise than
    expected, or when `out` is a folder with other things in it.
    """
    refuse_foreign(out)
    tell("reading the knowledge")
    return release(load(home), out, tell, more)[0]


def release(
    knowledge: Knowledge,
    out: Path,
    tell: Callable[[str], None] = lambda _: None,
    more: Callable[[Path, Store], Others] = lambda _, __: {},
) -> tuple[Path, list[Quad], Store]:
    """All but the reading: the release, the conclusions, and a store with all that was released.

    Raises what `build` raises.
    """
    store = knowledge.store()
    names = prefixes(store)
    tell(f"drawing conclusions from {len(store)} statements")
    inferred = infer(store, knowledge.base)
    tell(f"holding them and {len(inferred)} conclusions against the shapes and the questions")
    pages = canonical([*knowledge.told(), (conclusions(knowledge.base), [q.triple for q in inferred])])
    lines = merge(pages.values())
    whole = filled(
        parse(n_quads(pages), format=RdfFormat.N_QUADS), parse(n_triples(lines), format=RdfFormat.N_TRIPLES)
    )
    graph = Graph.of_lines(lines, whole)
    results = approve(knowledge, graph, whole, tell)
    tell("counting and writing")
    statistics = describe(graph, knowledge.base, names, version_of(store))
    del graph
    counts = canonical([(statistics[0].graph_name, [q.triple for q in statistics])])
    pages |= counts
    lines = merge([lines, *counts.values()])
    whole.extend(statistics)
    whole.extend(Quad(q.subject, q.predicate, q.object) for q in statistics)
    with beside(out) as folder:
        dump(pages, lines, folder, names)
        made = tables(whole, folder, knowledge.base)
        tell(
            f"{len(made)} tables, as CSV" + (" and Parquet" if has_parquet() else " (Parquet needs pyarrow)")
        )
        carry(knowledge.folder, folder)
        seal(folder)
        others = more(folder, whole)
        (folder / "catalog.ttl").write_bytes(catalogue(store, folder, knowledge.base, names, others))
        (folder / "validation.ttl").write_bytes(turtle(results))
        (folder / "ro-crate-metadata.json").write_bytes(crate(store, folder, knowledge.base, others))
        seal(folder)
        swap(folder, out)
    tell(f"{sum(map(len, pages.values()))} statements released in {out}")
    return out, inferred, whole


def approve(knowledge: Knowledge, graph: Graph, whole: Store, tell: Callable[[str], None]) -> list:
    """Hold the knowledge against its shapes, then its questions against the answers they expect.

    `graph` and `whole` hold the knowledge with its conclusions. The results of the validation, all of them
    less than violations, which `tell` hears. Raises Invalid.
    """
    verdict = judge(knowledge, graph)
    broken = [verdict.complaint(f) for f in verdict.findings if f.is_violation]
    if broken:
        raise _refusal(f"the knowledge breaks its shapes in {len(broken)} place(s)", broken)
    for finding in verdict.findings:
        tell(f"note: {verdict.complaint(finding)}")
    wrong = examine(knowledge, whole)
    if wrong:
        raise _refusal(f"{len(wrong)} question(s) are answered otherwise than expected", wrong)
    return verdict.results


def _refusal(what: str, complaints: list[str]) -> Invalid:
    more = f"\n… and {len(complaints) - SHOWN} more" if len(complaints) > SHOWN else ""
    return Invalid(f"{what}; nothing was written\n" + "\n".join(complaints[:SHOWN]) + more)


def refuse_foreign(out: Path) -> None:
    """A folder that exists must be an old release or empty: we replace it whole."""
    if out.exists() and not (out.is_dir() and (is_release(out) or not any(out.iterdir()))):
        raise Unwritable(
            f"{out}: there already, and not a release; choose another folder with --out, or remove it"
        )
