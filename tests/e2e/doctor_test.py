"""`prihvatctl doctor` on real servers: each finding from its real cause."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/python"))
sys.path.append(str(pathlib.Path(__file__).parent))
from prihvat_server import Server, binary  # noqa: E402
from tls_test import Authority  # noqa: E402

OPERATOR = "organisations/iom/people/op;roles=platform_operator;operations=*"
PATIENCE = 120
IDENTITIES = """identities:
  - certificate: subject:CN=op,O=iom
    principal: organisations/iom/people/op;roles=platform_operator;operations=*
  - certificate: subject:CN=clerk,O=iom
    principal: organisations/iom/people/clerk;roles=importer;operations=*
"""


def doctor(*arguments, principal=OPERATOR):
    """Exit code, and findings as {(check, severity): [finding, ...]}."""
    if any(argument.startswith("--tls-cert") for argument in arguments):
        principal = ""  # the certificate says who asks
    done = subprocess.run([binary("prihvatctl"), "doctor", "--json", *arguments], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, env={**os.environ, "PRIHVAT_PRINCIPAL": principal})
    found = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault((finding["check"], finding["severity"]), []).append(finding)
    return done.returncode, found


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_doctor_"))
        self.addCleanup(shutil.rmtree, self.folder)

    def until(self, wanted, *arguments):
        """Findings once there is `wanted` among them: a server that has just started has still to claim."""
        deadline = time.monotonic() + PATIENCE
        while True:
            code, found = doctor(*arguments)
            if wanted in found or time.monotonic() > deadline:
                self.assertIn(wanted, found)
                return code, found
            time.sleep(0.2)

    def test_a_server_that_is_well_and_sealed_has_nothing_wrong(self):
        subprocess.run([binary("prihvatctl"), "keys", "generate", "-o", self.folder / "key", "--trusted-keys",
                        self.folder / "trusted"], check=True, capture_output=True, timeout=PATIENCE)
        with Server(f"--seal-key={self.folder}/key", "--disk-reserve-mib=1") as server:
            code, found = self.until(("owner", "ok"), f"--server={server.address}")
            self.assertEqual(code, 0, found)
            self.assertEqual({check for check, severity in found if severity == "problem"}, set())
            for check in ("server", "clock", "lag", "seal", "owner"):
                self.assertIn((check, "ok"), found)
            version = subprocess.run([binary("prihvatd"), "--version"], capture_output=True, text=True, check=True,
                                     timeout=PATIENCE).stdout.strip()
            self.assertIn(f"prihvatd {version}, hosts handover, procurement, reception, reporting",
                          found["server", "ok"][0]["found"])

    def test_one_that_is_gone_unsealed_or_may_not_be_asked_is_told(self):
        with Server("--disk-reserve-mib=1") as server:
            at = f"--server={server.address}"
            code, found = self.until(("owner", "ok"), at)
            self.assertEqual((code, "not sealed" in found["seal", "warning"][0]["found"]), (0, True))
            self.assertEqual(doctor(at, "--strict")[0], 6)
            code, found = doctor(at, principal="organisations/iom/people/x;roles=importer;operations=*")
            self.assertEqual(code, 6)
            self.assertIn("refuses you", found["server", "problem"][0]["found"])
            server.kill()
            code, found = doctor(at)
            self.assertEqual(code, 6)
            self.assertIn("does not answer", found["server", "problem"][0]["found"])
            server.start()  # so that there is something to end

    def test_a_disk_down_to_its_reserve_has_no_owner_for_its_partitions(self):
        with Server("--disk-reserve-mib=1048576") as server:
            code, found = doctor(f"--server={server.address}")
            self.assertEqual(code, 6)
            self.assertIn("commands are refused", found["disk", "problem"][0]["found"])
            self.assertEqual(len(found["owner", "problem"]), 16)
            self.assertIn("nobody has ever claimed it", found["owner", "problem"][0]["found"])

    def test_certificates_are_looked_at_on_both_sides(self):
        authority = Authority(self.folder)
        authority.issue("server", "/CN=server", "subjectAltName=IP:127.0.0.1")
        authority.issue("op", "/O=iom/CN=op")
        authority.issue("clerk", "/O=iom/CN=clerk")
        (self.folder / "identities.yaml").write_text(IDENTITIES)
        flags = [f"--tls-cert={self.folder}/server.crt", f"--tls-key={self.folder}/server.key",
                 f"--tls-client-ca={self.folder}/ca.crt", f"--identities={self.folder}/identities.yaml"]

        def mine(caller="op", authority="ca", key=None):
            return [f"--tls-cert={self.folder}/{caller}.crt", f"--tls-key={self.folder}/{key or caller}.key",
                    f"--tls-ca={self.folder}/{authority}.crt"]
        with Server("--disk-reserve-mib=1", *flags) as server:
            at = f"--server={server.address}"
            # Good for two days: of the server and of this side.
            _, found = self.until(("owner", "ok"), at, *mine())
            warned = " ".join(f"{f['subject']} {f['found']}" for f in found["certificate", "warning"])
            self.assertIn(f"{server.address} --tls-cert (CN=server)", warned)
            self.assertIn("this side --tls-cert (CN=op,O=iom)", warned)
            self.assertNotIn(("certificate", "problem"), found)
            # Not the certificate's key, another authority, another name.
            code, found = doctor(at, *mine(key="clerk"))
            self.assertEqual(code, 6)
            self.assertIn("another key", " ".join(f["found"] for f in found["certificate", "problem"]))
            (self.folder / "other").mkdir()
            Authority(self.folder / "other")
            shutil.copy(self.folder / "other/ca.crt", self.folder / "foreign.crt")
            code, found = doctor(at, *mine(authority="foreign"))
            self.assertEqual(code, 6)
            self.assertIn("not believed", found["certificate", "problem"][0]["found"])
            port = server.address.rsplit(":", 1)[1]
            code, found = doctor(f"--server=localhost:{port}", *mine())
            self.assertEqual(code, 6)
            self.assertIn("it shows one for IP:127.0.0.1", found["certificate", "problem"][0]["found"])


if __name__ == "__main__":
    unittest.main()
