"""deploy/prometheus and deploy/grafana: promtool's checks, and that what names something names what is there."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(pathlib.Path(__file__).parent))
sys.path.append(str(ROOT / "tests/python"))
from monitoring import TOOLS  # noqa: E402

PROMETHEUS = ROOT / "deploy/prometheus"
DASHBOARDS = sorted((ROOT / "deploy/grafana").glob("*.json"))
METRIC = re.compile(r"\b((?:prihvat|grpc_server)_[a-z0-9_]+?)(?:_bucket|_count|_sum)?\b(?![:(])")


def rules():
    for file in sorted((PROMETHEUS / "rules").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def panels(file):
    """All panels of a dashboard, those inside of rows too."""
    for panel in json.loads(file.read_text())["panels"]:
        inner = panel.get("panels") or []
        yield from inner
        if panel["type"] != "row":
            yield panel


def listed_metrics():
    return set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))


def promtool(*arguments):
    return subprocess.run([TOOLS / "promtool", *arguments], capture_output=True, text=True, check=False, timeout=240,
                          cwd=PROMETHEUS)


class Rules(unittest.TestCase):
    def test_promtool_accepts_rules_and_configuration(self):
        for arguments in (["check", "rules", *map(str, sorted((PROMETHEUS / "rules").glob("*.yaml")))],
                          ["check", "config", "prometheus.yml"]):
            done = promtool(*arguments)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run([TOOLS / "amtool", "check-config", PROMETHEUS / "alertmanager.yml"], capture_output=True,
                              text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_fires_on_its_figures(self):
        files = sorted((PROMETHEUS / "tests").glob("*.yaml"))
        done = promtool("test", "rules", *map(str, files))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        expected = set()
        for file in files:
            for test in yaml.safe_load(file.read_text())["tests"]:
                for case in test["alert_rule_test"]:
                    expected.update([case["alertname"]] if case["exp_alerts"] else [])
        self.assertEqual(expected, {rule["alert"] for rule in rules() if "alert" in rule}, "alerts without a test")

    def test_each_alert_has_a_page_and_each_page_an_alert(self):
        pages = set()
        for rule in rules():
            if "alert" not in rule:
                continue
            self.assertIn(rule["labels"]["severity"], {"page", "ticket"})
            page = ROOT / rule["annotations"]["runbook"]
            self.assertTrue(page.exists(), page)
            self.assertIn(rule["alert"], page.read_text(), page)
            self.assertIn(rule["alert"], (page.parent / "README.md").read_text())
            pages.add(page.name)
        there = {page.name for page in (ROOT / "docs/runbooks").glob("*.md")} - {"README.md"}
        self.assertEqual(pages, there)

    def test_rules_and_dashboards_use_metrics_that_are_scraped(self):
        listed = listed_metrics()
        recorded = {rule["record"] for rule in rules() if "record" in rule}
        expressions = {rule["expr"] for rule in rules()}
        for file in DASHBOARDS:
            expressions.update(target["expr"] for panel in panels(file) for target in panel["targets"])
        for expression in expressions:
            for name in re.findall(r"\bprihvat:[a-z0-9_:]+", expression):
                self.assertIn(name, recorded, expression)
            for name in METRIC.findall(re.sub(r'"[^"]*"|prihvat:[a-z0-9_:]+', "", expression)):
                self.assertIn(name, listed, expression)


class Dashboards(unittest.TestCase):
    def test_they_are_as_their_program_makes_them(self):
        done = subprocess.run([sys.executable, ROOT / "deploy/grafana/dashboards.py", "--check"], capture_output=True,
                              text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_panel_says_what_it_shows_and_in_which_unit(self):
        self.assertTrue(DASHBOARDS)
        for file in DASHBOARDS:
            for panel in panels(file):
                where = f"{file.name}: {panel['title']}"
                self.assertTrue(panel["description"].endswith("."), where)
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"], where)
                self.assertTrue(panel["fieldConfig"]["defaults"]["thresholds"]["steps"], where)
                self.assertTrue(panel["targets"], where)


if __name__ == "__main__":
    unittest.main()
