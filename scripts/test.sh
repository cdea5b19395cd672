#!/usr/bin/env bash
# Builds all with $PRESET, or only $TARGETS, and runs tests: test.sh [ctest's arguments, such as -L unit or -R money]
# Prints a line for each ctest entry, the output of those that fail, and last the sum over all test cases. Exits with an
# error if any failed, if the build failed, or if none ran. Every case's result is left in build/test-results/.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${PRESET:-release} jobs=${JOBS:-$(nproc)}
results=$PWD/build/test-results
rm -rf "$results"
mkdir -p "$results/cases"

cmake --preset "$preset" >build/configure.log || { cat build/configure.log; exit 1; }
read -ra targets <<<"${TARGETS:-}"
cmake --build --preset "$preset" -j "$jobs" ${targets:+--target "${targets[@]}"}

# Entries run two at a time at most: many start servers and brokers of their own.
parallel=$((jobs < 2 ? jobs : 2))
status=0
# A race ends the program at once: nobody would read what a process said that is killed later.
GTEST_OUTPUT="xml:$results/cases/" UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" \
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --timeout 600 -j "$parallel" \
  --output-junit "$results/ctest.xml" "$@" || status=$?
python3 scripts/summarise_tests.py "$results/ctest.xml" "$results/cases" --ctest-status "$status"
