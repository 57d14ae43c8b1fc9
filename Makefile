# `make help` explains. Everything is installed into .venv; nothing else on the machine is touched.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.for-running ## Install, start everything, serve on http://127.0.0.1:8000 until Ctrl-C
	@export WEBHOOK_ALLOW_PRIVATE_TARGETS="$${WEBHOOK_ALLOW_PRIVATE_TARGETS:-true}"; exec $(BIN)/python manage.py up $(ARGS)

.PHONY: test
test: $(VENV)/.for-testing ## Run the whole suite (make test ARGS="tests/rooms -x")
	@exec $(BIN)/python -m pytest -n auto --dist worksteal -m "not faults" $(ARGS)

.PHONY: faults
faults: $(VENV)/.for-testing ## Run the long forms of the race and crash tests
	@exec $(BIN)/python -m pytest -m faults --timeout 3600 $(ARGS)

.PHONY: lint
lint: $(VENV)/.for-testing ## Check style, types and the order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SECRET_KEY=checking-types $(BIN)/mypy .
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.for-testing ## Format the code, and mend what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: migrations-check
migrations-check: $(VENV)/.for-running ## Fail if a model has changed without its migration
	@$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: openapi
openapi: $(VENV)/.for-running ## Write the OpenAPI document's snapshot
	@SECRET_KEY="$${SECRET_KEY:-unused}" $(BIN)/python manage.py openapi > docs/api/openapi.json

.PHONY: bench
bench: $(VENV)/.for-running ## Run the benchmark (make bench ARGS=--quick)
	@$(BIN)/python manage.py bench $(ARGS)

.PHONY: benchmarks
benchmarks: $(VENV)/.for-testing ## Run all of the benchmark, some twenty minutes, and publish it in docs/benchmarks.md
	@$(BIN)/python manage.py bench --json $(ARGS) > benchmarks/figures.json.new
	@mv benchmarks/figures.json.new benchmarks/figures.json
	@$(BIN)/python -m benchmarks.publish benchmarks/figures.json

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or later, or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "BookingFlow needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1): make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks its venv module: install it (on Debian and Ubuntu the package python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.for-running: requirements.txt requirements-embedded.txt | $(VENV)/bin/python
	@echo "Installing what BookingFlow needs into $(VENV) …"
	@$(PIP) install -r requirements.txt -r requirements-embedded.txt
	@touch $@

$(VENV)/.for-testing: requirements.txt requirements-embedded.txt requirements-dev.txt requirements-faults.txt | $(VENV)/bin/python
	@echo "Installing BookingFlow and the test tools into $(VENV) …"
	@$(PIP) install -r requirements-dev.txt
	@$(PIP) install -r requirements-faults.txt 2>/dev/null || echo "libfaketime could not be built (it needs a C compiler): the fault run's clock will not jump."
	@touch $@ $(VENV)/.for-running
