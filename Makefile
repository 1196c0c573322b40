# Every step of CI is a target here. `make help` lists them.

CARGO ?= cargo
DATA  ?= data

MATCHING = $(CARGO) bench --quiet -p quittance-backtest --bench matching --

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt proto fuzz kills bench bench-matching audit demo new-service new-service-check clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Show a living company in a browser, on embedded databases
	$(CARGO) run --quiet -p quittance -- demo --data $(DATA)

demo: ## Play the company, audit it and end with the audit's status
	$(CARGO) run --quiet -p quittance -- demo --data $(DATA) --no-serve

test: ## All tests, on SQLite and on a PostgreSQL of their own; then kills and new-service-check
	./tests/tools.sh
	$(CARGO) test --workspace --locked
	$(MAKE) kills
	$(MAKE) new-service-check

lint: ## Format and Clippy; warnings are errors (contracts: make proto)
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

proto: ## Lint the contracts (needs buf: pip install buf-bin==1.75.0)
	cd proto && buf lint && buf format --diff --exit-code --path quittance

fmt: ## Format code and contracts
	$(CARGO) fmt --all
	cd proto && buf format -w --path quittance

fuzz: ## Fuzz every file reader, MINUTES=10 each (needs a C++ compiler)
	MINUTES=$(or $(MINUTES),10) ./libs/formats/fuzz/run.sh $(TARGETS)

kills: ## Kill processes of the distributed suite at random (QUITTANCE_KILLS=25), then audit
	$(CARGO) test --locked -p quittance-tests --test kills -- --nocapture

bench: ## Our figures and raw SQL's, interleaved, one JSON line each (ARGS="--invoices 20000 ...")
	$(CARGO) run --quiet --release -p quittance-tests --bin bench -- $(ARGS)

bench-matching: ## The matching engine's figures, one JSON line each (ARGS="--items 1000000 --lines 200000" measures one folder only)
	$(MATCHING) $(ARGS)
	$(if $(ARGS),,$(MATCHING) --items 5000000 --lines 1000000)
	$(if $(ARGS),,$(CARGO) run --quiet --release -p quittance-tests --bin bench -- --only cash --database postgres --invoices 9000 --lines 8000)

audit: ## Every invariant against the embedded databases in DATA
	$(CARGO) run --quiet -p quittance -- audit --data $(DATA)

new-service: ## A sixth service that compiles, serves and is tested: make new-service NAME=x
	./tests/new-service.sh "$(NAME)"

new-service-check: ## Prove new-service on a scratch copy
	./tests/new-service.sh --check

clean: ## Remove build output and the embedded databases
	$(CARGO) clean
	rm -rf $(DATA)
