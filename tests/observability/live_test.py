"""A real Prometheus scrapes a real prihvatd that has played a scenario: queries, counts, alerts, docs/metrics.md."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(pathlib.Path(__file__).parent))
sys.path.append(str(ROOT / "tests/python"))
from monitoring import PATIENCE, Monitoring, Webhook, fetch, wait_for  # noqa: E402
from pictures import draw  # noqa: E402
from prihvat_server import Server, binary  # noqa: E402
from rules_test import DASHBOARDS, panels  # noqa: E402

PRINCIPAL = ("organisations/iom/people/amra;roles=operation_manager,importer,platform_auditor;"
             "operations=*")
SCENARIO = ROOT / "tests/e2e/races.yaml"
PAGE = ROOT / "docs/metrics.md"
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

What each instance tells at `/metrics`. Made from a running prihvatd by `tests/observability/live_test.py`, which also
checks it; do not edit. No label holds anything of a person, a request or a resource: their values are bounded.

| metric | type | labels | what |
|---|---|---|---|
{rows}"""


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.webhook = cls.enterClassContext(Webhook())
        cls.monitoring = cls.enterClassContext(Monitoring(cls.server.metrics, cls.webhook.address))
        # A rate needs a figure from before.
        wait_for(lambda: cls.monitoring.value("sum(prihvat_commits_total)") is not None, "a first scrape")
        played = ctl(cls.server, "play", str(SCENARIO))
        assert played.returncode == 0, played.stdout + played.stderr
        cls.steps = int(re.search(r"(\d+) (?:of \d+ )?steps", played.stdout + played.stderr)[1])
        wait_for(lambda: cls.monitoring.value(f'sum(grpc_server_handled_total{{{CALLS}, grpc_code="OK"}})')
                 == cls.steps, "Prometheus has seen the whole scenario")
        # Two scrapes more, so that every rate has something to go by.
        seen = cls.monitoring.value('count_over_time(up{job="prihvat"}[10m])')
        wait_for(lambda: cls.monitoring.value('count_over_time(up{job="prihvat"}[10m])') > seen + 3, "more scrapes")

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
        self.assertGreater(value('prihvat_reactions_total{service="handover"}'), 0)
        self.assertEqual(value("sum(prihvat_append_failures_total)"), 0)
        self.assertEqual(value('sum(prihvat_partition_owned{service="procurement"})'), 4)

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
                        done = ctl(self.server, *shlex.split(command)[1:])
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
        page = metrics_page(fetch(f"http://{self.server.metrics}/metrics"))
        if os.environ.get("PRIHVAT_WRITE_DOCS"):
            PAGE.write_text(page)
        self.assertEqual(PAGE.read_text(), page, "write it anew with PRIHVAT_WRITE_DOCS=1")

    def test_no_metric_names_a_person(self):
        text = fetch(f"http://{self.server.metrics}/metrics")
        self.assertNotRegex(text, r"persons/|\bP\d\d\b|people/")

    # Last by its name: it kills the server. The first counts what the second adds to.
    def test_zz_an_alert_comes_with_its_cause_and_goes_with_it(self):
        address, metrics = self.server.address, self.server.metrics
        self.server.kill()
        wait_for(lambda: ("PrihvatInstanceDown", "firing") in self.webhook.seen, "the alert")
        # A reserve that no disk has: the log takes nothing, so nobody can claim.
        self.server.start(listen=address, metrics_listen=metrics, flags=["--disk-reserve-mib=1048576"])
        wait_for(lambda: ("PrihvatInstanceDown", "resolved") in self.webhook.seen, "its end")
        wait_for(lambda: ("PrihvatNoOwner", "firing") in self.webhook.seen, "the alert for its partitions")
        self.server.kill()
        self.server.start(listen=address, metrics_listen=metrics)
        wait_for(lambda: ("PrihvatNoOwner", "resolved") in self.webhook.seen, "the end of that")


if __name__ == "__main__":
    unittest.main()
