"""A real Prometheus scrapes a real prihvatd that has played a scenario, and a service on a real Kafka: queries, counts,
alerts, docs/metrics.md."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(pathlib.Path(__file__).parent))
sys.path.append(str(ROOT / "tests/python"))
from kafka_broker import Kafka  # noqa: E402
from monitoring import PATIENCE, Monitoring, Webhook, fetch, wait_for  # noqa: E402
from panel_counts import EXPECTED, Facts, Unknown, difference, whole  # noqa: E402
from pictures import draw  # noqa: E402
from prihvat_server import Server, binary  # noqa: E402
from rules_test import DASHBOARDS, listed_metrics, panels  # noqa: E402

PRINCIPAL = ("organisations/iom/people/amra;roles=operation_manager,importer,platform_auditor;"
             "operations=*")
SCENARIO = ROOT / "tests/e2e/races.yaml"
PAGE = ROOT / "docs/metrics.md"
FIGURES = {name for name in listed_metrics() if re.match("prihvat_(centre|project|handovers|work_items)_", name)}
PICTURES = ROOT / "docs/operations/pictures"
CALLS = 'grpc_service=~"prihvat.(procurement|handover|reception).*"'


def ctl(server, *arguments):
    return subprocess.run([binary("prihvatctl"), *arguments, f"--server={server.address}"], capture_output=True,
                          text=True, check=False, timeout=PATIENCE,
                          env={**os.environ, "PRIHVAT_PRINCIPAL": PRINCIPAL})


def families(text):
    """Of Prometheus' text format: name -> (type, help, labels)."""
    found = {}
    for name, help_text in re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE):
        kind = re.search(rf"^# TYPE {name} (\w+)$", text, re.MULTILINE)[1]
        labels = set()
        for inside in re.findall(rf"^{name}(?:_bucket|_sum|_count)?{{([^}}]*)}}", text, re.MULTILINE):
            labels.update(re.findall(r"(\w+)=", inside))
        found[name] = (kind, help_text, sorted(labels - {"le"}))
    return found


def metrics_page(text):
    rows = "".join(f"| `{name}` | {kind} | {', '.join(labels)} | {help_text} |\n"
                   for name, (kind, help_text, labels) in sorted(families(text).items())
                   if name.startswith(("prihvat_", "grpc_")))
    return f"""# Metrics

What each instance tells at `/metrics`; those of Kafka and of certificates where it has such. Made from running programs
by `tests/observability/live_test.py`, which also checks it; do not edit. No label holds anything of a person or a
request: their values are bounded, by the centres and projects that there are. Domain figures are the same on every
instance, and at most a few seconds old.

| metric | type | labels | what |
|---|---|---|---|
{rows}"""


