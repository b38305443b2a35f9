"""
Write the reference from the code: `python tools/reference.py [--check]`.

`docs/reference-commands.md` has every verb with its options, `docs/reference-addresses.md` every address of
our OpenAPI description, `docs/reference-python.md` the functions that other programs may rely on, and
`docs/dependencies.md` what is installed. `--check` writes nothing and says which are out of date.

They are read from the code, so that nothing can be forgotten; a test holds them against it.
"""

import argparse
import importlib
import inspect
import json
import os
import re
import sys
from argparse import SUPPRESS
from pathlib import Path

import sbom

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

#: What other programs may rely on: module, why one would use it, names.
PUBLIC = (
    ("release", "Open what was built.", ("open_store", "load_guests", "sums", "is_release")),
    ("releases", "Releases side by side.", ("Edition", "editions")),
    ("compare", "What changed from one release to another.", ("compare", "Comparison", "Change", "in_words")),
    ("whatif", "What would follow if: the question and the answer of a form.", ("Asker", "Answer")),
    ("rules", "Rules on a store of one's own.", ("read_rules", "apply")),
    ("build", "Make a release from Turtle.", ("build",)),
    ("build.shacl", "Validate any data against any shapes.", ("validate", "turtle", "Result", "Finding")),
    ("serve", "The site as a WSGI application.", ("create_app",)),
    ("serve.front", "The site and the endpoint as one WSGI application.", ("front",)),
    ("serve.offline", "The site as files.", ("write",)),
    ("exchange.writers", "A release in the formats of other people.", ("exports", "writers", "File")),
    ("exchange.importing", "Ontologies beside the graph.", ("import_into", "remove", "guests")),
    ("exchange.phenopackets", "Phenopackets as descriptions.", ("read", "of_terms", "describe")),
)
PACKAGE = "dystonia_kg"
MADE = "*Made from the code by `make reference`; a test holds it against the code.*"


def commands(release: Path) -> str:
    """Every verb, in the order of the alphabet, with all of its options."""
    from dystonia_kg.cli import parser
    from dystonia_kg.settings import PREFIX

    # What somebody has set for a server of theirs is no default of ours.
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    top = parser([])
    verbs = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    helps = {a.dest: a.help for a in verbs._choices_actions}
    parts = [
        "# Commands",
        "Every verb of the command line and all of its options. Answers go to standard output, progress to "
        "standard error. The exit code is 0 when all is well, 1 when something is wrong, 2 for misuse.",
        MADE,
        "| verb | what it does |\n|---|---|\n"
        + "\n".join(f"| [`{verb}`](#{verb}) | {_cell(helps[verb])} |" for verb in verbs.choices),
    ]
    for verb in verbs.choices:
        words = [verb, "--release", str(release)] if verb == "classify" else [verb]
        sub = next(a for a in parser(words)._actions if isinstance(a, argparse._SubParsersAction)).choices[
            verb
        ]
        rows = [
            f"| {_option(a)} | {_meaning(a)} |"
            for a in sub._actions
            if a.help is not SUPPRESS and a.dest != "help"
        ]
        told = f"## {verb}\n\n{_whole(sub.description)}"
        parts.append(told + ("\n\n| option | meaning |\n|---|---|\n" + "\n".join(rows) if rows else ""))
    return "\n\n".join(parts) + "\n"


def _option(action: argparse.Action) -> str:
    """An option or an operand as it is typed; what depends on the machine is left out."""
    value = action.metavar or (action.dest.upper().replace("-", "_") if action.nargs != 0 else "")
    if isinstance(value, tuple):
        value = " ".join(value)
    many = {"*": f"[{value} …]", "+": f"{value} …", "?": f"[{value}]"}.get(str(action.nargs), value)
    if not action.option_strings:
        return f"`{many}`"
    return ", ".join(f"`{name}{' ' + many if many else ''}`" for name in action.option_strings)


def _meaning(action: argparse.Action) -> str:
    # Placeholders stand for defaults, which may be folders of this machine.
    text = re.sub(r"\s*\(default %\(default\)s\)", "", action.help or "").replace("%%", "%")
    text = _cell(text)
    if action.choices is not None:
        text += "; one of " + ", ".join(f"`{one}`" for one in action.choices)
    default = action.default
    told = isinstance(default, (int, float, str)) and not isinstance(default, bool)
    if told and default != "" and default is not SUPPRESS and str(ROOT) not in str(default):
        text += f" (default `{default}`)" if "(default" not in text else ""
    elif isinstance(default, Path) and not default.is_absolute() and "(default" not in text:
        text += f" (default `{default}`)"
    if getattr(action, "required", False) and action.option_strings:
        text += "; has to be given"
    return text


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")


def _whole(text: str | None) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(text or "")).replace("<", "&lt;")


