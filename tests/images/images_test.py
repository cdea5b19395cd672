"""deploy/images/build.py: what is in an image, and what is not."""

import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
PROGRAM = "prihvatctl"


def build(out):
    return subprocess.run([sys.executable, ROOT / "deploy/images/build.py", "--bin", BIN, "--out", out,
                           "--repository", "localhost/test", PROGRAM], capture_output=True, text=True, timeout=240,
                          check=False, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})


class Image:
    """An OCI archive, read by the specification: index, manifest, configuration, layers."""

    def __init__(self, path):
        with tarfile.open(path) as tar:
            self.files = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
        index = json.loads(self.files["index.json"])
        self.name = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
        manifest = json.loads(self.blob(index["manifests"][0]))
        self.configuration = json.loads(self.blob(manifest["config"]))
        self.config = self.configuration["config"]
        self.members, self.contents = {}, {}
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=io.BytesIO(self.blob(layer)), mode="r:gz") as tar:
                for member in tar:
                    self.members[member.name] = member
                    if member.isfile():
                        self.contents[member.name] = tar.extractfile(member).read()

    def blob(self, descriptor):
        content = self.files["blobs/" + descriptor["digest"].replace(":", "/")]
        assert descriptor["digest"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert descriptor["size"] == len(content)
        return content


class Images(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-images-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.told = build(cls.folder / "one")
        if cls.told.returncode != 0:
            raise AssertionError(cls.told.stdout + cls.told.stderr)
        cls.image = Image(cls.folder / f"one/{PROGRAM}.oci.tar")

    def test_runs_as_a_numbered_user_who_is_not_root(self):
        self.assertEqual(self.image.name.rsplit(":", 1)[0], f"localhost/test/{PROGRAM}")
        self.assertRegex(self.image.config["User"], r"^[1-9][0-9]{3,}:[1-9][0-9]{3,}$")
        self.assertEqual(self.image.config["Entrypoint"], [f"/usr/bin/{PROGRAM}"])
        self.assertEqual(self.image.config["Labels"]["org.opencontainers.image.title"], PROGRAM)

    def test_nothing_can_be_written_but_the_data_and_nothing_raises_rights(self):
        for name, member in self.image.members.items():
            if name in ("var/lib/prihvat", "tmp"):
                continue
            self.assertEqual((member.uid, member.gid), (0, 0), name)
            if not member.issym():
                self.assertEqual(member.mode & 0o7022, 0, name)

    def test_there_is_no_shell_and_one_program(self):
        programs = [name for name in self.image.members if name.startswith("usr/bin/")]
        self.assertEqual(programs, [f"usr/bin/{PROGRAM}"])
        for name in self.image.contents:
            self.assertNotIn(name.rsplit("/", 1)[-1], ("sh", "bash", "dash", "busybox", "perl", "dpkg", "apt"))

    def test_every_file_is_of_a_package_that_the_list_names(self):
        document = json.loads((self.folder / f"one/{PROGRAM}.spdx.json").read_bytes())
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        self.assertEqual(self.image.contents[f"usr/share/prihvat/{PROGRAM}.spdx.json"],
                         (self.folder / f"one/{PROGRAM}.spdx.json").read_bytes())
        listed = {package["name"]: package for package in document["packages"]}
        self.assertIn(PROGRAM, listed)
        self.assertRegex(listed["libc6"]["externalRefs"][0]["referenceLocator"], r"^pkg:deb/debian/libc6@2\.")
        papers = {name.split("/")[-1] for name in self.image.contents if name.startswith("var/lib/dpkg/status.d/")}
        self.assertEqual(papers, listed.keys() - {PROGRAM})
        for package in papers:
            self.assertIn(f"usr/share/doc/{package}/copyright", self.image.contents)
        libraries = [name for name in self.image.contents if ".so" in name]
        self.assertGreater(len(libraries), 10)
        for library in libraries:
            told = subprocess.run(["dpkg", "-S", "/" + library, "/" + library.removeprefix("usr/")],
                                  capture_output=True, text=True, check=False)
            owner = told.stdout.split(":")[0]
            self.assertIn(owner, papers, library)

    @unittest.skipUnless(os.geteuid() == 0, "a chroot needs root")
    def test_it_starts_with_what_is_in_the_image_alone(self):
        self.assertRegex(self.told.stdout, rf"{PROGRAM} .* \d+\.\d\d s")

    def test_the_same_files_make_the_same_image(self):
        again = build(self.folder / "two")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual((self.folder / f"two/{PROGRAM}.oci.tar").read_bytes(),
                         (self.folder / f"one/{PROGRAM}.oci.tar").read_bytes())

    def test_a_program_that_is_not_built_is_told(self):
        told = subprocess.run([sys.executable, ROOT / "deploy/images/build.py", "--bin", self.folder, "--out",
                               self.folder], capture_output=True, text=True, check=False)
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("make images", told.stderr)


if __name__ == "__main__":
    unittest.main()
