#!/usr/bin/env bash
# Runs deploy/compose/compose-cluster.yaml by podman-compose, in a network namespace of its own that reaches nothing
# outside: cluster_with_podman.sh [BIN] (build/release/bin). The images of the services are those of deploy/images. Those
# that the file takes from registries are made here under their names, from Debian's packages and the jars of deploy/kafka:
# what starts within them is what the file's environment, mounts and options say, the versions are others. Plays a
# scenario into the services by their published ports, kills a broker and a service, takes all down but the volumes and
# looks for what was written. Ends with "all went well"; what it prints stands in docs/operations/compose-run.md. Needs
# root, podman, podman-compose, netavark, aardvark-dns, runc and mmdebstrap; minutes. Removes all that it made.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:-build/release/bin}") root=$PWD
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
work=$(mktemp -d) namespace=prihvat-cluster-$$ here=$work/deploy/compose
cat >"$work/containers.conf" <<C
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=32768:32768"]
apparmor_profile = ""
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "$work/networks"
C
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
mkdir -p "$work/networks" "$here/tls"
ip netns add "$namespace"
within() {
  nsenter --net="/var/run/netns/$namespace" env CONTAINERS_CONF="$work/containers.conf" \
    CONTAINERS_STORAGE_CONF="$work/storage.conf" "$@"
}
services=(kafka-1 kafka-2 kafka-3 procurement handover reception reporting prometheus alertmanager)
clean_up() {
  (cd "$here" && within podman-compose -f compose-cluster.yaml down >/dev/null 2>&1) || true
  within podman rm --all --force --time 0 >/dev/null 2>&1 || true
  within podman system prune --all --force --volumes >/dev/null 2>&1 || true
  ip netns delete "$namespace" || true
  umount "$work/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
say() { printf '\n$ %s\n' "$*"; }
die() {
  echo "cluster_with_podman: $*" >&2
  for service in "${services[@]}"; do
    echo "-- $service" >&2
    within podman logs --tail 5 "compose_${service}_1" >&2 2>&1 || true
  done
  exit 1
}
await() {  # seconds, what, command...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || die "not in time: $what"
    sleep 0.5
  done
}
compose() {
  say "podman-compose -f compose-cluster.yaml $*"
  within podman-compose -f compose-cluster.yaml "$@" >"$work/compose.log" 2>&1 || { cat "$work/compose.log" >&2; die "compose $*"; }
}
ctl() {
  within env PRIHVAT_SERVER=procurement=localhost:8443,handover=localhost:8444,reception=localhost:8445,reporting=localhost:8446 \
    PRIHVAT_TLS_CA=tls/ca.crt PRIHVAT_TLS_CERT=tls/gateway.crt PRIHVAT_TLS_KEY=tls/gateway.key \
    PRIHVAT_PRINCIPAL="organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=*" \
    "$bin/prihvatctl" "$@"
}
asked() {  # the value of a query, by Prometheus' published port
  within curl -sf --data-urlencode "query=$1" http://127.0.0.1:9091/api/v1/query |
    python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1] if r else "nothing")' 2>/dev/null
}
ours() {  # how many of the suppliers that were registered while a broker was away are there; all must be
  local found
  found=$(ctl list suppliers --parent operations/ba --json | grep -o 'operations/ba/suppliers/k-[0-9]*' | sort -u | wc -l)
  [ "$found" -eq 20 ] || die "of 20 suppliers $found are there"
  echo "all $found are there"
}
tells() { [ "$(asked "$1")" = "$2" ]; }

# The images that registries would give.
libs=$(deploy/kafka/kafka-jars.sh)
mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
  \( -name '*.list' -o -name '*.sources' \) -size +0 2>/dev/null)
# shellcheck disable=SC2016  # expanded by mmdebstrap's shell
mmdebstrap --quiet --variant=essential --components=main --include=openjdk-17-jre-headless,prometheus,prometheus-alertmanager \
  --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --essential-hook='mkdir -p "$1/usr/share/man/man1"' bookworm "$work/tree.tar" "${sources[@]}" >"$work/mmdebstrap.log" 2>&1 ||
  { tail -20 "$work/mmdebstrap.log" >&2; exit 1; }
within podman import --quiet "$work/tree.tar" localhost/tree >/dev/null
rm "$work/tree.tar"
context=$work/context
mkdir -p "$context/bin" "$context/empty"
cp -r "$libs" "$context/libs"
cp -r build/tools/monitoring/usr/share "$context/share"
cat >"$context/run" <<'R'
#!/bin/bash
# As the image apache/kafka does it: KAFKA_NODE_ID becomes node.id, and so on.
set -e
env | sed -n 's/^KAFKA_\([A-Z0-9_]*\)=/\1 /p' | grep -v '^HEAP_OPTS ' | while read -r name value; do
  printf '%s=%s\n' "$(tr 'A-Z_' 'a-z.' <<<"$name")" "$value"
