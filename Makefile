# E-Pilwu. `make help` says what there is to make; nothing but make, git and Python 3.11 or newer is needed beforehand.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help venv demo test test-quick lint bench verifier wheels voice voice-check pictures peers lock clean

PYTHON := .venv/bin/python
RUN_STAMP := .venv/run.stamp
DEV_STAMP := .venv/dev.stamp
MARKS_QUICK := not slow and not browser and not peer

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

venv: $(RUN_STAMP) ## make .venv with the program epilwu in it, from pinned packages
	@echo "The program is .venv/bin/epilwu"

demo: $(RUN_STAMP) ## one real village's election from sealed booth to audited result (under four minutes)
	.venv/bin/epilwu demo

test: $(DEV_STAMP) lint ## lint, types, imports, then every test with branch coverage
	@tools/need_chromium.sh
	@tools/need_speech.sh
	$(PYTHON) -m pytest -n 2 --benchmark-disable --cov --cov-report=term:skip-covered

test-quick: $(DEV_STAMP) ## the tests that take seconds: no browser, no outside program
	$(PYTHON) -m pytest -q -n 2 --benchmark-disable -m "$(MARKS_QUICK)"

lint: $(DEV_STAMP) ## style (ruff), types (mypy --strict), who may import whom (import-linter)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(DEV_STAMP) ## measure, and write the medians into docs/benchmarks.md
	mkdir -p .benchmarks
	$(PYTHON) -m pytest tests/bench --benchmark-only --benchmark-json=.benchmarks/latest.json
	$(PYTHON) tools/bench_report.py .benchmarks/latest.json docs/benchmarks.md

verifier: $(RUN_STAMP) ## the verifier as one file, dist/epilwu-verify.pyz, and its SHA-256 to announce
	@$(PYTHON) tools/build_verifier.py

wheels: $(RUN_STAMP) ## all that an installation without a network needs, in dist/wheels (for a stick)
	@tools/make_wheels.sh dist/wheels

voice: $(DEV_STAMP) ## make the spoken guide's recordings anew from their sentences (needs espeak-ng and opus-tools)
	$(PYTHON) tools/make_voice.py

voice-check: $(DEV_STAMP) ## make them in memory and compare with those that are shipped
	$(PYTHON) tools/make_voice.py --check

pictures: $(DEV_STAMP) ## photograph every voter's screen into docs/pictures/booth
	@tools/need_chromium.sh
	$(PYTHON) tools/booth_pictures.py

peers: ## fetch the outside programs that some tests ask for a second opinion
	@tools/fetch_belenios.sh
	@tools/fetch_emupos.sh
	@tools/fetch_axe.sh
	@tools/fetch_go_tlog.sh

lock: $(DEV_STAMP) ## pin every package anew, with hashes (after a change of setup.cfg)
	$(PYTHON) -m pip install --quiet uv
	$(LOCK) setup.cfg requirements/build.in -o requirements/run.lock
	$(LOCK) --extra dev setup.cfg requirements/build.in -c requirements/run.lock -o requirements/dev.lock
	$(LOCK_PLAIN) --python-version 3.13 requirements/emupos.in -o requirements/emupos.lock

LOCK_PLAIN = .venv/bin/uv pip compile --quiet --universal --generate-hashes --custom-compile-command "make lock"
LOCK = $(LOCK_PLAIN) --python-version 3.11

clean: ## remove what was made: .venv, .peers, caches
	rm -rf .venv .peers .benchmarks dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*

$(RUN_STAMP): requirements/run.lock setup.cfg pyproject.toml tools/make_venv.sh
	@tools/make_venv.sh run
	@touch $@

$(DEV_STAMP): requirements/dev.lock $(RUN_STAMP)
	@tools/make_venv.sh dev
	@touch $@
