#!/usr/bin/env bash
# Stops what kafka-up.sh started in DIR: kafka-down.sh DIR [--wipe]. Ends only the processes that DIR's pid files name,
# and only if they are Kafka's: SIGTERM, after ten seconds SIGKILL. --wipe removes DIR, and so ends them by SIGKILL: of
# three, the last two have no majority left to take leave of, and wait these ten seconds.
set -euo pipefail
dir=${1:?usage: kafka-down.sh DIR [--wipe]}

is_kafka() { grep -qa kafka.Kafka "/proc/$1/cmdline" 2>/dev/null; }

signal=TERM
[ "${2:-}" != --wipe ] || signal=KILL
pids=()
for file in "$dir"/node*/pid; do
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  if is_kafka "$pid"; then
    kill "-$signal" "$pid"
    pids+=("$pid")
  fi
done
for pid in "${pids[@]}"; do
  for _ in $(seq 100); do
    is_kafka "$pid" || break
    sleep 0.1
  done
  if is_kafka "$pid"; then kill -KILL "$pid"; fi
done
rm -f "$dir"/node*/pid
if [ "${2:-}" = --wipe ]; then rm -rf "$dir"; fi
