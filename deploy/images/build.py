#!/usr/bin/env python3
"""Makes an image of each program, from its file and Debian's own packages on this machine, without a container engine.

  build.py --bin build/release/bin --out build/images [--tag 0.1.0] [--repository localhost/prihvat] [PROGRAM ...]

An image holds the program, the shared libraries that it needs, where it needs them time zones, root certificates and
fonts, the licences of all of that, /etc/passwd with the user 10001, and nothing else: no shell, no package manager.
For each there are OUT/PROGRAM.oci.tar (an OCI archive: `podman load`, `ctr images import`, `skopeo copy`) and
OUT/PROGRAM.spdx.json (what is in it), and OUT/images.json lists them. The same files make the same images, byte for
byte.

Layers, from the bottom: what all programs need; what this one needs beside it; the program.
"""

import argparse
import dataclasses
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
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {
    "prihvatd": "All services of Prihvat in one process, with the log on its own volume",
    "prihvat-procurement": "Prihvat: projects, budget lines, orders, receipts",
    "prihvat-handover": "Prihvat: assets, handover cases, donation certificates",
    "prihvat-reception": "Prihvat: centres, stays, services delivered",
    "prihvat-reporting": "Prihvat: line of sight, summaries",
    "prihvatctl": "The command line of Prihvat",
}
USER = 10001
DATA = "var/lib/prihvat"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def fail(text):
    sys.exit(f"images: {text}")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file of an image. `content` is bytes, None for a folder, or with `link` a symbolic link."""
    content: bytes | None = None
    link: str | None = None
    mode: int = 0o644
    owner: int = 0


class Debian:
    """Asks dpkg: which package a file is from, and what is known of a package."""

    def __init__(self):
        self._owners = {}

    def owner(self, path):
        """The package that `path` is of. Debian's lists may have it without the leading /usr."""
        if path not in self._owners:
            names = [path]
            if path.startswith("/usr/"):
                names.append(path[4:])
            else:
                names.append("/usr" + path)
            for name in names:
                told = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
                if told.returncode == 0:
                    self._owners[path] = told.stdout.splitlines()[0].rsplit(": ", 1)[0].split(",")[0]
                    break
            else:
                fail(f"{path} is of no Debian package, so its licence is not known")
        return self._owners[path]

    @staticmethod
    def files(package):
        return [pathlib.Path(line) for line in run("dpkg", "-L", package).splitlines()]

    @staticmethod
    def facts(package):
        form = "\\t".join("${%s}" % field for field in ("binary:Package", "Version", "Architecture", "source:Package",
                                                        "source:Version", "Maintainer"))
        name, version, architecture, source, source_version, maintainer = run(
            "dpkg-query", "-W", f"-f={form}", package).split("\t")
        return {"name": name.split(":")[0], "version": version, "architecture": architecture, "source": source,
                "source_version": source_version, "maintainer": maintainer}


class Tree:
    """Files of an image by their path, and the packages that they are from."""

    def __init__(self, debian):
        self.debian = debian
        self.entries = {}
        self.packages = set()

    def add(self, path, entry):
        path = str(path).lstrip("/")
        for parent in reversed(pathlib.PurePosixPath(path).parents):
            if str(parent) != ".":
                self.entries.setdefault(str(parent), Entry(mode=0o755))
        self.entries[path] = entry

    def add_library(self, path):
        """A shared library at the place where the loader looks, with the file behind the link."""
        real = os.path.realpath(path)
        self.packages.add(self.debian.owner(real))
        merged = pathlib.Path("/usr") / os.path.realpath(os.path.dirname(path)).removeprefix("/usr").lstrip("/")
        self.add(merged / os.path.basename(real), Entry(pathlib.Path(real).read_bytes(), mode=0o755))
        if os.path.basename(path) != os.path.basename(real):
            self.add(merged / os.path.basename(path), Entry(link=os.path.basename(real)))

    def add_package_files(self, package, wanted):
        self.packages.add(package)
        for file in self.debian.files(package):
            if not any(str(file).startswith(prefix) for prefix in wanted):
                continue
            if file.is_symlink():
                self.add(file, Entry(link=os.readlink(file)))
            elif file.is_file():
                self.add(file, Entry(file.read_bytes()))

    def add_papers(self):
        """Licence and entry in dpkg's list of each package, as scanners of images look for them."""
        for package in sorted(self.packages):
            facts = self.debian.facts(package)
            paper = pathlib.Path("/usr/share/doc") / facts["name"] / "copyright"
            if not paper.exists():
                fail(f"{paper} is not there: this machine leaves out documentation; see /etc/dpkg/dpkg.cfg.d")
            self.add(paper, Entry(paper.read_bytes()))
            self.add(f"var/lib/dpkg/status.d/{facts['name']}", Entry("".join([
                f"Package: {facts['name']}\nStatus: install ok installed\nVersion: {facts['version']}\n",
                f"Architecture: {facts['architecture']}\nSource: {facts['source']} ({facts['source_version']})\n",
                f"Maintainer: {facts['maintainer']}\n"]).encode()))

    def tar(self, moment):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path, entry in sorted(self.entries.items()):
                info = tarfile.TarInfo(path)
                info.mtime, info.mode, info.uid, info.gid = moment, entry.mode, entry.owner, entry.owner
                if entry.link is not None:
                    info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.link, 0o777
                    tar.addfile(info)
                elif entry.content is None:
                    info.type = tarfile.DIRTYPE
                    tar.addfile(info)
                else:
                    info.size = len(entry.content)
                    tar.addfile(info, io.BytesIO(entry.content))
        return out.getvalue()


