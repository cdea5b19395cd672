"""Builds the examples with their own tools and runs them against a real prihvatd: they must all tell the same.

Each walks twice: on a development server, and with a certificate on one that believes nothing else.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))

from certificates import Authority  # noqa: E402
from prihvat_server import Server  # noqa: E402

BUILD_PATIENCE = 600  # seconds; the first time Maven and Go fetch what they need
RUN_PATIENCE = 120
IDENTITIES = """identities:
  - certificate: subject:CN=partner,O=iom
    principal: organisations/iom/people/partner;roles=operation_manager;operations=*
"""


def told(operation):
    """What a walk prints: see examples/README.md."""
    return [
        f"created {operation}/suppliers/s-1",
        f"repeated {operation}/suppliers/s-1 the same",
        "page s-1 s-2",
        "page s-3",
        "refused INVALID_ARGUMENT INVALID_FIELD supplier.country_code",
        "watched 2",
        "resumed 2 no gap",
    ]


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_examples_"))
        cls.addClassCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        authority.issue("server", "/CN=server", "subjectAltName=IP:127.0.0.1")
        authority.issue("partner", "/O=iom/CN=partner")
        (folder / "identities.yaml").write_text(IDENTITIES)
        cls.server = cls.enterClassContext(Server())
        cls.tls_server = cls.enterClassContext(Server(
            f"--tls-cert={folder}/server.crt", f"--tls-key={folder}/server.key", f"--tls-client-ca={folder}/ca.crt",
            f"--identities={folder}/identities.yaml"))
        cls.certificate = {"PRIHVAT_TLS_CA": f"{folder}/ca.crt", "PRIHVAT_TLS_CERT": f"{folder}/partner.crt",
                           "PRIHVAT_TLS_KEY": f"{folder}/partner.key"}

    def walk(self, language, command):
        output = ROOT / "build/examples" / language
        built = subprocess.run(
            [ROOT / "examples" / language / "build.sh", output],
            capture_output=True,
            text=True,
            timeout=BUILD_PATIENCE,
            check=False,
        )
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        self.run_walk(language, command, output, self.server.address, {})
        self.run_walk(language, command, output, self.tls_server.address, self.certificate)

    def run_walk(self, language, command, output, server, environment):
        operation = f"operations/{language}"
        ran = subprocess.run(
            [*command, server, operation],
            cwd=output,
            capture_output=True,
            text=True,
            timeout=RUN_PATIENCE,
            check=False,
            env=os.environ | environment,
        )
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(ran.stdout.splitlines(), told(operation))

    def test_python(self):
        self.walk("python", [sys.executable, "walk.py"])

    def test_go(self):
        self.walk("go", ["./walk"])

    def test_java(self):
        self.walk("java", ["java", "-cp", "walk-1.jar:dependency/*", "prihvat.examples.Walk"])


if __name__ == "__main__":
    unittest.main()