def addresses(release: Path) -> str:
    """Every address, with what it takes and in which forms it answers."""
    from dystonia_kg.serve import create_app

    described = json.loads(create_app(release).test_client().get("/openapi.json").data)
    rows = []
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            given = [p["name"] for p in one.get("parameters", []) if p["in"] == "query"]
            if "requestBody" in one:
                given.append("the body")
            forms = sorted(form for form in one["responses"]["200"].get("content", {}) if form != "*/*")
            rows.append(
                f"| `{method.upper()} {path}` | {_cell(one['summary'])} | "
                f"{', '.join(f'`{name}`' for name in given)} | {', '.join(forms)} |"
            )
    rows += [f"| `GET {path}` | {text} | | {form} |" for path, text, form in OPERATION]
    return (
        "\n\n".join(
            [
                "# Addresses",
                "Every address of the service. `/openapi.json` says the same to programs, with the type of each "
                "parameter. Errors are `application/problem+json`, or a page where HTML is preferred.",
                MADE,
                "Addresses of things (`/id/…`, `/ontology`, `/query/…`, and all others of the graph) are the row "
                "`/{path}`: 303 to the document of a thing, the document itself otherwise. The format is chosen by "
                "`Accept`, or by the ending `.html`, `.ttl`, `.jsonld`, `.nt`, `.rdf`; a profile by `_profile`.",
                "| address | what it is | parameters | forms |\n|---|---|---|---|\n" + "\n".join(rows),
            ]
        )
        + "\n"
    )


#: Answered before the application is reached, so OpenAPI, which anybody may read, does not tell of them.
OPERATION = (
    ("/health/live", "The process answers.", "application/json"),
    ("/health/ready", "A sound release is served; 503 until then.", "application/json"),
    ("/metrics", "Numbers for Prometheus; not passed on by the proxy.", "text/plain"),
)


def functions() -> str:
    """What other programs may rely on: signature and what it says of itself."""
    parts = [
        "# Python",
        "The functions and classes that other programs may rely on: their names and meaning change only with "
        "the first number of the version. Everything else is ours to change. What goes wrong is a "
        f"`{PACKAGE}.errors.Trouble` that says what, where, and what to do.",
        MADE,
    ]
    for name, why, members in PUBLIC:
        module = importlib.import_module(f"{PACKAGE}.{name}")
        parts.append(f"## {PACKAGE}.{name}\n\n{why}")
        for member in members:
            thing = getattr(module, member)
            parts.append(f"### {member}\n\n```\n{_signature(member, thing)}\n```\n\n{_whole(thing.__doc__)}")
            if inspect.isclass(thing) and not issubclass(thing, tuple):
                parts += [
                    f"`{member}.{_signature(key, method)}`: {_whole(method.__doc__)}"
                    for key, method in vars(thing).items()
                    if inspect.isfunction(method) and not key.startswith("_") and method.__doc__
                ]
    return "\n\n".join(parts) + "\n"


def _signature(name: str, thing) -> str:
    try:
        text = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return name
    # Versions of Python spell types differently; the last part of a name is what a reader needs.
    text = re.sub(r"\b(?:[a-z_]\w*\.)+([A-Za-z_]\w*)", r"\1", text)
    text = re.sub(r"<function <lambda> at [^>]*>|<function (\w+) at [^>]*>", lambda m: m[1] or "…", text)
    text = re.sub(r"'([^']+)'(?=[,)\]]| =)", r"\1", text) if "->" in text or "'" in text else text
    return name + text


def dependencies() -> str:
    """What is installed, under which licence."""
    return (
        "\n\n".join(
            [
                "# What is installed",
                "What a server consists of beside our own code, as pinned by SHA-256 in `requirements.lock`. The same "
                "list with all hashes is the bill of materials of each release (CycloneDX, `sbom.cdx.json`).",
                MADE,
                sbom.table().rstrip(),
                "Our code is MIT, our data CC BY 4.0. The editor of the query page is bundled from CodeMirror (MIT); "
                "its notices are beside it in `THIRD-PARTY-NOTICES.txt`. Programs that only tests use are extras of "
                "`pyproject.toml` and are not part of a server.",
            ]
        )
        + "\n"
    )


def made(release: Path) -> dict[str, str]:
    """File → what it should be."""
    return {
        "reference-commands.md": commands(release),
        "reference-addresses.md": addresses(release),
        "reference-python.md": functions(),
        "dependencies.md": dependencies(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say which are out of date")
    parser.add_argument("--release", type=Path, default=ROOT / "dist", help="a release of the graph")
    options = parser.parse_args()
    wrong = 0
    for name, text in made(options.release).items():
        path = DOCS / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        wrong += 1
        print(f"{path.relative_to(ROOT)}: {'out of date' if options.check else 'written'}", file=sys.stderr)
        if not options.check:
            path.write_text(text, encoding="utf-8")
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
