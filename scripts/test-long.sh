#!/usr/bin/env bash
# What takes too long for `make test`: many seeds of the simulation, many drawn faults on a cluster, overload for
# minutes, long fuzzing, the suites under sanitizers. A line for each step with its outcome, one closing line; exit 1 if
# any failed. Each step has a time limit; what it said is left in build/test-long/. Hours on two cores.
#   STEPS                steps to run (default: all, in this order): model simulation cluster overload alerts
#                        procedures fuzz asan tsan
#   LONG_SEEDS (4000)    seeds of the simulation, from LONG_FROM (1) on
#   LONG_RUNS (4)        runs on a cluster, with the seeds LONG_FROM, LONG_FROM+1 ... and LONG_FAULTS (20) faults each,
#                        and three instances of every service
#   PRIHVAT_OLDER_BUILD  the bin folder of an older build, which those that are replaced there run for a while
#   LONG_OVERLOAD (180)  seconds of overload, by LONG_CALLERS (600), of whose commands 8 may wait
#   LONG_FUZZ (120)      seconds of fuzzing a target
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${PRESET:-release} jobs=${JOBS:-$(nproc)}
seeds=${LONG_SEEDS:-4000} from=${LONG_FROM:-1} runs=${LONG_RUNS:-4} faults=${LONG_FAULTS:-20}
overload=${LONG_OVERLOAD:-180} callers=${LONG_CALLERS:-600} fuzz=${LONG_FUZZ:-120}
export PRESET=$preset JOBS=$jobs
out=$PWD/build/test-long
rm -rf "$out"
# Temporary files are kept apart, so that a broker which outlives a step that was cut off is found and ended.
mkdir -p "$out/tmp"
export TMPDIR=$out/tmp
passed=0 failed=0 began=$SECONDS

# step NAME LIMIT_SECONDS COMMAND...: runs it, prints its outcome, goes on.
step() {
  local name=$1 limit=$2 log=$out/$1.log status=0 started=$SECONDS broker took
  shift 2
  timeout --kill-after=60 "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
  for broker in "$TMPDIR"/prihvat_kafka_*/; do
    if [ -d "$broker" ]; then deploy/kafka/kafka-down.sh "$broker" --wipe >>"$log" 2>&1 || true; fi
  done
  rm -rf "${TMPDIR:?}"/* || true  # a volume that was left mounted stays
  took="$((SECONDS - started)) s"
  if [ "$status" = 0 ]; then
    passed=$((passed + 1))
    printf 'test-long: %-12s passed in %s\n' "$name" "$took"
    return
  fi
  failed=$((failed + 1))
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then took="$took, its limit"; fi
  printf 'test-long: %-12s FAILED after %s; %s ends with\n' "$name" "$took" "${log#"$PWD"/}"
  tail -15 "$log" | sed 's/^/  /'
}

build() {
  cmake --preset "$preset" >build/configure.log || { cat build/configure.log; exit 1; }
  cmake --build --preset "$preset" -j "$jobs" --target simulation_test e2e_cluster_faults_test e2e_overload_test \
    prihvatd prihvatctl prihvat-procurement prihvat-handover prihvat-reporting \
    >"$out/build.log" || { tail -30 "$out/build.log"; exit 1; }
}

steps=${STEPS:-model simulation cluster overload alerts procedures fuzz asan tsan}
build
for name in $steps; do
  case $name in
    model) step model 2400 python3 tests/model/fence_test.py ;;
    # Not optimised, a seed takes a third of a second of one processor.
    simulation) step simulation $((600 + seeds)) scripts/simulate.sh "$seeds" "$from" ;;
    cluster)
      for ((seed = from; seed < from + runs; seed++)); do
        step "cluster-$seed" $((600 + 60 * faults)) env PRIHVAT_SEED="$seed" PRIHVAT_FAULTS="$faults" \
          PRIHVAT_ALL_SERVICES=1 \
          "build/$preset/tests/e2e_cluster_faults_test"
      done
      ;;
    overload)
      step overload $((600 + 5 * overload)) env PRIHVAT_OVERLOAD_SECONDS="$overload" \
        PRIHVAT_OVERLOAD_CALLERS="$callers" PRIHVAT_OVERLOAD_MAILBOX=8 \
        "build/$preset/tests/e2e_overload_test"
      ;;
    # Root has small disks to fill.
    alerts)
      step alerts 2400 env PRIHVAT_BUILD_DIR="build/$preset" tests/python/run.py every_alert \
        tests/observability/every_alert.py
      ;;
    procedures) step procedures 1800 tests/operations/procedures.sh "build/$preset/bin" ;;
    fuzz) step fuzz $((3600 + 10 * fuzz)) make --no-print-directory fuzz FUZZ_SECONDS="$fuzz" ;;
    asan) step asan 7200 make --no-print-directory test-asan ;;
    tsan) step tsan 7200 make --no-print-directory test-tsan ;;
    *) echo "test-long: no step $name" >&2; exit 2 ;;
  esac
done
rm -rf "$out/tmp"
echo "test-long: $passed passed, $failed failed, in $(((SECONDS - began) / 60)) min"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
