"""Real engines on loopback, for one test run: started, killed without warning, started again on the same data."""

import contextlib
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests
from requests.auth import HTTPDigestAuth

from dystonia_kg.store.connection import Connection, Credentials

#: Debian's packages, for machines where they are not installed.
PACKAGES = ("virtuoso-opensource-7-bin", "libpcre3")

SETTINGS = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 2000
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
CaseMode = 2
AllowOSCalls = 0
DirsAllowed = {folder}/nothing
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}/pages
ServerThreads = 20
KeepAliveTimeout = 5
HTTPProxyEnabled = 0
[URIQA]
DefaultHost = 127.0.0.1:{http}
[SPARQL]
ResultSetMaxRows = {rows}
DeferInferenceRulesInit = 0
"""


class Quiet(BaseHTTPRequestHandler):
    """Keeps connections open, prints nothing, and does not mind a side that was ended."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _dying_with_us(command: list[str]) -> list[str]:
    """The kernel ends the engine when the test process ends, however it ends."""
    return ["setpriv", "--pdeathsig", "KILL", *command] if shutil.which("setpriv") else command


class Server:
    """What both have in common."""

    kind = ""
    credentials: Credentials | None = None
    process: subprocess.Popen | None = None

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a publisher has to know."""
        return {}

    def command(self) -> tuple[list[str], dict[str, str]]:
        raise NotImplementedError

    def start(self) -> "Server":
        command, environment = self.command()
        with (self.folder / "said.log").open("ab") as log:
            self.process = subprocess.Popen(
                _dying_with_us(command),
                cwd=self.folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                said = (self.folder / "said.log").read_text(errors="replace")[-2000:]
                self.kill()
                raise RuntimeError(f"{self.kind} did not start: {said}")
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        try:
            return requests.post(self.query, data={"query": "ASK {}"}, timeout=5).ok
        except requests.RequestException:
            return False

    @property
    def query(self) -> str:
        raise NotImplementedError

    def kill(self) -> None:
        """Without warning, as a power cut ends it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(30)

    def connect(self, **more) -> Connection:
        return Connection.open(self.url, credentials=self.credentials, **more)


class Oxigraph(Server):
    """The server in the wheel of PyPI's `oxigraph`."""

    kind = "oxigraph"

    def __init__(self, folder: Path, *options: str, read_only: bool = False):
        super().__init__(folder)
        program = Path(sys.executable).with_name("oxigraph")
        if not program.exists():
            pytest.skip("the Oxigraph server is not installed (pip install oxigraph)")
        self.program, self.options = str(program), options
        self.verb = "serve-read-only" if read_only else "serve"
        #: KiB beyond which no file of the engine may grow, as on a disk that is full.
        self.largest: int | None = None

    def command(self):
        place = ["-l", str(self.folder / "data"), "-b", f"127.0.0.1:{self.port}"]
        words = [self.program, self.verb, *place, *self.options]
        if self.largest is not None:
            words = ["bash", "-c", f"trap '' XFSZ; ulimit -f {self.largest}; exec {shlex.join(words)}"]
        return words, {}

    @property
    def query(self) -> str:
        return f"{self.url}/query"


class Virtuoso(Server):
    """Debian's virtuoso-opensource-7: installed, or unpacked without being installed."""

    kind = "virtuoso"

    def __init__(self, folder: Path, rows: int = 10_000):
        super().__init__(folder)
        self.program, self.isql, self.libraries = _virtuoso()
        self.sql = free_port()
        self.credentials = Credentials("writer", secrets.token_hex(12))
        self._secret = "dba"
        (folder / "pages").mkdir()
        (folder / "virtuoso.ini").write_text(
            SETTINGS.format(folder=folder, sql=self.sql, http=self.port, rows=rows), encoding="utf-8"
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DYSTONIA_KG_STORE_USER": self.credentials.user,
            "DYSTONIA_KG_STORE_PASSWORD": self.credentials.password,
        }

    @property
    def query(self) -> str:
        return f"{self.url}/sparql"

    def command(self):
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)
        words = [self.program, "+foreground", "+wait", "+configfile", str(self.folder / "virtuoso.ini")]
        return words, self._environment()

    def _environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": self.libraries} if self.libraries else {}

    def start(self) -> "Virtuoso":
        super().start()
        if self._secret == "dba":
            secret = secrets.token_hex(12)
            self.tell(f'set password dba "{secret}";')
            self._secret = secret
            self.tell(
                f"DB.DBA.USER_CREATE('{self.credentials.user}', '{self.credentials.password}');\n"
                f"grant SPARQL_UPDATE to {self.credentials.user};\ncheckpoint;"
            )
        return self

    def tell(self, sql: str) -> str:
        words = [self.isql, f"127.0.0.1:{self.sql}", "dba", self._secret, "ERRORS=STDOUT", "PROMPT=OFF"]
        said = subprocess.run(
            words,
            input=sql + "\n",
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            timeout=120,
        )
        if said.returncode or "*** Error" in said.stdout:
            raise RuntimeError(said.stdout + said.stderr)
        return said.stdout

    def sign(self) -> HTTPDigestAuth:
        return HTTPDigestAuth(self.credentials.user, self.credentials.password)


@cache
def _virtuoso() -> tuple[str, str, str]:
    """The server, its console, and where its libraries are."""
    server, console = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if server and console:
        return server, console, ""
    here = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "virtuoso-7"
    root = here / "root"
    if not (root / "usr/bin/virtuoso-t").exists():
        here.mkdir(parents=True, exist_ok=True)
        try:
            words = ["apt-get", "download", "-q", *PACKAGES]
            subprocess.run(words, cwd=here, check=True, capture_output=True, timeout=300)
            for package in here.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(root)], check=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as trouble:
            pytest.skip(f"Virtuoso is not installed, and its Debian packages cannot be had: {trouble}")
    libraries = ":".join(str(path) for path in (root / "usr/lib").glob("*-linux-gnu*"))
    libraries += "".join(f":{path}" for path in (root / "lib").glob("*-linux-gnu*"))
    return str(root / "usr/bin/virtuoso-t"), str(root / "usr/bin/isql-vt"), libraries
