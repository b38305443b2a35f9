"""
The pages in a real browser: a server on a free port, Chromium, and no way out of the machine.

Playwright drives the browser of the system (CHROMIUM, or `chromium` on the path). Where either is
missing these tests are skipped; with WEB_TESTS=require they fail instead. Screenshots go to
ARTIFACTS/screenshots when that folder is named.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests import stores

MUST = os.environ.get("WEB_TESTS") == "require"
SHOTS = os.environ.get("ARTIFACTS")

if not MUST:
    pytest.importorskip("playwright")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("default"))


def started(folder: Path):
    """A server for a release, as a process of its own; its address and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dystonia_kg", "serve", "--release", str(folder), "--port", str(port)]
    command += stores.options(folder)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it was ready")
        try:
            urllib.request.urlopen(address + "/status", timeout=2).close()
            return address, process
        except OSError:
            time.sleep(0.1)
    process.terminate()
    raise RuntimeError("the server did not get ready")


@pytest.fixture(scope="session")
def site(request):
    """The address of a server with our own release, or with the one in the folder WEB_RELEASE."""
    given = os.environ.get("WEB_RELEASE")
    address, process = started(Path(given) if given else request.getfixturevalue("ours"))
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def toy_site(toy):
    """The address of a server with the toy release."""
    address, process = started(toy)
    yield address
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        if MUST:
            raise RuntimeError("there is no chromium")
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, request):
    """Open a page: `visit(address, width=…, …)`. It notes outside requests, errors and policy breaches."""
    contexts = []

    def go(address: str, width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.outside, page.troubles = [], []
        home = "/".join(address.split("/")[:3])

        def guard(route):
            if route.request.url.startswith((home, "data:", "blob:")):
                route.continue_()
            else:
                page.outside.append(route.request.url)
                route.abort()

        page.route("**/*", guard)
        page.on("pageerror", lambda trouble: page.troubles.append(str(trouble)))
        page.on(
            "console",
            lambda said: page.troubles.append(said.text) if "Content Security Policy" in said.text else None,
        )
        page.goto(address)
        return page

    yield go
    if SHOTS and contexts and contexts[-1].pages:
        folder = Path(SHOTS) / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:120]
        contexts[-1].pages[-1].screenshot(path=folder / f"{name}.png")
    for context in contexts:
        context.close()
