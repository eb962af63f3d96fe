#!/bin/sh
# Installs the locked tools into the checkout. Runs again only when a lock file changes.
set -eu

say() { printf '  %s\n' "$1"; }
stop() { printf '%s\n' "$1" >&2; exit 1; }

command -v python3 >/dev/null || stop "Python is missing: install Python 3.11 or newer (https://www.python.org/downloads/)."
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Python is too old ($(python3 --version)): install Python 3.11 or newer (https://www.python.org/downloads/)."
python3 -c 'import ensurepip' 2>/dev/null ||
    stop "Python has no ensurepip: install its venv package (on Debian and Ubuntu: apt install python3-venv)."
command -v node >/dev/null || stop "Node.js is missing: install Node.js 20 or newer (https://nodejs.org/)."
[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] ||
    stop "Node.js is too old ($(node --version)): install Node.js 20 or newer (https://nodejs.org/)."
command -v npm >/dev/null || stop "npm is missing: it comes with Node.js 20 or newer (https://nodejs.org/)."

if [ ! -x .tools/bin/uv ] || [ "$(.tools/bin/uv --version | cut -d' ' -f2)" != "$1" ]; then
    say "installing uv $1"
    python3 -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$1"
fi
say "installing the locked Python packages"
.tools/bin/uv sync --frozen --quiet --python .tools/bin/python
say "installing the embedded AWS into its own environment"
UV_PROJECT_ENVIRONMENT="$PWD/.tools/embedded-aws" .tools/bin/uv sync --frozen --quiet --python .tools/bin/python --project sandbox/embedded
say "installing the Node.js tools"
npm ci --silent --no-audit --no-fund
