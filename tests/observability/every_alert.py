#!/usr/bin/env python3
"""Every alert fires from its real fault and ends with it: Prometheus, Alertmanager and a webhook
beside real programs, a real Kafka and small disks, to which that is done which the alert is for. The rules are those of
deploy/prometheus, a minute a second (monitoring.py, `faster`). Minutes; needs root for the disks. A step of `make
test-long`.

With PRIHVAT_WRITE_DOCS=1 what was seen is written to docs/operations/alerts-run.md.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(pathlib.Path(__file__).parent))
sys.path.append(str(ROOT / "tests/python"))
from faults import Line, Load, OnSmallDisk, damage, paused_by_turns, write_until  # noqa: E402
from kafka_broker import Kafka  # noqa: E402
from live_test import certificates, ctl  # noqa: E402
from monitoring import Monitoring, Webhook, fetch, free_port, wait_for  # noqa: E402
from prihvat_server import Server, binary  # noqa: E402
from rules_test import rules  # noqa: E402

FASTER = 60
PAGE = ROOT / "docs/operations/alerts-run.md"
SEEN = []  # (alert, fault, seconds until it fired, seconds until it ended)
MANY = 40_000  # commands, of which a throttled instance folds a thousand a second
THROTTLED = {"stopped_s": 0.096, "running_s": 0.004}


class Scene(unittest.TestCase):
    """Servers of a class's own, watched. Each test causes one fault or two that go together."""

    @classmethod
    def watch(cls, *metrics):
        cls.webhook = cls.enterClassContext(Webhook())
        cls.monitoring = cls.enterClassContext(Monitoring(metrics, cls.webhook.address, faster=FASTER))
        wait_for(lambda: len(cls.monitoring.query("up == 1")) == len(metrics), "all are scraped")

    def told(self, alert, status, since):
        """When Alertmanager said so after `since`, None while it has not."""
        for at, what in zip(list(self.webhook.times), list(self.webhook.seen), strict=False):
            if at >= since and what == (alert, status):
                return at
        return None

    def firing(self, alert):
        return self.monitoring.query(f'ALERTS{{alertname="{alert}", alertstate="firing"}}')

    @contextlib.contextmanager
    def fault(self, what, *alerts):
        """What is done inside of it is the fault, and after the yield all alerts must come; at its end they must go."""
        for alert in alerts:
            wait_for(lambda alert=alert: not self.firing(alert), f"{alert} does not fire before its fault")
        begun = time.monotonic()
        yield lambda: [wait_for(lambda alert=alert: self.told(alert, "firing", begun), f"{alert}: {what}")
                       for alert in alerts]
        ended = time.monotonic()
        for alert in alerts:
            fired = self.told(alert, "firing", begun)
            self.assertIsNotNone(fired, alert)
            over = wait_for(lambda alert=alert, fired=fired: self.told(alert, "resolved", fired), f"the end of {alert}")
            wait_for(lambda alert=alert: not self.firing(alert), f"no {alert} is left")
            SEEN.append((alert, what, fired - begun, max(0, over - ended)))


def is_ready(server):
    try:
        return fetch(f"http://{server.metrics}/readyz") or "ready"
    except urllib.error.HTTPError:
        return ""


def create_load_operation(server):
    done = ctl(server, "call", "procurement.CreateOperation",
               '{"name": "operations/load", "displayName": "Load", "timeZone": "UTC"}')
    assert done.returncode == 0, done.stderr


def play(server, *arguments):
    done = ctl(server, "play", *map(str, arguments))
    assert done.returncode == 0, done.stdout + done.stderr


