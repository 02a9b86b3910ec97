# Everything one does with Yingda. Needs make and Python 3.11 or newer; writes only into this folder.

VENV := .venv
PYTHON := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# pip follows the user's own settings, but without a cache of their own it must not start one in their home.
PIP_CACHE := $(if $(PIP_CACHE_DIR),,--no-cache-dir)

.PHONY: help setup demo run test lint chaos bench setup-dev

help:
	@echo 'make demo   应答加模拟微信，打开网页就能试 / everything against a simulated WeChat, in a web page'
	@echo 'make run    接你自己的账号（yingda.toml）/ your own accounts'
	@echo 'make test   全部测试 / the whole test suite        make lint   检查代码 / check the code'
	@echo 'make chaos  杀进程的测试 / tests that kill things   make bench  测量 / measurements'
	@echo 'make setup  只装环境 / only the environment'

# The first Python that is new enough and able to make an environment; pyenv's shims answer, but may not run.
define find_python
	found=; \
	for candidate in $(VENV)/bin/python python3.13 python3.12 python3.11 python3; do \
		if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then echo '缺 venv / Python has no venv module: on Debian or Ubuntu, apt install python3-venv' >&2; \
		else echo "需要 Python 3.11 以上 / Yingda needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || true)" >&2; \
		fi; exit 1; \
	fi
endef

# $(call install,FILE): makes .venv where it is missing or broken, and installs FILE once for each of its contents.
define install
	@set -e; \
	runtime=$(VENV)/.installed-$$(cksum < requirements.txt | tr ' ' '-'); \
	stamp=$(VENV)/.installed-$$(cat requirements.txt $(1) | cksum | tr ' ' '-'); \
	[ $(1) != requirements.txt ] || stamp=$$runtime; \
	if [ -e "$$stamp" ] && $(PYTHON) -c '' >/dev/null 2>&1; then exit 0; fi; \
	$(find_python); \
	if [ "$$found" != $(PYTHON) ]; then \
		echo "建环境 / making $(VENV) with $$($$found --version)"; \
		rm -rf $(VENV); $$found -m venv $(VENV); \
	fi; \
	echo '装依赖 $(1)，第一次约一分钟 / installing $(1), about a minute the first time'; \
	$(PYTHON) -m pip install -q $(PIP_CACHE) -r $(1); \
	rm -f $(VENV)/.installed-*; touch "$$runtime" "$$stamp"
endef

setup:
	$(call install,requirements.txt)

setup-dev:
	$(call install,requirements-dev.txt)

demo: setup
	@$(PYTHON) launch.py demo $(ARGS)

run: setup
	@$(PYTHON) launch.py run $(ARGS)

test: setup-dev
	@# Three on two cores: most of what a test with real processes does is wait.
	@$(PYTHON) -m pytest -n 3 --dist loadfile $(ARGS)

lint: setup-dev
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

# All of tests/chaos, and what is marked chaos among the scenarios. Only a whole run is worth a report.
chaos:
	@[ -d tests/chaos ] || { echo '还没有 / not here yet: make chaos comes with tests/chaos' >&2; exit 1; }
	$(call install,requirements-dev.txt)
	@$(PYTHON) -m pytest -v -m 'chaos or not chaos' --chaos $(if $(ARGS),,--chaos-report docs/chaos.md) \
		tests/chaos tests/scenarios $(ARGS)

bench:
	@[ -d bench ] || { echo '还没有 / not here yet: make bench comes with the folder bench' >&2; exit 1; }
	$(call install,requirements-dev.txt)
	@$(PYTHON) -m bench $(ARGS)
