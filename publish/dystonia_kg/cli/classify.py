"""Work out from a description what the rules conclude, under one scheme or all, and why.

What can be said of a description comes from the knowledge itself (shapes/what-if.ttl): its first line is
what is listed, the others are options.
"""

import argparse
import csv
import io
import json
import sys
from pathlib import Path

from pyoxigraph import NamedNode, Store

from ..errors import BadInput
from ..release import is_release, merged, open_store
from ..whatif import Answer, Asker
from . import home_option, release_option, tell

HELP = "work out what the rules conclude about a description"
READS_AHEAD = True

#: Descriptions that are handed to the rules together.
BATCH = 50


def options(sub: argparse.ArgumentParser, words: list[str]) -> None:
    where = argparse.ArgumentParser(add_help=False)
    home_option(where)
    release_option(where)
    found, _ = where.parse_known_args(words)
    home_option(sub)
    release_option(sub)
    store = _store(found)
    asker = Asker(store, "classify")
    first, *others = asker.question
    sub.add_argument(
        "listed", nargs="*", metavar=first.title.upper().replace(" ", "_"), help=first.description
    )
    for line in others:
        kind = {"action": "store_true"} if line.is_flag else {"action": "append", "nargs": "+"}
        if line.single and not line.is_flag:
            kind = {"nargs": 1}
        metavar = {} if line.is_flag else {"metavar": line.title.upper().replace(" ", "_")}
        sub.add_argument(f"--{line.key}", dest=f"line_{line.key}", help=line.description, **kind, **metavar)
    sub.add_argument(
        "--all", action="store_true", help="leave defaults open: every scheme instead of the default"
    )
    sub.add_argument("--json", action="store_true", help="answer in JSON")
    sub.add_argument(
        "--format", choices=["text", "json", "csv"], help="csv or json for many files; text is for people"
    )
    sub.add_argument(
        "--phenopacket",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="phenopackets (version 2, JSON), or folders of them",
    )
    sub.add_argument(
        "--hpo", metavar="TERMS", help="HPO terms, absent ones with !: HP:0000643,HP:0012048,!HP:0002530"
    )
    sub.set_defaults(asker=asker, store=store)


def run(options: argparse.Namespace) -> int:
    shape = options.format or ("json" if options.json else None)
    given = _given(options)
    if options.phenopacket:
        return _packets(options, given, shape)
    if options.hpo:
        from ..exchange import phenopackets

        packet = phenopackets.of_terms(options.hpo.split(","))
        answer = _answers(options, given, [("--hpo", packet)])[0]
        if isinstance(answer, BadInput):
            raise answer
    else:
        answer = options.asker.answer(given, use_defaults=not options.all)
    _show(options, answer, shape or "text")
    return 0


def _store(options: argparse.Namespace) -> Store:
    """The release if there is one; else the knowledge with its conclusions, fresh from the files."""
    if is_release(options.release):
        return open_store(options.release)
    from ..build.infer import infer
    from ..build.load import load

    knowledge = load(options.home)
    return merged([*knowledge.quads, *infer(knowledge.store(), knowledge.base)])


def _given(options: argparse.Namespace) -> dict[str, list[str]]:
    """Parameter → values, as the form names them."""
    first, *others = options.asker.question
    given = {first.key: options.listed} if options.listed else {}
    for line in others:
        said = getattr(options, f"line_{line.key}")
        if not said:
            continue
        given[line.key] = (
            ["true"]
            if line.is_flag
            else [v for many in said for v in ([many] if isinstance(many, str) else many)]
        )
    return given


def _answers(options, given, packets) -> list[Answer | BadInput]:
    """An answer for each (name, phenopacket), or what is wrong with it."""
    from pyoxigraph import Triple

    from ..exchange import phenopackets

    meaning = phenopackets.context(options.store)
    chosen = options.asker.understand(given, use_defaults=not options.all)
    answers: list[Answer | BadInput] = []
    described: list[tuple[int, NamedNode, list]] = []
    for number, (name, packet) in enumerate(packets):
        about = NamedNode(f"urn:x-description:{number}#it")
        answers.append(BadInput(""))
        try:
            if isinstance(packet, BadInput):
                raise packet
            triples = phenopackets.describe(packet, about, meaning, str(name))
            described.append((number, about, [*triples, *(Triple(about, p, o) for p, o in chosen)]))
        except BadInput as trouble:
            answers[number] = trouble
    if described:
        concluded = options.asker.conclude_all([(about, triples) for _, about, triples in described])
        for (number, _, _), answer in zip(described, concluded, strict=True):
            answers[number] = answer
    return answers


