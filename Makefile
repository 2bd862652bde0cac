# The two commands of a newcomer are `make report` and `make test`; `make help` lists the rest.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

EXAMPLE := examples/access.log
LOGS    ?= $(EXAMPLE)
# The example keeps a lake and keys of its own, so that it never mixes with a reader's logs.
ifeq ($(LOGS),$(EXAMPLE))
LAKE ?= $(VENV)/example-lake
export CENSUS_CONFIG ?= $(VENV)/example-keys
else
LAKE ?= census-lake
endif
HTML    ?= report.html
FUZZ_LINES ?= 1000000

CONSTRAINTS ?= constraints.txt
# Wheels only: a fresh machine has no compiler. PySpark has no wheel, and needs none to be packed. Versions come from
# the constraints alone.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --only-binary :all: --no-binary pyspark \
       --no-build-isolation --constraint $(CONSTRAINTS)
# What looks for barriers in the pages, by the tests in a browser.
AXE_VERSION := 4.14.1
BUILD_TOOLS := hatchling editables
SPARK_BUILD_TOOLS := setuptools wheel
PROJECTS    := client/pyproject.toml census/pyproject.toml

.PHONY: help report test test-quick docs test-all lint fuzz lock golden picture clean bench-client bench-exposure bench-ingest bench-report bench-simulate bench-year coverage
.DEFAULT_GOAL := help

help: ## list what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

report: $(VENV)/.report-ready ## report on LOGS (default: the example log) in the terminal and in report.html
	@echo "reading $(LOGS) into $(LAKE)"
	@$(BIN)/conda-census ingest $(LOGS) --lake $(LAKE)
	@$(BIN)/conda-census report --lake $(LAKE) --html $(HTML)

test: $(VENV)/.test-ready lint ## lint, types, and all tests of both distributions and end to end
	@echo "running the tests"
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

test-quick: $(VENV)/.test-ready ## the tests that take no seconds each, without lint and types
	@$(BIN)/python -m pytest -m "not slow" $(PYTEST_OPTIONS)

test-all: $(VENV)/.test-ready ## all cases of the tests that take turns in make test, a share of them each day
	@CENSUS_TURN=all $(BIN)/python -m pytest $(PYTEST_OPTIONS)

lint: $(VENV)/.test-ready ## lint and types only
	@echo "checking style and types"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary client/src census/src e2e

docs: $(VENV)/.docs-ready ## build the documentation as a site in site/, which works without a network
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "wrote site/index.html"

fuzz: $(VENV)/.test-ready ## a million hostile lines through every log format, prefixes, headers, times (FUZZ_LINES), copies of logs, a kill at every step; others each time
	@export CENSUS_FUZZ_LINES=$(FUZZ_LINES) CENSUS_FUZZ_SEED=$${CENSUS_FUZZ_SEED:-$$(date +%s)}; \
	echo "fuzzing with CENSUS_FUZZ_SEED=$$CENSUS_FUZZ_SEED"; \
	CENSUS_POWER_CUTS=100000 CENSUS_KILL_EVERY=1 CENSUS_RANDOM_KILLS=200 CENSUS_SHORT_LINES=1 \
	CENSUS_SHARED_FILES=1000 CENSUS_DAMAGES=12 CENSUS_FORGETTINGS=20 CENSUS_MISSING_DAYS=100 CENSUS_FUZZ_SEQUENCES=$${CENSUS_FUZZ_SEQUENCES:-500} $(BIN)/python -m pytest census/tests/fuzz \
	  census/tests/lake/test_power_cut.py census/tests/lake/test_pieces_and_wholes.py \
	  census/tests/lake/test_killed.py census/tests/lake/test_conversion.py \
	  census/tests/exposure/test_days_without_log.py census/tests/lake/test_lost_tables.py census/tests/lake/test_wrong_values.py census/tests/lake/test_forgetting.py \
	  census/tests/lake/test_two_writers.py census/tests/cli/test_memory.py $(PYTEST_OPTIONS)

lock: ## renew constraints.txt with the newest versions of everything
	@rm -rf $(VENV)/lock && $(PYTHON) -m venv $(VENV)/lock
	@: > $(VENV)/lock/none.txt
	@$(MAKE) --no-print-directory VENV=$(VENV)/lock CONSTRAINTS=$(VENV)/lock/none.txt $(VENV)/lock/.test-ready
	@{ echo "# Every package, by version. Made by make lock."; \
	   $(VENV)/lock/bin/python -m pip freeze --all --exclude-editable --exclude pip; } > constraints.txt
	@rm -rf $(VENV)/lock
	@echo "wrote constraints.txt: run make test before committing it"