def libraries_of(program):
    """Paths of all shared libraries that the loader would take, the loader itself too."""
    paths = set()
    for line in run("ldd", str(program)).splitlines():
        if "not found" in line:
            fail(f"{program}: {line.strip()}")
        match = re.search(r"(?:=> )?(/\S+) \(0x", line)
        if match:
            paths.add(match[1])
    return paths


def data_of(libraries):
    """What a program needs beside libraries: (package, beginnings of paths)."""
    names = {os.path.basename(path).split(".so")[0] for path in libraries}
    wanted = [("base-files", ["/etc/debian_version", "/etc/os-release", "/usr/lib/os-release",
                              "/usr/share/common-licenses"])]
    if "librocksdb" in names:  # a server: local days need time zones; brokers may have public certificates
        wanted += [("tzdata", ["/usr/share/zoneinfo/"])]
        # Not this machine's own bundle, which may hold more than Debian trusts.
        wanted += [("ca-certificates", ["/usr/share/ca-certificates/mozilla/"])]
    if "libfontconfig" in names:  # certificates as PDF
        wanted += [("fonts-dejavu-core", ["/usr/share/fonts/", "/etc/fonts/"]),
                   ("fontconfig-config", ["/etc/fonts/", "/usr/share/fontconfig/"])]
    return wanted


def dressed(debian, libraries, data):
    tree = Tree(debian)
    for path in sorted(libraries):
        tree.add_library(path)
    for package, wanted in data:
        tree.add_package_files(package, wanted)
    certificates = [entry.content for path, entry in sorted(tree.entries.items())
                    if path.startswith("usr/share/ca-certificates/") and entry.content]
    if certificates:
        tree.add("etc/ssl/certs/ca-certificates.crt", Entry(b"".join(certificates)))
        tree.add("usr/lib/ssl/certs", Entry(link="/etc/ssl/certs"))
        tree.add("usr/lib/ssl/cert.pem", Entry(link="/etc/ssl/certs/ca-certificates.crt"))
    tree.add_papers()
    return tree


def base_tree(debian, libraries, data):
    tree = dressed(debian, libraries, data)
    for name in ("bin", "lib", "lib64", "sbin"):
        tree.add(name, Entry(link=f"usr/{name}"))
    tree.add("etc/passwd", Entry(f"root:x:0:0:root:/:/nologin\nprihvat:x:{USER}:{USER}:prihvat:/:/nologin\n".encode()))
    tree.add("etc/group", Entry(f"root:x:0:\nprihvat:x:{USER}:\n".encode()))
    # The C library asks nobody but the files and DNS.
    tree.add("etc/nsswitch.conf", Entry(b"passwd: files\ngroup: files\nhosts: files dns\n"))
    tree.add("tmp", Entry(mode=0o1777))
    return tree


def program_tree(debian, program, file, sbom):
    tree = Tree(debian)
    with tempfile.TemporaryDirectory() as folder:
        stripped = pathlib.Path(folder) / program
        run("strip", "-o", str(stripped), str(file))
        tree.add(f"usr/bin/{program}", Entry(stripped.read_bytes(), mode=0o755))
    tree.add(f"usr/share/prihvat/{program}.spdx.json", Entry(sbom))
    tree.add(DATA, Entry(mode=0o750, owner=USER))
    return tree


