"""
Run what a document shows, and see whether what it shows is what happens.

`python -m tests.docs.runner docs/ask.md --release dist` tells where they differ; with `--write` the outputs
in the document become those that were seen.

In a document, in order, in one fresh folder that holds a copy of the tree and a release in `dist`:

* a fence marked `console`: lines after `$ ` are commands (lines after `> ` go on with them), the others what
  they print. `dystonia-kg serve` and `make serve` go on in the background until the document ends. Every
  command must succeed; one that is meant to fail says so (`; echo "exit code $?"`).
* a fence marked `python`: run in one interpreter for the whole document; a fence marked `text` after it is
  what it prints.
* an indented block that begins with `make serve`: that is done.
* `file=NAME` or `append=NAME` behind the mark of any fence: its text is written to that file.

`…` stands for any text in a line, alone in a line for any lines. Port 8000 and its neighbours are replaced by
free ones, /srv/… and /opt/… by places in the folder.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
#: What a copy of the tree needs; what is built, installed or downloaded stays where it is.
TREE = ("publish", "ontology", "data", "shapes", "docs", "examples", "tests", "tools", "deploy", "frontend",
        "Makefile", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "LICENSE-DATA",
        "requirements.lock", "hatch_build.py", "CITATION.cff")  # fmt: skip
LEFT = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc", ".pytest_cache")
#: Seconds that one command may take on a slow machine.
PATIENCE = 600
SERVERS = ("dystonia-kg serve", "make serve")
ANY = "…"

#: Runs pieces of Python one after another in the same names, each told what it printed.
INTERPRETER = """
import contextlib, io, json, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    said, failed = io.StringIO(), False
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(json.loads(line), "<document>", "exec"), names)
        except Exception:
            failed = True
            said.write(traceback.format_exc())
    print(json.dumps([said.getvalue(), failed]), flush=True)
