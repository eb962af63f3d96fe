# Everything is installed inside the checkout: uv in .tools, Python packages in .venv, Node.js ones in
# node_modules. Nothing here needs an AWS account, an Okta tenant, Docker or rights beyond your own.

UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)

.PHONY: help setup demo sandbox test lint bench clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .tools/.ready ## Install everything into this checkout

demo: setup ## Three stories over real wires, then a table of what happened
	@$(BIN)/python -m sandbox demo $(if $(SHAPE),--shape $(SHAPE))

sandbox: setup ## The same world, up until Ctrl-C; see .sandbox/endpoints.json
	@$(BIN)/python -m sandbox up $(if $(SHAPE),--shape $(SHAPE))

test: setup lint ## Everything: lint, types, unit, property, templates, stand-ins, the deployed sandbox
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: setup ## Style and types
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && $(BIN)/mypy

bench: setup ## Benchmarks: figures against a floor measured in the same run
	@set -e; for file in benchmarks/bench_*.py; do echo "$$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py); done

clean: ## Remove what was installed and built
	rm -rf .tools .venv .build .sandbox cdk.out node_modules

.tools/.ready: uv.lock package-lock.json sandbox/embedded/uv.lock Makefile
	@sh sandbox/setup.sh $(UV_VERSION)
	@touch $@
