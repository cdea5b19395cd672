#!/usr/bin/env bash
# Installs Prihvat from this folder; needs no network. Before anything else it looks whether all that is here is as it
# was signed, by a public key that you have from elsewhere.
#
#   install.sh verify  --key signer.pub
#   install.sh machine --key signer.pub [--downgrade]   the Debian package and what it needs; Debian 12, root
#   install.sh images  --key signer.pub [--to WHERE]    WHERE: containerd (default: this node's, for Kubernetes),
#                                                       containerd:SOCKET, podman, or registry.example.org/prihvat
#   install.sh chart   --key signer.pub [-- ARGUMENT...]   helm upgrade --install prihvat, with arguments for helm
#
# An upgrade is the same command of a newer bundle; a way back is that of the older one, on a machine with --downgrade.
# Exit codes: 0 done, 2 wrong usage, 3 something is missing here, 5 the bundle is not as it was signed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
release=prihvat

say() { printf 'prihvat: %s\n' "$*"; }
die() { printf 'prihvat: %s\n' "$2" >&2; exit "$1"; }
usage() { sed -n '5,9s/^# *//p' "$here/install.sh" >&2; exit 2; }
needs() { command -v "$1" >/dev/null || die 3 "$1 is not on this machine: $2"; }

command=${1:-}
[ $# -eq 0 ] || shift
key='' to=containerd downgrade=''
while [ $# -gt 0 ]; do
  case $1 in
    --key) key=${2:-}; shift 2 || usage ;;
    --to) to=${2:-}; shift 2 || usage ;;
    --downgrade) downgrade=yes; shift ;;
    --) shift; break ;;
    *) usage ;;
  esac
done
case $command in verify | machine | images | chart) ;; *) usage ;; esac
[ -n "$key" ] || usage

# What is here, signature and list apart. Anything that is no plain file stands in no list.
files() { (cd "$here" && find . -mindepth 1 ! -type d ! -path ./SHA256SUMS ! -path ./SHA256SUMS.sig -printf '%P\n' | LC_ALL=C sort); }

verify() {
  needs openssl "the signature cannot be checked without; Debian's package openssl has it"
  [ -r "$key" ] || die 3 "$key cannot be read: the signer's public key, which you have from elsewhere"
  local file
  for file in SHA256SUMS SHA256SUMS.sig; do
    [ -f "$here/$file" ] || die 5 "NOT as it was signed: $file is missing"
  done
  openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$here/SHA256SUMS" -sigfile "$here/SHA256SUMS.sig" \
    >/dev/null 2>&1 || die 5 "NOT as it was signed: SHA256SUMS has no signature by $key"
  local told
  told=$(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS 2>&1) || die 5 "NOT as it was signed: $told"
  told=$(files | LC_ALL=C comm -23 - <(sed 's/^[0-9a-f]*  //' "$here/SHA256SUMS" | LC_ALL=C sort))
  [ -z "$told" ] || die 5 "NOT as it was signed: nobody has signed $told"
  say "$(wc -l <"$here/SHA256SUMS") files, version $(cat "$here/VERSION"): all as they were signed"
}

# apt takes from the bundle what this machine lacks, and nothing from anywhere else.
machine() {
  [ "$(id -u)" -eq 0 ] || die 3 "machine needs root"
  needs apt-get "the package is for Debian 12"
  local version installed options
  version=$(sed -n 's/^prihvatd //p' "$here/debian/versions")
  # Of a package that was removed dpkg still knows the version of the options that it left.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Version}\n' prihvatd 2>/dev/null |
    awk '$1 != "config-files" && $1 != "not-installed" {print $2}' || true)
  if [ -n "$installed" ] && dpkg --compare-versions "$version" lt "$installed" && [ -z "$downgrade" ]; then
    die 2 "$installed is installed, which is newer than $version. To go back, take a backup first (prihvatctl backup), then add --downgrade"
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  ln -s "$here/debian" "$work/debian"  # apt knows no spaces in addresses
  echo "deb [trusted=yes] file:$work/debian ./" >"$work/sources.list"
  options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0)
  apt-get "${options[@]}" update
  # --no-remove: whatever is here stays. Options that an administrator has changed stay too.
  DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends --no-remove \
    ${downgrade:+--allow-downgrades} -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "prihvatd=$version"
  say "prihvatd $(dpkg-query -W -f='${Version}' prihvatd) is installed${installed:+, before it was $installed}"
}

images() {
  local name
  case $to in
    containerd | containerd:*)
      needs ctr "it comes with containerd"
      local socket=()
      [ "$to" = containerd ] || socket=(-a "${to#containerd:}")
      tar -C "$here/images" -cf - . | ctr "${socket[@]}" -n k8s.io images import -
      return ;;
    podman) needs podman "it is to take the images" ;;
    */*) needs skopeo "it copies images into a registry" ;;
    *) die 2 "--to $to is none of containerd, containerd:SOCKET, podman, HOST/PATH" ;;
  esac
  while read -r name; do
    if [ "$to" = podman ]; then
      podman tag "$(podman pull --quiet "oci:$here/images:$name")" "$name"
      say "$name"
    else
      skopeo copy --quiet "oci:$here/images:$name" "docker://$to/${name##*/}"
      say "$to/${name##*/}"
    fi
  done <"$here/images.txt"
}

chart() {
  needs helm "the chart is installed by it"
  helm upgrade --install "$release" "$here"/chart/prihvat-*.tgz "$@"
}

verify
case $command in
  machine) machine ;;
  images) images ;;
  chart) chart "$@" ;;
esac
