# Everything runs in .venv, which each target makes or renews by itself. Another Python: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.listo
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help reports test lint lab lock bench docs

help:
	@echo "make reports   the reports of every params/*.yaml, into reports/"
	@echo "make test      the tests"
	@echo "make lint      ruff, the layers of the rooms, types"
	@echo "make bench     times a run against what it replaces (some minutes)"
	@echo "make docs      renew the key tables of docs/layouts.md"
	@echo "make lab       JupyterLab with the exploration notebook"
	@echo "make lock      renew requirements.lock"

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "poa_eval needs Python 3.11 or newer; name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps -e .
	@touch $@

reports: $(STAMP)
	$(BIN)/poa-eval run params/*.yaml

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python tests/bench/bench_run.py

docs: $(STAMP)
	$(BIN)/python docs/make_tables.py

lab: $(STAMP)
	$(BIN)/jupyter lab --config=notebooks/.jupyter/jupyter_lab_config.json

lock: $(STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-annotate --no-emit-index-url \
	  --no-emit-find-links --upgrade --custom-compile-command "make lock" pyproject.toml -o requirements.lock
