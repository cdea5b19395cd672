#!/usr/bin/env bash
# Runs deploy/compose/compose.yaml by podman-compose, in a network namespace of its own: with_podman.sh [IMAGE.oci.tar]
# (build/images/prihvatd.oci.tar). Calls the server by its published port, looks at what the container may do, kills the
# program, takes all down but the volume, and looks for what was written. Ends with "all went well"; what it prints stands
# in docs/operations/compose-run.md. Needs root, podman, podman-compose, runc, CNI plug-ins, and prihvatctl in
# build/release/bin. Images, containers and volumes are kept in a folder of their own, which is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
image=$(realpath "${1:-build/images/prihvatd.oci.tar}") root=$PWD
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
work=$(mktemp -d) namespace=prihvat-compose-$$
cat >"$work/containers.conf" <<C
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=32768:32768"]
apparmor_profile = ""
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "cni"
network_config_dir = "$work/networks"
C
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
mkdir -p "$work/networks" "$work/prihvat/tls"
ip netns add "$namespace"
within() {
  nsenter --net="/var/run/netns/$namespace" env CONTAINERS_CONF="$work/containers.conf" \
    CONTAINERS_STORAGE_CONF="$work/storage.conf" "$@"
}
clean_up() {
  (cd "$work/prihvat" && within podman-compose -f compose.yaml down >/dev/null 2>&1) || true
  within podman system prune --all --force --volumes >/dev/null 2>&1 || true
  ip netns delete "$namespace" || true
  umount "$work/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
say() { printf '\n$ %s\n' "$*"; }
die() { echo "with_podman: $*" >&2; within podman logs prihvat_prihvatd_1 2>&1 | tail -5 >&2; exit 1; }
ready() { within curl -sf http://127.0.0.1:9090/readyz >/dev/null; }
await_ready() {
  local end=$((SECONDS + 90))
  until ready; do
    [ "$SECONDS" -lt "$end" ] || die "it does not get ready"
    sleep 0.2
  done
}
ctl() {
  within env PRIHVAT_SERVER=localhost:8443 PRIHVAT_TLS_CA=tls/ca.crt PRIHVAT_TLS_CERT=tls/amra.crt \
    PRIHVAT_TLS_KEY=tls/amra.key "$root/build/release/bin/prihvatctl" --timeout 30 "$@"
}
compose() {
  say "podman-compose -f compose.yaml $*"
  within podman-compose -f compose.yaml "$@" >"$work/compose.log" 2>&1 || { cat "$work/compose.log" >&2; die "compose $*"; }
}

within ip link set lo up
cp deploy/compose/compose.yaml "$work/prihvat/"
cd "$work/prihvat"
printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf
new() {
  openssl req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 60 "$@" 2>/dev/null
}
new -subj /CN=Prihvat -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out tls/ca.crt
signed() { new -CA tls/ca.crt -CAkey ca.key -addext basicConstraints=critical,CA:FALSE "$@"; }
signed -subj /CN=here -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout tls/tls.key -out tls/tls.crt
signed -subj /O=iom/CN=amra -keyout tls/amra.key -out tls/amra.crt
chown -R 10001:10001 tls
cat >identities.yaml <<'Y'
identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=operations/ba
Y
say "podman load -i prihvatd.oci.tar"
within podman load --signature-policy "$work/policy.json" -i "$image" 2>/dev/null
within podman --version
within podman-compose --version 2>/dev/null | sed -n 's/^podman-compose[a-z]* *version */podman-compose /p'
compose up -d
await_ready
within podman ps --format '{{.Names}} {{.Image}} {{.Ports}}'
say "prihvatctl call procurement.CreateOperation ..."
ctl call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}'
container=$(within podman ps --quiet)
say "podman inspect                    # user, read-only root, capabilities, memory limit"
told=$(within podman inspect "$container" --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}} {{.HostConfig.Memory}}')
echo "$told"
[ "$told" = "10001:10001 true [] 2147483648" ] || die "it is not as the file has it"
say "podman exec ... sh"
if within podman exec "$container" sh 2>"$work/shell"; then die "there is a shell"; fi
grep -o 'exec: "sh".*' "$work/shell"
say "kill -9 of the program, which the engine starts again"
pid=$(within podman inspect "$container" --format '{{.State.Pid}}')
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
await_ready
say "prihvatctl get operations/ba --service procurement"
ctl get operations/ba --service procurement | head -2
before=$SECONDS
compose down
[ -z "$(within podman ps --all --quiet)" ] || die "something is left"
echo "ended within $((SECONDS - before)) s"
compose up -d
await_ready
say "prihvatctl get operations/ba --service procurement"
ctl get operations/ba --service procurement | head -2
printf '\nall went well\n'
