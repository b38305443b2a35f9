"""
The bill of materials: what is in the server, from where, under which licence (CycloneDX 1.6, JSON).

`python tools/sbom.py OUT.json` writes it from requirements.lock and what the installed packages say of
themselves; `--table` prints the licences as Markdown. The same input gives the same bytes.
"""

import argparse
import json
import re
import sys
import tomllib
import uuid
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Where a package tells its licence only in a classifier: the SPDX name of it.
CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
}


def locked() -> dict[str, tuple[str, list[str]]]:
    """Package → version and the SHA-256 of its files, as pinned."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = {}
    for name, version, rest in re.findall(
        r"^([\w.-]+)==(\S+) \\\n((?:    --hash=.+\n?)+)", text, re.MULTILINE
    ):
        found[name] = (version, re.findall(r"sha256:([0-9a-f]{64})", rest))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """The licence as its SPDX expression, or in the words of the package."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return expression
    named = [c.rpartition(" :: ")[2] for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    known = sorted({CLASSIFIERS[n] for n in named if n in CLASSIFIERS})
    if known:
        return " OR ".join(known)
    words = (said.get("License") or "").strip().splitlines()
    return words[0] if words else ""


def needs(package: Distribution) -> list[str]:
    """What it requires here, without extras."""
    rows = [row for row in package.requires or () if "extra ==" not in row]
    return sorted({normal(re.match(r"[\w.-]+", row)[0]) for row in rows})


def bill() -> dict:
    """The document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(
        r'owl:versionInfo "([^"]+)"', (ROOT / "ontology" / "dystonia.ttl").read_text(encoding="utf-8")
    )[1]
    ours = f"pkg:pypi/{project['name']}@{version}"
    components, links = [], []
    pins = locked()
    for name, (pinned, digests) in sorted(pins.items()):
        reference = f"pkg:pypi/{name}@{pinned}"
        component = {
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": pinned,
            "purl": reference,
        }
        try:
            package = distribution(name)
        except PackageNotFoundError:
            package = None
        if package is not None:
            if said := licence(package):
                component["licenses"] = [_licence(said)]
            if summary := package.metadata.get("Summary"):
                component["description"] = summary
            above = [f"pkg:pypi/{one}@{pins[one][0]}" for one in needs(package) if one in pins]
            links.append({"ref": reference, "dependsOn": above})
        component["externalReferences"] = [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{name}/{pinned}/",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in digests],
            }
        ]
        components.append(component)
    direct = sorted(normal(re.match(r"[\w.-]+", row)[0]) for row in project["dependencies"])
    links.append(
        {"ref": ours, "dependsOn": [f"pkg:pypi/{one}@{pins[one][0]}" for one in direct if one in pins]}
    )
    body = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": project["name"],
                "version": version,
                "purl": ours,
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": components,
        "dependencies": sorted(links, key=lambda link: link["ref"]),
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    head = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **head, **body}


def _licence(said: str) -> dict:
    if re.fullmatch(r"[\w.+-]+", said):
        return {"license": {"id": said}}
    if re.fullmatch(r"\(?[\w.+-]+(\)? (AND|OR|WITH) \(?[\w.+-]+)+\)?", said):
        return {"expression": said}
    return {"license": {"name": said}}


def table() -> str:
    """Packages and licences, for people."""
    rows = ["| package | version | licence |", "|---|---|---|"]
    for component in bill()["components"]:
        said = next(iter(component.get("licenses", [])), {})
        words = (
            said.get("expression")
            or said.get("license", {}).get("id")
            or said.get("license", {}).get("name", "?")
        )
        rows.append(f"| {component['name']} | {component['version']} | {words} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    text = table() if options.table else json.dumps(bill(), indent=1, ensure_ascii=False) + "\n"
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
