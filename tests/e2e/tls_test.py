"""prihvatd with certificates, beyond the loopback address, as prihvatctl and a kubelet see it."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))

from certificates import Authority  # noqa: E402

BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
DEADLINE = 120  # seconds for one program; the machine may be busy
IDENTITIES = """identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=operation_manager;operations=operations/rs
  - certificate: dns:importer.test
    speaks_for: ["*"]
"""


def run(*command, **named):
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False, **named)


class Server:
    def __init__(self, folder, data, *flags):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [BIN / "prihvatd", f"--data-dir={data}", "--listen=0.0.0.0:0", "--metrics-listen=127.0.0.1:0",
             f"--tls-cert={folder}/server.crt", f"--tls-key={folder}/server.key",
             f"--tls-client-ca={folder}/ca.crt", f"--identities={folder}/identities.yaml", *flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"prihvatd listens on 0\.0\.0\.0:(\d+), metrics on port (\d+)", line)
        if match is None:
            self.log.seek(0)
            raise AssertionError(f"prihvatd said {line!r}: {self.log.read().decode()}")
        self.address, self.probes = f"127.0.0.1:{match[1]}", f"http://127.0.0.1:{match[2]}"

    def end(self):
        self.process.terminate()
        code = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.log.close()
        return code

    def probe(self, path):
        try:
            with urllib.request.urlopen(self.probes + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def await_probe(self, path, wanted):
        deadline = time.monotonic() + DEADLINE
        while True:
            code, text = self.probe(path)
            if code == wanted or time.monotonic() > deadline:
                return code, text
            time.sleep(0.02)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-tls-"))
        cls.addClassCleanup(run, "rm", "-rf", cls.folder)
        authority = Authority(cls.folder)
        authority.issue("server", "/CN=server", "subjectAltName=IP:127.0.0.1")
        authority.issue("amra", "/O=iom/CN=amra")
        authority.issue("importer", "/CN=importer", "subjectAltName=DNS:importer.test")
        (cls.folder / "identities.yaml").write_text(IDENTITIES)
        cls.server = Server(cls.folder, cls.folder / "data")
        cls.addClassCleanup(cls.server.end)
        assert cls.server.await_probe("/readyz", 200)[0] == 200

    def ctl(self, caller, *arguments):
        environment = {"PRIHVAT_SERVER": self.server.address, "PATH": os.environ["PATH"]}
        if caller:
            environment.update(PRIHVAT_TLS_CA=f"{self.folder}/ca.crt",
                               PRIHVAT_TLS_CERT=f"{self.folder}/{caller}.crt",
                               PRIHVAT_TLS_KEY=f"{self.folder}/{caller}.key")
        return run(BIN / "prihvatctl", *arguments, env=environment)

    def test_a_certificate_is_enough_to_write_and_to_read(self):
        made = self.ctl("amra", "call", "procurement.CreateOperation",
                        '{"name": "operations/rs", "displayName": "RS", "timeZone": "Europe/Belgrade"}')
        self.assertEqual(made.returncode, 0, made.stderr)
        read = self.ctl("amra", "get", "operations/rs")
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertIn("operations/rs", read.stdout)

    def test_one_that_speaks_for_others_plays_a_story(self):
        played = self.ctl("importer", "play", ROOT / "scenarios/bih-2023.yaml", "--only-until", "budget-line")
        self.assertEqual(played.returncode, 0, played.stderr)

    def test_nothing_is_answered_without_encryption(self):
        read = self.ctl(None, "--timeout", "2", "get", "operations/ba")
        self.assertEqual(read.returncode, 3, read.stderr)

    def test_probes_answer_beside_it(self):
        for path in ("/startupz", "/readyz", "/livez"):
            self.assertEqual(self.server.probe(path), (200, "ok\n"))

    def test_K7_a_service_that_does_not_come_round_is_not_alive(self):
        # One that has nothing to do comes round once a second, which is too long for this one.
        server = Server(self.folder, self.folder / "stuck", "--stuck-after=0.1")
        try:
            code, text = server.await_probe("/livez", 503)
            self.assertEqual(code, 503)
            self.assertRegex(text, r"is stuck: no step of its work since")
        finally:
            self.assertEqual(server.end(), 0)

    def test_a_key_of_another_certificate_is_told_at_the_start(self):
        done = run(BIN / "prihvatd", f"--data-dir={self.folder}/wrong", "--listen=0.0.0.0:0",
                   f"--tls-cert={self.folder}/server.crt", f"--tls-key={self.folder}/amra.key",
                   f"--tls-client-ca={self.folder}/ca.crt", f"--identities={self.folder}/identities.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--tls-key", done.stderr)


if __name__ == "__main__":
    unittest.main()
