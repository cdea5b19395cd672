#!/usr/bin/env bash
# Installs the package in a bare Debian 12, starts prihvatd there as its unit does, calls it with prihvatctl and the
# certificates of docs/operations/install-single-machine.md, removes and purges it. install_in_chroot.sh PACKAGE [ROOT]
# Needs root, mmdebstrap and Debian's packages, which come from where this machine's apt has them.
set -euo pipefail
package=$(realpath "${1:?usage: install_in_chroot.sh PACKAGE [ROOT]}")
root=$(realpath -m "${2:-build/debian-root}")
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
  \( -name '*.list' -o -name '*.sources' \) -size +0 2>/dev/null)
work=$(mktemp -d)
trap 'rm -rf "$work"; rm -rf --one-file-system "$root"' EXIT
rm -rf --one-file-system "$root"
mkdir -p "$(dirname "$root")"
apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$work/apt.conf" || true
say() { printf '\n$ %s\n' "$*"; }

depends=$(dpkg-deb --field "$package" Depends | tr ',' '\n' | sed 's/ *(.*//; s/|.*//; s/ //g' | paste -sd,)
mmdebstrap --quiet --variant=minbase --include="$depends,openssl,curl" --aptopt="$work/apt.conf" bookworm "$root" \
  "${sources[@]}"
cp "$package" "$root/tmp/prihvatd.deb"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
# shellcheck disable=SC2016  # expanded by the inner shell
inside() { unshare --mount --pid --fork --kill-child -- bash -euc 'root=$1; shift; mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"; exec chroot "$root" "$@"' _ "$root" "$@"; }

say "dpkg -i prihvatd.deb"
inside dpkg -i /tmp/prihvatd.deb
cat >"$root/tmp/try.sh" <<'IN'
set -eu
cd /root
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 "$@" 2>/dev/null; }
new -subj '/CN=Prihvat' -keyout ca.key -out ca.crt
new -CA ca.crt -CAkey ca.key -subj /CN=here -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
  -addext basicConstraints=critical,CA:FALSE -keyout tls.key -out tls.crt
new -CA ca.crt -CAkey ca.key -subj /O=iom/CN=amra -addext basicConstraints=critical,CA:FALSE -keyout amra.key -out amra.crt
install -o root -g prihvat -m 640 tls.crt tls.key ca.crt /etc/prihvat/tls/
cat >/etc/prihvat/identities.yaml <<'Y'
identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=operation_manager;operations=operations/ba
Y
sed -i 's/0\.0\.0\.0:8443/127.0.0.1:38443/; s/127\.0\.0\.1:9090/127.0.0.1:39090/' /etc/prihvat/prihvatd.conf
setpriv --reuid=prihvat --regid=prihvat --init-groups /usr/bin/prihvatd --config=/etc/prihvat/prihvatd.conf >/tmp/out 2>/tmp/log &
pid=$!
for _ in $(seq 300); do curl -sf http://127.0.0.1:39090/readyz >/tmp/ready && break; sleep 0.1; done
echo "$ curl http://127.0.0.1:39090/readyz"; cat /tmp/ready
export PRIHVAT_SERVER=localhost:38443
export PRIHVAT_TLS_CA=ca.crt PRIHVAT_TLS_CERT=amra.crt PRIHVAT_TLS_KEY=amra.key
echo '$ prihvatctl call procurement.CreateOperation ...'
prihvatctl call procurement.CreateOperation \
  '{"name": "operations/ba", "displayName": "Bosnia and Herzegovina", "timeZone": "Europe/Sarajevo"}'
echo '$ prihvatctl get operations/ba --service procurement'
prihvatctl get operations/ba --service procurement
kill -TERM $pid
wait $pid
echo "ended with $?"
IN
say "certificates, identities, start, a call"
inside bash /tmp/try.sh
say "dpkg --remove prihvatd; dpkg --purge prihvatd"
inside dpkg --remove prihvatd
inside dpkg --purge prihvatd
[ -d "$root/var/lib/prihvat/log" ] || { echo "the record is gone" >&2; exit 1; }
[ ! -e "$root/usr/bin/prihvatd" ] || { echo "the program is still there" >&2; exit 1; }
echo "the record is still there; all went well"
