# Every task of this repository. `make help` lists them.

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
demo: venv ## Start a cluster, the operator, a bot with three servers, Zulip and Prometheus, and hold a conversation
	@$(PYTHON) -m tests.demo up

.PHONY: demo-down
demo-down: venv ## Stop the demo; only the cache remains
	@$(PYTHON) -m tests.demo down

.PHONY: console
console: venv ## Talk to the servers of CONFIG=mcp.json in the terminal, without Zulip or a cluster
	@.venv/bin/ritsuko-bot --console $(if $(CONFIG),--config $(CONFIG))

##@ Change it

.PHONY: venv
venv: .venv/.installed ## Install the Python environment with all members and tools (every target that needs it does this)

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
format: venv ## Format the code and wrap the documents
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@$(PYTHON) -m tools.markdown

.PHONY: lint
lint: venv ## Check the code (ruff, pyright, import contracts), the generated files, the version and the documents
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
	@$(PYTHON) -m tools.vale $(DOCUMENTS) $(SOURCES)
	@echo "lint: clean"

.PHONY: prose
prose: venv ## Check the language of documents and docstrings with vale (.vale/styles/Ritsuko)
	@$(PYTHON) -m tools.vale $(DOCUMENTS) $(SOURCES)

.PHONY: crds
crds: venv ## Generate the CRDs, the schema of mcp.json, docs/api.md and install.yaml; write VERSION into the manifests
	@$(PYTHON) -m ritsuko_api.crdgen crds
	@$(PYTHON) -m ritsuko_api.reference docs/api.md
	@$(PYTHON) -m ritsuko_api.status_reference docs/status.md
	@$(PYTHON) -m tools.version
	@$(PYTHON) -m manifests.install

.PHONY: golden
golden: venv ## Refresh the golden files and the lists of sentences; review the difference like code
	@$(PYTHON) -m tests.golden.refresh
	@$(PYTHON) -m tools.sentences

.PHONY: requirements
requirements: $(UV) ## Pin every dependency with its hashes, for development and for each image
	@$(call compile,dev,--group dev $(addsuffix /pyproject.toml,$(MEMBERS)))
	@$(call compile,build,--group build)
	@$(call compile,operator,operator/pyproject.toml)
	@$(call compile,bot,bot/pyproject.toml)
	@$(call compile,mcp-bridge,--group bridge)
	@$(foreach server,$(SERVERS),$(call compile,mcp-$(server),mcp-servers/$(server)/pyproject.toml) &&) true

compile = echo "requirements/$(1).txt" && $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	$(foreach package,$(PACKAGES),--no-emit-package $(package)) $(2) --output-file requirements/$(1).txt

.PHONY: new-server
new-server: ## Create an MCP server NAME=tickets from mcp-servers/TEMPLATE, with the tests of the contract
	@python3 mcp-servers/new_server.py "$(NAME)"

##@ Test it

.PHONY: test
test: lint ## Run everything that this machine can, except test-reliability: lint, unit, a real apiserver, containers, a browser
	@$(PYTHON) -m tests.cluster prepare
	@$(PYTHON) -m pytest tests --deselect tests/integration/operator/reliability

.PHONY: test-reliability
test-reliability: venv ## Test the operator under kills, outages, storms and random resources (a quarter of an hour)
	@$(PYTHON) -m pytest tests/integration/operator/reliability

.PHONY: test-fast
test-fast: venv ## Run the tests that need no cluster (about a minute)
	@$(PYTHON) -m pytest tests -m "not controlplane and not node and not browser and not prometheus and not loki and not opensearch and not slow"

.PHONY: bench
bench: venv ## Measure everything: print tables and write bench/*.json
	@$(PYTHON) -m tests.load.bench

.PHONY: bench-operator bench-bot bench-servers
bench-operator bench-bot bench-servers: venv ## Measure one of them
	@$(PYTHON) -m tests.load.bench $(@:bench-%=%)

.PHONY: bench-node
bench-node: venv ## Measure on a real kubelet how soon the running bot acknowledges an edited sidecar
	@$(PYTHON) -m tests.load.acknowledged

.PHONY: figures
figures: venv ## Write the figures of bench/*.json into README.md and docs/figures.md
	@$(PYTHON) -m tools.figures

.PHONY: soak
soak: venv ## Test the operator's memory with 50,000 changes to 100 bots, then 2,000 random resources of each kind (half an hour)
	@$(PYTHON) -m tests.load.soak
	@RITSUKO_FUZZ=2000 $(PYTHON) -m pytest tests/integration/operator/reliability/test_fuzz.py

.PHONY: soak-bot
soak-bot: venv ## Test the bot's memory with 100,000 commands, 10,000 more with faults and kills, and 100,000 random lines (an hour)
	@$(PYTHON) -m tests.load.soak_bot
	@RITSUKO_SOAK_MESSAGES=10000 $(PYTHON) -m pytest tests/integration/bot/test_exactly_once.py
	@RITSUKO_RANDOM_LINES=100000 $(PYTHON) -m pytest --timeout 1800 tests/unit/bot_commands/test_properties.py

.PHONY: gallery
gallery: venv ## Take the pictures of the bot's answers in docs/gallery
	@RITSUKO_GALLERY=docs/gallery $(PYTHON) -m pytest tests/integration/bot/test_gallery.py

##@ Build it

.PHONY: images
images: venv ## Build all images, with Docker or buildah
	@$(PYTHON) -m tools.images build $(IMAGES)

.PHONY: push-images
push-images: images ## Build all images and push them to the registry in IMAGE_NAME
	@$(PYTHON) -m tools.images push $(IMAGES)

.PHONY: build-mcp-servers
build-mcp-servers: venv ## Build the images of the MCP servers and the bridge, as IMAGE_NAME/ritsuko-mcp-<server>:IMAGE_TAG
	@$(PYTHON) -m tools.images build $(MCP_IMAGES)

.PHONY: push-mcp-servers
push-mcp-servers: build-mcp-servers ## Build the images of the servers and push them to the registry in IMAGE_NAME
	@$(PYTHON) -m tools.images push $(MCP_IMAGES)

##@ Run it here

.PHONY: cluster-up
cluster-up: venv ## Start a local cluster with one node (kind if there is Docker) and print its KUBECONFIG
	@$(PYTHON) -m tests.cluster up

.PHONY: cluster-down
cluster-down: venv ## Stop that cluster
	@$(PYTHON) -m tests.cluster down

.PHONY: dev-compose
dev-compose: ## Run the bot and the three servers with docker compose, without Kubernetes
	docker compose up --build

.PHONY: dev
dev: venv ## Run the same as plain processes, with the Zulip emulator; Ctrl-C stops them
	@$(PYTHON) -m tests.demo dev

##@ Tidy up

.PHONY: clean
clean: ## Remove what was built in this checkout; the cache outside it stays
	rm -rf .venv .tools build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-cache
clean-cache: ## Remove the cache: Kubernetes binaries, base image, built images (stop demo and clusters first)
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/ritsuko"

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z][a-z -]*:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
