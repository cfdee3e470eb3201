.DEFAULT_GOAL := help
SHELL := /bin/sh
export PYTHON
BIN := .venv/bin

.PHONY: help setup develop demo test test-real check simulate kills farm chaos soak fuzz lock bench demo-svg

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## Make .venv with xiangyin in it (nothing to do when it is current)
	@deploy/setup.sh run

develop: setup
	@deploy/setup.sh dev

demo: setup ## Watch a made-up county: make demo, make demo ARGS=--once
	@$(BIN)/xiangyin demo $(ARGS)

test: develop ## Check and run all tests: pure, simulation, embedded servers, real ones where Java and Maven are
	@$(MAKE) --no-print-directory check
ifdef ARGS
	@$(BIN)/pytest $(ARGS)
else
	@$(BIN)/pytest --numprocesses 2 --dist worksteal tests/unit
	@$(BIN)/pytest --numprocesses 3 --dist worksteal -m "not real" tests/embedded tests/contract tests/real  # They wait more than they compute.
	@$(BIN)/pytest --numprocesses 2 --dist worksteal -m real tests/contract tests/real  # Last, to end with what was left out, and why.
endif

test-real: develop ## The tests on Apache Kafka and Elasticsearch; fails without Java and Maven: make test-real ARGS="-k kill"
	@XIANGYIN_REAL=required $(BIN)/pytest --numprocesses 2 --dist worksteal -m real tests/contract tests/real $(ARGS)

check: develop ## Style, types, layers, the flow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/unit/agents/test_flow.py

bench: develop ## Speed, beside peers in the same run
	@$(BIN)/python bench/judge.py $(ARGS)
	@$(BIN)/python bench/words.py $(ARGS)
	@$(BIN)/python bench/steps.py $(ARGS)
	@$(BIN)/python bench/long.py

simulate: develop ## One schedule of the simulation again: XIANGYIN_SCHEDULE=4711 make simulate
	@$(BIN)/pytest -q tests/unit/simulation

lock: develop ## Renew requirements/*.txt, with hashes and without the names of hosts
	@deploy/lock.sh

demo-svg: setup ## Record the demo's first minute as docs/demo.svg
	@$(BIN)/python -m deploy.demo.record docs/demo.svg

kills: develop ## Import real messages (../shared/data) while the worker is killed ten times; minutes long
	@XIANGYIN_KILLS=10 $(BIN)/pytest -q -s tests/embedded/test_kills.py

farm: develop ## Sites with every fault, crawled, killed, judged and searched: make farm SEED=7 SITES=1000
	@XIANGYIN_FARM_SEED=$(or $(SEED),1) XIANGYIN_FARM_SITES=$(or $(SITES),500) $(BIN)/pytest -q tests/embedded/test_farm.py

chaos: develop ## Faults upon Apache Kafka and Elasticsearch, then everything counted: make chaos SEED=1 POSTS=5000 FAULTS=6; ten minutes
	@$(BIN)/python -m tests.real.chaos --seed $(or $(SEED),1) --posts $(or $(POSTS),100000) --faults $(or $(FAULTS),20) \
		--rate $(or $(RATE),500) --away $(or $(AWAY),0) $(ARGS)

soak: develop ## Posts at a steady rate and no faults, the workers' memory watched: make soak MINUTES=30 RATE=500
	@$(BIN)/python -m tests.real.chaos --faults 0 --rate $(or $(RATE),500) --posts $$(($(or $(MINUTES),30) * 60 * $(or $(RATE),500))) $(ARGS)

fuzz: develop ## A hundred thousand strange texts, and long ones: XIANGYIN_FUZZ=5000 make fuzz for fewer; half an hour
	@XIANGYIN_FUZZ=$${XIANGYIN_FUZZ:-100000} $(BIN)/pytest -q tests/unit/test_fuzz.py
