# `make` lists the commands. Paths with spaces work: what the recipes use is relative, and variables given on the
# command line reach the programs through the environment.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first of these that is there; the locked packages need 3.11 or 3.12.
PYTHON ?= $(shell for python in python3 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
RUN := .venv/bin/python
TRACKER := $(RUN) -m live_tracker.cli
PYTEST := $(RUN) -m pytest
# A file's tests share what they have built, so a file goes to one process.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile
SQL := sql dbt_project/models
# The sizes that `make bench` builds at.
SERVICES ?= 1 10 100

export UV_PYTHON_DOWNLOADS := never
# Compiled code is kept: without it every start of Airflow takes some seconds longer.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport VIRTUAL_ENV
# Behind an inspecting proxy the machine's own certificates are the ones that hold.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif
# A mirror that pip has been told of serves uv too.
UV = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$(.tools/bin/pip config get global.index-url 2>/dev/null || true)}}" \
	.tools/bin/uv

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: .venv/.ready ## build the Python environment (every other command does it first)

.tools/.ready: tools.lock
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or 3.12 is needed: apt-get install python3, or make PYTHON=<program>" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || .ci/install-packages python3-venv
	@echo "bringing uv" >&2
	@"$(PYTHON)" -m venv --clear .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tools.lock
	@touch $@

# Made again from nothing where an earlier try was interrupted: the stamp is the last thing written.
.venv/.ready: .tools/.ready requirements.lock pyproject.toml
	@echo "building the Python environment (about a minute; 1.1 GB)" >&2
	@[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || $(UV) venv --quiet --clear --python "$(PYTHON)" .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes --compile-bytecode requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --offline --editable .
	@touch $@

.PHONY: lock
lock: .tools/.ready ## renew requirements.lock from pyproject.toml
	@$(UV) pip compile --quiet --universal --generate-hashes --group dev --no-emit-index-url --no-annotate \
		--no-header --python-version 3.11 pyproject.toml --output-file requirements.lock

.PHONY: run
run: setup ## run the nightly job and show the tracker: [DELIVERIES=] [AS_OF=] [KNOWN_AS_OF=] [DEFINITIONS=] [TRACKER_HOME=]
	@$(TRACKER) run

.PHONY: down
down: setup ## stop what `make run` started
	@$(TRACKER) down

.PHONY: up
up: ## the same system as containers: docker-compose.yml, with the secrets of .env
	@.ci/engine
	@docker compose build
	@docker compose up --detach --wait
	@address="$$(docker compose port api-server 8080)"; echo "Airflow: http://$$address, user tracker, password:"
	@docker compose exec -T api-server cat /var/lib/tracker/secrets/airflow_login.password
	@echo

.PHONY: up-stop
up-stop: ## stop what `make up` started; its volumes are kept
	@.ci/engine
	@docker compose down

.PHONY: status
status: setup ## what runs, the last run, the current release, late feeds
	@$(TRACKER) status

.PHONY: logs
logs: setup ## where the logs are
	@$(TRACKER) logs

.PHONY: dsn
dsn: setup ## connection URL of a role: make -s dsn ROLE=analyst
	@$(TRACKER) dsn

.PHONY: psql
psql: setup ## query the release: [ROLE=analyst]
	@$(TRACKER) psql

.PHONY: manifest
manifest: setup ## write the manifest of a delivery whose sender cannot: DELIVERY=<folder> [SEQUENCE=] [KIND=delta]
	@$(TRACKER) manifest "$${DELIVERY:?name the folder: make manifest DELIVERY=<delivery folder>}"

.PHONY: reference-data
reference-data: setup ## renew the code lists from their pinned source
	@$(RUN) -m live_tracker.reference_data.fetch

.PHONY: docs
docs: setup ## write anew the pages that are made from code and tests: docs/generated, the tables of docs/contracts/feeds.md
	@$(RUN) -m live_tracker.manual
	@$(RUN) -m live_tracker.deliveries.contract_page

.PHONY: dbt-docs
dbt-docs: setup ## dbt's documentation of the models as one page, as the last build has them
	@$(TRACKER) dbt-docs

.PHONY: test
test: packages setup lint ## everything that continuous integration runs
	@$(PYTEST) -q $(PARALLEL)

.PHONY: test-fast
test-fast: setup ## the tests that start neither Airflow nor dbt
	@$(PYTEST) -q -m "not slow"

.PHONY: test-long
test-long: packages setup ## the slow lanes at full size
	@HYPOTHESIS_PROFILE=long $(PYTEST) -q

.PHONY: bench
bench: setup ## builds beside psql, DuckDB and pandas, how pairing grows, how well records link: [SERVICES="1 10"]
	@$(RUN) -m tests.bench.builds $(foreach size,$(SERVICES),--services $(size))
	@$(RUN) -m tests.bench.pairing
	@$(RUN) -m tests.bench.linkage
	@$(RUN) -m tests.bench.identity_nights

.PHONY: frozen-quarter
frozen-quarter: setup ## freeze a sample's quarter, land 60 more nights, make it anew: what changed and why (five to ten minutes)
	@$(RUN) -m tests.bench.frozen_quarter

.PHONY: lint
lint: setup ## style and types; changes nothing
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --quiet --check .
	@$(RUN) -m sqlfluff lint --disable-progress-bar $(SQL) & sql=$$!; $(RUN) -m mypy; wait $$sql

.PHONY: fix
fix: setup ## put right what a program can put right
	@$(RUN) -m ruff check --quiet --fix .
	@$(RUN) -m ruff format --quiet .
	@$(RUN) -m sqlfluff fix --quiet --disable-progress-bar $(SQL)

.PHONY: packages
packages:
	@.ci/install-packages $$(cat .ci/apt)
