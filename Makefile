# Everything a person does with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
UV := .tools/bin/uv
PYTHON := .venv/bin/python
SERVERS := kubernetes prometheus logs
MEMBERS := common crds operator bot mcp-servers/common mcp-servers/TEMPLATE $(SERVERS:%=mcp-servers/%)
PACKAGES := ritsuko-common ritsuko-api ritsuko-operator ritsuko-bot ritsuko-mcp-common ritsuko-mcp-template $(SERVERS:%=ritsuko-mcp-%)
MCP_IMAGES := $(SERVERS:%=mcp-%) mcp-bridge
IMAGES := operator bot $(MCP_IMAGES)

# what vale reads
DOCUMENTS := README.md CLAUDE.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs mcp-servers/*/README.md tests/cluster/README.md tests/zulip/README.md
SOURCES := tools manifests $(addsuffix /src,$(filter-out mcp-servers/TEMPLATE,$(MEMBERS)))

# Where images go: IMAGE_NAME is the prefix that the image's own name is added to.
IMAGE_NAME ?= ghcr.io/ritsuko-dev
IMAGE_TAG ?= $(shell cat VERSION)
export IMAGE_NAME IMAGE_TAG

export UV_PYTHON_DOWNLOADS := never
export UV_CUSTOM_COMPILE_COMMAND := make requirements

##@ Try it

.PHONY: demo
demo: venv ## A cluster, the operator, a bot with three servers, Zulip and Prometheus; then a conversation with it
	@$(PYTHON) -m tests.demo up

.PHONY: demo-down
demo-down: venv ## Stop the demo; nothing of it stays but the cache
	@$(PYTHON) -m tests.demo down

.PHONY: console
console: venv ## Talk to the servers of CONFIG=mcp.json in the terminal: no Zulip, no cluster
	@.venv/bin/ritsuko-bot --console $(if $(CONFIG),--config $(CONFIG))

##@ Change it

.PHONY: venv
venv: .venv/.installed ## The Python environment with all members and tools (done by every target that needs it)

$(UV):
	@echo "installing uv $(UV_VERSION) into .tools"
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed as python3; found $$(python3 --version)" >&2; exit 1; }
	@python3 -m venv .tools || { echo "python3 cannot make virtual environments: install python3-venv" >&2; exit 1; }
	@.tools/bin/python -m pip install --quiet uv==$(UV_VERSION)

.venv/.installed: VERSION requirements/dev.txt $(addsuffix /pyproject.toml,$(MEMBERS)) | $(UV)
	@echo "installing the Python environment into .venv"
	@test -x $(PYTHON) || $(UV) venv --quiet --python python3 .venv
	@$(UV) pip sync --quiet --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --no-deps $(foreach member,$(MEMBERS),--editable $(member))
	@touch $@

.PHONY: format
format: venv ## Format the code, wrap the documents
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@$(PYTHON) -m tools.markdown

.PHONY: lint
lint: venv ## ruff, pyright, import contracts; CRDs, schemas, docs/api.md and install.yaml match their sources
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/pyright
	@.venv/bin/lint-imports
	@$(PYTHON) -m ritsuko_api.crdgen crds --check
	@$(PYTHON) -m ritsuko_api.reference docs/api.md --check
	@$(PYTHON) -m ritsuko_api.status_reference docs/status.md --check
	@$(PYTHON) -m manifests.install --check
	@$(PYTHON) -m tools.version --check
	@$(PYTHON) -m tools.markdown --check
	@$(PYTHON) -m tools.figures --check
	@echo "lint: clean"

.PHONY: prose
prose: venv ## The language of documents and docstrings, checked by vale (.vale/styles/Ritsuko)
	@$(PYTHON) -m tools.vale $(DOCUMENTS) $(SOURCES)

.PHONY: crds
crds: venv ## Generate the CRDs, the schema of mcp.json, docs/api.md and install.yaml; write VERSION into the manifests
	@$(PYTHON) -m ritsuko_api.crdgen crds
	@$(PYTHON) -m ritsuko_api.reference docs/api.md
	@$(PYTHON) -m ritsuko_api.status_reference docs/status.md
	@$(PYTHON) -m tools.version
	@$(PYTHON) -m manifests.install

.PHONY: golden
golden: venv ## Render the golden files anew; review the difference like code
	@$(PYTHON) -m tests.golden.refresh

.PHONY: requirements
requirements: $(UV) ## Pin every dependency with its hashes, for the tools and for each image
	@$(call compile,dev,--group dev $(addsuffix /pyproject.toml,$(MEMBERS)))
	@$(call compile,build,--group build)
	@$(call compile,operator,operator/pyproject.toml)
	@$(call compile,bot,bot/pyproject.toml)
	@$(call compile,mcp-bridge,--group bridge)
	@$(foreach server,$(SERVERS),$(call compile,mcp-$(server),mcp-servers/$(server)/pyproject.toml) &&) true

compile = echo "requirements/$(1).txt" && $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	$(foreach package,$(PACKAGES),--no-emit-package $(package)) $(2) --output-file requirements/$(1).txt

.PHONY: new-server
new-server: ## A new MCP server NAME=tickets from mcp-servers/TEMPLATE, which keeps the contract from its first minute
	@python3 mcp-servers/new_server.py "$(NAME)"

##@ Test it

.PHONY: test
test: lint ## Everything that this machine can run (but test-reliability): lint, unit, a real apiserver, containers, a browser
	@$(PYTHON) -m tests.cluster prepare
	@$(PYTHON) -m pytest tests --deselect tests/integration/operator/reliability

.PHONY: test-reliability
test-reliability: venv ## The operator killed at every write, without apiserver, etcd or watches, in storms and fed random resources (a quarter of an hour)
	@$(PYTHON) -m pytest tests/integration/operator/reliability

.PHONY: test-fast
test-fast: venv ## The tests without a cluster: under a minute
	@$(PYTHON) -m pytest tests -m "not controlplane and not node and not browser and not prometheus and not loki and not opensearch and not slow"

.PHONY: bench
bench: venv ## The figures: prints tables and writes bench/*.json
	@$(PYTHON) -m tests.load.bench

.PHONY: bench-operator bench-bot bench-servers
bench-operator bench-bot bench-servers: venv ## One of them alone
	@$(PYTHON) -m tests.load.bench $(@:bench-%=%)

.PHONY: bench-node
bench-node: venv ## On a node with a real kubelet: a sidecar is edited, how soon does the running bot acknowledge it?
	@$(PYTHON) -m tests.load.acknowledged

.PHONY: figures
figures: venv ## Write the figures of bench/*.json into README.md and docs/figures.md
	@$(PYTHON) -m tools.figures

.PHONY: soak
soak: venv ## 50,000 changes to 100 bots, does the operator grow? Then 2,000 random resources of each sort (half an hour)
	@$(PYTHON) -m tests.load.soak
	@RITSUKO_FUZZ=2000 $(PYTHON) -m pytest tests/integration/operator/reliability/test_fuzz.py

.PHONY: soak-bot
soak-bot: venv ## 100,000 commands, does the bot grow? 10,000 through a failing Zulip and kills; 100,000 random lines (an hour)
	@$(PYTHON) -m tests.load.soak_bot
	@RITSUKO_SOAK_MESSAGES=10000 $(PYTHON) -m pytest tests/integration/bot/test_exactly_once.py
	@RITSUKO_RANDOM_LINES=100000 $(PYTHON) -m pytest --timeout 1800 tests/unit/bot_commands/test_properties.py

.PHONY: gallery
gallery: venv ## Ask the bot for a bit of everything, and keep pictures of its answers in docs/gallery
	@RITSUKO_GALLERY=docs/gallery $(PYTHON) -m pytest tests/integration/bot/test_gallery.py

##@ Build it

.PHONY: images
images: venv ## Build all six images (docker, or buildah where there is no Docker)
	@$(PYTHON) -m tools.images build $(IMAGES)

.PHONY: push-images
push-images: images ## Push them to the registry in IMAGE_NAME
	@$(PYTHON) -m tools.images push $(IMAGES)

.PHONY: build-mcp-servers
build-mcp-servers: venv ## Build the images of the three MCP servers and the stdio bridge as IMAGE_NAME/ritsuko-mcp-<server>:IMAGE_TAG
	@$(PYTHON) -m tools.images build $(MCP_IMAGES)

.PHONY: push-mcp-servers
push-mcp-servers: build-mcp-servers ## Push them to the registry in IMAGE_NAME
	@$(PYTHON) -m tools.images push $(MCP_IMAGES)

##@ Run it here

.PHONY: cluster-up
cluster-up: venv ## A local cluster with one node (kind where Docker answers); KUBECONFIG is printed
	@$(PYTHON) -m tests.cluster up

.PHONY: cluster-down
cluster-down: venv ## Stop that cluster
	@$(PYTHON) -m tests.cluster down

.PHONY: dev-compose
dev-compose: ## The bot and the three servers under docker compose, without Kubernetes
	docker compose up --build

.PHONY: dev
dev: venv ## The same as plain processes, with the Zulip emulator to talk to; ends with Ctrl-C
	@$(PYTHON) -m tests.demo dev

##@ Tidy up

.PHONY: clean
clean: ## Remove what was built in this checkout (the cache outside it stays; `make clean-cache` removes that)
	rm -rf .venv .tools build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-cache
clean-cache: ## Remove the cache: Kubernetes binaries, base image, built images (demo and clusters must be down)
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/ritsuko"

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z -]*:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