def sbom_of(program, version, moment, packages, debian):
    """SPDX 2.3: the program and the Debian packages that files of the image are from."""
    def identifier(name):
        return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
    listed = [{"name": program, "SPDXID": identifier(program), "versionInfo": version, "filesAnalyzed": False,
               "downloadLocation": "NOASSERTION", "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
               "copyrightText": "NOASSERTION", "primaryPackagePurpose": "APPLICATION"}]
    for package in sorted(packages):
        facts = debian.facts(package)
        quoted = facts["version"].replace(":", "%3A").replace("+", "%2B")
        listed.append({
            "name": facts["name"], "SPDXID": identifier("deb-" + facts["name"]), "versionInfo": facts["version"],
            "supplier": f"Person: {facts['maintainer']}", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "comment": f"its licence is in the image, /usr/share/doc/{facts['name']}/copyright",
            "sourceInfo": f"built from the source package {facts['source']} {facts['source_version']}",
            "externalRefs": [{
                "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{facts['name']}@{quoted}?arch={facts['architecture']}"
                                    "&distro=debian-12"}]})
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                  "relatedSpdxElement": identifier(program)}]
    relations += [{"spdxElementId": identifier(program), "relationshipType": "DEPENDS_ON",
                   "relatedSpdxElement": package["SPDXID"]} for package in listed[1:]]
    digest = hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": program,
                "documentNamespace": f"urn:prihvat:sbom:{program}:{digest}",
                "creationInfo": {"created": moment, "creators": ["Tool: prihvat-deploy/images/build.py"]},
                "packages": listed, "relationships": relations}
    return (json.dumps(document, indent=1) + "\n").encode()


class Archive:
    """An OCI archive under way: blobs by their digest."""

    def __init__(self):
        self.blobs = {}

    def add(self, content, media_type):
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def write(self, path, manifest, name):
        annotated = {**manifest, "annotations": {"io.containerd.image.name": name,
                                                 "org.opencontainers.image.ref.name": name}}
        files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
                 "index.json": json.dumps({"schemaVersion": 2, "manifests": [annotated]}).encode()}
        files.update({f"blobs/sha256/{digest}": content for digest, content in self.blobs.items()})
        with tarfile.open(path, "w") as tar:
            for file, content in sorted(files.items()):
                info = tarfile.TarInfo(file)
                info.size, info.mode = len(content), 0o644
                tar.addfile(info, io.BytesIO(content))


@dataclasses.dataclass(frozen=True)
class Release:
    version: str
    tag: str
    repository: str
    revision: str
    epoch: int
    architecture: str

    @property
    def created(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.epoch))


def configuration(program, release, diff_ids):
    labels = {"org.opencontainers.image.title": program, "org.opencontainers.image.description": PROGRAMS[program],
              "org.opencontainers.image.version": release.version, "org.opencontainers.image.created": release.created,
              "org.opencontainers.image.revision": release.revision}
    config = {"User": f"{USER}:{USER}", "Entrypoint": [f"/usr/bin/{program}"], "WorkingDir": "/",
              "Env": ["PATH=/usr/bin", "LANG=C.UTF-8"], "StopSignal": "SIGTERM", "Labels": labels}
    if program != "prihvatctl":
        config["ExposedPorts"] = {"8443/tcp": {}, "9090/tcp": {}}
    history = [{"created": release.created, "created_by": what}
               for what in ("libraries of all programs", f"what {program} needs beside them", program)]
    return {"architecture": release.architecture, "os": "linux", "created": release.created, "config": config,
            "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": history}


