"""No network is needed at run time: everything works in a namespace that has none."""

import json
import shutil
import subprocess
import sys
import textwrap

import pytest

from ..conftest import TOY
from ..engine.conftest import ROOT

ALONE = ["unshare", "--net", "--map-root-user"]


def may_be_alone() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0


INSIDE = """
import fcntl, json, os, re, signal, socket, struct, subprocess, sys, urllib.request
from pathlib import Path

root, home, folder = sys.argv[1:]
# The namespace has a loopback interface that is down; nothing else.
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    fcntl.ioctl(probe, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))
assert [name for _, name in socket.if_nameindex() if name not in ("lo", "sit0", "ip6tnl0", "tunl0")] == []
environ = {**os.environ, "PYTHONPATH": root}
def verb(*words):
    return [sys.executable, "-m", "dystonia_kg", *words]
subprocess.run(verb("build", "--home", home, "--out", folder + "/release"), env=environ, check=True, stderr=2)
subprocess.run(verb("site", "--release", folder + "/release", "--out", folder + "/www"), env=environ, check=True)
server = subprocess.Popen(
    verb("serve", "--release", folder + "/release", "--port", "18098"), env=environ, stderr=subprocess.PIPE, text=True
)
assert any("ready at" in line for line in server.stderr)
said = {}
for path in ("/", "/id/brie.html", "/id/brie.ttl", "/sparql?query=ASK%7B%7D", "/search?q=brie", "/openapi.json", "/browse"):
    with urllib.request.urlopen("http://127.0.0.1:18098" + path, timeout=60) as answer:
        said[path] = answer.status
server.send_signal(signal.SIGTERM)
server.wait(60)
print(json.dumps(said))
"""


@pytest.mark.skipif(not may_be_alone(), reason="this machine does not let us make a network namespace")
def test_building_and_serving_need_no_network(tmp_path):
    script = tmp_path / "inside.py"
    script.write_text(textwrap.dedent(INSIDE))
    command = [*ALONE, sys.executable, str(script), str(ROOT), str(TOY), str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert said.returncode == 0, said.stderr[-3000:]
    assert set(json.loads(said.stdout.splitlines()[-1]).values()) == {200}
