#!/bin/sh
# Lock the requirements for every supported Python and platform. Hashes, no addresses: any index may serve them.
set -eu
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header "$@"; }
compile pyproject.toml --output-file requirements/run.txt
compile pyproject.toml --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
