# `make demo` and `make test` are all a newcomer needs; each installs what is missing first.
PYTHON ?= python3
RUN := .venv/bin/python
UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --override overrides.txt

.PHONY: demo test quick test-windows installer test-installer torture reliability docs bench fuzz screenshots texts lock clean help

help: ## prints these lines
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

demo: ## renews two certificates, PC and USB, against the practice bank, and logs in with them
	@$(PYTHON) tools/prepare.py demo
	@$(RUN) -m demo

test: ## runs ruff, mypy, import-linter, all tests and, as root, the tests on Windows
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.gates

quick: ## runs ruff, mypy, import-linter and the unit tests, in about a minute
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.gates --quick

test-windows: ## runs the tests on a real Windows Python under Wine, set up once in ~/.cache (root)
	@$(PYTHON) tools/prepare.py test-windows
	@[ "$$(id -u)" -ne 0 ] || $(RUN) -m tools.wine

installer: ## builds the signed setup, MSI and Linux packages in build/installer/results (SETTINGS=file, root)
	@$(PYTHON) tools/prepare.py installer
	@$(RUN) -m tools.installer $(if $(SETTINGS),--settings $(SETTINGS))

test-installer: ## tests the output of `make installer`, built first if missing or outdated (SETTINGS=file, root)
	@$(PYTHON) tools/prepare.py test-installer
	@$(RUN) -m tools.installer --if-needed $(if $(SETTINGS),--settings $(SETTINGS))
	@CERTCLIENT_SETTINGS=$(abspath $(SETTINGS)) $(RUN) -m pytest -q -n 2 --dist loadfile -m "installer or not installer" tests/installer

docs: ## builds the documentation as a site in build/docs, after regenerating its reference pages
	@$(PYTHON) tools/prepare.py docs
	@$(RUN) -m tools.docs --pages
	@$(RUN) -m tools.docs

torture: ## kills, cuts off and breaks procedures in every way that the tests know (N=rounds, SEED=seed)
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.reliability $(if $(N),--rounds $(N)) $(if $(SEED),--seed $(SEED))

reliability: ## runs `make torture` and, if all cases pass, writes docs/reliability.md (N=rounds, SEED=seed, root)
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.reliability --record $(if $(N),--rounds $(N)) $(if $(SEED),--seed $(SEED))

bench: ## measures start, windows, renewals, a fleet and the bank; writes benchmarks/results.md (PRIORITY=1, root)
	@$(PYTHON) tools/prepare.py bench
	@$(RUN) -m benchmarks $(if $(PRIORITY),--priority)

fuzz: ## fuzzes what others write, guided by coverage (TIME=seconds for each target, TARGETS="cmp-answer http")
	@$(PYTHON) tools/prepare.py fuzz
	@PYTHONPATH=tests $(RUN) -m support.fuzzing --time $(or $(TIME),60) $(TARGETS)

screenshots: ## saves every window to docs/screenshots/, and in every theme to build/screenshots/
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.screenshots

gallery: ## saves every component of the windows in every state and theme to build/gallery/
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m tools.gallery

texts: ## collects the windows' new texts in resources/i18n/*.ts for translation
	@$(PYTHON) tools/prepare.py test
	@$(RUN) tools/translations.py update

lock: ## regenerates requirements/*.txt from requirements/*.in (UPGRADE=1: newest versions)
	@$(PYTHON) tools/prepare.py test
	@$(RUN) -m pip install --quiet --require-hashes -r requirements/lock.txt
	cd requirements && for name in runtime dev build lock installer; do \
		../$(UV_COMPILE) $(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; done

clean: ## removes .venv, caches and the demo's folder
	rm -rf .venv .demo build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
