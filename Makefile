.DEFAULT_GOAL := help
.PHONY: help score test lint build explore leaderboard sheets docs bench pictures mutants fuzz faults audit clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready
OUT := predictions
SAMPLE ?= 60
SEED ?= 0
INPUTS ?= 5000
LARGEST ?= 1000000

help:  ## Say what each target does.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,rouge,webmainbench,extractors,croissant,encoder,minhash,plot,distributed]'
	@touch $@

score: $(READY)  ## Set up, let two baselines predict the pages, and score them (or PREDICTIONS=file.jsonl).
ifdef PREDICTIONS
	@$(BIN)/detente eval score "$(PREDICTIONS)"
else
	@mkdir -p $(OUT)
	@$(BIN)/detente eval run body_lines --task boilerplate -o $(OUT)/body_lines.jsonl
	@$(BIN)/detente eval score $(OUT)/body_lines.jsonl
	@echo
	@$(BIN)/detente eval run lexicon --task stance -o $(OUT)/lexicon.jsonl
	@$(BIN)/detente eval score $(OUT)/lexicon.jsonl
endif
	@echo
	@echo "to use detente in this shell:"
	@echo ". .venv/bin/activate"

test: $(READY)  ## Set up, and run the tests.
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n 2

lint: $(READY)  ## Check style and types.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

build: $(READY)  ## Make dataset/ from the annotations.
	@$(BIN)/detente dataset build

explore: $(READY)  ## Make linked pages of the dataset in build/explorer/, and open them.
	@$(BIN)/detente dataset explore -o build/explorer --open

bench: $(READY)  ## Measure what the speed claims rest on (or LARGEST=10000000 units).
	@$(BIN)/python benchmarks/start_up.py
	@$(BIN)/python benchmarks/alignment.py
	@$(BIN)/python benchmarks/scaling.py
	@$(BIN)/python benchmarks/resampling.py
	@$(BIN)/python benchmarks/labels.py
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@$(BIN)/python benchmarks/text_measures.py
	@$(BIN)/python benchmarks/spans.py
	@$(BIN)/python benchmarks/scale.py
	@$(BIN)/python benchmarks/throughput.py $(LARGEST)

leaderboard: $(READY)  ## Make LEADERBOARD.md from the predictions in eval/leaderboard/.
	@$(BIN)/python scripts/leaderboard.py

sheets: $(READY)  ## Make the sample sheets of the challenge suites in docs/challenge/.
	@$(BIN)/python scripts/sheets.py

docs: $(READY)  ## Make the site in site/ (open site/index.html).
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo site/index.html

pictures: $(READY)  ## Take the README's pictures of the report and the explorer anew (needs chromium).
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[browser]'
	@DETENTE_BROWSER=required DETENTE_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser/test_pictures.py -k readme

mutants: $(READY)  ## Break the code in 60 small ways, and name those that no test notices (or SAMPLE=200 SEED=3).
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[mutants]'
	@$(BIN)/python tests/mutants/run.py --sample $(SAMPLE) --seed $(SEED) --figures tests/mutants/figures.json

fuzz: $(READY)  ## Give the commands mutated files of every kind (or INPUTS=100000 SEED=3).
	@$(BIN)/python tests/fuzz/run.py --inputs $(INPUTS) --seed $(SEED)

faults: $(READY)  ## Let every command that writes fail at every place where it writes (half an hour).
	@HF_HUB_OFFLINE=1 $(BIN)/python tests/faults/run.py --figures tests/faults/figures.json

audit: $(READY)  ## Ask the public databases of known holes about the pinned packages (needs a network).
	@test -x build/audit/bin/python || $(PYTHON) -m venv build/audit
	@build/audit/bin/python -m pip install --quiet pip-audit
	@build/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt || { \
	  echo "a hole was found, or the databases could not be asked: see above" >&2; exit 1; }

clean:  ## Remove what the other targets made, the dataset aside.
	rm -rf .venv build dist $(OUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
