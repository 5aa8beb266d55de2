# What you can do here. Each target does all its own set-up and is quick when nothing changed.

.DEFAULT_GOAL := help
.PHONY: help demo build test test-integrations check models bench-face bench-oidc fmt

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run the provider (http://localhost:8080) and the example bank (http://127.0.0.1:8081)
	@scripts/demo.sh

build: ## Leave target/release/facestep with models and runtime in place
	@scripts/build.sh

test: ## Run every check and every test, installing what they need
	@scripts/test.sh

test-integrations: ## Run real OpenID Connect clients against the program, fetching them first
	@scripts/test-integrations.sh

check: ## Check format, lints, the core without features, and dependency licences
	@scripts/check.sh

models: ## Build the face models and fetch ONNX Runtime, each checked by its hash
	@scripts/models.sh

bench-face: ## Measure what the face check costs on this machine (some minutes)
	@scripts/bench-face.sh

bench-oidc: ## Measure what clients are answered, beside node's oidc-provider (some minutes)
	@scripts/bench-oidc.sh

fmt: ## Format the code
	@cargo fmt