"""


@dataclass
class Step:
    """One thing to do: a command, a piece of Python, or a file to write; and what it is said to print."""

    kind: str
    text: str
    shown: list[str] = field(default_factory=list)
    #: Lines of the document that hold what is printed, first and one after the last.
    lines: tuple[int, int] = (0, 0)
    path: str = ""


def steps(text: str) -> list[Step]:
    """What a document tells its reader to do, in order."""
    found: list[Step] = []
    before = None
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "code_block" and re.match(r"make serve\b", token.content):
            found.append(Step("command", "make serve"))
        if token.type != "fence" or not token.info:
            continue
        mark, *rest = token.info.split()
        options = dict(one.split("=", 1) for one in rest if "=" in one)
        first = token.map[0] + 1
        if "file" in options or "append" in options:
            kind = "file" if "file" in options else "append"
            found.append(Step(kind, token.content, path=options[kind]))
        elif mark == "console":
            found += _commands(token.content, first)
        elif mark == "python":
            found.append(Step("python", token.content))
        elif mark == "text" and before == "python":
            lines = token.content.splitlines()
            found[-1].shown, found[-1].lines = lines, (first, first + len(lines))
        before = mark
    return found


def _commands(content: str, first: int) -> list[Step]:
    made: list[Step] = []
    for number, line in enumerate(content.splitlines(), first):
        if line.startswith("$ "):
            made.append(Step("command", line[2:], lines=(number + 1, number + 1)))
        elif not made:
            raise ValueError(f"line {number + 1}: a console begins with a command")
        elif line.startswith("> ") and not made[-1].shown:
            made[-1].text += "\n" + line[2:]
            made[-1].lines = (number + 1, number + 1)
        else:
            made[-1].shown.append(line)
            made[-1].lines = (made[-1].lines[0], number + 1)
    return made


def alike(shown: list[str], seen: str) -> bool:
    """Is what was seen what is shown, where … may stand for anything?"""
    pattern = ""
    for line in _trimmed("\n".join(shown)):
        if line.strip() == ANY:
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split(ANY)) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in _trimmed(seen))) is not None


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def needs(document: str) -> set[str]:
    """Programs and modules that a document uses and that this machine has not."""
    lacking = set()
    for step in steps(document):
        if step.kind == "python":
            for name in re.findall(r"^(?:from|import) (\w+)", step.text, re.MULTILINE):
                if importlib.util.find_spec(name) is None:
                    lacking.add(name)
        if step.kind == "command":
            first = re.findall(r"(?:^|\| )([\w-]+)", step.text)
            lacking |= {
                one for one in first if one in ("curl", "make", "sha256sum", "jq") and not shutil.which(one)
            }
    return lacking


class Workshop:
    """A fresh folder in which a document is tried; whatever it started ends with it."""

    def __init__(self, folder: Path, release: Path, tree: Path = ROOT):
        self.folder = folder
        self.ports: dict[str, int] = {}
        self.servers: list[tuple[subprocess.Popen, threading.Thread]] = []
        self.interpreter: subprocess.Popen | None = None
        for name in TREE:
            path = tree / name
            if path.is_dir():
                shutil.copytree(path, folder / name, ignore=LEFT)
            elif path.exists():
                shutil.copy2(path, folder / name)
        shutil.copytree(release, folder / "dist")
        # The Makefile installs when pyproject.toml is newer than its environment; ours is there already.
        (folder / ".venv").symlink_to(sys.prefix)
        os.utime(folder / "pyproject.toml", (0, 0))
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("DYSTONIA_KG_", "PYTEST_"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": str(folder / "publish"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "DYSTONIA_KG_PORT": str(self._port("8000")),
        }

    def _port(self, shown: str) -> int:
        if shown not in self.ports:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.ports[shown] = probe.getsockname()[1]
        return self.ports[shown]

    def here(self, text: str) -> str:
        """A command as it has to be said in this folder."""
        text = re.sub(
            r"((?:localhost|127\.0\.0\.1):|--port[ =])(80\d\d)\b",
            lambda m: m[1] + str(self._port(m[2])),
            text,
        )
        return re.sub(r"(?<![\w.])/(srv|opt)/", lambda m: f"{self.folder}/{m[1]}/", text)

    def there(self, text: str) -> str:
        """What was printed as it would be said elsewhere."""
        for shown, port in self.ports.items():
            text = re.sub(rf"(?<=:){port}\b", shown, text)
        for name in ("srv", "opt"):
            text = text.replace(f"{self.folder}/{name}/", f"/{name}/")
        return text.replace(f"{self.folder}/", "")

    def do(self, step: Step) -> tuple[str, bool]:
        """Do one step: what it printed, and whether it went well."""
        if step.kind in ("file", "append"):
            path = self.folder / self.here(step.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w" if step.kind == "file" else "a", encoding="utf-8") as file:
                file.write(self.here(step.text))
            return "", True
        if step.kind == "python":
            return self._python(step.text)
        if step.text.startswith(SERVERS) and " | " not in step.text:
            return self._serve(step.text)
        # In a pipe it is a matter of luck who prints first, so what is said on standard error comes last.
        apart = subprocess.PIPE if " | " in step.text else subprocess.STDOUT
        done = subprocess.run(
            ["bash", "-c", self.here(step.text)],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=apart,
            text=True,
            timeout=PATIENCE,
        )
        return self.there(done.stdout + (done.stderr or "")), done.returncode == 0

    def _serve(self, command: str) -> tuple[str, bool]:
        process = subprocess.Popen(
            ["bash", "-c", "exec " + self.here(command)],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = []
        log = re.search(r" 2> ?(\S+)", self.here(command))
        for line in self._log(Path(log[1]), process) if log else process.stdout:
            said.append(line)
            if "ready at" in line:
                break
        # What it says later must not fill the pipe.
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        self.servers.append((process, reader))
        return "" if log else self.there("".join(said)), bool(said) and "ready at" in said[-1]

    def _log(self, path: Path, process: subprocess.Popen) -> Iterator[str]:
        """The lines of a log as they are written, until the process ends."""
        path = self.folder / path
        while not path.exists() and process.poll() is None:
            time.sleep(0.05)
        with path.open(encoding="utf-8") as file:
            while process.poll() is None:
                yield from file
                time.sleep(0.05)

    def _python(self, code: str) -> tuple[str, bool]:
        if self.interpreter is None:
            self.interpreter = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", INTERPRETER],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.interpreter.stdin.write(json.dumps(self.here(code)) + "\n")
        self.interpreter.stdin.flush()
        said, failed = json.loads(self.interpreter.stdout.readline())
        return self.there(said), not failed

    def close(self) -> None:
        if self.interpreter:
            self.interpreter.stdin.close()
            self.interpreter.wait(30)
            self.interpreter.stdout.close()
        for server, reader in self.servers:
            try:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(60)
            except ProcessLookupError:
                pass
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
            reader.join(60)
            server.stdout.close()


def differences(document: str, workshop: Workshop) -> tuple[list[str], dict[tuple[int, int], str]]:
    """Where what happens differs from what is shown, in words; and what was seen, by the lines it belongs to."""
    troubles, seen = [], {}
    for step in steps(document):
        said, well = workshop.do(step)
        place = f"line {step.lines[0]}: {step.text.strip().splitlines()[0]}"
        if not well:
            troubles.append(f"{place}\nfailed:\n{said}")
        elif step.lines[0] and not alike(step.shown, said):
            troubles.append(f"{place}\nshown:\n" + "\n".join(step.shown) + f"\nseen:\n{said}")
            seen[step.lines] = said
    return troubles, seen


def rewritten(document: str, seen: dict[tuple[int, int], str]) -> str:
    """The document with what was seen in the place of what it showed."""
    lines = document.splitlines()
    for (first, last), said in sorted(seen.items(), reverse=True):
        lines[first:last] = _trimmed(said)
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--release", type=Path, default=Path("dist"))
    parser.add_argument("--tree", type=Path, default=ROOT, help="the source tree to copy")
    parser.add_argument("--write", action="store_true", help="put what was seen into the document")
    options = parser.parse_args()
    wrong = 0
    for path in options.documents:
        began, text = time.monotonic(), path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            workshop = Workshop(Path(folder), options.release, options.tree)
            try:
                troubles, seen = differences(text, workshop)
            finally:
                workshop.close()
        if options.write and seen:
            path.write_text(rewritten(text, seen), encoding="utf-8")
        print("\n\n".join(troubles))
        print(f"{path}: {len(steps(text))} steps, {len(troubles)} differ, {time.monotonic() - began:.0f} s")
        wrong += len(troubles)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
