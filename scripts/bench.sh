#!/usr/bin/env bash
# Runs the benchmarks (tests/bench) of the build in BIN, with the arguments given: see tests/bench/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
exec "${BIN:-build/release/bin}/prihvat_bench" "$@"