def _packets(options, given, shape) -> int:
    from ..exchange import phenopackets

    paths = list(phenopackets.files(options.phenopacket))
    if not paths:
        raise BadInput(f"{', '.join(map(str, options.phenopacket))}: no phenopackets (JSON files) there")
    rows: list[tuple[Path, Answer | BadInput]] = []
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        packets = []
        for path in batch:
            try:
                packets.append((path, phenopackets.read(path)))
            except BadInput as trouble:
                packets.append((path, trouble))
        rows += zip(batch, _answers(options, given, packets), strict=True)
        if len(paths) > BATCH:
            tell(f"{min(start + BATCH, len(paths))} of {len(paths)} files")
    if len(rows) == 1:
        _, answer = rows[0]
        if isinstance(answer, BadInput):
            raise answer
        _show(options, answer, shape or "text")
        return 0
    troubles = [(path, answer) for path, answer in rows if isinstance(answer, BadInput)]
    _table(rows, shape or "csv")
    for path, trouble in troubles:
        tell(str(trouble) if str(path) in str(trouble) else f"{path}: {trouble}")
    return 1 if troubles else 0


def _table(rows, shape: str) -> None:
    """One row for each file and result, or the same as JSON."""
    if shape == "json":
        told = [
            {"file": str(path), **({"error": str(a)} if isinstance(a, BadInput) else {"results": a.results})}
            for path, a in rows
        ]
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    flat = []
    for path, answer in rows:
        if isinstance(answer, BadInput):
            flat.append({"file": str(path), "error": str(answer)})
        else:
            flat += [{"file": str(path), **_flat(result)} for result in answer.results]
    names = list(dict.fromkeys(name for row in flat for name in row if name != "error")) + ["error"]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(flat)
    sys.stdout.write(text.getvalue())


def _flat(result: dict, before: str = "") -> dict:
    """A result as one row: lists joined by a bar, nested keys by a dot, sentences left to JSON."""
    row = {}
    for key, value in result.items():
        if isinstance(value, dict):
            row |= _flat(value, f"{before}{key}.")
        elif isinstance(value, list) and any(isinstance(v, dict) for v in value):
            continue
        else:
            row[before + key] = "|".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
    return row


def _plain(value) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _show(options, answer: Answer, shape: str) -> None:
    """One result alone, or the list of all, as it was asked for."""
    if shape == "json":
        single = not options.all and len(answer.results) == 1
        print(json.dumps(answer.results[0] if single else answer.results, indent=2, ensure_ascii=False))
    elif shape == "csv":
        _table([(Path("-"), answer)], "csv")
    else:
        for result in answer.results:
            print(_sentences(options.asker, result))
        print(options.asker.comment)


def _sentences(asker: Asker, result: dict) -> str:
    """A result as a person reads it: the first line that is a sentence, then each titled line of the form."""
    lines = []
    for line in asker.answer_lines:
        value = result
        for key in line.key.split("."):
            value = value[key]
        if line.is_nested:
            lines += [
                f"  {_mark(inner)} {next(v for v in inner.values() if isinstance(v, str))}" for inner in value
            ]
        elif line.title and value not in (None, []):
            lines.append(f"  {line.title}: {', '.join(value) if isinstance(value, list) else _plain(value)}")
        elif line.description and value:
            lines.append(str(value))
    return "\n".join([*lines, ""])


def _mark(inner: dict) -> str:
    holds = [v for v in inner.values() if v is None or isinstance(v, bool)]
    return {True: "yes ", False: "no  ", None: "open"}[holds[0] if holds else None]
