"""deploy/bundle: a bundle proves to be as it was signed, and nothing is installed from one that does not."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
HELM = ROOT / "build/tools/helm"
NO_NETWORK = (["unshare", "--map-root-user", "--net"], ["unshare", "--net"])
IMAGE = "localhost/prihvat/prihvatctl:0.1.0"


def run(*command, **named):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=240, check=False,
                          **named)


def done(*command, **named):
    told = run(*command, **named)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def without_network():
    for command in NO_NETWORK:
        if run(*command, "true").returncode == 0:
            return command
    raise unittest.SkipTest("no network namespace of its own can be had here")


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-bundle-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        fixed = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "DEB_COMPRESSION": "gzip"}
        done(sys.executable, ROOT / "deploy/images/build.py", "--bin", BIN, "--out", cls.folder / "images",
             "prihvatctl", env=fixed)
        cls.deb = done(ROOT / "deploy/debian/build.sh", BIN, cls.folder / "deb", env=fixed).splitlines()[-1]
        for name in ("signer", "other"):
            done("openssl", "genpkey", "-algorithm", "ed25519", "-out", cls.folder / f"{name}.key")
        done("openssl", "pkey", "-in", cls.folder / "other.key", "-pubout", "-out", cls.folder / "other.pub")
        cls.tar = cls.build("one", fixed)
        cls.key = cls.folder / "one/bundle.pub"
        cls.fixed = fixed
        (cls.folder / "unpacked").mkdir()
        done("tar", "--extract", "--file", cls.tar, "--directory", cls.folder / "unpacked")
        cls.unpacked = next((cls.folder / "unpacked").iterdir())

    @classmethod
    def build(cls, out, environment):
        done(sys.executable, ROOT / "deploy/bundle/build.py", "--images", cls.folder / "images", "--deb", cls.deb,
             "--key", cls.folder / "signer.key", "--out", cls.folder / out, "--without-dependencies", env=environment)
        return next((cls.folder / out).glob("*.tar"))

    def setUp(self):
        # Links to the files that were unpacked once: what a test changes it must make anew.
        self.bundle = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix="a b ")) / "bundle"
        shutil.copytree(self.unpacked, self.bundle, copy_function=os.link)
        self.addCleanup(shutil.rmtree, self.bundle.parent)

    def install(self, command, *arguments, key=None):
        return run(*without_network(), self.bundle / "install.sh", command, "--key", key or self.key, *arguments)

    def resign(self, key):
        signature = self.bundle / "SHA256SUMS.sig"
        signature.unlink()
        done("openssl", "pkeyutl", "-sign", "-inkey", self.folder / f"{key}.key", "-rawin", "-in",
             self.bundle / "SHA256SUMS", "-out", signature)

    def test_it_is_proven_to_be_as_it_was_signed_without_a_network(self):
        told = self.install("verify")
        self.assertEqual(told.returncode, 0, told.stderr)
        version = done(BIN / "prihvatd", "--version").strip()
        self.assertRegex(told.stdout, rf"\d+ files, version {version}: all as they were signed")

    def test_by_hand_too_as_its_page_says(self):
        page = (self.bundle / "README.md").read_text()
        for command in ("openssl pkeyutl -verify -pubin -inkey ../bundle.pub -rawin -in SHA256SUMS "
                        "-sigfile SHA256SUMS.sig",
                        "sha256sum --check --strict --quiet SHA256SUMS"):
            self.assertIn(command, page)
            done("bash", "-c", command.replace("../bundle.pub", str(self.key)), cwd=self.bundle)

    def changes(self):
        """Of each: what it is called, what it does, and what must be said of it."""
        blob = max((self.bundle / "images/blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
        deb = next((self.bundle / "debian").glob("*.deb"))

        def flip(path):
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.unlink()
            path.write_bytes(content)

        def list_anew(path):
            flip(path)
            sums = self.bundle / "SHA256SUMS"
            name = str(path.relative_to(self.bundle))
            lines = [line for line in sums.read_text().splitlines(keepends=True) if not line.endswith(f"  {name}\n")]
            sums.unlink()
            sums.write_text("".join([*lines, f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"]))

        return [("a byte of a layer", lambda: flip(blob), blob.name),
                ("a byte of the package", lambda: flip(deb), deb.name),
                ("the package and its line of the list", lambda: list_anew(deb), "no signature by"),
                ("all of that signed by somebody else", lambda: (list_anew(deb), self.resign("other")),
                 "no signature by"),
                ("a package that is gone", deb.unlink, deb.name),
                ("one more package", lambda: shutil.copy(deb, deb.parent / "more.deb"), "debian/more.deb"),
                ("a link", lambda: (self.bundle / "chart/link").symlink_to("/etc"), "chart/link"),
                ("no signature", (self.bundle / "SHA256SUMS.sig").unlink, "SHA256SUMS.sig is missing"),
                ("no list", (self.bundle / "SHA256SUMS").unlink, "SHA256SUMS is missing")]

    def test_every_change_is_found_before_anything_is_installed(self):
        for number, (what, _, _) in enumerate(self.changes()):
            for command in ("verify", "machine", "images", "chart") if number == 0 else ("machine",):
                with self.subTest(change=what, command=command):
                    self.doCleanups()
                    self.setUp()
                    _, change, said = self.changes()[number]
                    change()
                    told = self.install(command)
                    self.assertEqual(told.returncode, 5, told.stdout + told.stderr)
                    self.assertIn("NOT as it was signed", told.stderr)
                    self.assertIn(said, told.stderr)

    def test_it_goes_back_only_when_asked_and_a_package_that_was_removed_is_not_there(self):
        tools = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for name, script in (("dpkg-query", 'echo "$STATE"'), ("apt-get", 'echo "apt-get $*" >>"$CALLS"')):
            (tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (tools / name).chmod(0o755)
        version = done(BIN / "prihvatd", "--version").strip()
        for number, (state, code) in enumerate((
                ("installed 99.0", 2), ("half-configured 99.0", 2), ("config-files 99.0", 0), ("not-installed ", 0),
                (f"installed {version}", 0))):
            with self.subTest(state=state):
                calls = tools / f"calls{number}"
                told = run(*without_network(), self.bundle / "install.sh", "machine", "--key", self.key, env={
                    **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "STATE": state, "CALLS": calls})
                self.assertEqual(told.returncode, code, told.stdout + told.stderr)
                if code:
                    self.assertIn("99.0 is installed, which is newer", told.stderr)
                    self.assertFalse(calls.exists())
                else:
                    self.assertIn(f"prihvatd={version}", calls.read_text())

    def test_what_another_has_signed_is_not_believed(self):
        told = self.install("verify", key=self.folder / "other.pub")
        self.assertEqual(told.returncode, 5, told.stderr)

    def test_wrong_usage_is_told(self):
        for command, key, code in (("verfy", self.key, 2), ("verify", self.folder / "none.pub", 3)):
            told = self.install(command, key=key)
            self.assertEqual(told.returncode, code, told.stderr)
        told = self.install("images", "--to", "nowhere")
        self.assertEqual(told.returncode, 2, told.stderr)
        self.assertIn("--to nowhere is none of", told.stderr)

    def test_its_images_are_those_that_were_made(self):
        self.assertEqual((self.bundle / "images.txt").read_text(), IMAGE + "\n")
        layout = self.bundle / "images"
        index = json.loads((layout / "index.json").read_text())
        made = json.loads((self.folder / "images/images.json").read_text())
        self.assertEqual([manifest["digest"] for manifest in index["manifests"]], [image["digest"] for image in made])
        for blob in (layout / "blobs/sha256").iterdir():
            self.assertEqual(hashlib.sha256(blob.read_bytes()).hexdigest(), blob.name)
        if shutil.which("skopeo"):
            plain = shutil.move(layout, self.folder / "layout")
            self.addCleanup(shutil.rmtree, plain)
            inspected = json.loads(done("skopeo", "inspect", f"oci:{plain}:{IMAGE}"))
            self.assertEqual(inspected["Digest"], made[0]["digest"])

    @unittest.skipUnless(HELM.exists(), "no helm: scripts/setup.sh chart")
    def test_its_chart_renders_as_the_folder_does(self):
        def render(chart):
            return done(HELM, "template", "prihvat", chart, "--kube-version", "1.34.0", "-f",
                        ROOT / "charts/prihvat/values-cluster.yaml", "-f", ROOT / "charts/prihvat/ci/cluster-all.yaml",
                        env={**os.environ, "HELM_CACHE_HOME": "/nonexistent", "HELM_CONFIG_HOME": "/nonexistent"})
        archive = next((self.bundle / "chart").glob("prihvat-*.tgz"))
        self.assertEqual(render(archive), render(ROOT / "charts/prihvat"))
        with tarfile.open(archive) as tar:
            self.assertFalse([name for name in tar.getnames() if "/golden" in name or "/ci/" in name])

    def test_apt_finds_the_package_in_it(self):
        index = (self.bundle / "debian/Packages").read_text()
        name = pathlib.Path(self.deb).name
        self.assertIn(f"Filename: ./{name}\n", index)
        self.assertIn(f"SHA256: {hashlib.sha256(pathlib.Path(self.deb).read_bytes()).hexdigest()}\n", index)
        self.assertEqual((self.bundle / "debian/versions").read_text(),
                         f"prihvatd {done('dpkg-deb', '--field', self.deb, 'Version').strip()}\n")

    def test_what_compose_mounts_is_in_it(self):
        for path in ("compose/compose.yaml", "prometheus/prometheus.yml", "prometheus/rules/alerts.yaml",
                     "grafana/overview.json"):
            self.assertEqual((self.bundle / path).read_bytes(), (ROOT / "deploy" / path).read_bytes())

    def test_what_an_alert_sends_people_to_is_in_it(self):
        rules = (self.bundle / "prometheus/rules/alerts.yaml").read_text()
        pages = set(re.findall(r"runbook: (\S+)", rules))
        self.assertGreater(len(pages), 10)
        for page in pages | {"docs/operations/keys.md", "docs/metrics.md"}:
            self.assertEqual((self.bundle / page).read_bytes(), (ROOT / page).read_bytes())

    def test_the_same_files_and_key_make_the_same_bundle(self):
        self.assertEqual(self.build("two", self.fixed).read_bytes(), self.tar.read_bytes())

    def test_without_a_key_it_is_told_how_to_make_one(self):
        told = run(sys.executable, ROOT / "deploy/bundle/build.py", "--images", self.folder / "images", "--deb",
                   self.deb, "--out", self.folder / "none")
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("openssl genpkey -algorithm ed25519", told.stderr)


if __name__ == "__main__":
    unittest.main()
