# One word for each thing that is done here; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo-out
ARGS ?=

# A stamp is named after what it stands for: a changed lock is a new stamp, an old one means nothing.
key = $(shell cat pyproject.toml tools/venv.sh $(1) | sha256sum | cut -c 1-16)
READY := $(VENV)/.ready-$(call key,requirements/dev.txt)
BENCH_READY := $(VENV)/.bench-$(call key,requirements/bench.txt)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint fix types contracts schemas wheel bench \
	controlplane cluster programs lock clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: setup  ## render the sample catalog into demo-out/, show it, and sync it where `make controlplane` was run
	@tools/demo.sh $(DEMO)

setup: $(READY)  ## make .venv: the locked packages and this project

$(READY):
	@PYTHON="$(PYTHON)" tools/venv.sh $(VENV) requirements/dev.txt
	@touch $@

test: setup programs controlplane  ## set up whatever is missing and run all tests; ARGS="-k name" picks
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

lint: setup  ## look for faults of style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

fix: setup  ## mend the faults of style that can be mended by a machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: setup  ## check the types
	$(BIN)/mypy

contracts: setup  ## check who imports whom
	$(BIN)/lint-imports --no-logo

schemas: setup  ## make the generated schemas again
	$(BIN)/python schemas/generate.py
	$(BIN)/python schemas/crd.py

wheel: setup  ## build the wheel into dist/ and look through it
	@rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
	$(BIN)/check-wheel-contents dist

bench: $(BENCH_READY) programs  ## measure, side by side with others
	$(BIN)/python -m bench $(ARGS)

$(BENCH_READY): $(READY)
	@PYTHON="$(PYTHON)" tools/venv.sh $(VENV) requirements/bench.txt
	@touch $@

# Without a control plane its tests are skipped, loudly; where CI is set, they must not be.
controlplane:  ## find, download or build the control plane of the tests
	@tools/controlplane.sh >/dev/null || test -z "$$CI"

cluster: setup programs controlplane  ## run that control plane, to play with
	@PYTHONPATH=tools $(BIN)/python -m controlplane play

programs:
	@command -v kubectl >/dev/null || tools/debian.sh kubernetes-client || test -z "$$CI"
	@command -v openssl >/dev/null || tools/debian.sh openssl || test -z "$$CI"
	@command -v git >/dev/null || tools/debian.sh git
	@command -v gpg >/dev/null || tools/debian.sh gnupg || test -z "$$CI"
	@command -v ssh-keygen >/dev/null || tools/debian.sh openssh-client || test -z "$$CI"

lock:  ## choose the newest packages that fit, and lock them
	@tools/lock.sh

clean:  ## remove what was made here, but not what was rendered
	rm -rf .venv .cache build dist .*_cache *.egg-info
