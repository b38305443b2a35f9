"""From a folder of Turtle to a release, in five steps."""

from collections.abc import Callable
from pathlib import Path

from ..ask import prefixes
from ..errors import Invalid, Unwritable
from ..release import is_release
from ..replace import beside, seal, swap
from .catalogue import catalogue, crate, version_of
from .describe import describe
from .dump import canonical, dump
from .infer import infer
from .load import load
from .shacl import turtle
from .tables import has_parquet, tables
from .validate import judge

#: Complaints that an error shows in full; the rest are counted.
SHOWN = 50


def build(home: Path, out: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Load, infer, validate, describe, dump; `out` is all that a server needs.

    `tell` hears one sentence for each step. Raises a Trouble and leaves `out` as it was when the
    knowledge is not Turtle, breaks its shapes, or `out` is a folder with other things in it.
    """
    refuse_foreign(out)
    tell("reading the knowledge")
    knowledge = load(home)
    store = knowledge.store()
    names = prefixes(store)
    tell(f"drawing conclusions from {len(store)} statements")
    inferred = infer(store, knowledge.base)
    tell(f"holding them and {len(inferred)} conclusions against the shapes")
    verdict = judge(knowledge, inferred)
    broken = [f for f in verdict.findings if f.is_violation]
    if broken:
        shown = "\n".join(verdict.complaint(f) for f in broken[:SHOWN])
        more = f"\n… and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
        raise Invalid(f"the knowledge breaks its shapes in {len(broken)} place(s); nothing was written\n{shown}{more}")
    for finding in verdict.findings:
        tell(f"note: {verdict.complaint(finding)}")
    tell("counting and writing")
    quads = canonical([*knowledge.quads, *inferred])
    quads += describe(quads, knowledge.base, names, version_of(store))
    quads = canonical(quads)
    with beside(out) as folder:
        dump(quads, folder, names)
        made = tables(quads, folder, knowledge.base)
        tell(f"{len(made)} tables, as CSV" + (" and Parquet" if has_parquet() else " (Parquet needs pyarrow)"))
        (folder / "catalog.ttl").write_bytes(catalogue(store, folder, knowledge.base, names))
        (folder / "validation.ttl").write_bytes(turtle(verdict.results))
        (folder / "ro-crate-metadata.json").write_bytes(crate(store, folder, knowledge.base))
        seal(folder)
        swap(folder, out)
    tell(f"{len(quads)} statements released in {out}")
    return out


def refuse_foreign(out: Path) -> None:
    """A folder that exists must be an old release or empty: we replace it whole."""
    if out.exists() and not (out.is_dir() and (is_release(out) or not any(out.iterdir()))):
        raise Unwritable(f"{out}: there already, and not a release; choose another folder with --out, or remove it")
