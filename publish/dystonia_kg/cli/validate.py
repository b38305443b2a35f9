"""Hold the knowledge, files beside it, or any data against shapes.

Without FILE, the knowledge itself with all that follows from it. With FILE, what these files add is
laid beside the knowledge and only what is wrong with things in them is told. With --shapes, the data
against these shapes alone, whatever they are about. The exit code is 0 when nothing is violated, 1 when
something is, 2 for misuse.
"""

import argparse
import json
import sys
from pathlib import Path

from . import home_option, tell

HELP = "hold the knowledge or your own files against shapes"


def options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="RDF files, known by their extension"
    )
    sub.add_argument(
        "--shapes", nargs="+", type=Path, metavar="FILE", help="validate against these shapes alone"
    )
    sub.add_argument("--format", choices=("text", "turtle", "json"), default="text", help="how to report")
    home_option(sub)


def run(options: argparse.Namespace) -> int:
    from ..build.validate import judge_against, judge_beside

    if options.shapes:
        verdict = judge_against(options.home, options.files, options.shapes, tell)
    else:
        verdict = judge_beside(options.home, options.files)
    sys.stdout.write(_FORMATS[options.format](verdict))
    return 0 if verdict.conforms else 1


def _text(verdict) -> str:
    findings = verdict.findings
    broken = sum(finding.is_violation for finding in findings)
    lines = [("" if f.is_violation else "note: ") + verdict.complaint(f) for f in findings]
    lines.append(
        f"{broken} violation(s), {len(findings) - broken} note(s)" if findings else "nothing is wrong"
    )
    return "\n".join(lines) + "\n"


def _turtle(verdict) -> str:
    from ..build.shacl import turtle

    return turtle(verdict.results).decode()


def _json(verdict) -> str:
    results = []
    for finding in verdict.findings:
        file, line = verdict.place(finding)
        results.append(
            {
                "severity": finding.severity,
                "focusNode": finding.focus,
                "path": finding.path or None,
                "value": finding.value or None,
                "sourceShape": finding.shape,
                "message": finding.message,
                "file": file,
                "line": line,
            }
        )
    return json.dumps({"conforms": verdict.conforms, "results": results}, ensure_ascii=False, indent=2) + "\n"


_FORMATS = {"text": _text, "turtle": _turtle, "json": _json}
