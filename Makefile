# Two commands: `make demo` and `make test`. Everything they make is in .venv/, var/ and h5/dist/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
NPM := $(CURDIR)/$(BIN)/python $(CURDIR)/scripts/npm.py
PORT ?= 8000
SCALE ?= 1

ROOM ?=
# two cores are busy while one of the three waits
JOBS ?= 3
# what runs side by side tells line by line, where make can
SIDE_BY_SIDE = $(MAKE) --no-print-directory -j$(JOBS) $(if $(filter output-sync,$(.FEATURES)),--output-sync=line)

.PHONY: help demo test test-all checks quick lint types layers tests unit phone browser explore bench pictures \
	docs openapi lock messages clean

help:
	@echo "make demo     示范城市，http://127.0.0.1:$(PORT) / the demo city"
	@echo "make test     检查和测试，不含耗时的 / checks and tests, without those that take long"
	@echo "make test-all 全部检查和测试 / every check and test"
	@echo "make quick ROOM=sources  一个模块的快速检查 / lint, types and unit tests of one room"
	@echo "make explore  随机寻找反例 / look for counterexamples at random, for as long as it takes"
	@echo "make bench    提交性能基准 / the submission benchmark"
	@echo "make pictures 文档截图 / pictures for the documents"
	@echo "make docs     由代码生成的文档 / documents made from the code"
	@echo "make openapi  接口描述 openapi.json / the description of the API"
	@echo "make lock     更新依赖锁定 / lock requirements anew"

demo: $(STAMPS)/base $(STAMPS)/assets $(STAMPS)/phone
	@$(BIN)/python -m compileall -q src/yunjian
	@exec $(BIN)/yunjian demo --port $(PORT) --scale $(SCALE)

# the tests begin as soon as what they need is there; the checks run beside them
test: CHOSEN := -m "not e2e and not faults and not slow"
test test-all:
	+@$(SIDE_BY_SIDE) tests checks CHOSEN='$(CHOSEN)'

checks: lint types layers phone-tests

lint: $(STAMPS)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djade --check $$(git ls-files '*.html') || (echo "run: djade on the files above" && exit 1)

types: $(STAMPS)/dev
	$(BIN)/mypy

layers: $(STAMPS)/dev
	$(BIN)/lint-imports

.PHONY: phone-tests
phone-tests: $(STAMPS)/phone
	cd h5 && $(NPM) run lint && $(NPM) test && $(NPM) run size

# one session of what is chosen, all by default, spread over the cores, each process with a database of its own; what
# pyproject.toml names ([tool.coverage.run] source) is held to full branch coverage
tests: $(STAMPS)/dev $(STAMPS)/assets $(STAMPS)/phone
	@$(BIN)/python scripts/find_chromium.py
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SPREAD) $(CHOSEN)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# eight at most: each has a database and, for a while, a server and a browser
SPREAD := -n logical --maxprocesses 8 --dist worksteal

unit: $(STAMPS)/dev $(STAMPS)/assets
	$(BIN)/pytest $(SPREAD) -m "not e2e and not faults"

browser: $(STAMPS)/dev $(STAMPS)/assets $(STAMPS)/phone
	$(BIN)/pytest $(SPREAD) -m "e2e or faults"

explore: $(STAMPS)/dev $(STAMPS)/assets
	$(BIN)/pytest --hypothesis-profile=explore -m hypothesis

# what an author runs while working on a room: `make quick ROOM=sources`
quick: $(STAMPS)/dev $(STAMPS)/assets
	@test -n "$(ROOM)" || { echo "make quick ROOM=sources"; exit 1; }
	+@$(SIDE_BY_SIDE) lint layers quick-types quick-tests

.PHONY: quick-types quick-tests
quick-types: $(STAMPS)/dev
	$(BIN)/mypy src/yunjian/$(ROOM) $(wildcard tests/$(ROOM))

quick-tests: $(STAMPS)/dev $(STAMPS)/assets
	$(BIN)/pytest -q $(SPREAD) -m "not e2e and not faults and not slow" tests/$(ROOM)

bench: $(STAMPS)/dev
	$(BIN)/python -m tests.bench.submission

pictures: $(STAMPS)/dev $(STAMPS)/assets $(STAMPS)/phone
	$(BIN)/python scripts/pictures.py

# documents that follow from the code; a test holds that they are as they would be made
docs: $(STAMPS)/dev
	$(BIN)/python scripts/documents.py

openapi: $(STAMPS)/base
	$(BIN)/python scripts/openapi.py

lock: $(STAMPS)/dev
	for name in base dev; do $(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url \
	  --no-header --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; done

messages: $(STAMPS)/dev
	$(BIN)/python scripts/messages.py

clean:
	rm -rf $(VENV) var h5/dist h5/node_modules node_modules

# --- what the above stand on -------------------------------------------------------------------

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed"; exit 1; }
	@free=$$(df -Pk . | awk 'NR==2 {print int($$4/1024)}'); test "$$free" -ge 3000 || \
	  { echo "磁盘空间不足：需要 3 GB，现有 $$free MB / not enough disk space: 3 GB needed"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "无法创建虚拟环境；Debian/Ubuntu 请先执行 apt install python3-venv" \
	  "/ cannot make a virtual environment; on Debian/Ubuntu install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/base: $(STAMPS)/venv requirements/base.txt pyproject.toml
	@echo "安装依赖… / installing requirements"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true  # templates of packages are no Python
	@touch $@

$(STAMPS)/dev: $(STAMPS)/base requirements/dev.txt
	@echo "安装开发依赖… / installing development requirements"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

CATALOGUE := src/yunjian/locale/en/LC_MESSAGES/django.po

$(STAMPS)/assets: $(STAMPS)/base package.json package-lock.json scripts/build_assets.py scripts/messages.py $(CATALOGUE)
	@echo "准备网页资源… / preparing page assets"
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@$(BIN)/python scripts/build_assets.py
	@touch $@

PHONE_SOURCES := openapi.json $(shell find h5 -path h5/node_modules -prune -o -path h5/dist -prune -o -type f -print 2>/dev/null)

$(STAMPS)/phone-modules: $(STAMPS)/base h5/package.json h5/package-lock.json
	@echo "安装手机端依赖… / installing the phone app's requirements"
	@cd h5 && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/phone: $(STAMPS)/phone-modules $(PHONE_SOURCES)
	@echo "构建手机端… / building the phone app"
	@cd h5 && $(NPM) run build --silent
	@touch $@
