# Underwatch. `make run`, `make test` and `make check` work from a fresh clone and set up what they need.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SOURCE ?= synthetic
DELIVERY ?=
LAKE ?= var/lake
MEMBERS ?= 6000
MONTHS ?= 36
SEED ?= 7
ENGINE ?= $(or $(UNDERWATCH_ENGINE),spark)
PORT ?= 8765
SERVICE ?= pypi
OSV_URL ?=

BIN := .venv/bin
# pip's own noise is hidden; what goes wrong is not. Locks are complete (tests/requirements/), so nothing is left to resolve,
# and of what is installed only a part is ever imported: Python compiles that when it is.
PIP_INSTALL := -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-compile
# What Python compiled must be kept, or every process compiles it again: twenty seconds for one that trains.
unexport PYTHONDONTWRITEBYTECODE
# The two environments are independent: set them up side by side.
MAKEFLAGS += --jobs=2
export GX_ANALYTICS_ENABLED := false
export MLFLOW_DISABLE_TELEMETRY := true

.DEFAULT_GOAL := help
.PHONY: help setup run workbench airflow test test-sail test-dags check faults cluster-run audit lint lock docs clean java

help: ## what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.jobs .venv-airflow/.ready ## set up, then run the main job through Airflow: make run [SOURCE= DELIVERY= LAKE= MEMBERS= ENGINE=]
	@$(BIN)/underwatch run --source "$(SOURCE)" --delivery "$(DELIVERY)" --lake "$(LAKE)" \
		--members $(MEMBERS) --months $(MONTHS) --seed $(SEED) --engine $(ENGINE)

workbench: .venv/.jobs ## open the web workbench on what was published: make workbench [LAKE= PORT=]
	@$(BIN)/underwatch workbench --lake "$(LAKE)" --port $(PORT)

airflow: .venv/.jobs .venv-airflow/.ready ## open an Airflow in the browser, to retrain and approve
	@$(BIN)/underwatch airflow --account approver

test: setup ## the whole suite, slow tests too
	@$(BIN)/python -m pytest -m "not airflow" --numprocesses=2 --dist=loadfile --no-loadscope-reorder
	@$(MAKE) --no-print-directory --output-sync test-sail test-dags

# One process each, so both at once.
test-sail: setup
	@$(BIN)/python -m pytest --engine sail tests/features

test-dags: setup
	@.venv-airflow/bin/python -m pytest -m airflow tests/dags

check: lint ## lint and quick tests: run it before every commit
	$(BIN)/python -m pytest -q -m "not slow and not airflow"

faults: .venv/.dev ## kill, cut off and damage at random moments; ends in a table of what readers saw
	@UNDERWATCH_FAULTS=full $(BIN)/python -m pytest -q tests/faults --timeout=3600

cluster-run: .venv/.jobs ## the main job's steps on a standalone cluster of two workers, one killed midway, against one machine
	@$(BIN)/python -m benchmarks.cluster_run --members 400 --months 24

audit: .venv-audit/.ready ## known vulnerabilities of both locks, and bills of materials in var/audit: make audit [SERVICE=osv OSV_URL=]
	@.venv-audit/bin/python requirements/audit.py --service "$(SERVICE)" --osv-url "$(OSV_URL)"

lint: setup ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/.dev .venv-airflow/.ready .venv/.classes ## both environments, from their locks, and a quicker start for Spark

docs: .venv/.dev ## render docs/data_dictionary.md from catalog/
	$(BIN)/python -m jobs.data_dictionary

lock: .venv/.dev ## resolve requirements/*.in again
	@for name in jobs dev airflow audit; do \
		$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
			--annotation-style=line --strip-extras --allow-unsafe -o requirements/$$name.lock requirements/$$name.in || exit; \
		sed -i -E 's/^(torch==[0-9.]+)\+cpu/\1/' requirements/$$name.lock; \
	done

clean: ## remove environments and everything under var/
	rm -rf .venv .venv-airflow .venv-audit var

java:
	@version=$$(java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -1); \
	if [ -z "$$version" ] || [ "$$version" -lt 17 ]; then \
		echo "Underwatch needs Java 17 or newer for Spark (found: $${version:-none})."; \
		echo "Install it (Debian and Ubuntu: apt-get install openjdk-17-jre-headless) and try again."; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
		echo "Underwatch needs CPython 3.11; name it with: make PYTHON=/path/to/python3.11 ..."; exit 1; }

.venv/.jobs: requirements/jobs.lock setup.py | java
	@echo "setting up .venv for jobs and models (about two minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python $(PIP_INSTALL) -r requirements/jobs.lock
	@$(BIN)/python $(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/.classes: .venv/.jobs
	@echo "keeping the classes that Spark loads, which makes its start quicker (under a minute) ..."
	@$(BIN)/python -m jobs.spark_classes
	@touch $@

.venv/.dev: requirements/dev.lock | .venv/.jobs
	@echo "adding the tools for tests and checks ..."
	@$(BIN)/python $(PIP_INSTALL) -r requirements/dev.lock
	@touch $@

.venv-airflow/.ready: requirements/airflow.lock | java
	@echo "setting up .venv-airflow (about one minute the first time) ..."
	@test -x .venv-airflow/bin/python || $(PYTHON) -m venv .venv-airflow
	@.venv-airflow/bin/python $(PIP_INSTALL) -r requirements/airflow.lock
	@touch $@

.venv-audit/.ready: requirements/audit.lock
	@test -x .venv-audit/bin/python || $(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python $(PIP_INSTALL) -r requirements/audit.lock
	@touch $@
