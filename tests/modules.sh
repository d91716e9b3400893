#!/usr/bin/env bash
# Compiles every module of the modulepath with the original and with the server, for the facts of several systems, and
# prints a table of what came out; the last line counts over all that the original compiles.
#
#   tests/modules.sh [--modules A,B] [--facts debian12,ubuntu2204,rhel8] [--cases TEXT] [--keep DIR] [--show] [--json]
#
# Needs puppet and ruby, unless DIR holds what an earlier walk kept. `--help` tells the rest.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${ACCEPTANCE_BINARY:-}" ]; then
  cargo build --release --locked --quiet --package server --bin quartermaster
  target=$(cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
  export ACCEPTANCE_BINARY=$target/release/quartermaster
fi
exec cargo run --locked --quiet --package acceptance --example modules -- --without-ruby "$@"
