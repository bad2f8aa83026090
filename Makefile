# Each of these sets up what it needs by itself, in .venv:
#   make demo            try everything out, with an embedded Spotify (another port: make demo PORT=8780)
#   make tmux            run server and worker with config.ini, in two panes
#   make test            run the tests (some of them: make test ARGS="tests/core -x")
#   make test-fast       those without a browser, processes of their own or much patience
#   make test-nightly    all of them, with many more invented examples
#   make lock            write requirements.lock again: the versions, with hashes, that a running SongSwap gets
#   make check           style, types and import contracts
#   make bench           measure: the seven below, and how soon one process hears of what the other wrote
#   make bench-sync      how well a session keeps time; writes bench/sync.* and the table in README.md
#   make bench-history   how long listening histories take to come in; writes bench/history.txt
#   make bench-catalogue how long a catalogue takes to load, how soon it answers; writes bench/catalogue.txt
#   make bench-insights  how soon figures of them are answered; writes bench/insights.txt
#   make bench-interval  how exactly the interval timer is heard; writes bench/interval.txt and the table in README.md
#   make bench-talk      how soon people read what others write; writes bench/talk.txt
#   make bench-load      how many people one server carries, and what it costs; writes bench/load.txt, bench/groups.txt
#   make bench-routes    what each route costs the server; writes bench/routes.txt
#   make bench-whose     how well and how soon it is learnt whose a song is; writes bench/whose.txt
#   make bench-disk      how a session fares on a slow disk; writes bench/disk.txt
#   make bench-soak      half an hour of steady load: memory, files left behind; writes bench/soak.txt
#   make bench-tabs      how well two tabs of a real browser keep time, from their audio clocks; writes bench/tabs.txt
#   make bench-realtime  ten minutes of that in real time, with the real processes; writes bench/realtime.txt
# Another Python: make demo PYTHON=python3.13

PYTHON ?= python3
CONFIG ?= config.ini
VENV := .venv
BIN := $(VENV)/bin
# A file at a time for each core, in the order that tests/conftest.py gives them.
SHARED_OUT := --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: demo lock tmux test test-fast test-nightly check bench bench-disk bench-sync bench-history bench-insights bench-catalogue bench-interval bench-talk bench-whose bench-tabs bench-soak bench-load bench-routes bench-realtime

demo: $(VENV)/installed
	@$(if $(PORT),SONGSWAP_SERVER_PORT=$(PORT)) exec $(BIN)/python serve.py --demo

tmux: $(VENV)/installed
	@command -v tmux > /dev/null || { echo "tmux is not installed; start serve.py and worker.py in two terminals instead"; exit 1; }
	@$(BIN)/python serve.py --config $(CONFIG) --check
	@tmux has-session -t songswap 2> /dev/null || tmux \
		new-session -d -s songswap "$(BIN)/python serve.py --config $(CONFIG)" \; \
		set-option remain-on-exit on \; \
		split-window -h "$(BIN)/python worker.py --config $(CONFIG)"
	@if [ -n "$$TMUX" ]; then tmux switch-client -t songswap; else exec tmux attach -t songswap; fi

test: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m pytest $(SHARED_OUT) $(ARGS)

test-fast: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m pytest $(SHARED_OUT) -m "not browser and not processes and not long" $(ARGS)

test-nightly: $(VENV)/installed-for-tests
	@SONGSWAP_NIGHTLY=1 exec $(BIN)/python -m pytest $(SHARED_OUT) $(ARGS)

lock:
	@UV_CUSTOM_COMPILE_COMMAND="make lock" pipx run --spec "uv>=0.9" uv pip compile requirements.txt --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-annotate --quiet --output-file requirements.lock

check: $(VENV)/installed-for-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: bench-sync bench-history bench-insights bench-catalogue bench-interval bench-talk bench-whose
	@exec $(BIN)/python -m bench.wake

bench-sync: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.sync

bench-history: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.history

bench-insights: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.insights

bench-catalogue: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.catalogue

bench-interval: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.interval

bench-talk: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.talk

bench-whose: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.whose

bench-disk: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.disk

bench-soak: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.soak

bench-load: $(VENV)/installed-for-tests
	@$(BIN)/python -m bench.groups
	@exec $(BIN)/python -m bench.load

bench-routes: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.routes

bench-tabs: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.tabs

bench-realtime: $(VENV)/installed-for-tests
	@exec $(BIN)/python -m bench.realtime

$(VENV)/installed: requirements.lock | $(BIN)/python
	@echo "Installing what SongSwap needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/installed-for-tests: requirements.txt tests/requirements.txt | $(BIN)/python
	@echo "Installing what SongSwap and its tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@ $(VENV)/installed

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not installed; SongSwap needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "SongSwap needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Choose another: make $(MAKECMDGOALS) PYTHON=python3.13"; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV)
