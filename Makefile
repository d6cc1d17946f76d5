# Two commands for a new user: make demo, make test. Both first set up .venv from the locked dependencies.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
# Newer than all that DVC remembers: its lock is written anew, and files go to its cache, only where something is newer.
COMMITTED := .dvc/tmp/demo-committed
REMEMBERED := results reports src published params.yaml dvc.yaml envs/requirements.lock
# One display on a terminal, a line for each job elsewhere; all that a job says is in logs/.
SHOW = $(shell [ -t 2 ] && echo --logger snnlocality || echo --quiet host reason)
RUN := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

# A job starts faster from bytecode: it is written whatever a shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-cluster test-processors coverage container site lint format setup bench faults fuzz

demo: $(READY) # by the engine whose bits are committed
	$(RUN) snakemake --profile workflow/profiles/local $(SHOW) --config study=demo engine=cpu
	@$(RUN) sh -c 'snnlocality audit --study demo --skip-lock --skip-raw >.snakemake/audit 2>&1 & audit=$$!; \
	  told=$$(snnlocality reproduced --study demo); same=$$?; \
	  table=$$(snnlocality show table2); study=$$(snnlocality study); \
	  wait $$audit || { cat .snakemake/audit; exit 1; }; \
	  echo "$$table"; echo "Everything on one page: $(CURDIR)/reports/index.html"; echo "$$told"; \
	  echo "Next: source $(VENV)/bin/activate; docs/commands.md says what to type, docs/tutorials/first-rule.md adds a rule of yours."; \
	  [ $$same = 0 ] && [ "$$study" = demo ] || exit 0; \
	  [ -e $(COMMITTED) ] && [ -z "$$(find $(REMEMBERED) -type f ! -name "*.pyc" -newer $(COMMITTED) -print -quit)" ] || \
	  { dvc commit --force --quiet && touch $(COMMITTED); }' # so that dvc push finds them; the lock stays as it is

test: $(READY)
	$(RUN) python -m pytest -n 2 --dist loadfile

coverage: $(READY) # which lines no test runs: in the terminal, and htmlcov/index.html
	$(RUN) python -m pytest -n 2 --dist loadfile --cov=snnlocality --cov-report=term --cov-report=html

test-cluster: $(READY) # some minutes beside a real Slurm, which it starts and stops; as root it installs Debian's packages
	$(RUN) tests/cluster/with-slurm python -m pytest tests/cluster

test-processors: $(READY) # one study as several processors, compared byte for byte; as root it installs Debian's qemu-user
	@command -v qemu-x86_64 >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install qemu-user; } \
	  >/dev/null || echo "qemu-user cannot be installed here."
	$(RUN) OTHER_PROCESSORS=1 python -m pytest tests/processors

container: # the container of envs/snnlocality.def and a tiny study in it, without a registry; as root it installs what that takes
	@{ command -v buildah && command -v mmdebstrap; } >/dev/null || \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install buildah mmdebstrap debian-archive-keyring; } >/dev/null
	envs/container

bench: $(READY) # training speed beside other libraries, about an hour on two cores; installs them on first use
	$(RUN) python -m benchmarks

faults: $(READY) # kill, stop, starve and damage trainings and the workflow, for docs/reliability.md; six minutes to half an hour
	$(RUN) PYTHONPATH=src:tests python -m faults.campaign

fuzz: $(READY) # damaged and hostile files to every reader, for docs/reliability.md; minutes
	$(RUN) PYTHONPATH=src:tests python -m fuzz.campaign

site: $(READY) # the documentation, site/index.html, which works from disk
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=src $(VENV)/bin/mkdocs build --quiet --strict

lint: $(READY)
	$(RUN) ruff check --no-cache . # a cached answer hides what another file's move changes
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) snakefmt --check Snakefile workflow
	$(RUN) snakemake --lint
	$(RUN) codespell benchmarks calibration docs src tests workflow *.md params.yaml

format: $(READY)
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(RUN) snakefmt Snakefile workflow

setup: $(READY)

$(READY): envs/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Install Python's venv module first: apt-get install python3-venv"; exit 1; }
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r envs/requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: lock
lock: # after a change of dependencies in pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --extra dev pyproject.toml --output-file envs/requirements.lock
	sed -i "s/[0-9a-f]\{64\}  envs/$$(sha256sum envs/requirements.lock | cut -d" " -f1)  envs/" envs/environment.post-deploy.sh