class OnKafka(Scene):
    """Two instances of procurement and one of handover on a real Kafka; each of the two has lines of its own, to the
    broker and for the other, which can be cut."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("a small disk needs root")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_alerts_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([binary("prihvatctl"), "keys", "generate", "-o", cls.folder / "seal.key", "--trusted-keys",
                        cls.folder / "trusted.keys"], check=True, capture_output=True, timeout=60)
        cls.key = f"--seal-key={cls.folder}/seal.key"
        cls.kafka = cls.enterClassContext(Kafka(lines=3))
        cls.lines = []
        cls.procurement = [cls.instance(0), cls.instance(1)]
        cls.procurement[0].start()
        wait_for(lambda: is_ready(cls.procurement[0]), "an owner")
        create_load_operation(cls.procurement[0])
        cls.procurement[1].start(flags=[cls.key])
        cls.line_of_handover = Line(cls.kafka.port + 35, cls.kafka.port + 30)
        cls.addClassCleanup(cls.line_of_handover.close)
        cls.handover = cls.enterClassContext(Server(
            "--log=kafka", f"--brokers=127.0.0.1:{cls.line_of_handover.port}",
            "--kafka-property=statistics.interval.ms=1000", "--instance=handover-0", "--seal-after=5", cls.key,
            program="prihvat-handover"))
        cls.watch(*[server.metrics for server in (*cls.procurement, cls.handover)])

    @classmethod
    def instance(cls, number):
        listens, at = free_port(), cls.kafka.port + 10 * (number + 1)
        lines = [Line(at + 5, at), Line(0, listens)]
        for line in lines:
            cls.addClassCleanup(line.close)
        cls.lines.append(lines)
        return cls.enterClassContext(OnSmallDisk(
            700, "--log=kafka", f"--brokers=127.0.0.1:{at + 5}", f"--instance=procurement-{number}",
            f"--advertise=127.0.0.1:{lines[1].port}", "--kafka-property=statistics.interval.ms=1000",
            "--takeover-after=1", "--mailbox-limit=64", "--seal-after=5", "--store-cache-mib=8", "--drain-delay=5",
            program="prihvat-procurement", listen=f"127.0.0.1:{listens}", started=False))

    def owner(self):
        """Which of the two says that it owns all partitions, None where none does or both."""
        owns = [len(re.findall(r'^prihvat_partition_owned{service="procurement",partition="[0-9]+"} 1$',
                               fetch(f"http://{server.metrics}/metrics"), re.MULTILINE)) for server in self.procurement]
        return owns.index(4) if sorted(owns) == [0, 4] else None

    def owned(self):
        return wait_for(lambda: (found := self.owner()) is not None and [found], "one owner")[0]

    def addresses(self):
        return [server.address for server in self.procurement]

    def topics_anew(self, *services):
        """Ends the instances of these services, and makes topics and stores anew, as after a wrong restore."""
        libs = subprocess.run([ROOT / "deploy/kafka/kafka-jars.sh"], capture_output=True, text=True, check=True,
                              timeout=300).stdout.strip()
        hosts = {"procurement": self.procurement, "handover": [self.handover]}
        for server in (server for service in services for server in hosts[service]):
            if server.ended() is None:
                server.end()
            shutil.rmtree(server.data / "store")
        subprocess.run(["java", "-Xmx96m", "-cp", f"{libs}/*", "org.apache.kafka.tools.TopicCommand",
                        "--bootstrap-server", self.kafka.brokers, "--delete", "--topic",
                        "|".join(f"prihvat.{service}" for service in services)], check=True, capture_output=True,
                       timeout=120)
        for server in (server for service in services for server in hosts[service]):
            server.start(flags=[] if server is self.handover else [self.key])
        if "procurement" in services:
            self.owned()
            wait_for(lambda: is_ready(self.procurement[0]), "it is ready")
            create_load_operation(self.procurement[0])

    def test_1_an_owner_without_the_key(self):
        with self.fault("the owner runs without --seal-key, while another instance has it",
                        "PrihvatSealOverdue") as it_comes:
            write_until(self.addresses(), 20, 60)
            it_comes()
            self.procurement[0].end()
            self.procurement[0].start(flags=[self.key])

    def test_2_topics_of_different_times_and_a_damaged_record(self):
        with self.fault("a record that is none was written into a topic", "PrihvatPartitionStopped") as it_stops:
            with self.fault("the topic of procurement was restored to another time than that of handover",
                            "PrihvatProcessStalled") as it_stalls:
                wait_for(lambda: self.monitoring.value("sum(prihvat_process_lag_records)") == 0, "handover has reacted")
                self.topics_anew("procurement")
                write_until(self.addresses(), 300, 60)
                # As after the loss of its volume too: its views begin anew, its process goes on where it was.
                self.handover.end()
                shutil.rmtree(self.handover.data / "store")
                self.handover.start()
                it_stalls()
                subprocess.run(["kcat", "-P", "-b", self.kafka.brokers, "-t", "prihvat.handover", "-p", "0"],
                               input="no record", text=True, check=True, timeout=60)
                it_stops()
                self.topics_anew("procurement", "handover")

    def test_3_an_owner_that_is_cut_off(self):
        with self.fault("the owner is cut off from the brokers and from the other instance",
                        "PrihvatTwoOwners") as it_comes:
            lines = self.lines[self.owned()]
            for line in lines:
                line.cut()
            it_comes()
            for line in lines:
                line.heal()

    def test_4_owners_that_come_and_go(self):
        with self.fault("one owner after the other is cut off for a while", "PrihvatOwnershipUnstable") as it_comes:
            deadline = time.monotonic() + 90
            while not self.firing("PrihvatOwnershipUnstable"):
                self.assertLess(time.monotonic(), deadline)
                owner = self.owned()
                for line in self.lines[owner]:
                    line.cut()
                other = self.procurement[1 - owner]
                wait_for(lambda other=other: " 1\n" in "".join(re.findall(
                    r"prihvat_partition_owned{[^}]*} \d\n", fetch(f"http://{other.metrics}/metrics"))), "a takeover")
                for line in self.lines[owner]:
                    line.heal()
            it_comes()

    def test_5_brokers_that_are_gone(self):
        with self.fault("the broker is killed", "PrihvatKafkaUnreachable") as it_comes:
            os.kill(self.kafka.pid, signal.SIGKILL)
            it_comes()
            self.kafka.start()
        self.owned()

    def test_6_a_broker_that_stumbles(self):
        with self.fault("the broker gets the processor for a fifth of a second in every two", "PrihvatSlowAppends",
                        "PrihvatCallsSlow") as they_come:
            with Load(self.addresses(), 8), paused_by_turns([self.kafka.pid], 1.8, 0.2):
                they_come()

    def test_7_more_callers_than_it_can_serve(self):
        with self.fault("200 callers, where 64 commands may wait", "PrihvatOverload") as it_comes:
            with Load([self.procurement[self.owned()].address], 200):
                it_comes()

    def test_8_a_process_that_does_not_keep_up(self):
        with self.fault("handover stood still while procurement took many commands, and reads them over a slow line",
                        "PrihvatProcessLag") as it_comes:
            os.kill(self.handover.pid, signal.SIGSTOP)
            try:
                write_until(self.addresses(), MANY, 300)
                self.line_of_handover.slow(300_000)
            finally:
                os.kill(self.handover.pid, signal.SIGCONT)
            it_comes()
            self.line_of_handover.heal()

    def test_9_a_volume_that_is_lost(self):
        owner = self.owned()
        with self.fault("an instance lost its volume, and folds the log with a twenty-fifth of a processor",
                        "PrihvatNotReady", "PrihvatLag") as they_come:
            standby = self.procurement[1 - owner]
            standby.kill()
            shutil.rmtree(standby.data / "store")
            standby.start(flags=[self.key])
            with paused_by_turns([standby.pid], **THROTTLED):
                they_come()

    def test_a_store_that_cannot_write(self):
        """RocksDB as Debian builds it ends the program by an assertion as soon as a write has failed for lack of space,
        before the service can say so."""
        owner = self.owned()
        standby = self.procurement[1 - owner]
        with self.fault("the disk of an instance on Kafka is full: it ends, since its store cannot write",
                        "PrihvatInstanceDown") as it_comes:
            standby.fill(free_mib=0)
            with Load([self.procurement[owner].address], 16):
                wait_for(lambda: standby.ended() is not None, "its end")
                it_comes()
            standby.make_space()
            standby.start(flags=[self.key])


    def test_b_a_store_that_is_damaged(self):
        owner = self.owned()
        standby = self.procurement[1 - owner]
        store = standby.data / "store/procurement"

        def tables():
            # Of the feed alone, as RocksDB notes it in each: nobody reads it here but RocksDB, to merge them.
            return [path for path in store.glob("*.sst") if b"namefeed" in path.read_bytes()]
        with self.fault("the disk has lost what was in the tables of a store", "PrihvatStoreErrors",
                        "PrihvatUnhealthy") as they_come:
            with Load([self.procurement[owner].address], 16):
                damage(wait_for(tables, "a table"))
                wait_for(lambda: standby.ended() is not None, "its end")
                they_come()
            self.assertEqual(standby.ended(), 1, standby.log()[-2000:])
            shutil.rmtree(store)  # as the runbook has it: the log has everything
            standby.start(flags=[self.key])


class OneMachine(Scene):
    """prihvatd on a disk of its own, and what happens to it and in it."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("a small disk needs root")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_alerts_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = cls.enterClassContext(OnSmallDisk(1600, "--disk-reserve-mib=400"))
        certificates(cls.folder, days=90)
        (cls.folder / "identities.yaml").write_text("identities: []\n")
        # On a disk of its own too: that of this machine may well be filling.
        cls.encrypted = cls.enterClassContext(OnSmallDisk(
            300, "--disk-reserve-mib=16", *[f"--tls-{what}={cls.folder}/{name}" for what, name in
              (("cert", "tls.crt"), ("key", "tls.key"), ("client-ca", "ca.crt"))],
            f"--identities={cls.folder}/identities.yaml", program="prihvat-reporting"))
        cls.watch(cls.server.metrics, cls.encrypted.metrics)
        create_load_operation(cls.server)
        play(cls.server, ROOT / "tests/e2e/races.yaml")

    def test_a_full_disk(self):
        with self.fault("the disk is filled to half of the reserve, while commands come", "PrihvatDiskReserve",
                        "PrihvatDiskFilling", "PrihvatAppendFailures", "PrihvatCallsFailFast",
                        "PrihvatCallsFailSlowly") as all_come:
            with Load([self.server.address], 4, pause_s=0.1):
                self.server.fill(free_mib=200)
                all_come()
            self.server.make_space()

    def test_an_end_and_a_start_on_a_full_disk(self):
        with self.fault("prihvatd was killed, and started on a disk that is down to its reserve: it cannot claim",
                        "PrihvatNoOwner") as nobody:
            with self.fault("kill -9, and nobody starts it", "PrihvatInstanceDown") as it_comes:
                self.server.kill()
                it_comes()
                self.server.fill(free_mib=200)
                self.server.start()
            nobody()
            self.server.make_space()

    def test_ends_again_and_again(self):
        with self.fault("kill -9 and a new start, again and again", "PrihvatRestarts") as it_comes:
            deadline = time.monotonic() + 90
            while not self.firing("PrihvatRestarts"):
                self.assertLess(time.monotonic(), deadline)
                started = self.monitoring.value("max(prihvat_start_timestamp_seconds)")
                self.server.kill()
                self.server.start()
                wait_for(lambda started=started: (self.monitoring.value("max(prihvat_start_timestamp_seconds)") or 0)
                         > started, "the new start is scraped")
            it_comes()

    def test_a_certificate(self):
        with self.fault("the certificate was replaced by one that is good for two days",
                        "PrihvatCertificateExpires") as it_comes:
            certificates(self.folder, days=2)
            it_comes()
            certificates(self.folder, days=90)

    def test_people_who_have_no_bed(self):
        stay = "operations/ba/stays/none"
        with self.fault("somebody came to a centre and was given no bed", "PrihvatPeopleWithoutBed") as it_comes:
            for method, request in (("CheckIn", {"parent": "operations/ba", "stayId": "none", "person":
                                                 "operations/ba/persons/P01",
                                                 "centre": "operations/ba/centres/usivak"}),
                                    ("AssignBed", {"name": stay, "bed": "operations/ba/centres/usivak/beds/B01"})):
                done = ctl(self.server, "call", f"reception.{method}", json.dumps(request))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                if method == "CheckIn":
                    it_comes()


