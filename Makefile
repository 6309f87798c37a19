# The few commands of daily life. Each sets up what it needs by itself.
PYTHON_ENV = .venv/bin
TEMPLATE_FORMAT = $(PYTHON_ENV)/djangofmt --line-length 120 --indent-width 2 --custom-blocks element,slot
ON_EVERY_CORE = -n auto --maxprocesses 6 --dist loadfile
SHELL = /bin/sh
# Images of containers set it; then every process of the tests and of the site compiles all modules anew, 4 s of a core.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL = help
.PHONY: help setup setup-dev run demo test test-migrations test-services test-attacks test-pages test-faults matrix crawl fuzz lint format lock messages screenshots \
	bench-pages bench-quality bench-matching bench-scheduling bench-booking bench-event bench-notifications bench-ledger \
	bench-directory bench-load bench-quantities clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv from requirements.txt and nothing else
	@bin/setup

setup-dev:
	@bin/setup dev

run: setup ## the whole site with the sample campaign; Ctrl-C stops it, PORT and HOST choose the address
	@exec $(PYTHON_ENV)/python -m matchmaker.running run

demo: setup ## matching without the web: a table of matches with reasons
	@exec $(PYTHON_ENV)/python -m matchmaker.running demo

test: setup-dev ## unit and integration tests on SQLite and a real Valkey, journeys in Chromium where there is one
	@$(PYTHON_ENV)/python -m pytest $(ON_EVERY_CORE) -m "not fault and not journey and not migrations and not whole_sample"
	@CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -m "journey and not fault and not pages"

.PHONY: test-first-day
test-first-day: setup-dev ## the sample campaign entered row by row, in two orders, beside a full match; on TEST_DATABASE_URL if it is set
	@$(if $(TEST_DATABASE_URL),DATABASE_URL=$(TEST_DATABASE_URL)) $(PYTHON_ENV)/python -m pytest -n0 -s -m whole_sample tests/matching/test_automatic_runs.py

.PHONY: test-engines
test-engines: setup-dev ## the engines alone: their tests and the examples of their READMEs, without Django
	@cd tests/engines && ../../$(PYTHON_ENV)/python -m pytest -c without_django.ini --rootdir . --confcutdir . $(ON_EVERY_CORE)

test-migrations: setup-dev ## every table back to the columns of old versions and forth, with its values
	@$(PYTHON_ENV)/python -m pytest -n0 -m migrations

