"""A full run, told in every detail: neither logs nor metrics hold a person, a key or a password."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(pathlib.Path(__file__).parent))
sys.path.append(str(ROOT / "tests/python"))
from certificates import Authority  # noqa: E402
from monitoring import PATIENCE, fetch, wait_for  # noqa: E402
from prihvat_server import Server, binary  # noqa: E402

STORY = ROOT / "scenarios/bih-2023.yaml"
PASSWORD = "korektna-lozinka-77"
# Of the story's persons: case numbers as its steps make them, and whoever signs or acts.
CASES = r"\b(?:BO|LI|US|BL)-?\d{4}\b|persons/|people/"


class Secrets(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-secrets-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def ctl(self, server, *arguments, timeout=10 * PATIENCE):
        done = subprocess.run(
            [binary("prihvatctl"), f"--server={server.address}", f"--tls-ca={self.folder}/ca.crt",
             f"--tls-cert={self.folder}/gateway.crt", f"--tls-key={self.folder}/gateway.key",
             "--principal=organisations/iom/people/zlatan;roles=operation_manager,platform_auditor;operations=*",
             *arguments], capture_output=True, text=True, check=False, timeout=timeout)
        return done.returncode, done.stdout + done.stderr

    def secrets(self):
        """Every line of what is in a private key's file."""
        for path in sorted(self.folder.glob("*.key")):
            for line in path.read_text().splitlines():
                if len(line) > 20 and "KEY" not in line:
                    yield path.name, line.split()[-1]

    def lines_are_as_their_page_says(self, log):
        page = (ROOT / "docs/logs.md").read_text()
        rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        known = {field for row in rows for field in re.findall(r"`(\w+)`", row)}
        levels = yaml.safe_load((ROOT / "deploy/otel/collector.yaml").read_text())[
            "receivers"]["file_log"]["operators"][1]["severity"]["mapping"].values()
        calls = 0
        for text in log.splitlines():
            line = json.loads(text)
            self.assertLessEqual(set(line), known, text)
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
            self.assertIn(line["level"], levels)
            if line["message"] == "call":
                calls += 1
                self.assertRegex(line["trace_id"] + line["span_id"], r"^[0-9a-f]{48}$")
        self.assertGreater(calls, 900)

    def persons(self):
        story = STORY.read_text()
        names = {name.strip() for name in re.findall(r"person: [a-z-]+, name: ([^,}\n]+)", story)}
        self.assertGreaterEqual(len(names), 3)
        return names

    def test_a_full_run_tells_neither_persons_nor_secrets(self):
        authority = Authority(self.folder)
        authority.issue("tls", "/CN=here", "subjectAltName=IP:127.0.0.1")
        authority.issue("gateway", "/CN=gateway", "subjectAltName=DNS:gateway.test")
        (self.folder / "identities.yaml").write_text(
            'identities: [{certificate: "dns:gateway.test", speaks_for: ["*"]}]\n')
        made = subprocess.run([binary("prihvatctl"), "keys", "generate", "-o", self.folder / "seal.key",
                               "--trusted-keys", self.folder / "trusted.keys"], capture_output=True, text=True,
                              check=True)
        self.assertIn("ed25519", made.stdout)
        flags = [f"--tls-cert={self.folder}/tls.crt", f"--tls-key={self.folder}/tls.key",
                 f"--tls-client-ca={self.folder}/ca.crt", f"--identities={self.folder}/identities.yaml",
                 f"--seal-key={self.folder}/seal.key", "--log-level=debug"]
        with Server(*flags) as server:
            code, said = self.ctl(server, "play", str(STORY))
            self.assertEqual(code, 0, said)
            self.assertIn("5 refused", said)  # refusals are in the run
            code, said = self.ctl(server, "get", "operations/ba/persons/LI-0051", "--service", "reception")
            self.assertIn("LI-0051", said)  # whoever may see it sees it
            self.ctl(server, "call", "reception.GetPerson", '{"name": "operations/ba/persons/LI-9999"}')
            self.ctl(server, "doctor")
            metrics = server.metrics
            told = fetch(f"http://{metrics}/metrics")
            server.kill()
            server.start()
            wait_for(lambda: server.log().count('"message":"ready"') >= 8, "it is ready again")
            told += fetch(f"http://{metrics}/metrics") + server.log()
            self.lines_are_as_their_page_says(server.log())
        self.assertGreater(told.count('"message":"call"'), 900)  # the run is in it
        secrets = list(self.secrets())
        self.assertGreaterEqual({name for name, _ in secrets}, {"tls.key", "seal.key"})
        for name, secret in secrets:
            self.assertNotIn(secret, told, f"a line of {name}")
        self.assertNotIn("PRIVATE KEY", told)
        for name in self.persons():
            for word in (name, name.rsplit(" ", 1)[-1]):
                self.assertNotIn(word, told)
        for line in told.splitlines():
            self.assertNotRegex(line, CASES)
            self.assertNotIn("zlatan", line)

    def test_a_password_of_kafka_is_not_told_where_brokers_refuse_or_are_not_there(self):
        log = self.folder / "log"
        with log.open("w") as out, subprocess.Popen(
                [binary("prihvat-reporting"), "--log=kafka", "--brokers=127.0.0.1:1", f"--data-dir={self.folder}/data",
                 "--listen=127.0.0.1:0", "--insecure-dev", "--log-level=debug",
                 "--kafka-property=security.protocol=sasl_plaintext", "--kafka-property=sasl.mechanisms=SCRAM-SHA-512",
                 "--kafka-property=sasl.username=prihvat", f"--kafka-property=sasl.password={PASSWORD}"],
                stdout=out, stderr=out) as server:
            try:
                wait_for(lambda: "127.0.0.1:1" in log.read_text() or server.poll() is not None, "it speaks of brokers")
            finally:
                server.terminate()
        self.assertIn("127.0.0.1:1", log.read_text())
        self.assertNotIn(PASSWORD, log.read_text())

    def test_a_property_that_is_wrong_is_told_without_its_value(self):
        told = subprocess.run(
            [binary("prihvat-reporting"), "--log=kafka", "--brokers=127.0.0.1:1", f"--data-dir={self.folder}/data",
             "--listen=127.0.0.1:0", "--insecure-dev", f"--kafka-property=sasl.passwort={PASSWORD}"],
            capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertNotEqual(told.returncode, 0)
        self.assertIn("sasl.passwort", told.stdout + told.stderr)
        self.assertNotIn(PASSWORD, told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
