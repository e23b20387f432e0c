# Two commands are all a fresh machine needs: `make demo` and `make test`.
# They need Python 3.11 or newer, make, and a way to PyPI.

PYTHON ?= python3
SYSTEM ?= local
SECONDS ?= 60
BIN := .venv/bin
POT := .venv/syncline.pot

.PHONY: demo test test-clients requirements lint ruff imports mypy pyright words bench fuzz clean

demo: .venv/.runs
	$(BIN)/syncline demo --system $(SYSTEM) --workspace .demo

# `.venv/bin/pytest -n auto --hypothesis-profile thorough` tries every property ten times as often.
test: .venv/.tests lint
	$(BIN)/pytest -q -n auto

# The table of docs/requirements.md: number, result, tests.
requirements: .venv/.tests
	PYTHONPATH=tests $(BIN)/pytest -q -n auto -p support_requirements

# The vendors' own client libraries, from PyPI and npm, against the sandboxes.
test-clients: .venv/.tests
	$(BIN)/pytest -q -m clients

# Each analyser uses one core: two at a time.
lint: .venv/.tests
	$(MAKE) --no-print-directory --jobs=2 pyright mypy ruff imports

ruff:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

imports:
	$(BIN)/lint-imports

mypy:
	$(BIN)/mypy

pyright:
	$(BIN)/pyright

# After a message was changed: collects the messages, and compiles their translations. What is new
# in a catalogue is empty; what is gone is taken out.
words: .venv/.tests
	$(BIN)/pybabel -q extract -k N_ --no-location --sort-output --project syncline -o $(POT) \
	  plugin/syncline/cli plugin/syncline/locale
	$(BIN)/pybabel -q update -D syncline -d plugin/syncline/locale -i $(POT) -w 100 \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -D syncline -d plugin/syncline/locale
	rm $(POT)

bench: .venv/.bench
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.connectors
	$(BIN)/python -m bench.own_time
	$(BIN)/python -m bench.language
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.cadence

fuzz: .venv/.fuzz
	$(BIN)/python -m bench.fuzz $(SECONDS)

clean:
	rm -rf .venv .demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# What it takes to run.
.venv/.runs: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[sandbox]'
	touch $@

# What it takes to test.
.venv/.tests: .venv/.runs
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

# What it takes to feed the language what nobody would write.
.venv/.fuzz: .venv/.runs
	$(BIN)/python -m pip install --quiet --group fuzz
	touch $@

# What it takes to compare with others.
.venv/.bench: .venv/.runs
	$(BIN)/python -m pip install --quiet --group bench
	touch $@