def certificates(folder, days):
    """An authority and a server's certificate in `folder`, good for so many days; takes the place of what was there."""
    new = ["openssl", "req", "-config", "openssl.cnf", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
           "-noenc", "-days", str(days)]
    (folder / "openssl.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n")
    for command in ([*new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt", "-addext",
                     "basicConstraints=critical,CA:TRUE"],
                    [*new, "-CA", "ca.crt", "-CAkey", "ca.key", "-subj", "/CN=here", "-keyout", "tls.key.new", "-out",
                     "tls.crt.new", "-addext", "subjectAltName=IP:127.0.0.1", "-addext",
                     "basicConstraints=critical,CA:FALSE"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    for name in ("tls.key", "tls.crt"):
        (folder / f"{name}.new").rename(folder / name)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_live_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = cls.enterClassContext(Server())
        cls.kafka = cls.enterClassContext(Kafka())
        certificates(cls.folder, days=2)
        (cls.folder / "identities.yaml").write_text(
            'identities: [{certificate: "dns:nobody.test", speaks_for: ["*"]}]\n')
        cls.on_kafka = cls.enterClassContext(Server(
            "--log=kafka", f"--brokers={cls.kafka.brokers}", "--kafka-property=statistics.interval.ms=1000",
            *[f"--tls-{what}={cls.folder}/{name}" for what, name in
              (("cert", "tls.crt"), ("key", "tls.key"), ("client-ca", "ca.crt"))],
            f"--identities={cls.folder}/identities.yaml", program="prihvat-reporting"))
        cls.webhook = cls.enterClassContext(Webhook())
        cls.monitoring = cls.enterClassContext(Monitoring([cls.server.metrics, cls.on_kafka.metrics],
                                                          cls.webhook.address))
        # A rate needs a figure from before.
        wait_for(lambda: cls.monitoring.value("sum(prihvat_commits_total)") is not None, "a first scrape")
        played = ctl(cls.server, "play", str(SCENARIO))
        assert played.returncode == 0, played.stdout + played.stderr
        cls.steps = int(re.search(r"(\d+) (?:of \d+ )?steps", played.stdout + played.stderr)[1])
        wait_for(lambda: cls.monitoring.value(f'sum(grpc_server_handled_total{{{CALLS}, grpc_code="OK"}})')
                 == cls.steps, "Prometheus has seen the whole scenario")
        # Figures of the domain are made now and then only.
        wait_for(lambda: FIGURES <= {labels["__name__"] for labels, _ in cls.monitoring.query(
            '{__name__=~"' + "|".join(FIGURES) + '"}')}, "figures of the domain")
        # Two scrapes more, so that every rate has something to go by.
        scrapes = 'min(count_over_time(up{job="prihvat"}[10m]))'
        seen = cls.monitoring.value(scrapes)
        wait_for(lambda: cls.monitoring.value(scrapes) > seen + 3, "more scrapes")

    def test_1_counts_are_those_of_the_scenario(self):
        value = self.monitoring.value
        self.assertEqual(value(f"sum(grpc_server_started_total{{{CALLS}}})"), self.steps)
        self.assertEqual(value(f"sum(grpc_server_handling_seconds_count{{{CALLS}}})"), self.steps)
        self.assertEqual(value('sum(grpc_server_handled_total{grpc_method="RegisterPerson"})'), 20)
        # Each accepted command of a service is a commit of it; handover has only what its process reacts to.
        for service in ("procurement", "reception"):
            api = f"prihvat.{service}.v1.{service.capitalize()}Service"
            accepted = value(f'sum(grpc_server_handled_total{{grpc_service="{api}", grpc_code="OK"}})')
            self.assertGreater(accepted, 0)
            self.assertGreaterEqual(value(f'prihvat_commits_total{{service="{service}"}}'), accepted)
            # Reactions and marks are commits for which nobody waits.
            answered = value(f'prihvat_commit_latency_seconds_count{{service="{service}"}}')
            self.assertEqual(answered, accepted)
            self.assertEqual(value(f'sum(prihvat_partition_lag_seconds{{service="{service}"}})'), 0)
        self.assertGreater(value('prihvat_reactions_total{service="handover"}'), 0)
        self.assertEqual(value("sum(prihvat_append_failures_total)"), 0)
        self.assertEqual(value('sum(prihvat_partition_owned{service="procurement"})'), 4)

    def asked(self, method, name):
        done = ctl(self.server, "call", method, json.dumps({"name": name}), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def look_at_logs(self, facts):
        for server, brokers in ((self.server, []), (self.on_kafka, [f"--brokers={self.kafka.brokers}"])):
            done = ctl(self.server, "verify", "--no-signatures", "--json", *brokers,
                       "--principal=organisations/iom/people/amra;roles=log_keeper;operations=*")
            self.assertEqual(done.returncode, 0, done.stderr)
            facts.look_at_log(server.metrics, done.stdout)

    def test_1_what_each_panel_shows_is_what_was_done(self):
        targets = {(file.stem, panel["title"]): panel["targets"] for file in DASHBOARDS for panel in panels(file)}
        self.assertEqual({panel: len(queries) for panel, queries in targets.items()},
                         {panel: len(figures) for panel, figures in EXPECTED.items()})
        facts = Facts(SCENARIO, self.asked, {server.metrics: server.data / "store"
                                             for server in (self.server, self.on_kafka)})
        self.assertEqual(sum(facts.calls.values()), self.steps + 2)

        def differing():
            self.look_at_logs(facts)  # anew: processes note how far they are a moment later
            for panel, queries in targets.items():
                for query, expected in zip(queries, EXPECTED[panel], strict=True):
                    if isinstance(expected, Unknown):
                        continue
                    wrong = difference(self.monitoring.query(whole(query["expr"])),
                                       expected(facts) if callable(expected) else expected)
                    if wrong:
                        yield f"{': '.join(panel)}: {wrong}"
        deadline = time.monotonic() + PATIENCE
        while (wrong := list(differing())) and time.monotonic() < deadline:
            pass  # each look takes a while, and Prometheus scrapes meanwhile
        self.assertEqual(wrong, [])

    def test_2_a_refusal_and_a_repeat_are_counted_as_such(self):
        before = {name: self.monitoring.value(f'{name}{{service="procurement"}}')
                  for name in ("prihvat_rejections_total", "prihvat_request_id_hits_total")}
        refused = ctl(self.server, "call", "procurement.ApprovePurchaseOrder",
                      '{"name": "operations/ba/purchaseOrders/ten"}')
        self.assertEqual(refused.returncode, 1, refused.stdout + refused.stderr)
        self.assertEqual(ctl(self.server, "play", str(SCENARIO)).returncode, 0)
        for name, minimum in (("prihvat_rejections_total", 1), ("prihvat_request_id_hits_total", 10)):
            wait_for(lambda name=name, minimum=minimum: self.monitoring.value(f'{name}{{service="procurement"}}')
                     >= before[name] + minimum, name)

    def test_figures_of_the_domain_are_what_the_api_says(self):
        occupancy = self.asked("reception.GetOccupancy", "operations/ba/centres/usivak")
        for metric, field in (("people_present", "peoplePresent"), ("people_without_bed", "peopleWithoutBed"),
                              ('beds{state="free"}', "free"), ('beds{state="occupied"}', "occupied")):
            wait_for(lambda metric=metric, field=field: self.monitoring.value(f"prihvat_centre_{metric}")
                     == int(occupancy.get(field, 0)), metric)
        self.assertGreater(self.monitoring.value("sum(prihvat_centre_beds)"), 0)
        total = self.asked("procurement.GetBudgetPosition", "operations/ba/projects/races")["totals"][0]
        for metric, field in (("budget", "amount"), ("committed", "committed"), ("spent", "spent")):
            wait_for(lambda metric=metric, field=field: self.monitoring.value(f"prihvat_project_{metric}")
                     == int(total[field].get("units", 0)) + total[field].get("nanos", 0) / 1e9, metric)
        self.assertEqual(self.monitoring.value('sum(prihvat_work_items_open{service="handover"})'),
                         self.monitoring.value('prihvat_reaction_rejections_total{service="handover"}'))

    def test_processes_have_reacted_to_all(self):
        wait_for(lambda: self.monitoring.value("sum(prihvat_process_lag_records)") == 0, "no lag")
        listed = {labels["process"] for labels, _ in self.monitoring.query('prihvat_process_lag_records')}
        self.assertGreater(len(listed), 2)

    def test_what_the_engines_tell_fits_the_load(self):
        # Each accepted command of procurement has put a row or more into its store.
        accepted = self.monitoring.value('prihvat_commits_total{service="procurement"}')
        self.assertGreater(self.monitoring.value('prihvat_store_rows_written_total{service="procurement"}'), accepted)
        # A claim a partition has gone to the broker, in a request each.
        wait_for(lambda: (self.monitoring.value("sum(prihvat_kafka_requests_total)") or 0) >= 4, "requests to Kafka")
        wait_for(lambda: self.monitoring.value('sum(prihvat_kafka_connections{broker="1"})') == 4, "four producers")

    def test_the_doctor_looks_at_real_brokers(self):
        def doctor():
            done = ctl(self.server, "doctor", f"--brokers={self.kafka.brokers}", "--json")
            found = json.loads(done.stdout)["findings"]
            return done.returncode, {finding["subject"]: finding for finding in found if finding["check"] == "topics"}
        code, topics = doctor()
        self.assertEqual(code, 0, topics)
        self.assertEqual({finding["severity"] for finding in topics.values()}, {"ok"})
        self.assertIn("prihvat.reporting", topics)
        libs = subprocess.run([ROOT / "deploy/kafka/kafka-jars.sh"], capture_output=True, text=True, check=True,
                              timeout=300).stdout.strip()
        change = ["java", "-Xmx96m", "-cp", f"{libs}/*", "org.apache.kafka.tools.ConfigCommand", "--bootstrap-server",
                  self.kafka.brokers, "--alter", "--entity-type", "topics", "--entity-name", "prihvat.reporting",
                  "--add-config", "retention.ms=60000"]
        done = subprocess.run(change, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # As it was, for the other tests.
        self.addCleanup(subprocess.run, [*change[:-1], "retention.ms=-1"], capture_output=True, check=True, timeout=120)
        code, topics = doctor()
        self.assertEqual(code, 6)
        self.assertRegex(topics["prihvat.reporting"]["found"], "retention.ms")
        self.assertEqual(topics["prihvat.reception"]["severity"], "ok")

    def test_y_a_certificate_that_expires_is_told_until_it_is_renewed(self):
        wait_for(lambda: ("PrihvatCertificateExpires", "firing") in self.webhook.seen, "the alert")
        certificates(self.folder, days=90)
        wait_for(lambda: ("PrihvatCertificateExpires", "resolved") in self.webhook.seen, "its end")

    def test_every_query_of_every_panel_answers(self):
        for file in DASHBOARDS:
            for panel in panels(file):
                for target in panel["targets"]:
                    expression = target["expr"].replace("$__rate_interval", "10m").replace("$service", ".+")
                    with self.subTest(panel=f"{file.name}: {panel['title']}", query=expression):
                        self.assertNotIn("$", expression)
                        found = self.monitoring.query(expression)
                        self.assertTrue(found, "no series")
                        self.assertFalse(all(value != value for _, value in found), "not a number")

    def test_each_dashboard_can_be_drawn(self):
        """With PRIHVAT_WRITE_DOCS=1 the pictures of docs/operations/pictures are drawn anew."""
        now = time.time()
        for file in DASHBOARDS:
            with self.subTest(dashboard=file.name):
                drawn = draw(file, lambda query: self.monitoring.span(
                    query.replace("$__rate_interval", "10s").replace("$service", ".+"), now - 60, now))
                root = xml.etree.ElementTree.fromstring(drawn)
                lines = root.findall(".//{http://www.w3.org/2000/svg}polyline")
                graphs = [panel for panel in panels(file) if panel["type"] == "timeseries"]
                self.assertGreaterEqual(len(lines), len(graphs))
                picture = PICTURES / f"{file.stem}.svg"
                if os.environ.get("PRIHVAT_WRITE_DOCS"):
                    picture.parent.mkdir(exist_ok=True)
                    picture.write_text(drawn)
                self.assertTrue(picture.exists(), picture)

    def test_what_the_runbooks_tell_to_run_runs(self):
        ran = 0
        for page in sorted((ROOT / "docs/runbooks").glob("*.md")):
            for command in re.findall(r"`([^`]+)`", page.read_text().replace("\n   ", " ")):
                with self.subTest(page=page.name, command=command):
                    if command.startswith("prihvatctl "):
                        done = ctl(self.server, *shlex.split(command.replace("BROKERS", self.kafka.brokers))[1:])
                        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    elif re.search(r"\b(rate|topk|histogram_quantile)\(", command):
                        self.monitoring.query(command)
                    elif command.startswith("curl "):
                        self.assertTrue(fetch(f"http://{self.server.metrics}/" + command.split("METRICS/")[1]))
                    else:
                        continue
                    ran += 1
        self.assertGreater(ran, 8)

    def test_the_page_of_metrics_is_true(self):
        # Of both: only the one on Kafka has brokers and certificates to tell of.
        def told():
            return "".join(fetch(f"http://{server.metrics}/metrics") for server in (self.server, self.on_kafka))
        wait_for(lambda: "prihvat_kafka_round_trip_seconds{" in told(), "Kafka")
        page = metrics_page(told())
        if os.environ.get("PRIHVAT_WRITE_DOCS"):
            PAGE.write_text(page)
        self.assertEqual(PAGE.read_text(), page, "write it anew with PRIHVAT_WRITE_DOCS=1")

    def test_no_metric_names_a_person(self):
        text = fetch(f"http://{self.server.metrics}/metrics")
        self.assertNotRegex(text, r"persons/|\bP\d\d\b|people/")

    # Last by its name: it kills the server. The first counts what the second adds to.
    def test_zz_an_alert_comes_with_its_cause_and_goes_with_it(self):
        self.server.kill()
        wait_for(lambda: ("PrihvatInstanceDown", "firing") in self.webhook.seen, "the alert")
        # A reserve that no disk has: the log takes nothing, so nobody can claim.
        self.server.start(flags=["--disk-reserve-mib=1048576"])
        wait_for(lambda: ("PrihvatInstanceDown", "resolved") in self.webhook.seen, "its end")
        caused = ("PrihvatDiskReserve", "PrihvatDiskFilling", "PrihvatNoOwner")
        for alert in caused:
            wait_for(lambda alert=alert: (alert, "firing") in self.webhook.seen, alert)
        self.server.kill()
        self.server.start()
        for alert in caused:
            wait_for(lambda alert=alert: (alert, "resolved") in self.webhook.seen, f"the end of {alert}")


if __name__ == "__main__":
    unittest.main()
