#!/bin/sh
# Make .venv with `xiangyin` in it, from the locked requirements; do nothing when it is current.
#   deploy/setup.sh run    what a deployment needs
#   deploy/setup.sh dev    what the tests need besides
set -eu
cd "$(dirname "$0")/.."
want=$1

say() { printf '%s\n' "$*" >&2; }

case "$(uname -s)-$(uname -m)" in
Linux-x86_64 | Linux-aarch64 | Darwin-arm64) ;;
*)
    say "The embedded servers are not made for $(uname -s) $(uname -m): use Linux x86-64/arm64 (glibc), macOS arm64, Windows with WSL2, or Docker: docker compose -f deploy/compose/compose.yaml up"
    exit 1
    ;;
esac
if [ "$(uname -s)" = Linux ] && ! getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
    say "The embedded servers need glibc, which this Linux lacks: use Docker: docker compose -f deploy/compose/compose.yaml up"
    exit 1
fi

# One of the two names a mirror; the other tool uses the same.
if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
elif [ -n "${UV_DEFAULT_INDEX:-}" ] && [ -z "${PIP_INDEX_URL:-}" ]; then
    export PIP_INDEX_URL="$UV_DEFAULT_INDEX"
fi

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=${PYTHON:-}
if [ -z "$python" ]; then
    for each in python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$each" >/dev/null 2>&1 && recent "$each"; then
            python=$each
            break
        fi
    done
fi
if [ -z "$python" ] || ! recent "$python"; then
    say "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3 $want"
    exit 1
fi

stamp=".venv/.$want"
fresh=$(cksum pyproject.toml requirements/run.txt "requirements/$want.txt" deploy/setup.sh; pwd; "$python" -c 'import sys; print(sys.version)')
if [ -x .venv/bin/xiangyin ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fresh" ]; then
    exit 0
fi

# A virtual environment that was moved or whose Python is gone cannot be mended.
if [ ! -x .venv/bin/python ] || ! recent .venv/bin/python; then
    rm -rf .venv
    "$python" -m venv .venv || {
        say "Python's venv module is missing; on Debian: apt-get install python3-venv"
        exit 1
    }
fi
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
# To a mirror, uv's own settings from elsewhere would add another: only the environment counts.
uv="env VIRTUAL_ENV=$PWD/.venv .venv/bin/uv --no-config"
$uv pip install --quiet --require-hashes -r "requirements/$want.txt"
$uv pip install --quiet --no-deps -e .
printf '%s' "$fresh" >"$stamp"
say "ready: .venv/bin/xiangyin"
