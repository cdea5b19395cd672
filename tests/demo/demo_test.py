"""scripts/demo.sh: it ends well, says the right figures, leaves true documents, and what it tells to try next works."""

import csv
import decimal
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
STORY = "scenarios/bih-2023.yaml"
DEADLINE = 120  # seconds for one program; the machine may be busy
PRINCIPAL = "organisations/iom/people/amra;roles=operation_manager;operations=operations/ba"

GIVEN_ID = re.compile(r"conflicts/[a-z2-7]+")  # the service's own choice, by chance


def run(*command, **named):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False, **named)


class Server:
    """prihvatd over a data folder, on a free port; ended by SIGTERM."""

    def __init__(self, data):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [BIN / "prihvatd", f"--data-dir={data}", "--listen=127.0.0.1:0", "--insecure-dev"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"prihvatd listens on ([^,]+),", line)
        if match is None:
            self.log.seek(0)
            raise AssertionError(f"prihvatd said {line!r}: {self.log.read().decode()}")
        self.address = match[1]
        self.environment = {**os.environ, "PRIHVAT_SERVER": self.address, "PRIHVAT_PRINCIPAL": PRINCIPAL}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.log.close()

    def ctl(self, *arguments):
        return run(BIN / "prihvatctl", *arguments, env=self.environment)

    def events(self):
        """All that happened, by service, as text in an order that does not depend on how the services ran."""
        happened = {}
        for service in ("procurement", "handover", "reception", "reporting"):
            told = self.ctl("log", "tail", "--service", service)
            assert told.returncode == 0, told.stderr
            commits = [json.loads(line) for line in told.stdout.splitlines()]
            happened[service] = sorted(GIVEN_ID.sub("conflicts/*", json.dumps(event, sort_keys=True))
                                       for commit in commits for event in commit.get("events", []))
        return happened

    def checksums(self):
        told = self.ctl("store", "checksum")
        assert told.returncode == 0, told.stderr
        return told.stdout


