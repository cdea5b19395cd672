#!/usr/bin/env bash
# simulate.sh SEEDS [FROM]: runs the seeded simulation (tests/simulation) for SEEDS seeds, FROM (1) on, on $JOBS
# processors, as $PRESET builds it. Ends with a line that says what was run; for a seed that fails, what it said and the
# one line that repeats it, and exit 1. What each process said is left in build/simulate/.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:?usage: simulate.sh SEEDS [FROM]} from=${2:-1}
preset=${PRESET:-release} jobs=${JOBS:-$(nproc)}
for number in "$seeds" "$from"; do
  [[ $number =~ ^[1-9][0-9]{0,17}$ ]] || { echo "simulate: SEEDS and FROM are whole numbers from 1 on" >&2; exit 2; }
done
mkdir -p build
cmake --preset "$preset" >build/configure.log || { cat build/configure.log; exit 1; }
cmake --build --preset "$preset" -j "$jobs" --target simulation_test

rm -rf build/simulate
mkdir -p build/simulate
[ "$jobs" -le "$seeds" ] || jobs=$seeds
pids=()
# Ended by a time limit or by hand, it ends what it has started.
trap 'kill "${pids[@]}" 2>/dev/null || true; exit 1' TERM INT
began=$SECONDS first=$from
for ((i = 0; i < jobs; i++)); do
  share=$((seeds / jobs + (i < seeds % jobs ? 1 : 0)))
  PRIHVAT_FROM=$first PRIHVAT_SEEDS=$share UBSAN_OPTIONS=print_stacktrace=1 \
    "build/$preset/tests/simulation_test" --gtest_filter='*ManySeeds' >"build/simulate/$first.log" 2>&1 &
  pids+=($!)
  logs[i]=build/simulate/$first.log
  first=$((first + share))
done
failed=()
for ((i = 0; i < jobs; i++)); do
  wait "${pids[i]}" && continue
  grep -vE '^\[ seed     \] ' "${logs[i]}" | tail -40
  failed+=("$(sed -n 's/^\[ seed     \] //p' "${logs[i]}" | tail -1)")
done
took=$((SECONDS - began))
if [ "${#failed[@]}" = 0 ]; then
  echo "simulate: $seeds seeds from $from on hold, in $took s"
  exit 0
fi
for seed in "${failed[@]}"; do
  echo "simulate: FAILED; repeat with: make simulate PRESET=$preset SEEDS=1 FROM=${seed:-$from}"
done
exit 1
