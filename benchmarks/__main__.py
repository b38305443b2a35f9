"""`python -m benchmarks`; `--help` says what can be chosen."""

from .bench import main

main()