class Demo(unittest.TestCase):
    """Plays the demo once; the cases look at what it left."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-demo-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.out = cls.folder / "out"
        cls.told = run("scripts/demo.sh", env={**os.environ, "BIN": str(BIN), "OUT": str(cls.out)})

    def setUp(self):
        self.assertEqual(self.told.returncode, 0, self.told.stdout[-2000:] + self.told.stderr[-2000:])

    def pdf(self, number):
        """The certificates, in the order of their numbers: the vehicles, the clothing."""
        return sorted(self.out.glob("*.pdf"))[number]

    def text_of(self, pdf):
        told = run("pdftotext", "-layout", pdf, "-")
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout

    def test_says_the_totals(self):
        self.assertIn("total 895,900.00 KM = EUR 458,066.40", self.told.stdout)
        self.assertIn("(the documents together: EUR 458,066.39, rounding difference EUR 0.01)", self.told.stdout)
        self.assertRegex(self.told.stderr, r"played (\d+) of \1 steps of bih-2023")

    def test_certificates_name_every_vehicle_and_vest(self):
        self.assertEqual(len(list(self.out.glob("*.pdf"))), 2)
        story = (ROOT / STORY).read_text()
        vehicles = self.text_of(self.pdf(0))
        vins = re.findall(r"vin: (\w{17})", story)
        self.assertEqual(len(vins), 10)
        for vin in vins:
            self.assertIn(vin, vehicles)
        clothing = self.text_of(self.pdf(1))
        vests = re.findall(r"serial: (ZP-23-\d{4})", story)
        self.assertEqual(len(vests), 20)
        for serial in vests:
            self.assertIn(serial, clothing)

    def test_certificates_have_their_values_and_signatories(self):
        vehicles, clothing = self.text_of(self.pdf(0)), self.text_of(self.pdf(1))
        for text in (vehicles, clothing):
            self.assertIn("Funded by the European Union", text)
        self.assertRegex(vehicles, r"725,000\.00\s+370,686\.61")
        self.assertRegex(clothing, r"170,900\.00\s+87,379\.78")
        self.assertIn("Primjerović", vehicles)
        self.assertIn("Uzorković", clothing)
        self.assertNotIn("Primjerović", clothing)

    def test_qr_codes_hold_the_digests(self):
        digests = re.findall(r"as the QR code has it: ([0-9a-f]{64})", self.told.stderr)
        self.assertEqual(len(digests), 2)
        for number, digest in enumerate(digests):
            image = self.folder / f"page-{number}"
            self.assertEqual(run("pdftoppm", "-r", "200", "-png", self.pdf(number), image).returncode, 0)
            pages = sorted(self.folder.glob(f"page-{number}*.png"))
            codes = "".join(run("zbarimg", "--quiet", "--raw", page).stdout for page in pages)
            self.assertIn(digest, codes)

    def test_tables_add_up(self):
        with open(self.out / "line-of-sight.csv", encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["order number"]]
        self.assertEqual(len(rows), 36)
        self.assertEqual(sum(decimal.Decimal(row["value"]) for row in rows), decimal.Decimal("895900.00"))
        self.assertEqual({row["currency"] for row in rows}, {"BAM"})
        with zipfile.ZipFile(self.out / "line-of-sight.xlsx") as book:
            self.assertIn("xl/worksheets/sheet1.xml", book.namelist())

    def test_what_it_tells_to_try_next_works(self):
        told = self.told.stdout.split("What to try next", 1)[1].replace("\\\n", " ")
        lines = [line.strip() for line in told.splitlines()]
        commands = [line for line in lines if line.startswith(("build/tools/grpcurl", str(BIN)))]
        self.assertGreaterEqual(len(commands), 6)
        with Server(self.out / "data") as server:
            for command in commands:
                command = command.replace("127.0.0.1:8443", server.address)
                tried = run("bash", "-c", command, env=server.environment)
                self.assertEqual(tried.returncode, 0, command + "\n" + tried.stdout + tried.stderr)
                self.assertTrue(tried.stdout.strip(), command)

    def test_playing_it_again_changes_nothing(self):
        with Server(self.out / "data") as server:
            before = server.checksums()
            again = server.ctl("play", STORY)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(server.checksums(), before)

    def test_a_play_that_is_killed_goes_on_where_it_was(self):
        """The player is killed in the middle; played on, the same has happened as in the play that was not."""
        state = self.folder / "state.json"
        with Server(self.folder / "killed") as server:
            player = subprocess.Popen([BIN / "prihvatctl", "play", STORY, "--state", state], cwd=ROOT,
                                      env=server.environment, stderr=subprocess.PIPE, text=True)
            for line in player.stderr:
                if line.startswith(" 50 %"):
                    break
            player.send_signal(signal.SIGKILL)
            player.wait(DEADLINE)
            player.stderr.close()
            resumed = server.ctl("play", STORY, "--state", str(state))
            self.assertEqual(resumed.returncode, 0, resumed.stderr)
            self.assertNotIn("(0 were done before", resumed.stderr)
            killed = server.events()
        with Server(self.out / "data") as server:
            self.assertEqual(server.events(), killed)
        self.assertGreater(len(killed["reception"]), 800)

    def test_a_watch_resumes_without_a_hole(self):
        resume = self.folder / "resume"
        with Server(self.out / "data") as server:
            watch = ["watch", "stays", "--operation", "operations/ba"]
            told = [server.ctl(*watch, "--limit", "5", "--resume", str(resume)).stdout for _ in range(3)]
            self.assertEqual("".join(told), server.ctl(*watch, "--limit", "15").stdout)

    def test_the_server_listens_on_the_loopback_address_only_and_ends_well(self):
        began = time.monotonic()
        with Server(self.out / "data") as server:
            self.assertTrue(server.address.startswith("127.0.0.1:"))
        self.assertEqual(server.process.returncode, 0)
        self.assertLess(time.monotonic() - began, DEADLINE)


if __name__ == "__main__":
    unittest.main()
