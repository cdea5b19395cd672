#!/usr/bin/env bash
# fuzz.sh SECONDS JOBS: builds the fuzz targets with clang and runs each for SECONDS, from its seeds (tests/fuzz/corpus)
# and what earlier runs have found worth keeping (build/fuzz/corpus). An input that ends a target is left in
# build/fuzz/found; exit 1 then.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60} jobs=${2:-2}
declare -A seeds=([Records]=records [PageTokens]=page_tokens [ResourceNames]=resource_names [Scenarios]=scenarios
  [Deciders]=deciders)
targets=()
for name in "${!seeds[@]}"; do targets+=("fuzz_$name"); done
mkdir -p build/fuzz
cmake --preset fuzz >build/fuzz/configure.log || { cat build/fuzz/configure.log; exit 1; }
cmake --build --preset fuzz -j "$jobs" --target "${targets[@]}"
failed=0
for name in "${!seeds[@]}"; do
  kept=build/fuzz/corpus/${seeds[$name]} found=build/fuzz/found/${seeds[$name]}
  mkdir -p "$kept" "$found"
  log=build/fuzz/${seeds[$name]}.log
  # What was kept is run first, some inputs a second.
  first=$(($(find "$kept" -type f | wc -l) / 4))
  if build/fuzz/bin/"fuzz_$name" -max_total_time=$((seconds + first)) -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$found/" "$kept" "tests/fuzz/corpus/${seeds[$name]}" >"$log" 2>&1; then
    printf 'fuzz: %-14s %s runs, nothing found\n' "${seeds[$name]}" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    failed=1
    printf 'fuzz: %-14s FOUND something; see %s and %s\n' "${seeds[$name]}" "$found" "$log"
  fi
done
exit "$failed"
