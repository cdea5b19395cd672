#!/usr/bin/env python3
"""Makes one signed file for places with a poor network or none: images, chart, Debian package with all it needs.

  build.py --images build/images --deb build/debian/prihvatd_0.1.0_amd64.deb --key bundle.key --out build/bundle

Makes OUT/prihvat-VERSION-ARCH.tar and beside it OUT/bundle.pub, the signer's public key: whoever installs must have it
by another way than the bundle. In the bundle are install.sh, README.md, images/ (an OCI layout in which images share
their layers), chart/, debian/ (a repository for apt), compose/, docs/, VERSION, SHA256SUMS and SHA256SUMS.sig
(Ed25519). The same files and the same key make the same bundle, byte for byte.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/prihvat"
# Of the chart's folder what only its tests need.
LEFT_OUT = ("golden", "ci")
COMPOSE = ("deploy/compose", "deploy/prometheus", "deploy/grafana", "deploy/otel")
# What alerts and the chart's notes send people to.
PAPERS = ("docs/operations", "docs/runbooks", "docs/metrics.md", "docs/logs.md")


def fail(text):
    sys.exit(f"bundle: {text}")


def run(*command, **named):
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False, **named)
    if done.returncode != 0:
        fail(f"{command[0]}: {(done.stderr or done.stdout).decode(errors='replace').strip()}")
    return done.stdout


def packed(files, epoch):
    """A tar of (name, content, mode), the same for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content, mode in sorted(files):
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), mode, epoch
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def chart(folder, epoch):
    """The chart as `helm package` packs it. Returns its version."""
    version = re.search(r"^version: (\S+)$", (CHART / "Chart.yaml").read_text(), re.MULTILINE)[1]
    files = []
    for root, folders, names in os.walk(CHART, followlinks=True):
        inside = pathlib.Path(root).relative_to(CHART)
        if inside == pathlib.Path("."):
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        files += [(f"prihvat/{inside / name}", (pathlib.Path(root) / name).read_bytes(), 0o644) for name in names]
    folder.mkdir()
    for profile in sorted(CHART.glob("values-*.yaml")):
        shutil.copyfile(profile, folder / profile.name)
    (folder / f"prihvat-{version}.tgz").write_bytes(gzip.compress(packed(files, epoch), 9, mtime=0))
    return version


def images(archives, folder):
    """The OCI archives of deploy/images as one layout: what they share is there once. Returns the images' names."""
    found = sorted(archives.glob("*.oci.tar"))
    if not found:
        fail(f"{archives} has no images: `make images` makes them")
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)
    manifests = []
    for archive in found:
        with tarfile.open(archive) as tar:
            for member in tar:
                content = tar.extractfile(member).read()
                if member.name == "index.json":
                    manifests += json.loads(content)["manifests"]
                elif member.name.startswith("blobs/sha256/"):
                    (folder / member.name).write_bytes(content)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))
    sboms = folder.parent / "sbom"
    sboms.mkdir()
    for sbom in sorted(archives.glob("*.spdx.json")):
        shutil.copyfile(sbom, sboms / sbom.name)
    return [manifest["annotations"]["org.opencontainers.image.ref.name"] for manifest in manifests]


def dependencies(deb, folder):
    """All packages that `deb` needs, from where this machine's apt has them, as for a machine that has none."""
    with tempfile.TemporaryDirectory() as work:
        archives = pathlib.Path(work) / "archives"
        (archives / "partial").mkdir(parents=True)
        status = pathlib.Path(work) / "status"
        status.touch()
        run("apt-get", "-qq", "-y", "-o", f"Dir::State::status={status}", "-o", f"Dir::Cache::archives={archives}",
            "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", "--download-only", "--no-install-recommends",
            "install", deb.resolve())
        for package in sorted(archives.glob("*.deb")):
            shutil.copyfile(package, folder / package.name)


def debian(deb, folder, with_dependencies):
    folder.mkdir()
    shutil.copyfile(deb, folder / deb.name)
    if with_dependencies:
        dependencies(deb, folder)
    index = run("dpkg-scanpackages", "--multiversion", ".", cwd=folder)
    (folder / "Packages").write_bytes(index)
    (folder / "versions").write_text(f"prihvatd {run('dpkg-deb', '--field', deb, 'Version').decode().strip()}\n")


def compose(folder):
    """The files of deploy/compose and what they mount, at the same places to each other."""
    for source in COMPOSE:
        for path in sorted((ROOT / source).rglob("*")):
            if path.is_file() and path.suffix in (".yaml", ".yml", ".json", ".md"):
                target = folder / path.relative_to(ROOT / "deploy")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


def papers(folder):
    for source in PAPERS:
        for path in sorted((ROOT / source).rglob("*")) or [ROOT / source]:
            if path.is_file():
                target = folder / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


def sign(folder, key):
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
             for path in sorted(folder.rglob("*")) if path.is_file()]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(lines))
    run("openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", sums, "-out", folder / "SHA256SUMS.sig")


def build(arguments):
    for tool in ("openssl", "dpkg-deb", "dpkg-scanpackages", "apt-get"):
        if shutil.which(tool) is None:
            fail(f"needs {tool}")
    if arguments.key is None or not arguments.key.is_file():
        fail(f"no key at {arguments.key or 'BUNDLE_KEY'}: `openssl genpkey -algorithm ed25519 -out bundle.key` makes "
             "one; keep it off this machine between releases")
    public = run("openssl", "pkey", "-in", arguments.key, "-pubout")
    if b"ED25519" not in run("openssl", "pkey", "-in", arguments.key, "-noout", "-text"):
        fail(f"{arguments.key} is no Ed25519 key")
    git = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False)
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or git.stdout.strip() or 0)
    version = run("dpkg-deb", "--field", arguments.deb, "Version").decode().strip()
    name = f"prihvat-{version}-{run('dpkg-deb', '--field', arguments.deb, 'Architecture').decode().strip()}"
    folder = arguments.out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "deploy/bundle/install.sh", folder)
    shutil.copyfile(ROOT / "docs/operations/install-without-network.md", folder / "README.md")
    (folder / "VERSION").write_text(version + "\n")
    (folder / "images.txt").write_text("".join(f"{image}\n" for image in images(arguments.images, folder / "images")))
    chart(folder / "chart", epoch)
    debian(arguments.deb, folder / "debian", not arguments.without_dependencies)
    compose(folder)
    papers(folder)
    sign(folder, arguments.key)
    files = [(f"{name}/{path.relative_to(folder)}", path.read_bytes(), 0o755 if path.name == "install.sh" else 0o644)
             for path in folder.rglob("*") if path.is_file()]
    bundle = arguments.out / f"{name}.tar"
    bundle.write_bytes(packed(files, epoch))
    (arguments.out / "bundle.pub").write_bytes(public)
    shutil.rmtree(folder)
    print(f"{bundle}: {bundle.stat().st_size / 2**20:.1f} MiB, {len(files)} files")
    print(f"its public key, which must reach those who install by another way: {arguments.out / 'bundle.pub'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=pathlib.Path, required=True, help="folder with the images of `make images`")
    parser.add_argument("--deb", type=pathlib.Path, required=True, help="the package of `make deb`")
    parser.add_argument("--key", type=pathlib.Path, help="an Ed25519 key as openssl makes it")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the bundle")
    parser.add_argument("--without-dependencies", action="store_true",
                        help="leave out what the package needs: for machines that have it")
    build(parser.parse_args())


if __name__ == "__main__":
    main()
