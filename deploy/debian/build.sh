#!/usr/bin/env bash
# Makes the Debian package of prihvatd and prihvatctl: build.sh BIN OUT. Needs dpkg-dev; prints the package's path. The same files make the same package.
#   DEB_COMPRESSION=gzip   for tests: xz takes its time
#   DEB_VERSION=0.1.0+1    another version than the programs': a second packaging of them, or an upgrade to try out
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:?usage: build.sh BIN OUT}") out=$(realpath -m "${2:?usage: build.sh BIN OUT}")
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
version=${DEB_VERSION:-$("$bin/prihvatd" --version)}
arch=$(dpkg --print-architecture)
root=$out/root
rm -rf "$root"
mkdir -p "$root/DEBIAN" "$out/debian"

install -D -m 755 -s -t "$root/usr/bin" "$bin/prihvatd" "$bin/prihvatctl"
install -D -m 644 -t "$root/lib/systemd/system" deploy/systemd/prihvatd.service
install -D -m 644 -t "$root/etc/prihvat" deploy/systemd/prihvatd.conf
install -D -m 640 -t "$root/etc/prihvat" deploy/systemd/identities.yaml
install -d -m 750 "$root/etc/prihvat/tls"
install -D -m 644 docs/operations/install-single-machine.md "$root/usr/share/doc/prihvatd/README.md"
gzip -9n <CHANGELOG.md >"$root/usr/share/doc/prihvatd/changelog.gz"
chmod 644 "$root/usr/share/doc/prihvatd/changelog.gz"

# Which packages bring the libraries, and in which version at least.
printf 'Source: prihvat\nPackage: prihvatd\nArchitecture: any\n' >"$out/debian/control"
depends=$(cd "$out" && dpkg-shlibdeps -O "root/usr/bin/prihvatd" "root/usr/bin/prihvatctl" |
  sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "dpkg-shlibdeps says nothing" >&2; exit 1; }
cat >"$root/DEBIAN/control" <<C
Package: prihvatd
Version: $version
Architecture: $arch
Maintainer: Prihvat <prihvat@localhost>
Section: database
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, adduser, fonts-dejavu-core, tzdata
Recommends: openssl
Description: system of record of donor-funded migration response
 All services of Prihvat in one process, with the log on this machine: procurement,
 handover, reception and reporting. Comes with prihvatctl, its command line.
C
printf '/etc/prihvat/prihvatd.conf\n/etc/prihvat/identities.yaml\n' >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "deploy/debian/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
deb=$out/prihvatd_${version}_$arch.deb
dpkg-deb --root-owner-group "-Z${DEB_COMPRESSION:-xz}" --build "$root" "$deb" >/dev/null
rm -rf "$root" "$out/debian"
echo "$deb"
