"""What a program tells of itself, in good runs and bad ones, has no name of a person in it."""

import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/python"))
from prihvat_server import Server, binary  # noqa: E402

CLERK = "organisations/iom/people/clerk;roles=operation_manager;operations=*"
SURNAME = "Zdjelarević"  # a person's, and in no other word
PATIENCE = 60
GRANT = """{{"parent": "operations/ba", "mandateId": "{id}", "requestId": "{request}", "mandate": {{
  "organisation": "organisations/dcpb", "organisationDisplayName": {{"en": "Directorate"}},
  "person": "organisations/dcpb/people/director", "personDisplayName": "{name}", "title": {{"en": "Director"}},
  "validFrom": {{"year": 2023, "month": {month}, "day": 1}}, "reference": "{name}.pdf"}}}}"""


class Names(unittest.TestCase):
    def call(self, server, method, request):
        command = [binary("prihvatctl"), f"--server={server.address}", f"--principal={CLERK}", "call", method, request]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr

    def grant(self, server, id_, name=f"Azra {SURNAME}", month=1):
        return self.call(server, "handover.GrantMandate",
                         GRANT.format(id=id_, name=name, month=month, request=uuid.uuid4()))

    def test_S4_neither_logs_nor_metrics_have_a_name(self):
        with Server("--log-level=debug") as server:
            code, said = self.call(server, "procurement.CreateOperation",
                                   '{"name": "operations/ba", "displayName": "BiH", "timeZone": "Europe/Sarajevo", '
                                   f'"requestId": "{uuid.uuid4()}"}}')
            self.assertEqual(code, 0, said)
            deadline = time.monotonic() + PATIENCE
            while (granted := self.grant(server, "director"))[0] != 0 and time.monotonic() < deadline:
                self.assertIn("OPERATION_UNKNOWN", granted[1])  # handover has still to hear of it
            self.assertEqual(granted[0], 0, granted[1])
            # Errors of every kind: a name that is taken, a field's rule, a name that is too long, and one in a path.
            for arguments, reason in [({"id_": "director"}, "ALREADY_EXISTS"),
                                      ({"id_": "other", "month": 13}, "INVALID_FIELD"),
                                      ({"id_": "long", "name": f"{SURNAME} " * 300}, "INVALID_FIELD"),
                                      ({"id_": SURNAME}, "INVALID_FIELD")]:
                code, said = self.grant(server, **arguments)
                self.assertNotEqual(code, 0)
                self.assertIn(reason, said)
            code, said = self.call(server, "handover.GetMandate", f'{{"name": "operations/ba/mandates/{SURNAME}"}}')
            self.assertNotEqual(code, 0)
            with urllib.request.urlopen(f"http://{server.metrics}/metrics", timeout=PATIENCE) as answer:
                metrics = answer.read().decode()
            log = server.log()
        self.assertIn("GrantMandate", metrics)
        self.assertIn("GrantMandate", log)  # the run is in it
        for told in (metrics, log):
            for line in told.splitlines():
                self.assertNotIn(SURNAME, line)
                self.assertNotIn("Azra", line)


if __name__ == "__main__":
    unittest.main()
