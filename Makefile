# Needs sh, make, git, and either uv or a Python >= 3.9 with venv and pip; uv finds or fetches Python 3.11.
# Everything it makes stays in this folder (.venv, .venv-tools) and in the user's cache; nothing is installed globally.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
ARGS ?=

# a user without a writable home (a container, some CI) gets one inside the project, for the caches of uv and Pants
ifneq ($(shell test -n "$$HOME" && test -w "$$HOME" && echo yes),yes)
  export HOME := $(CURDIR)/.venv-tools/home
  $(shell mkdir -p "$(HOME)")
endif

BIN := .venv/bin
LOCK := requirements.lock
# One lock for uv and Pants, without hosts. A compile starts from the lock it writes to, so it moves nothing by itself.
API := build-support/api
NPM := $(API)/node_modules/.synced
COMPILE := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
  --no-emit-find-links --group dev pyproject.toml

.PHONY: help up demo docs client client-test test test-engines fuzz check api-lint engines bench lock lock-check format clean

help:  ## this list
	@awk 'BEGIN { FS = ":[^#]*## *" } /^[a-z-]+:.*##/ { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
up: .venv/.synced  ## the whole platform, with a demonstration school: PORT=8000, ARGS=--empty
	@exec $(BIN)/lms up --school --port $(PORT) $(ARGS)

demo: .venv/.synced  ## three stories, from sign-up to the completed course, against a fresh platform: ARGS="…"
	@exec $(BIN)/lms demo $(ARGS)

docs: .venv/.synced  ## these documents as a site, in dist/docs; a link that leads nowhere is an error
	@rm -rf dist/docs
	@$(BIN)/python -m sphinx -q -E -a -b html -W --keep-going -n -c docs -d dist/doctrees . dist/docs
	@echo "$(CURDIR)/dist/docs/index.html"

client: .venv/.synced $(NPM)  ## a typed TypeScript client of the API, in dist/client (needs Node.js)
	@mkdir -p dist/client
	@$(BIN)/lms openapi -o dist/client/openapi.json
	@cp $(API)/client/* dist/client/
	@awk '/^```ts$$/ { on = 1; next } /^```$$/ { on = 0 } on' docs/guide/typescript.md > dist/client/guide.ts
	@ln -sfn ../../$(API)/node_modules dist/client/node_modules
	@cd dist/client && npx openapi-typescript openapi.json --default-non-nullable false -o schema.d.ts && npx tsc -p .

client-test: client  ## the client against a running platform: PORT=8000
	@exec node dist/client/try.js http://127.0.0.1:$(PORT)

# ── prove ────────────────────────────────────────────────────────────────────────────────────────────────────────────
test: .venv/.synced  ## every test that needs no engine (everything embedded): ARGS="…"
	@exec $(BIN)/pytest -m "not engine" $(ARGS)

test-engines: .venv/.synced  ## the contract suites against real engines (after `make engines`): ARGS="…"
	@exec $(BIN)/pytest -m engine $(ARGS)

fuzz: .venv/.synced  ## requests made from the OpenAPI document, as everybody, against a platform of its own: ARGS="--rounds 20"
	@exec $(BIN)/python -m tests.security.fuzz $(ARGS)

check: .venv/.synced  ## format, lint, types, import rules of both kinds, freshness of the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python build-support/lock.py check
	./pants dependencies :: > /dev/null

api-lint: .venv/.synced $(NPM)  ## what strict linters say of the OpenAPI and AsyncAPI documents (needs Node.js)
	@mkdir -p dist/api
	@$(BIN)/lms openapi -o dist/api/openapi.json
	@$(BIN)/lms asyncapi -o dist/api/asyncapi.json
	@echo "Spectral:"; cd $(API) && npx spectral lint -r spectral.yaml --fail-severity hint ../../dist/api/openapi.json ../../dist/api/asyncapi.json
	@echo "Redocly:"; cd $(API) && REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx redocly lint --config redocly.yaml ../../dist/api/openapi.json
	@echo "AsyncAPI:"; cd $(API) && node asyncapi.js ../../dist/api/asyncapi.json

engines: .venv/.synced  ## install the real engines (PostgreSQL, NATS, …) that the engine tests start, into .engines
	@exec $(BIN)/python -m tests.engines install

bench: .venv/.synced  ## measure: ARGS="…"
	@exec $(BIN)/python -m benchmarks $(ARGS)

# ── keep ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
format: .venv/.synced  ## format and fix what can be fixed
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock:  ## resolve requirements.lock anew; ARGS="--upgrade-package NAME" moves one, ARGS=--upgrade all
	@set -e; uv="$$(./bootstrap.sh)"; \
	"$$uv" pip compile -q $(COMPILE) $(ARGS) -o $(LOCK); \
	"$$uv" run -q --no-project --python 3.11 build-support/lock.py stamp

lock-check: .venv/.synced  ## the lock still answers pyproject.toml (needs no network)
	$(BIN)/python build-support/lock.py check

clean:  ## what was made here, except .venv, .engines and data
	rm -rf dist .pants.d .pids .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find packages services cli tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(NPM): $(API)/package-lock.json $(API)/.npmrc
	@command -v npm >/dev/null || { echo "this needs Node.js 20 or newer, with npm" >&2; exit 1; }
	@cd $(API) && npm ci --silent
	@touch $@

# ── the environment: made and brought up to date by itself ───────────────────────────────────────────────────────────
.venv/.synced: $(LOCK) pyproject.toml
	@set -e; uv="$$(./bootstrap.sh)"; \
	[ -x .venv/bin/python ] || "$$uv" venv -q --clear --python 3.11 .venv; \
	"$$uv" pip sync -q --compile-bytecode --require-hashes $(LOCK); \
	"$$uv" pip install -q --no-deps --no-build-isolation --editable .
	@touch $@