test-services: setup-dev ## the same on PostgreSQL and Redis (TEST_DATABASE_URL, TEST_REDIS_URL choose other ones)
	@DATABASE_URL=$${TEST_DATABASE_URL:-postgresql://postgres@127.0.0.1:5432/test} \
	REDIS_URL=$${TEST_REDIS_URL:-redis://127.0.0.1:6379/9} \
	$(PYTHON_ENV)/python -m pytest $(ON_EVERY_CORE) -m "not fault and not journey and not attack and not whole_sample"

test-attacks: setup-dev ## attacks against a site in production settings, on PostgreSQL and Redis
	@DATABASE_URL=$${TEST_DATABASE_URL:-postgresql://postgres@127.0.0.1:5432/test} \
	REDIS_URL=$${TEST_REDIS_URL:-redis://127.0.0.1:6379/9} \
	$(PYTHON_ENV)/python -m pytest -n0 tests/attacks

test-pages: setup-dev ## every page in its languages, widths and schemes, and twelve journeys by keyboard alone, in Chromium
	@CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -n 2 --dist loadgroup tests/journeys/pages
	@CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -m pages --ignore tests/journeys/pages tests/journeys

matrix: setup-dev ## every route as every kind of person: who may open it, what it shows, what it changes
	@ACCESS_ROLES=all $(PYTHON_ENV)/python -m pytest -s tests/web/test_access_generated.py tests/web/test_access_matrix.py

crawl: setup-dev ## every link of the sample campaign as every kind of person, in English and Chinese; its words in all
	@CRAWL=$${CRAWL:-1} $(PYTHON_ENV)/python -m pytest -n0 tests/web/test_crawl.py tests/web/test_languages.py
	@CHROMIUM=$$(bin/browser) CRAWL=$${CRAWL:-1} $(PYTHON_ENV)/python -m pytest -n0 tests/journeys/pages/test_readable.py

fuzz: setup-dev ## 20,000 generated calls to the API; none may end in a 5xx
	@FUZZ_CALLS=$${FUZZ_CALLS:-20000} $(PYTHON_ENV)/python -m pytest -n auto --maxprocesses 6 -m fault tests/fuzz

test-faults: setup-dev ## kills workers and servers and counts what is lost
	@$(PYTHON_ENV)/python -m pytest -m "fault and not ledger and not machines and not slow_machine" -s

.PHONY: test-machines
test-machines: setup-dev ## two machines, PostgreSQL and Redis as network namespaces: kill, cut off, fill each (root; NOTICES=2000)
	@$(PYTHON_ENV)/python -m pytest -n0 -s tests/faults/test_machines.py -m machines

bench-ledger: setup-dev ## 100,000 notices under faults, counted outside the system; continues where it ended, FAULT=… for one
	@$(PYTHON_ENV)/python -m pytest tests/faults -m ledger -s -q $(if $(FAULT),-k $(FAULT))

lint: setup-dev ## style, types, templates, imports between layers, security patterns
	@$(PYTHON_ENV)/ruff check --quiet .
	@$(PYTHON_ENV)/ruff format --quiet --check .
	@mkdir -p .cache && $(PYTHON_ENV)/lint-imports --no-cache > .cache/imports.log || { cat .cache/imports.log; exit 1; }
	@found=$$($(PYTHON_ENV)/radon cc --min D --show-complexity matchmaker benchmarks); \
		[ -z "$$found" ] || { echo "$$found"; echo "complexity above 20: split these functions"; exit 1; }
	@$(PYTHON_ENV)/mypy --no-error-summary matchmaker
	@$(PYTHON_ENV)/bandit -q -r matchmaker -c pyproject.toml
	@$(PYTHON_ENV)/djlint --quiet --lint templates
	@$(TEMPLATE_FORMAT) --check templates > /dev/null || { echo "templates: run make format"; exit 1; }
	@$(PYTHON_ENV)/python manage.py makemigrations --check --dry-run -v0
	@echo "lint: clean"

format: setup-dev ## format code and templates
	@$(PYTHON_ENV)/ruff check --quiet --fix .
	@$(PYTHON_ENV)/ruff format --quiet .
	@$(TEMPLATE_FORMAT) templates

COMPILE = PATH="$$PWD/.cache/uv/bin:$$PATH" uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.12
SITE_ONLY = --excludes requirements-left-out.in
lock: setup-dev ## requirements*.txt with hashes from their .in files
	@$(COMPILE) $(SITE_ONLY) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) $(SITE_ONLY) requirements-extras.in -c requirements-dev.txt -o requirements-extras.txt
	@$(COMPILE) $(SITE_ONLY) requirements-pictures.in -c requirements.txt -o requirements-pictures.txt
	@$(COMPILE) $(SITE_ONLY) requirements-deploy.in -o requirements-deploy.txt
	@$(COMPILE) $(SITE_ONLY) requirements-installer.in -o requirements-installer.txt

messages: setup-dev ## collect the strings to translate into every language, compile them, count them (needs gettext)
	@$(PYTHON_ENV)/python manage.py makemessages $$($(PYTHON_ENV)/python manage.py translations --locales) \
	    --no-obsolete --add-location file --ignore tests --ignore .venv --ignore var --ignore benchmarks
	@$(PYTHON_ENV)/python manage.py compilemessages -v0 --ignore .venv
	@$(PYTHON_ENV)/python manage.py translations

screenshots: setup-dev ## every page as a picture: LANGUAGES (en,zh-hans), two widths, light and dark, into screenshots/
	@CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -s tests/journeys/pages/screenshots.py

bench-pages: setup-dev ## weight, paint and layout shift of the first pages on a slow phone, in Chromium
	@CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -s tests/journeys/pages/measure.py

bench-quality: setup-dev ## figures of matching quality with intervals, into docs/quality.md
	@$(PYTHON_ENV)/python benchmarks/quality.py

bench-quantities: setup-dev ## quantities read and compared, by language with intervals
	@$(PYTHON_ENV)/python benchmarks/language/quantities.py

bench-matching: setup-dev ## the matching engine beside numpy, faiss and PostgreSQL, into docs/benchmarks/
	@$(PYTHON_ENV)/python benchmarks/matching/matching.py

bench-scheduling: setup-dev ## the scheduler beside a greedy pass and round robin, into docs/benchmarks/
	@$(PYTHON_ENV)/python benchmarks/planning/scheduling.py

bench-booking: setup-dev ## 10,000 contested bookings and how many a minute, on DATABASE_URL (PostgreSQL for a real race)
	@$(PYTHON_ENV)/python benchmarks/booking.py --out docs/benchmarks/booking.md

bench-event: setup-dev ## from the organiser's button to the draft of 1,000 by 1,000 companies, with the progress shown
	@$(PYTHON_ENV)/python benchmarks/event_plan.py --out docs/benchmarks/event.md

bench-directory: setup-dev ## the directory page beside an ORM and a full-text page at 10k and 100k products; SIZE=1m adds a million
	@$(PYTHON_ENV)/python benchmarks/directory.py

bench-load: setup-dev ## 100 requests a second to a real server while products are edited and imported; SIZE, RATE, SECONDS
	@$(PYTHON_ENV)/python benchmarks/load.py

bench-notifications: setup-dev ## notifications: writing many notices and sending them
	@$(PYTHON_ENV)/python benchmarks/notifications.py

# Tools that only the targets below need, in an environment of their own.
.cache/deploy/.installed: requirements-deploy.txt | setup
	@PATH="$$PWD/.cache/uv/bin:$$PATH" uv venv --quiet --clear --python $(PYTHON_ENV)/python .cache/deploy
	@PATH="$$PWD/.cache/uv/bin:$$PATH" uv pip install --quiet --require-hashes --python .cache/deploy/bin/python -r requirements-deploy.txt
	@touch $@

.PHONY: image
image: ## the container image with buildah, and its size; BASE=packages without a registry (bin/image says more)
	@bin/image

.PHONY: check-deploy
check-deploy: setup-dev .cache/deploy/.installed ## examples of compose, Kubernetes, systemd, nginx and Caddy, each judged by a tool
	@.cache/deploy/bin/python deploy/check.py
	@$(PYTHON_ENV)/python -m pytest -n0 tests/test_deploy.py

.PHONY: sbom
sbom: .cache/deploy/.installed ## sbom.json: what the site is made of, in the format CycloneDX, from requirements.txt
	@.cache/deploy/bin/cyclonedx-py requirements requirements.txt --output-format JSON --output-file sbom.json

.PHONY: release
release: .cache/deploy/.installed ## dist/: archive with the models' wheels, sbom, checksums, signature (REF, SIGNING_KEY)
	@bin/release

.PHONY: audit
audit: .cache/deploy/.installed ## known weaknesses of the locked packages, asked of the package index
	@.cache/deploy/bin/python deploy/audit.py requirements.txt requirements-extras.txt requirements-pictures.txt

.PHONY: test-install
test-install: setup-dev .cache/deploy/.installed ## docs/install.md block by block in an empty Debian 13 that boots here (root); OLD=… upgrades from it
	@$(PYTHON_ENV)/python deploy/test_install.py

.PHONY: test-upgrade
test-upgrade: setup-dev ## two web servers behind Caddy from the version of OLD to this one, with visitors: failed answers
	@$(PYTHON_ENV)/python deploy/test_upgrade.py

.PHONY: test-small
test-small: setup-dev ## a first start of `make run`, pages, a full match and the journeys in LIMIT=1024 MB without swap (root)
	@WORKER_PROCESSES=1 $(PYTHON_ENV)/python benchmarks/memory.py --limit $${LIMIT:-1024}
	@SITE_MEMORY=$${LIMIT:-1024} CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -n0 -s tests/journeys --ignore tests/journeys/pages \
	    -m "journey and not fault and not pages"
	@MFA_REQUIRED=true SITE_MEMORY=$${LIMIT:-1024} CHROMIUM=$$(bin/browser) $(PYTHON_ENV)/python -m pytest -n0 -s \
	    tests/journeys/test_people.py

.PHONY: test-slow-machine
test-slow-machine: setup-dev ## a first start of `make run` on SHARE=0.2 of a core: ready, all matches, nothing begun twice (root)
	@$(PYTHON_ENV)/python -m pytest -n0 -s -m slow_machine tests/running/test_slow_machine.py

.PHONY: bench-first-day
bench-first-day: setup-dev ## the sample campaign entered row by row into an empty site, beside a full run
	@$(PYTHON_ENV)/python -m benchmarks.first_day

.PHONY: env-example
env-example: setup ## .env.example from the table of settings in docs/operating/configure.md
	@$(PYTHON_ENV)/python deploy/env_example.py > .env.example

.PHONY: bench-import
bench-import: setup-dev ## a sheet of products beside django-import-export and COPY (PostgreSQL)
	@$(PYTHON_ENV)/python benchmarks/imports.py

clean: ## delete the environment and all data in var/ (asks first)
	@printf 'Delete .venv, .cache and var, with the database in it? [y/N] ' && read answer && [ "$$answer" = y ] \
	    && rm -rf .venv .cache var
