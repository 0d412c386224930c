# Two commands: `make serve` and `make test`. Both install what they need into .venv first.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# Every upload is read by a Python of its own, which may write nothing outside of its folder: without bytecode it would
# compile all that it imports each time.
COMPILE = @$(BIN)/python -m compileall -q app

.PHONY: serve test lint bench crash requirements clean

serve: .venv/served
	$(COMPILE)
	KAKEHASHI_PORT=$(PORT) $(BIN)/kakehashi serve

test: lint .venv/csvw/installed .venv/clients/installed .venv/npm .venv/opensearch/installed
	$(COMPILE)
	$(BIN)/pytest -n 2 --dist loadgroup

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: .venv/tested
	$(BIN)/python benchmarks/serve.py
	$(BIN)/python benchmarks/publish.py

crash: .venv/tested
	$(BIN)/python benchmarks/crash.py

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/served: .venv/pip requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps -e .
	touch $@

.venv/tested: .venv/served requirements-dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

# The CSVW validator wants other versions of libraries than the portal does, so it lives in an environment of its own.
.venv/csvw/installed: .venv/pip requirements-csvw.txt
	$(PYTHON) -m venv .venv/csvw
	.venv/csvw/bin/pip install --quiet --require-hashes -r requirements-csvw.txt
	touch $@

# So does the generator of clients, whose command line's library is not the one of the portal's.
.venv/clients/installed: .venv/pip requirements-clients.txt
	$(PYTHON) -m venv .venv/clients
	.venv/clients/bin/pip install --quiet --require-hashes -r requirements-clients.txt
	touch $@

# Where there is no Node, the tests that need these say so and are skipped.
.venv/npm: .venv/pip package-lock.json
	if command -v npm >/dev/null; then npm ci --silent; fi
	touch $@

# Where there is no Maven or no JDK, the tests that need a real OpenSearch say so and are skipped.
.venv/opensearch/installed: .venv/pip $(wildcard tests/opensearch/*.xml tests/opensearch/*.java tests/opensearch/*.sh)
	sh tests/opensearch/install.sh .venv/opensearch
	mkdir -p .venv/opensearch
	touch $@

# Needs uv. The locks carry hashes and no addresses, and hold for every Python from 3.11 on.
requirements:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.txt -c requirements.txt
	echo csvw | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-csvw.txt
	echo openapi-python-client | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-clients.txt

clean:
	rm -rf .venv node_modules var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
