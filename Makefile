# Every target works in a fresh clone: it makes its virtual environment and installs what it needs.
# The work is done by small programs in scripts/; run them directly for more options.

VENV ?= .venv
WRITERS_VENV ?= .venv-writers
DOCS_VENV ?= .venv-docs
WORKERS ?= 2
PYTEST ?=
# Of a test by name only the files that hold it are imported, which takes a tenth of the time.
TEST ?=
NAMED = $(if $(TEST),-k "$(TEST)" $(shell grep -rl --include="test_*.py" "$(TEST)" tests))
PY := $(VENV)/bin/python
# pytest rewrites all assertions; kept, that is done once.
export PYTHONDONTWRITEBYTECODE :=
PANEL = $(PY) scripts/panel_build.py

# Any Python that runs scripts/bootstrap.py, which then chooses the newest one with venv.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ANY_PYTHON = $(or $(PYTHON),$(error No Python 3.11 or newer is on the PATH. Install one from \
	https://www.python.org or your system's packages, or name it: make PYTHON=/path/to/python3))
BOOTSTRAP = $(ANY_PYTHON) scripts/bootstrap.py --venv

.DEFAULT_GOAL := help
.PHONY: help demo dev test test-panel test-python test-writers test-toolkits check check-python check-panel \
	format lock bench claims trust pictures docs wheel release proto types \
	environment-demo environment-test environment-check

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## /  make \1\t/' | expand -t 20

demo: environment-demo  ## Train and compress real models, then show them (STORY=language, SERVE=0, LOGDIR=…)
	$(PANEL)
	$(PY) -m demo

dev: environment-demo  ## Rebuild the panel on every change and show it in TensorBoard (LOGDIR=…)
	$(PANEL)
	$(PY) scripts/dev.py

test: test-panel test-python  ## Run all tests of the panel and of Python

test-panel: environment-test  ## Run the panel's unit tests (TEST=name)
	$(PY) scripts/node.py run test -- $(if $(TEST),-t "$(TEST)")

test-python: environment-test  ## Run Python's tests, browser too (TEST=name, PYTEST='-x', WORKERS=2)
	$(PANEL)
	$(if $(TEST),,$(PY) scripts/chromium.py)
	$(PY) -m pytest -m "not writers and not toolkits" $(or $(NAMED),-n $(WORKERS) --dist loadfile) $(PYTEST)

test-writers:  ## Run the tests that need TensorFlow or toolkits, in an environment of their own
	$(BOOTSTRAP) $(WRITERS_VENV) test-writers
	$(WRITERS_VENV)/bin/python -m pytest -m "writers or toolkits" $(PYTEST)

test-toolkits:  ## Run the tests of what toolkits write, and note them in docs/toolkits-tested.md (GROUPS=keras)
	$(ANY_PYTHON) scripts/toolkits.py $(GROUPS)

check: check-python check-panel  ## Lint, formats and types, of Python, the panel and the workflows

check-python: environment-check
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(VENV)/bin/zizmor --offline --quiet .github
	$(VENV)/bin/pre-commit validate-config

check-panel: environment-check
	$(PY) scripts/node.py run check

format: environment-check  ## Format Python and the panel's sources
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	$(PY) scripts/node.py run format

lock: environment-check  ## Complete constraints.txt (LOCK=--upgrade takes the newest versions)
	$(PY) scripts/lock.py $(LOCK)

bench: environment-test  ## Measure, with peers beside us
	$(PANEL)
	PYTHONPATH=scripts $(PY) -m benchmarks

claims: environment-test  ## Count what is claimed of chance alone, and what harm is found (CLAIMS='harm-null --seed 7')
	$(PY) -m benchmarks.claims $(CLAIMS)

trust: environment-test  ## Attack what docs/reliability.md promises (TRUST='crashes --share .1')
	$(PANEL)
	PYTHONPATH=scripts $(PY) -m benchmarks.trust $(TRUST)

pictures: environment-test  ## Take the pictures of the documentation from the demo's page
	$(PANEL)
	PYTHONPATH=. $(PY) scripts/pictures.py

docs:  ## Build the site of docs/ into build/site (SERVE=1 shows it, and renews it on every change)
	@$(BOOTSTRAP) $(DOCS_VENV) docs
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs $(if $(filter 1,$(SERVE)),serve,build --strict)

wheel: environment-test  ## Build the wheel and the sdist into dist/
	PIP_CONSTRAINT=constraints.txt $(PY) -m build

release: environment-check  ## Check, build and tag the version (RELEASE=--dry-run makes no tag)
	$(PY) scripts/release.py $(RELEASE)

proto: environment-test  ## Compile tensorboard_cnc/format/cnc.proto
	$(PY) scripts/proto.py

types: environment-test  ## Generate the panel's types, docs/openapi.yaml and docs/reference/cli.md from the code
	$(PY) scripts/wire_types.py
	$(PY) scripts/openapi.py
	$(PY) scripts/cli_reference.py

environment-demo environment-test environment-check: environment-%:
	@$(BOOTSTRAP) $(VENV) $*