class Story(Scene):
    """prihvatd with a story in it whose days are long over."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.watch(cls.server.metrics)

    # A policy that says when proofs are due, before the case of the vehicles takes effect under it.
    POLICY = """  - step: handover-policy
    as: country_office
    at: 2023-03-07T10:00:00+01:00
    call: handover.AdoptHandoverPolicy
    with:
      parent: ${op}
      handover_policy: {valid_from: 2023-03-07, proof_required_above: 5000.00 EUR, proof_days: 5, max_case_items: 1000,
                        reason: Instruction 4}
"""
    CHECK = """  - step: use-check-planned
    as: handover_officer
    at: 2023-03-28T09:00:00+02:00
    call: handover.PlanPostDonationCheck
    with:
      parent: ${op}
      post_donation_check_id: use
      post_donation_check: {item: "${op}/handoverCases/vehicles-2023", kind: CHECK_KIND_END_USE, due_date: 2023-09-28,
                            assignee: organisations/iom}
"""

    def test_1_days_that_have_passed(self):
        text = (ROOT / "scenarios/bih-2023.yaml").read_text()
        for before, step in (("vehicles-case", self.POLICY), ("vehicles-closed-without-proof", self.CHECK)):
            self.assertEqual(text.count(f"  - step: {before}\n"), 1)
            text = text.replace(f"  - step: {before}\n", f"{step}  - step: {before}\n")
        story = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".yaml"))
        story.write(text)
        story.flush()
        story = story.name
        check = "operations/ba/postDonationChecks/use"
        with self.fault("the day by which a proof of transfer was to be filed has passed",
                        "PrihvatProofsOverdue") as proofs, \
                self.fault("the day of a check that was planned has passed", "PrihvatChecksOverdue") as checks:
            play(self.server, story, "--only-until", "vehicles-closed-without-proof")
            proofs()
            checks()
            self.call("handover.CompletePostDonationCheck", {"name": check, "findings": "All ten are in use"})
            play(self.server, story, "--only-until", "vehicles-order-closed")
        with self.fault("the day that was set for a hand-over has passed, and no delivery is recorded",
                        "PrihvatHandoverOverdue") as it_comes:
            play(self.server, story, "--only-until", "clothing-scheduled")
            it_comes()
            play(self.server, story)

    def call(self, method, request):
        done = ctl(self.server, "call", method, json.dumps(request))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_2_what_a_process_could_not_do(self):
        play(self.server, ROOT / "scenarios/procurement-full.yaml")
        text = (ROOT / "tests/e2e/resources.yaml").read_text()
        serials = ", ".join(f"{{serial: S-{number:04}, manufacturer: Sample}}" for number in range(500))
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text.replace("SERIALS", serials).replace("LONG", "€" * 300))
            file.flush()
            with self.fault("a receipt has more pieces than handover takes of one", "PrihvatWorkItems") as it_comes:
                play(self.server, file.name)
                it_comes()


class WhatWasSeen(unittest.TestCase):
    def test_it_was_every_alert(self):
        rows = "".join(f"| {alert} | {what} | {fired:.0f} s | {ended:.0f} s |\n"
                       for alert, what, fired, ended in sorted(SEEN))
        print(rows)
        self.assertEqual({alert for alert, *_ in SEEN},
                         {rule["alert"] for rule in rules() if "alert" in rule})
        if os.environ.get("PRIHVAT_WRITE_DOCS"):
            PAGE.write_text(f"""# Alerts, from their faults: the last run

Written by `tests/observability/every_alert.py` (a step of `make test-long`, minutes, needs root for small disks):
real programs, a real Kafka, Prometheus, Alertmanager and a webhook. That was done to them which the alert is for, its
message had to come, what was done was undone, and the message that it is over had to come.

The rules are those of [deploy/prometheus](../../deploy/prometheus/README.md), {FASTER} times faster: each `for`, each
window and the age of unsealed records, so a minute was a second; thresholds are what they are. The times are from the
fault to the message and from its end to the message, as they were with that.

| alert | what was done | fired after | over after |
|---|---|---|---|
{rows}
A store that cannot write for lack of space tells of nothing: RocksDB as Debian builds it ends the program by an
assertion then, and PrihvatInstanceDown or PrihvatRestarts is what people get. PrihvatStoreErrors and PrihvatUnhealthy
last from the error to the end of the program, which gives its partitions away first: where that is less than the time
between two scrapes (`--drain-delay`, `scrape_interval`), PrihvatRestarts is what people get too.
""")


if __name__ == "__main__":
    unittest.main()
