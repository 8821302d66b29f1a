# Python 3.11 or later and make are all that must be there; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo install install-dev check unit test browser-tools soak bench docs reference lock clean

demo: install
	$(BIN)/kg demo

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

# pip compiles what it installs, but not what an editable install leaves in its place.
$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q kg loaders
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

unit: install-dev
	$(BIN)/python -m pytest -q --numprocesses 2 --dist worksteal tests/unit

# Debian's browser for the tests of the page; elsewhere install Chromium and its driver by hand.
browser-tools:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
	  || sh tests/browser/install-chromium.sh

# Two files at once, each process with a Neo4j and a browser of its own; one after the other on a Neo4j that is given.
# In the order of their folders: those that take long come first. Compiled before, for the many commands that they run:
# where Python is told to keep no byte code, each would compile all that it imports.
test: check browser-tools
	$(BIN)/python -m compileall -q kg loaders
	$(BIN)/python -m pytest -q $(if $(KG_TEST_NEO4J_URI),,--numprocesses 2 --dist loadfile --no-loadscope-reorder)

# For an hour or so: 200 kills of loads and servers, and five minutes of readers and loaders at once.
soak: install-dev
	$(BIN)/python -m tests.faults --kills 200
	$(BIN)/python -m benchmarks.load --seconds 300

bench: install-dev browser-tools
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.registers
	$(BIN)/python -m benchmarks.grading
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.page

# The guides and the reference as a site of its own in site/; needs no network to build or to read.
docs: reference
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

reference: install-dev
	$(BIN)/python docs/reference/generate.py

lock: install-dev
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" \
	  pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" \
	  pyproject.toml --group test --group check --group docs --group lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) site build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
