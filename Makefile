.PHONY: serve test build format bench clean release lock mutation site reference

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

release: .venv      ## wheel, sdist, data, bill of materials: twice, and compared byte by byte
	$(PY) -m pip install --quiet 'build>=1.2'
	$(PY) tools/release.py

lock: .venv         ## pin what the server is installed with
	$(PY) tools/lock.py

mutation: .venv     ## spoil the knowledge and see who notices
	$(PY) tests/mutation --each 5 --report docs/mutation.md

reference: .venv build ## the reference in docs/, from the code
	$(PY) tools/reference.py

site: .venv build   ## the whole site as files, in www/
	$(PY) -m dystonia_kg site --out www
