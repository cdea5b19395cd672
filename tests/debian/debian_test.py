"""deploy/debian and deploy/systemd: what the package holds, and that its options are ones that prihvatd takes."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/python"))
import mounts  # noqa: E402

BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
UNIT = ROOT / "deploy/systemd/prihvatd.service"


def run(*command, **named):
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, **named)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-deb-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        built = run(ROOT / "deploy/debian/build.sh", BIN, cls.folder / "out",
                    env={**os.environ, "DEB_COMPRESSION": "gzip"})
        if built.returncode != 0:
            raise AssertionError(built.stdout + built.stderr)
        cls.deb = built.stdout.strip().splitlines()[-1]
        cls.listing = run("dpkg-deb", "--contents", cls.deb).stdout

    def field(self, name):
        return run("dpkg-deb", "--field", self.deb, name).stdout.strip()

    def test_it_depends_on_what_the_programs_need(self):
        self.assertEqual(self.field("Package"), "prihvatd")
        self.assertEqual(self.field("Version"), run(BIN / "prihvatd", "--version").stdout.strip())
        for package in ("libc6", "librocksdb7.8", "libgrpc++1.51", "fonts-dejavu-core", "tzdata", "adduser"):
            self.assertRegex(self.field("Depends"), rf"(^|, ){re.escape(package)}( |,|$)")

    def test_it_holds_programs_unit_and_options_of_root(self):
        for mode, path in [("-rwxr-xr-x", "usr/bin/prihvatd"), ("-rwxr-xr-x", "usr/bin/prihvatctl"),
                           ("-rw-r--r--", "lib/systemd/system/prihvatd.service"),
                           ("-rw-r--r--", "etc/prihvat/prihvatd.conf"), ("-rw-r-----", "etc/prihvat/identities.yaml"),
                           ("drwxr-x---", "etc/prihvat/tls/")]:
            self.assertRegex(self.listing, rf"(?m)^{re.escape(mode)} root/root .* \./{re.escape(path)}$")

    def test_options_of_an_administrator_are_kept(self):
        told = run("dpkg-deb", "--info", self.deb, "conffiles")
        self.assertEqual(told.stdout.split(), ["/etc/prihvat/prihvatd.conf", "/etc/prihvat/identities.yaml"])

    def test_its_options_are_taken_by_prihvatd(self):
        # The files that they name are not there: each is told by name, and no option is unknown.
        options = (ROOT / "deploy/systemd/prihvatd.conf").read_text()
        empty = self.folder / "identities.yaml"
        shutil.copy(ROOT / "deploy/systemd/identities.yaml", empty)
        options = re.sub(r'"/etc/prihvat/identities.yaml"', f'"{empty}"', options)
        options = re.sub(r'"/etc/prihvat/tls/\w+\.\w+"', f'"{empty}"', options)
        options = options.replace("/var/lib/prihvat", str(self.folder / "data"))
        (self.folder / "prihvatd.conf").write_text(options)
        told = run(BIN / "prihvatd", f"--config={self.folder}/prihvatd.conf")
        self.assertEqual(told.returncode, 1, told.stderr)
        self.assertIn("--tls-cert", told.stderr)  # past the options: the file is no certificate

    def calls_of(self, script, *arguments, enabled=True):
        """What the script calls, as on a machine that runs systemd; the programs do nothing but tell."""
        tools = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        calls = tools / "calls"
        for name in ("adduser", "getent", "install", "chgrp", "systemctl", "deb-systemd-helper", "deb-systemd-invoke"):
            code = 0 if enabled else 1
            (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{calls}"\n'
                                      f'case "$*" in *was-enabled*) exit {code};; esac\n')
            (tools / name).chmod(0o755)
        done = run(*mounts.of_its_own(), "sh", "-euc",
                   'mount -t tmpfs none /run; mkdir -p /run/systemd/system; exec sh "$@"', "sh",
                   ROOT / "deploy/debian" / script, *arguments,
                   env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return calls.read_text().splitlines() if calls.exists() else []

    def test_an_installation_enables_and_starts_and_an_upgrade_restarts(self):
        fresh = self.calls_of("postinst", "configure", "")
        self.assertIn("deb-systemd-helper enable prihvatd.service", fresh)
        self.assertEqual(fresh[-1], "deb-systemd-invoke start prihvatd.service")
        self.assertEqual(self.calls_of("prerm", "upgrade", "0.2.0"), [])
        self.assertEqual(self.calls_of("postinst", "configure", "0.0.9")[-1],
                         "deb-systemd-invoke restart prihvatd.service")

    def test_what_an_administrator_has_disabled_stays_so(self):
        calls = self.calls_of("postinst", "configure", "0.0.9", enabled=False)
        self.assertNotIn("deb-systemd-helper enable prihvatd.service", calls)
        self.assertIn("deb-systemd-helper update-state prihvatd.service", calls)

    def test_a_removal_stops_it(self):
        self.assertEqual(self.calls_of("prerm", "remove"), ["deb-systemd-invoke stop prihvatd.service"])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not here")
    def test_the_unit_is_sound_and_lets_little_through(self):
        text = UNIT.read_text().replace("/usr/bin/prihvatd", "/bin/true")
        copy = self.folder / "prihvatd.service"
        copy.write_text(text)
        verified = run("systemd-analyze", "verify", "--man=no", copy)
        self.assertEqual(verified.stderr.strip(), "")
        rated = run("systemd-analyze", "security", "--offline=yes", "--threshold=15", "--no-pager", UNIT)
        self.assertEqual(rated.returncode, 0, rated.stdout + rated.stderr)


if __name__ == "__main__":
    unittest.main()
