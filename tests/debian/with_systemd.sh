#!/usr/bin/env bash
# Runs the package under a real systemd, as pid 1 of a container: with_systemd.sh BIN OUT (as deploy/debian/build.sh). Debian
# 12 with systemd is made by mmdebstrap; podman starts it, in a network namespace of its own. Installs the package, starts
# the unit with the certificates of docs/operations/install-single-machine.md, kills the program, upgrades it, stops it and
# takes it away. Ends with "all went well"; what it prints stands in docs/operations/systemd-run.md. Needs root, podman, runc,
# mmdebstrap and a network for Debian's packages; minutes. Removes all that it made.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:?usage: with_systemd.sh BIN OUT}") out=$(realpath -m "${2:?usage: with_systemd.sh BIN OUT}")
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
work=$(mktemp -d) namespace=prihvat-systemd-$$
cat >"$work/containers.conf" <<C
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=32768:32768"]
apparmor_profile = ""
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
C
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
ip netns add "$namespace"
within() {
  nsenter --net="/var/run/netns/$namespace" env CONTAINERS_CONF="$work/containers.conf" \
    CONTAINERS_STORAGE_CONF="$work/storage.conf" "$@"
}
clean_up() {
  within podman rm --all --force --time 5 >/dev/null 2>&1 || true
  ip netns delete "$namespace" || true
  umount "$work/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
say() { printf '\n$ %s\n' "$*"; }
inside() { within podman exec machine "$@"; }
die() {
  echo "with_systemd: $*" >&2
  inside journalctl --no-pager --lines 20 >&2 || within podman logs --tail 20 machine >&2 || true
  exit 1
}
await() {  # what, command...
  local what=$1 end=$((SECONDS + 90))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "not within 90 s: $what"
    sleep 0.2
  done
}
ready() { inside curl -sf http://127.0.0.1:9090/readyz; }
ctl() {
  within podman exec --workdir /root --env PRIHVAT_SERVER=localhost:8443 --env PRIHVAT_TLS_CA=ca.crt \
    --env PRIHVAT_TLS_CERT=amra.crt --env PRIHVAT_TLS_KEY=amra.key machine prihvatctl "$@"
}
pid_of() { inside systemctl show --property MainPID --value prihvatd; }

package=$(DEB_COMPRESSION=gzip deploy/debian/build.sh "$bin" "$out")
next=$(DEB_COMPRESSION=gzip DEB_VERSION="$("$bin/prihvatd" --version)+1" deploy/debian/build.sh "$bin" "$out")
depends=$(dpkg-deb --field "$package" Depends | tr ',' '\n' | sed 's/ *(.*//; s/|.*//; s/ //g' | paste -sd,)
mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
  \( -name '*.list' -o -name '*.sources' \) -size +0 2>/dev/null)
mmdebstrap --quiet --variant=minbase --include="$depends,openssl,curl,systemd-sysv,dbus" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' bookworm "$work/tree.tar" "${sources[@]}"
within ip link set lo up
within podman import --quiet "$work/tree.tar" localhost/debian-systemd >/dev/null
rm "$work/tree.tar"
# systemd makes namespaces for its units, which a container may not without these.
within podman run --detach --name machine --network none --systemd always --cap-add SYS_ADMIN,SYS_PTRACE \
  --security-opt seccomp=unconfined --security-opt unmask=ALL localhost/debian-systemd /sbin/init >/dev/null
await "systemd" inside sh -c 'systemctl is-system-running | grep -E "running|degraded"'
inside systemctl --version | head -1

say "dpkg -i prihvatd.deb"
within podman cp "$package" machine:/srv/prihvatd.deb
within podman cp "$next" machine:/srv/next.deb
inside dpkg -i /srv/prihvatd.deb
inside systemctl is-enabled prihvatd
say "systemctl start prihvatd            # without certificates: it is not started, and says why"
inside systemctl start prihvatd
inside systemctl show --property ActiveState,ConditionResult prihvatd
inside bash -euc 'cd /root
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 "$@" 2>/dev/null; }
new -subj "/CN=Prihvat" -keyout ca.key -out ca.crt
signed() { new -CA ca.crt -CAkey ca.key -addext basicConstraints=critical,CA:FALSE "$@"; }
signed -subj /CN=here -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout tls.key -out tls.crt
signed -subj /O=iom/CN=amra -keyout amra.key -out amra.crt
install -o root -g prihvat -m 640 tls.crt tls.key ca.crt /etc/prihvat/tls/
printf "identities:\n  - certificate: subject:CN=amra,O=iom\n    principal: %s\n" \
  "organisations/iom/people/amra;roles=operation_manager;operations=operations/ba" >/etc/prihvat/identities.yaml'
say "systemctl start prihvatd            # with them"
inside systemctl start prihvatd
await "it is ready" ready
inside systemctl show --property ActiveState,SubState,Result,User,StateDirectory prihvatd
say "the process                         # capabilities, no new privileges, system calls are filtered"
inside grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$(pid_of)/status"
say "prihvatctl call procurement.CreateOperation ..."
ctl call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}'
say "kill -9                             # systemd starts it again"
before=$(pid_of)
inside sh -c "kill -9 $before"
await "a new process" inside sh -c "[ \"\$(systemctl show --property MainPID --value prihvatd)\" -gt 1 ] &&
  [ \"\$(systemctl show --property MainPID --value prihvatd)\" != $before ]"
await "it is ready" ready
inside systemctl show --property ActiveState,NRestarts prihvatd
ctl get operations/ba --service procurement | head -2
say "dpkg -i next.deb                    # an upgrade restarts it"
before=$(pid_of)
inside dpkg -i /srv/next.deb
[ "$(pid_of)" != "$before" ] || die "it was not restarted"
await "it is ready" ready
ctl get operations/ba --service procurement | head -2
say "systemctl stop prihvatd"
inside systemctl stop prihvatd
inside systemctl show --property ActiveState,Result,ExecMainStatus prihvatd
inside journalctl --no-pager --unit prihvatd --output cat --lines 3 | grep -o '"message":"[^"]*"' | tail -2
say "dpkg --purge prihvatd               # the record stays"
inside dpkg --purge prihvatd
inside ls /var/lib/prihvat
printf '\nall went well\n'