done >/tmp/server.properties
java -Xmx96m -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format --ignore-formatted -t "$CLUSTER_ID" -c /tmp/server.properties
# shellcheck disable=SC2086  # a list of flags
exec java ${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' kafka.Kafka /tmp/server.properties
R
cat >"$context/bin/kafka-broker-api-versions.sh" <<'R'
#!/bin/bash
exec java -Xmx96m -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' org.apache.kafka.tools.BrokerApiVersionsCommand "$@"
R
chmod +x "$context/run" "$context"/bin/*
made() {  # name, Containerfile on standard input
  within podman build --quiet --isolation chroot --signature-policy "$work/policy.json" -t "$1" -f - "$context" >/dev/null
}
made docker.io/apache/kafka:4.1.0 <<'F'
FROM localhost/tree
COPY libs /opt/kafka/libs
COPY bin /opt/kafka/bin
COPY run /etc/kafka/docker/run
COPY --chown=1000:0 empty /var/lib/kafka/data
USER 1000
ENTRYPOINT ["/etc/kafka/docker/run"]
F
made docker.io/prom/prometheus:v3.5.0 <<'F'
FROM localhost/tree
COPY --chown=65534:65534 empty /prometheus
USER nobody
WORKDIR /prometheus
ENTRYPOINT ["/usr/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
F
made docker.io/prom/alertmanager:v0.28.1 <<'F'
FROM localhost/tree
COPY share /usr/share
COPY --chown=65534:65534 empty /alertmanager
USER nobody
WORKDIR /alertmanager
ENTRYPOINT ["/usr/bin/prometheus-alertmanager"]
CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]
F
say "podman load ...                     # of make images"
programs=(prihvat-procurement prihvat-handover prihvat-reception prihvat-reporting)
python3 deploy/images/build.py --bin "$bin" --out "$work/images" "${programs[@]}" >"$work/images.log" 2>&1 ||
  { tail -5 "$work/images.log" >&2; exit 1; }
for program in "${programs[@]}"; do
  within podman load --signature-policy "$work/policy.json" -i "$work/images/$program.oci.tar" 2>/dev/null
done
rm -rf "$context" "$work/images"

within ip link set lo up
cp deploy/compose/*.yaml deploy/compose/prometheus.yml "$here/"
cp -r deploy/prometheus "$work/deploy/"
cd "$here"
printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf
new() {
  openssl req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 60 "$@" 2>/dev/null
}
new -subj /CN=Prihvat -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out tls/ca.crt
signed() { new -CA tls/ca.crt -CAkey ca.key -addext basicConstraints=critical,CA:FALSE "$@"; }
signed -subj /CN=services -keyout tls/tls.key -out tls/tls.crt \
  -addext subjectAltName=DNS:procurement,DNS:handover,DNS:reception,DNS:reporting,DNS:localhost
signed -subj /CN=gateway -addext subjectAltName=DNS:gateway.test -keyout tls/gateway.key -out tls/gateway.crt
chown -R 10001:10001 tls
cat >identities.yaml <<'Y'
identities:
  - {certificate: "dns:procurement", speaks_for: ["*"]}
  - {certificate: "dns:gateway.test", speaks_for: ["*"]}
Y

within podman --version
within podman-compose --version 2>/dev/null | sed -n 's/^podman-compose[a-z]* *version */podman-compose /p'
before=$SECONDS
compose up -d "${services[@]}"
await 240 "Prometheus sees four services that are ready" tells 'sum(prihvat_service_ready)' 4
within podman ps --format '{{.Names}} {{.Image}} {{.Ports}}' | sort
echo "ready after $((SECONDS - before)) s"
say "prihvatctl play scenarios/bih-2023.yaml"
ctl play "$root/scenarios/bih-2023.yaml" 2>"$work/play.log" || die "$(tail -3 "$work/play.log")"
say "podman inspect                      # of each service: user, read-only root, capabilities, memory limit"
for service in procurement handover reception reporting; do
  told=$(within podman inspect "compose_${service}_1" \
    --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}} {{.HostConfig.Memory}}')
  [ "$told" = "10001:10001 true [] 1073741824" ] || die "$service is not as the file has it: $told"
done
echo "$told"
say "what Prometheus says                # instances up, commits of all services, rules loaded, Alertmanagers"
asked 'sum(up{job="prihvat"})'
asked 'sum(prihvat_commits_total)'
within curl -sf http://127.0.0.1:9091/api/v1/rules | grep -o '"name":"Prihvat[A-Za-z]*"' | sort -u | wc -l
within curl -sf http://127.0.0.1:9091/api/v1/alertmanagers | grep -o '"activeAlertmanagers":\[{"url":"[^"]*"' || die "no Alertmanager"
say "podman kill compose_kafka-2_1       # one of three brokers; commands are taken meanwhile"
within podman kill compose_kafka-2_1 >/dev/null
cat >suppliers.yaml <<'Y'
scenario: suppliers
principals: {buyer: organisations/iom/people/amra;roles=operation_manager;operations=operations/ba}
steps:
  - step: supplier
    for: {n: 1..20}
    as: buyer
    call: procurement.RegisterSupplier
    with: {parent: operations/ba, supplier_id: "k-${n}", supplier: {display_name: "K ${n}", country_code: BA}}
Y
# One play gives up after a while; the same again goes on where it was, and repeats have no effect.
await 120 "20 suppliers with two brokers" ctl play suppliers.yaml >"$work/play.log" 2>&1
ours
say "kill -9 of procurement, which the engine starts again"
pid=$(within podman inspect compose_procurement_1 --format '{{.State.Pid}}')
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
await 120 "procurement is there again" ctl --timeout 10 get operations/ba --service procurement >/dev/null
ctl get operations/ba --service procurement | head -2
before=$SECONDS
compose down
[ -z "$(within podman ps --all --quiet)" ] || die "something is left"
echo "ended within $((SECONDS - before)) s"
compose up -d "${services[@]}"
await 240 "Prometheus sees four services that are ready" tells 'sum(prihvat_service_ready)' 4
say "prihvatctl list suppliers ...       # from the volumes"
ours
ctl get operations/ba/centres/usivak | head -2
printf '\nall went well\n'
