# `make demo` and `make test` are all a newcomer needs; each installs what is missing first.
PYTHON ?= python3
RUN := .venv/bin/python
UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: demo test quick test-windows installer test-installer bench screenshots texts lock clean help

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

demo: ## renews two certificates, PC and USB, against the practice bank, and logs in with them
	@$(PYTHON) tools/prepare.py demo
	@$(RUN) -m demo

test: ## ruff, mypy, import-linter, pytest, and the tests on Windows (root)
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.gates

quick: ## ruff, mypy, import-linter and the unit tests, in a minute or so
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.gates --quick

test-windows: ## tests on a real Windows Python under Wine, made once in ~/.cache (needs root)
	@$(PYTHON) tools/prepare.py test-windows
	@[ "$$(id -u)" -ne 0 ] || $(RUN) -m tools.wine

installer: ## setup, MSI, packages for Linux, all signed: build/installer/results (SETTINGS=file, root)
	@$(PYTHON) tools/prepare.py installer
	@$(RUN) -m tools.installer $(if $(SETTINGS),--settings $(SETTINGS))

test-installer: ## what `make installer` hands out, made where it is missing or old, tried out (SETTINGS, root)
	@$(PYTHON) tools/prepare.py test-installer
	@$(RUN) -m tools.installer --if-needed $(if $(SETTINGS),--settings $(SETTINGS))
	@CERTCLIENT_SETTINGS=$(abspath $(SETTINGS)) $(RUN) -m pytest -q -n 2 --dist loadfile -m "installer or not installer" tests/installer

bench: ## where a renewal's time goes, PC and USB token; how long the windows stall meanwhile
	@$(PYTHON) tools/prepare.py bench
	@$(RUN) -m benchmarks.renewal
	@$(RUN) -m benchmarks.bank_load
	@$(RUN) -m benchmarks.gui_stall

screenshots: ## every window into docs/screenshots/, and in every look into build/screenshots/
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.screenshots

texts: ## the windows' new texts into resources/i18n/*.ts, to be translated there
	@$(PYTHON) tools/prepare.py test
	@$(RUN) tools/translations.py update

lock: ## writes requirements/*.txt again from requirements/*.in (UPGRADE=1: newest versions)
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m pip install --quiet --require-hashes -r requirements/lock.txt
	cd requirements && for name in runtime dev build lock installer; do \
		../$(UV_COMPILE) $(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; done

clean: ## removes .venv, caches and the demo's folder
	rm -rf .venv .demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
