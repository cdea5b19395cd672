#!/usr/bin/env bash
# Installs a bundle in a bare Debian 12 without any network, starts prihvatd, writes, upgrades to a newer bundle, goes
# back, and looks for what was written: without_network.sh BUNDLE.tar NEWER.tar bundle.pub [ROOT]
# Needs root, mmdebstrap and, to make that Debian, its packages. What it prints stands in
# docs/operations/install-without-network.md.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
older=$(realpath "$1") newer=$(realpath "$2") key=$(realpath "$3") root=$(realpath -m "${4:-build/bundle-root}")
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"; rm -rf --one-file-system "$root"' EXIT
rm -rf --one-file-system "$root"
mkdir -p "$(dirname "$root")"
mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
  \( -name '*.list' -o -name '*.sources' \) -size +0 2>/dev/null)
apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$work/apt.conf" || true
# What every Debian server has that is set up as usual; the network ends here.
mmdebstrap --quiet --variant=minbase --include=openssl --aptopt="$work/apt.conf" bookworm "$root" "${sources[@]}"
rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99mmdebstrap
find "$root/var/lib/apt/lists" "$root/var/cache/apt" -type f -delete
mkdir -p "$root/root/usb"
cp "$older" "$newer" "$root/root/usb/"
cp "$key" "$root/root/bundle.pub"
echo "127.0.0.1 localhost" >"$root/etc/hosts"

cat >"$root/root/try.sh" <<'IN'
set -eu
cd /root
say() { printf '\n$ %s\n' "$*"; }
stop() { kill -TERM "$pid"; wait "$pid" || { cat /root/log >&2; exit 1; }; }
# As its unit does: without the environment of who started it.
start() {
  env -i PATH="$PATH" setpriv --reuid=prihvat --regid=prihvat --init-groups /usr/bin/prihvatd --config=/etc/prihvat/prihvatd.conf \
    >/root/out 2>>/root/log &
  pid=$!
  for _ in $(seq 600); do
    if grep -q '"message":"ready","service":"reporting"' /root/log && prihvatctl partitions >/dev/null 2>&1; then return; fi
    kill -0 "$pid" || break
    sleep 0.1
  done
  tail -5 /root/log >&2
  exit 1
}
ls /sys/class/net | grep -vx lo && { echo "there is a network" >&2; exit 1; }
for bundle in usb/*.tar; do tar xf "$bundle"; done
older=./$(basename "$1" .tar) newer=./$(basename "$2" .tar)

say "$older/install.sh machine --key bundle.pub"
"$older/install.sh" machine --key bundle.pub | grep ^prihvat:
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 "$@" 2>/dev/null; }
new -subj '/CN=Prihvat' -keyout ca.key -out ca.crt
new -CA ca.crt -CAkey ca.key -subj /CN=here -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
  -addext basicConstraints=critical,CA:FALSE -keyout tls.key -out tls.crt
new -CA ca.crt -CAkey ca.key -subj /O=iom/CN=amra -addext basicConstraints=critical,CA:FALSE -keyout amra.key -out amra.crt
install -o root -g prihvat -m 640 tls.crt tls.key ca.crt /etc/prihvat/tls/
cat >/etc/prihvat/identities.yaml <<'Y'
identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=operations/ba
Y
sed -i 's/0\.0\.0\.0:8443/127.0.0.1:38443/; s/127\.0\.0\.1:9090/127.0.0.1:39090/' /etc/prihvat/prihvatd.conf
export PRIHVAT_SERVER=localhost:38443
export PRIHVAT_TLS_CA=ca.crt PRIHVAT_TLS_CERT=amra.crt PRIHVAT_TLS_KEY=amra.key
start
say "prihvatctl call procurement.CreateOperation ..."
prihvatctl call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}'
stop

say "$newer/install.sh machine --key bundle.pub"
"$newer/install.sh" machine --key bundle.pub | grep ^prihvat:
grep -q 38443 /etc/prihvat/prihvatd.conf || { echo "the administrator's options are gone" >&2; exit 1; }
start
say "prihvatctl get operations/ba --service procurement"
prihvatctl get operations/ba --service procurement | head -2
stop

say "$older/install.sh machine --key bundle.pub"
code=0
"$older/install.sh" machine --key bundle.pub || code=$?
[ "$code" = 2 ] || { echo "it went back unasked" >&2; exit 1; }
say "$older/install.sh machine --key bundle.pub --downgrade"
"$older/install.sh" machine --key bundle.pub --downgrade | grep ^prihvat:
start
say "prihvatctl get operations/ba --service procurement"
prihvatctl get operations/ba --service procurement | head -2
stop

say "the same, after one byte of one of its packages was changed"
printf x | dd of="$newer/debian/prihvatd_$(cat "$newer/VERSION")_$(dpkg --print-architecture).deb" bs=1 seek=1000 conv=notrunc status=none
code=0
"$newer/install.sh" machine --key bundle.pub || code=$?
[ "$code" = 5 ] || { echo "it was installed" >&2; exit 1; }
dpkg-query -W prihvatd | grep -q "$(cat "$older/VERSION")$" || { echo "it was installed" >&2; exit 1; }
printf '\nall went well\n'
IN
# A network namespace of its own has a loopback interface and nothing else.
# shellcheck disable=SC2016  # expanded by the inner shell
unshare --net --mount --pid --fork --kill-child -- bash -euc 'root=$1
  mount -t proc proc "$root/proc"; mount -t sysfs sysfs "$root/sys"; mount --rbind /dev "$root/dev"
  ip link set lo up; shift; exec chroot "$root" bash /root/try.sh "$@"' _ "$root" "$older" "$newer"
