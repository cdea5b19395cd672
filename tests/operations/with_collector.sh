#!/usr/bin/env bash
# Runs deploy/otel/collector.yaml by an OpenTelemetry Collector: with_collector.sh [BIN] (build/release/bin). The collector
# is built from Go modules the first time (two minutes, Go 1.25 or later); the lines are those of a prihvatd that is called
# with a traceparent, in files as Kubernetes' container runtime writes them; the backend is a second collector, which prints
# what it is sent. Ends with "all went well"; what it prints stands in docs/logs.md. Ends and removes all but the built
# collector.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:-build/release/bin}") root=$PWD
# shellcheck source=scripts/versions.env
. scripts/versions.env
collector=${XDG_CACHE_HOME:-$HOME/.cache}/prihvat/otelcol-$OTEL_COLLECTOR_VERSION/otelcol
work=$(mktemp -d) pids=()
end() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap end EXIT
die() { echo "with_collector: $*" >&2; tail -n 5 "$work"/*.log >&2; exit 1; }
await() {  # what, command...
  local what=$1 deadline=$((SECONDS + 90))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || die "not within 90 s: $what"
    sleep 0.2
  done
}

if [ ! -x "$collector" ]; then
  cat >"$work/builder.yaml" <<Y
dist: {module: prihvat.test/otelcol, name: otelcol, output_path: $(dirname "$collector"), version: $OTEL_COLLECTOR_VERSION}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v$OTEL_COLLECTOR_VERSION
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver v$OTEL_COLLECTOR_VERSION
processors:
  - gomod: go.opentelemetry.io/collector/processor/batchprocessor v$OTEL_COLLECTOR_VERSION
  - gomod: go.opentelemetry.io/collector/processor/memorylimiterprocessor v$OTEL_COLLECTOR_VERSION
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlpexporter v$OTEL_COLLECTOR_VERSION
  - gomod: go.opentelemetry.io/collector/exporter/debugexporter v$OTEL_COLLECTOR_VERSION
Y
  go run "go.opentelemetry.io/collector/cmd/builder@v$OTEL_COLLECTOR_VERSION" --config "$work/builder.yaml" \
    >"$work/build.log" 2>&1 || die "the collector was not built"
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/backend.yaml" <<Y
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:$port"}}}}
exporters: {debug: {verbosity: detailed}}
service: {telemetry: {metrics: {level: none}}, pipelines: {logs: {receivers: [otlp], exporters: [debug]}}}
Y
# As it stands, but for where files and backend are.
sed -e "s|/var/log/pods|$work/pods|" \
  -e "s|{endpoint: \"backend.example.org:4317\"}|{endpoint: \"127.0.0.1:$port\", tls: {insecure: true}}|" \
  deploy/otel/collector.yaml >"$work/collector.yaml"
for ours in "127.0.0.1:$port" "$work/pods"; do
  grep -qF "$ours" "$work/collector.yaml" || die "collector.yaml has other files or another backend"
done

"$collector" --config "$work/backend.yaml" >"$work/backend.log" 2>&1 &
pids+=($!)
"$collector" --config "$work/collector.yaml" --set service.telemetry.metrics.level=none >"$work/collector.log" 2>&1 &
pids+=($!)
for name in backend collector; do await "$name" grep -q "Everything is ready" "$work/$name.log"; done
"$collector" --version

"$bin/prihvatd" --data-dir="$work/data" --listen=127.0.0.1:0 --insecure-dev --log-level=debug \
  >"$work/said" 2>"$work/lines" &
server=$!
pids+=("$server")
await "prihvatd" grep -q "listens on" "$work/said"
address=$(sed -n 's/.*listens on \([^,]*\),.*/\1/p' "$work/said")
export PRIHVAT_SERVER=$address
export PRIHVAT_PRINCIPAL="organisations/iom/people/amra;roles=operation_manager;operations=*"
"$bin/prihvatctl" call procurement.CreateOperation --timeout 60 \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}' >/dev/null
"$root/build/venv/bin/python" - "$address" "$PRIHVAT_PRINCIPAL" <<'P'
import sys
import grpc
call = grpc.insecure_channel(sys.argv[1]).unary_unary("/prihvat.procurement.v1.ProcurementService/GetOperation")
call(b"\n\x0doperations/ba", timeout=60, metadata=(("x-prihvat-principal", sys.argv[2]),
     ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")))
P
kill "$server"
await "the end of prihvatd" sh -c "! kill -0 $server 2>/dev/null"
mkdir -p "$work/pods/aid_prihvat-0_5f1c/prihvatd"
sed 's/^{"time":"\([^"]*\)Z"/\1000Z stderr F &/' "$work/lines" >"$work/pods/aid_prihvat-0_5f1c/prihvatd/0.log"

lines=$(wc -l <"$work/lines")
received() { [ "$(grep -c '^LogRecord #' "$work/backend.log")" -ge "$lines" ]; }
await "$lines records at the backend" received
[ "$(grep -c '^LogRecord #' "$work/backend.log")" -eq "$lines" ] || die "more records than lines"
echo "$lines lines, $lines records"
grep -m1 4bf92f3577b34da6a3ce929d0e0e4736 "$work/lines"
record=$(awk '/^LogRecord #/ {if (found) exit; text = ""} {text = text $0 "\n"} /^Trace ID: 4bf92f/ {found = 1}
  END {printf "%s", text}' "$work/backend.log")
grep -E '^(Timestamp|SeverityText|SeverityNumber|Body|     -> |Trace ID|Span ID)' <<<"$record"
span=$(grep -m1 4bf92f3577b34da6a3ce929d0e0e4736 "$work/lines" | sed 's/.*"span_id":"\([0-9a-f]*\)".*/\1/')
grep -q "^Span ID: $span$" <<<"$record" || die "the record lacks span $span"
grep -q '^SeverityNumber: Info' <<<"$record" || die "the record lacks its severity"
grep -q 'k8s.pod.name: Str(prihvat-0)' "$work/backend.log" || die "nobody says of which pod"
if grep -iE '\b(error|warn)\b' "$work/collector.log"; then die "the collector complains"; fi
echo "all went well"