clean: ## remove what make has made, but no lake of yours
	rm -rf $(VENV) site report.html .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	@echo "making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.report-ready: $(CONSTRAINTS) $(PROJECTS) | $(BIN)/python
	@echo "installing conda-census and its charts (the first time takes a minute)"
	@$(PIP) $(BUILD_TOOLS)
	@$(PIP) --editable './census[charts]'
	@$(BIN)/python -m compileall -q census/src
	@touch $@

# conda-lock ships the real conda client, whole; of its other needs the tests use none.
$(VENV)/.test-ready: $(VENV)/.report-ready $(CONSTRAINTS) $(PROJECTS) e2e/requirements.txt
	@echo "installing what the tests need, Spark among it (the first time takes some minutes)"
	@$(PIP) $(SPARK_BUILD_TOOLS)
	@$(PIP) --editable './census[docs,test,lint]' --editable './client[test]' --requirement e2e/requirements.txt
	@$(PIP) --no-deps conda-lock
	@if command -v npm >/dev/null; then \
	    npm install --silent --no-audit --no-fund --no-package-lock --prefix $(VENV)/axe axe-core@$(AXE_VERSION); fi
	@touch $@

$(VENV)/.docs-ready: $(VENV)/.report-ready $(CONSTRAINTS) $(PROJECTS)
	@echo "installing what the documentation needs"
	@$(PIP) --editable './census[docs]'
	@touch $@

bench-client: $(VENV)/.test-ready ## measure what the plug-in adds to a conda command (takes some minutes)
	@$(BIN)/python benchmarks/client_overhead.py $(BENCH_OPTIONS)

bench-ingest: $(VENV)/.report-ready ## measure ingest beside zcat and DuckDB on the same files (takes half an hour)
	@cd benchmarks && $(abspath $(BIN))/python ingest.py $(BENCH_OPTIONS)

bench-simulate: $(VENV)/.report-ready ## measure how fast the simulator writes, and in how much memory
	@$(BIN)/python benchmarks/simulate.py $(BENCH_OPTIONS)

bench-year: $(VENV)/.report-ready ## measure ingest of a day into a lake that holds a year (takes some minutes)
	@cd benchmarks && $(abspath $(BIN))/python a_year.py $(BENCH_OPTIONS)

bench-report: $(VENV)/.report-ready ## measure the report on 6.8 million installations beside SQL by hand (takes half an hour)
	@$(BIN)/python benchmarks/report.py $(BENCH_OPTIONS)

bench-exposure: $(VENV)/.test-ready ## measure exposure, exposures and the import of advisories (takes half an hour)
	@cd benchmarks && $(abspath $(BIN))/python exposure.py $(BENCH_OPTIONS)

coverage: $(VENV)/.test-ready ## the tables of docs/explanation/accuracy.md, from populations whose truth is known (takes three hours)
	@$(BIN)/python -m benchmarks.accuracy $(COVERAGE_OPTIONS)
	@$(BIN)/python -m benchmarks.exposure_accuracy $(EXPOSURE_OPTIONS)

golden: $(VENV)/.test-ready ## renew the SQL of the short metrics in census/tests/metrics/sql: review what changes
	@CENSUS_GOLDEN=write $(BIN)/python -m pytest -n 0 census/tests/metrics/test_sql.py
	@git --no-pager diff --stat -- census/tests/metrics/sql

PICTURE := $(VENV)/picture
picture: $(VENV)/.report-ready ## renew docs/report.png from a simulated population (needs chromium)
	@rm -rf $(PICTURE) && mkdir -p $(PICTURE)
	@$(BIN)/conda-census simulate --preset miniconda-2024q1 --installations 3000 --days 91 --seed 7 --out $(PICTURE)/logs
	@CENSUS_CONFIG=$(PICTURE)/keys $(BIN)/conda-census ingest $(PICTURE)/logs --lake $(PICTURE)/lake
	@CENSUS_CONFIG=$(PICTURE)/keys $(BIN)/conda-census report --lake $(PICTURE)/lake --html $(PICTURE)/report.html >$(PICTURE)/report.txt
	@chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
	    --user-data-dir=$(VENV)/chromium --window-size=1000,1560 --screenshot=docs/report.png \
	    "file://$(abspath $(PICTURE))/report.html" 2>/dev/null
	@echo "wrote docs/report.png"
