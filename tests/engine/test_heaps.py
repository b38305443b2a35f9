"""The threads of a server share a few heaps, so that what one throws away serves the others."""

import re
import subprocess
import sys

import pytest

#: Threads that allocate at the same time, then what glibc says of its heaps.
MANY = """
import ctypes, sys, threading
from dystonia_kg.serve.sparql.confine import few_heaps
if sys.argv[1] == "few":
    few_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(12)
def work():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[one.start() for one in threads]
[one.join() for one in threads]
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps(how: str, path) -> int:
    done = subprocess.run([sys.executable, "-c", MANY, how, str(path)], capture_output=True, text=True)
    if "malloc_info" in done.stderr:
        pytest.skip("another C library")
    assert done.returncode == 0, done.stderr
    return len(re.findall(r"<heap nr=", path.read_text()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")
def test_many_threads_share_few_heaps(tmp_path):
    from dystonia_kg.serve.sparql.confine import HEAPS

    assert heaps("few", tmp_path / "few.xml") <= HEAPS < heaps("usual", tmp_path / "usual.xml")
