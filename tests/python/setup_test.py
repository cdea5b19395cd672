"""Tests of scripts/setup.sh: what it does as an administrator, as anybody else, and when nothing is missing."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = ["bash", "dirname", "env", "grep", "mkdir", "sed", "sort", "tail", "timeout"]


class Setup(unittest.TestCase):
    """Runs it with a PATH of its own, where dpkg-query, apt-get, id and sudo are what the case says they are."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = pathlib.Path(folder.name)
        self.calls = self.bin / "calls"
        for tool in NEEDED:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.fake("apt-get", 'exit 0')
        self.fake("apt-cache", 'exit 0')
        self.wanted = subprocess.run([ROOT / "scripts/setup.sh", "packages"], capture_output=True, text=True,
                                     check=True).stdout.split()

    def fake(self, tool, does):
        """A tool that notes how it was called, then does what `does` says."""
        path = self.bin / tool
        path.write_text(f'#!{self.bin}/bash\necho "{tool} $*" >> {self.calls}\n{does}\n')
        path.chmod(0o755)

    def installed(self, *packages):
        self.fake("dpkg-query", "\n".join(f'echo "{package}:amd64 installed"' for package in packages) or "exit 1")

    def setup(self):
        done = subprocess.run(["bash", ROOT / "scripts/setup.sh", "build"], capture_output=True, text=True, check=False,
                              env={**os.environ, "PATH": str(self.bin)}, stdin=subprocess.DEVNULL)
        called = self.calls.read_text().splitlines() if self.calls.exists() else []
        return done, [call for call in called if call.startswith(("apt-get", "sudo"))]

    def test_without_root_or_sudo_it_names_what_is_missing_and_stops(self):
        self.fake("id", "echo 1000")
        self.installed(*(package for package in self.wanted if package not in ("librocksdb-dev", "ninja-build")))
        done, called = self.setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 Debian packages are missing, and there is neither root nor sudo", done.stderr)
        self.assertIn("  librocksdb-dev\n  ninja-build\n", done.stderr)
        self.assertIn("apt-get install -y --no-install-recommends librocksdb-dev ninja-build", done.stderr)
        self.assertEqual(called, [])

    def test_a_sudo_that_asks_for_a_password_does_not_count_without_a_terminal(self):
        self.fake("id", "echo 1000")
        self.fake("sudo", "exit 1")
        self.installed()
        done, called = self.setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither root nor sudo", done.stderr)
        self.assertEqual(called, ["sudo -n true"])

    def test_as_root_it_installs_what_is_missing_and_nothing_else(self):
        self.fake("id", "echo 0")
        self.installed(*(package for package in self.wanted if package != "librocksdb-dev"))
        done, called = self.setup()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(called), 2)
        self.assertIn("update", called[0])
        self.assertTrue(called[1].endswith(" install librocksdb-dev"), called[1])

    def test_a_package_that_no_source_has_is_named(self):
        self.fake("id", "echo 0")
        self.fake("apt-cache", "exit 1")
        self.installed(*(package for package in self.wanted if package != "librocksdb-dev"))
        done, _ = self.setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("the package sources have no librocksdb-dev", done.stderr)

    def test_when_nothing_is_missing_it_calls_no_installer(self):
        self.fake("id", "echo 1000")
        self.installed(*self.wanted)
        done, called = self.setup()
        self.assertEqual((done.returncode, done.stdout, called), (0, "", []), done.stderr)


if __name__ == "__main__":
    unittest.main()
