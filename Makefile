.PHONY: serve test build format bench clean

PY := .venv/bin/python

serve: .venv        ## the graph, at http://localhost:8000
	$(PY) -m dystonia_kg serve

test: .venv         ## everything it promises
	$(PY) -m pytest -q

build: .venv        ## write dist/
	$(PY) -m dystonia_kg build

format: .venv       ## tidy Python and Turtle
	.venv/bin/ruff format publish tests benchmarks
	.venv/bin/ruff check --fix publish tests benchmarks
	.venv/bin/turtlefmt ontology data shapes

bench: .venv        ## measure ourselves beside our peers
	$(PY) -m benchmarks

clean:
	rm -rf .venv dist

.venv: pyproject.toml
	python3 -m venv .venv
	$(PY) -m pip install --quiet --editable '.[dev]'
	touch .venv
