# Everything starts here. `make plan` and `make test` need Python 3.11+ and Go, and install the rest by themselves.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
READY := .venv/.ready
TOOLS := .venv/.tools
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# One file of tests per process: what a file makes once, it makes once.
PURE = $(PY) -m pytest -m "not cluster" --numprocesses 2 --dist loadfile
# What runs at once is printed one after the other, where make can do that (4.0).
WHOLE = $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
NAMES = import json, sys; print(*(row["stack"] for row in json.load(sys.stdin)["stacks"]), sep="\n")
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(FLAGS)
LOCK = $(COMPILE) --all-extras

.PHONY: help setup plan plan-changed images deploy lint check test test-node test-cluster test-pure up preview refresh destroy cancel lock compare differences cluster cluster-down node node-down node-v2 docker docker-down bench secrets-report fuzz docs site scan versions clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(READY): requirements.txt pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Longshore needs Python 3.11 or newer as python3")'
	@echo "setting up .venv (once; about a minute)" >&2
	@python3 -m venv .venv
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(PY) -m compileall -q longshore  # also where PYTHONDONTWRITEBYTECODE is set, and every run would compile again
	@touch $@

$(TOOLS): requirements-dev.txt $(READY)
	@echo "adding the tools of the tests to .venv (once)" >&2
	@$(PIP) -r requirements-dev.txt
	@touch $@

setup: $(TOOLS) ## Make .venv with everything that is needed

plan: $(READY) ## Show what platform.dev and shop.dev would create: no engine, account or cluster needed
	@.venv/bin/longshore plan -s platform.dev
	@.venv/bin/longshore plan -s shop.dev

plan-changed: $(READY) ## What a pull request gets, without credentials: make plan-changed BASE=origin/main
	@.venv/bin/longshore stacks --changed "$(BASE)" -o json | $(PY) -c '$(NAMES)' | while read -r stack; do \
		.venv/bin/longshore plan -s "$$stack" --against "$(BASE)" < /dev/null || exit 1; done

images: $(READY) ## Build and push what a stack runs and its registry lacks, before up: make images STACK=shop.dev
	@.venv/bin/longshore images push -s "$(STACK)"

deploy: $(TOOLS) ## What a merge does: make deploy ENVIRONMENT=dev, each stack after those that it needs
	@.venv/bin/longshore stacks --environment "$(ENVIRONMENT)" -o json | $(PY) -c '$(NAMES)' | while read -r stack; do \
		$(MAKE) --no-print-directory images STACK="$$stack" < /dev/null || exit 1; \
		$(MAKE) --no-print-directory up STACK="$$stack" FLAGS="--yes --non-interactive $(FLAGS)" < /dev/null || exit 1; done

lint: $(TOOLS) ## Format, lint, types, layers, sizes
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PY) -m tools.size

check: lint ## Lint and the fast tests: for every commit
	@$(PURE)

# The node waits most of the time, and its tests count seconds and lost requests: the others run beside it, and stand back.
test: $(TOOLS) ## All tests, on a real Kubernetes API that is built once (about 25 minutes the first time)
	@$(MAKE) --no-print-directory --keep-going --jobs=3 $(WHOLE) test-node test-cluster test-pure

test-node: $(TOOLS)
	@$(PY) -m pytest -m cluster tests/node

test-cluster: $(TOOLS)
	@nice $(PY) -m pytest -m cluster --ignore=tests/node

test-pure: $(TOOLS)
	@nice $(PURE)

up preview refresh destroy cancel: $(TOOLS) ## make up STACK=shop.local: the same with a real Pulumi engine (FLAGS=… are its own); cancel: after a crash
	@$(PY) -m tools.pulumi $@ "$(STACK)" $(FLAGS)

cluster: $(TOOLS) ## Start a local Kubernetes control plane with simulated nodes, and print its KUBECONFIG
	@$(PY) -m tools.cluster up

cluster-down: $(TOOLS) ## End it
	@$(PY) -m tools.cluster down

node: $(TOOLS) ## As root on Linux: start a real node, with containers, and say how to use it
	@$(PY) -m tools.node up

node-down: $(TOOLS) ## End it
	@$(PY) -m tools.node down

node-v2: $(TOOLS) ## As root on Linux: tests of the node on a kernel with version 2 of control groups (TESTS=…)
	@$(PY) -m tools.node.user_mode $(PY) -m pytest -m cluster -p no:cacheprovider $(or $(TESTS),tests/node/test_limits.py)

docker: $(TOOLS) ## As root on Linux: start a Docker Engine of our own, and print its DOCKER_HOST
	@$(PY) -m tools.docker up

docker-down: $(TOOLS) ## End it
	@$(PY) -m tools.docker down

compare: $(TOOLS) ## Convert ten projects beside kompose: what a cluster takes, what is told, which passwords are shown
	@$(PY) -m bench.side_by_side

differences: $(TOOLS) ## Run every golden case and real project in Docker and on a node, and compare what their programs see
	@LONGSHORE_COMPARE=1 $(PY) -m pytest tests/node/comparison tests/node/test_user_mode.py

bench: $(TOOLS) ## Time render and config on 40, 400 and 4,000 services beside kompose and compose-go; fails beyond the limits
	@$(PY) -m bench --check

secrets-report: $(TOOLS) ## How many secrets are found: in labelled projects, and in the forms that people write
	@$(PY) -m tests.secrets.leaks

fuzz: $(TOOLS) ## Ten minutes of whole command lines, guided by coverage (FUZZ_SECONDS=…); 20,000 compose files against compose-go; as root on Linux, 2,000 projects in Docker and on a node
	@$(PY) -m tests.fuzzing --seconds $(or $(FUZZ_SECONDS),600)
	@$(PY) -m tests.compose.fuzz
	@LONGSHORE_NODE_EXAMPLES=2000 $(PY) -m pytest tests/node/comparison/test_both_worlds.py -k made_up

docs: $(TOOLS) ## Write the generated pages again
	@$(PY) -m tools.documents
	@$(PY) -m tools.quoted

site: $(TOOLS) ## The docs as a site with search, in site/
	@.venv/bin/zensical build --clean --strict

scan: $(TOOLS) ## Judge all stacks of the tests by checkov and Trivy, which are installed and built once
	@$(PY) -m pytest -m cluster tests/scanners

versions: $(TOOLS) ## Compare the tables of EKS versions, add-ons and charts with what AWS and the charts' repositories say (needs credentials)
	@$(PY) -m tools.eks_versions

lock: $(TOOLS) ## Renew requirements*.txt, with hashes, from the ranges in pyproject.toml (FLAGS=--upgrade: to the newest)
	@$(LOCK) --group build --output-file requirements.txt pyproject.toml
	@$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@$(COMPILE) --output-file tools/scanners/checkov.txt tools/scanners/checkov.in

clean: ## Remove what setup and runs have made here
	rm -rf .venv .pulumi .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