def write_image(program, release, layers, path):
    archive = Archive()
    described, diff_ids = [], []
    for layer in layers:
        diff_ids.append("sha256:" + hashlib.sha256(layer).hexdigest())
        described.append(archive.add(gzip.compress(layer, 6, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip"))
    config = archive.add(json.dumps(configuration(program, release, diff_ids), sort_keys=True).encode(),
                         "application/vnd.oci.image.config.v1+json")
    manifest = archive.add(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
        "layers": described}, sort_keys=True).encode(), "application/vnd.oci.image.manifest.v1+json")
    archive.write(path, manifest, f"{release.repository}/{program}:{release.tag}")
    return {"digest": manifest["digest"], "compressed_bytes": sum(layer["size"] for layer in described),
            "bytes": sum(len(layer) for layer in layers)}


def unpack(layers, folder):
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            for member in tar:
                target = folder / member.name
                if member.issym() and target.is_symlink():
                    continue
                tar.extract(member, folder, numeric_owner=True)


def as_user_in(folder):
    def begin():
        os.chroot(folder)
        os.chdir("/")
        os.setgroups([])
        os.setgid(USER)
        os.setuid(USER)
    return begin


def start_seconds(program, layers):
    """From exec to ready, in a chroot of the image as its user; of prihvatctl, of one run of --help."""
    with tempfile.TemporaryDirectory(prefix="prihvat-image-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        unpack(layers, folder)
        environment = {"PATH": "/usr/bin", "LANG": "C.UTF-8"}
        begun = time.monotonic()
        if program == "prihvatctl":
            subprocess.run([f"/usr/bin/{program}", "--help"], check=True, stdout=subprocess.DEVNULL, env=environment,
                           preexec_fn=as_user_in(folder))
            return time.monotonic() - begun
        with tempfile.TemporaryFile() as log:
            server = subprocess.Popen(
                [f"/usr/bin/{program}", f"--data-dir=/{DATA}", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0",
                 "--insecure-dev"], stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
                preexec_fn=as_user_in(folder))
            try:
                hello = re.search(r"metrics on port (\d+)", server.stdout.readline())
                if hello is None:
                    log.seek(0)
                    fail(f"{program} does not start in its image: {log.read().decode()}")
                await_ready(f"http://127.0.0.1:{hello[1]}/readyz")
                return time.monotonic() - begun
            finally:
                server.terminate()
                server.wait(60)


def await_ready(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(6000):
        try:
            with opener.open(url, timeout=5):
                return
        except OSError:
            time.sleep(0.01)
    fail(f"{url} does not say that it is ready")


def release_of(arguments):
    version = re.search(r'set_version_flag\("--version", std::string\("([^"]+)"\)',
                        (ROOT / "libs/config/options.cc").read_text())
    if version is None:
        fail("libs/config/options.cc no longer says the version where it is looked for")
    machine = os.uname().machine
    if machine not in ARCHITECTURES:
        fail(f"no images for {machine}")
    def git(*command):
        told = subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True, check=False)
        return told.stdout.strip()
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct") or 0)
    return Release(version=version[1], tag=arguments.tag or version[1], repository=arguments.repository,
                   revision=git("rev-parse", "HEAD") or "unknown", epoch=epoch, architecture=ARCHITECTURES[machine])


def build(arguments):
    for tool in ("dpkg", "dpkg-query", "ldd", "strip"):
        if shutil.which(tool) is None:
            fail(f"needs {tool}: images are made on Debian, from its packages")
    programs = arguments.programs or list(PROGRAMS)
    for program in programs:
        if program not in PROGRAMS:
            fail(f"no program {program}; there are {', '.join(PROGRAMS)}")
        if not os.access(arguments.bin / program, os.X_OK):
            fail(f"{arguments.bin / program} is not there: `make images` builds it")
    release, debian = release_of(arguments), Debian()
    arguments.out.mkdir(parents=True, exist_ok=True)
    libraries = {program: libraries_of(arguments.bin / program) for program in programs}
    common = set.intersection(*libraries.values())
    common_data = [wanted for wanted in data_of(libraries[programs[0]])
                   if all(wanted in data_of(libraries[program]) for program in programs)]
    base = base_tree(debian, common, common_data)
    base_layer = base.tar(release.epoch)
    told = []
    print(f"{'image':<22}{'MiB':>7}{'packed':>8}{'packages':>10}{'start':>9}")
    for program in programs:
        extra = dressed(debian, libraries[program] - common,
                        [wanted for wanted in data_of(libraries[program]) if wanted not in common_data])
        packages = base.packages | extra.packages
        sbom = sbom_of(program, release.version, release.created, packages, debian)
        own = program_tree(debian, program, arguments.bin / program, sbom)
        layers = [base_layer, extra.tar(release.epoch), own.tar(release.epoch)]
        facts = write_image(program, release, layers, arguments.out / f"{program}.oci.tar")
        (arguments.out / f"{program}.spdx.json").write_bytes(sbom)
        started = f"{start_seconds(program, layers):.2f} s" if os.geteuid() == 0 else "not root"
        print(f"{program:<22}{facts['bytes'] / 2**20:>7.1f}{facts['compressed_bytes'] / 2**20:>8.1f}"
              f"{len(packages):>10}{started:>9}", flush=True)
        told.append({"program": program, "name": f"{release.repository}/{program}:{release.tag}", **facts})
    (arguments.out / "images.json").write_text(json.dumps(told, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the programs")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the images")
    parser.add_argument("--tag", default="", help="default: the version")
    parser.add_argument("--repository", default="localhost/prihvat", help="before the program's name")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    build(parser.parse_args())


if __name__ == "__main__":
    main()
