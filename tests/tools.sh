#!/usr/bin/env bash
# What the tests need beside Rust: PostgreSQL's server programs, make and a C compiler. Installs what is missing on
# Debian when it may, else says what to install.
set -euo pipefail

server() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
compiler() { command -v cc >/dev/null; }

if server && compiler; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql gcc libc6-dev make >/dev/null
fi
if ! server; then echo "The tests start a PostgreSQL of their own: install Debian's package postgresql." >&2; exit 1; fi
if ! compiler; then echo "SQLite is compiled from source: install a C compiler (Debian: gcc libc6-dev)." >&2; exit 1; fi
