"""The reports of a real prihvatd against the oracle, over the told story and over random histories.

Each history is played by prihvatctl into a fresh data directory; then every report is asked for as JSON, whole,
filtered, by project and donor, as of a moment within, and by centre, and every figure is compared.
"""

import csv
import datetime
import io
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest
from fractions import Fraction

import generate
import oracle
import scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PRIHVAT_BUILD_DIR", ROOT / "build/dev"))
OP = "operations/ba"
READER = f"organisations/iom/people/reader;roles=report_reader;operations={OP}"
AUDITOR = f"organisations/iom/people/auditor;roles=platform_auditor;operations={OP}"
DEADLINE_SECONDS = 60
YEAR = re.compile(r"\b(PO|GRN|DC)-\d{4}-")


class Server:
    """A prihvatd on an embedded log of its own; stopped by its process id."""

    def __init__(self, directory):
        self.complaints = open(directory / "prihvatd.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [BUILD / "bin/prihvatd", f"--data-dir={directory / 'data'}", "--listen=127.0.0.1:0",
             "--metrics-listen=127.0.0.1:0", "--insecure-dev", "--log-level=warning"],
            stdout=subprocess.PIPE, stderr=self.complaints, text=True)
        hello = self._first_line()
        self.address = re.match(r".* listens on (\S+), ", hello)[1]
        self.token_file = directory / "token"

    def _first_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            self.complaints.seek(0)
            raise RuntimeError("prihvatd did not start: " + self.complaints.read())
        return line

    def run(self, *arguments, principal=READER):
        """Runs prihvatctl with what was seen so far."""
        command = [BUILD / "bin/prihvatctl", f"--server={self.address}", f"--principal={principal}", "--json",
                   f"--token-file={self.token_file}", *arguments]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, check=False)

    def ctl(self, *arguments):
        """The same; its standard output."""
        run = self.run(*arguments)
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {run.stdout[-2000:]} {run.stderr[-2000:]}")
        return run.stdout

    def call(self, method, request):
        return json.loads(self.ctl("call", "reporting." + method, json.dumps(request)))

    def refusal(self, method, request, principal=READER):
        """The error that the call must end with."""
        run = self.run("call", "reporting." + method, json.dumps(request), principal=principal)
        assert run.returncode != 0, run.stdout
        return json.loads(run.stdout or run.stderr)["error"]

    def report(self, *arguments):
        return json.loads(self.ctl("report", *arguments))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


# ---- From the JSON of protobuf, where what is zero or empty is left out --------------------------------------------


def without_year(text):
    """Numbers hold the year in which they were recorded, which a scenario does not say."""
    return YEAR.sub(r"\1-YEAR-", text)


def minor(money):
    """google.type.Money as (minor units, currency); None where unset."""
    if money is None:
        return None
    value = int(money.get("units", "0")) * 100 + Fraction(money.get("nanos", 0), 10_000_000)
    assert value.denominator == 1, money
    return int(value), money["currencyCode"]


def euro(money):
    if money is None:
        return None
    value, currency = minor(money)
    assert currency == "EUR", money
    return value


def date_of(date):
    return datetime.date(date["year"], date["month"], date["day"]) if date else None


def euro_total(total):
    return {"total": euro(total["total"]), "sum_of_documents": euro(total["sumOfDocuments"]),
            "rounding_difference": euro(total["roundingDifference"]),
            "unconverted_documents": total.get("unconvertedDocuments", 0)}


def row_of(row):
    """A row of the line of sight as the oracle has it, texts alike."""
    texts = {"donor": "donor", "project": "project", "budget_line": "budgetLine", "purchase_order": "purchaseOrder",
             "order_number": "orderNumber", "description": "description", "goods_receipt": "goodsReceipt",
             "receipt_number": "receiptNumber", "stage": "stage", "item": "item", "serial": "serial", "vin": "vin",
             "unit": "unit", "certificate": "certificate", "certificate_number": "certificateNumber",
             "recipient": "recipient", "centre": "centre"}
    found = {field: without_year(row.get(name, "")) for field, name in texts.items()}
    found.update(
        line_number=row["lineNumber"], quantity=Fraction(row["quantity"]["value"]), value=minor(row["value"]),
        value_eur=euro(row.get("valueEur")), handover_date=date_of(row.get("handoverDate")),
        handover_time=datetime.datetime.fromisoformat(row["handoverTime"]) if "handoverTime" in row else None,
        people=int(row["peopleServed"]) if "peopleServed" in row else None,
        funding=[(part["donor"], minor(part["value"])[0], euro(part.get("valueEur")))
                 for part in row.get("funding", [])])
    return found


def sort_key(row):
    return (row["budget_line"], row["purchase_order"], row["line_number"], row["goods_receipt"], row["serial"],
            row["vin"], row["item"], row["certificate"])


def position_of(position):
    fields = ("budget", "reserved", "committed", "spent", "available", "handed_over")
    names = {"handed_over": "handedOver"}
    return {field: minor(position[names.get(field, field)])[0] for field in fields}


# ---- The comparison ------------------------------------------------------------------------------------------------


def play(text, add_cleanup):
    """A server that has played the scenario, and its directory."""
    directory = tempfile.TemporaryDirectory(prefix="prihvat-oracle-")
    add_cleanup(directory.cleanup)
    path = pathlib.Path(directory.name)
    (path / "history.yaml").write_text(text, encoding="utf-8")
    server = Server(path)
    add_cleanup(server.complaints.close)
    add_cleanup(server.stop)
    begun = time.monotonic()
    server.ctl("play", path / "history.yaml")
    print(f"played in {time.monotonic() - begun:.1f} s", flush=True)
    return server, path


class Reports(unittest.TestCase):
    maxDiff = None

    def compare_line_of_sight(self, server, told, as_of=None, **wanted):
        arguments = ["line-of-sight", f"--operation={OP}"]
        arguments += [part for field, value in wanted.items() for part in ("--where", f"{field}={value}")]
        if as_of:
            arguments.append(f"--as-of={as_of.isoformat()}")
        found = server.report(*arguments)
        expected = told.line_of_sight(**wanted)
        wanted_rows = []
        for row in sorted(expected["rows"], key=sort_key):
            row = {key: value for key, value in row.items() if key not in ("document", "centres")}
            row["people"] = None if row["people"] is None else len(row["people"])
            wanted_rows.append(row)
        rows = [row_of(row) for row in found.get("rows", [])]
        self.assertEqual([sort_key(row) for row in rows], [sort_key(row) for row in wanted_rows], arguments)
        for row, wanted_row in zip(rows, wanted_rows, strict=True):
            self.assertEqual(row, wanted_row, arguments)
        self.assertEqual(found.get("rowCount", 0), len(rows))
        values = {minor(value["value"])[1]: (minor(value["value"])[0], euro(value.get("valueEur")))
                  for value in found.get("values", [])}
        self.assertEqual(values, expected["values"], arguments)
        self.assertEqual(euro_total(found["eur"]), expected["eur"], arguments)
        self.assertEqual(int(found.get("peopleServed", "0")), expected["people_served"], arguments)
        parts = {}
        for part in found.get("donorParts", []):
            total, currency = minor(part["total"])
            by_row = minor(part["sumOfRows"])[0]
            self.assertEqual(minor(part["roundingDifference"])[0], total - by_row, arguments)
            parts[part["donor"], currency] = (by_row, total, euro(part.get("sumOfRowsEur")))
        self.assertEqual(parts, expected["donor_parts"], arguments)
        return rows

    def compare_donor(self, server, told, as_of=None, **wanted):
        arguments = ["donor", f"--operation={OP}", *(f"--{field}={value}" for field, value in wanted.items())]
        if as_of:
            arguments.append(f"--as-of={as_of.isoformat()}")
        found = server.report(*arguments)
        expected = told.donor_summary(**wanted)
        self.assertEqual(found.get("projects", []), expected["projects"], arguments)
        lines = {line["budgetLine"]: {**position_of(line["position"]), "funding": [
            (source["donor"], position_of(source["position"])) for source in line.get("funding", [])]}
                 for line in found.get("budgetLines", [])}
        wanted_lines = {name: {key: value for key, value in line.items() if key != "currency"}
                        for name, line in expected["lines"].items()}
        self.assertEqual(lines, wanted_lines, arguments)
        totals = {minor(total["budget"])[1]: position_of(total) for total in found.get("totals", [])}
        self.assertEqual(totals, {currency: dict(total) for currency, total in expected["totals"].items()}, arguments)
        donors = {(one["donor"], minor(one["position"]["budget"])[1]): position_of(one["position"])
                  for one in found.get("donors", [])}
        self.assertEqual(donors, expected["donors"], arguments)
        certificates = {
            without_year(one["certificateNumber"]): {
                "recipient": one["recipient"], "date": date_of(one["effectiveDate"]), "items": one["itemCount"],
                "value": minor(one["value"])[0], "currency": minor(one["value"])[1], "value_eur": euro(one["valueEur"])}
            for one in found.get("certificates", [])}
        self.assertEqual(certificates, expected["certificates"], arguments)
        self.assertEqual(euro_total(found["handedOverEur"]), expected["eur"], arguments)

    def compare_centre(self, server, told, centre, first, last):
        found = server.report("centre", centre, f"--from={first}", f"--to={last}")
        expected = told.centre_summary(centre, first, last)
        self.assertEqual(found["displayName"], told.centres[centre])
        for field in ("opening", "closing", "nights", "persons"):
            self.assertEqual(int(found.get(field, "0")), expected[field], f"{field} of {centre} {first} {last}")
        names = {re.sub("[A-Z]", lambda big: "_" + big[0].lower(), name): int(count)
                 for name, count in found.get("movements", {}).items()}
        self.assertEqual(names, expected["movements"])
        self.assertEqual({one["reason"]: int(one["count"]) for one in found.get("exitReasons", [])}, expected["exits"])
        services = {
            (one["agency"], one["kind"], one.get("unit", "")): {
                "deliveries": int(one["deliveries"]), "quantity": Fraction(one["quantity"]["value"]),
                "contacts": int(one.get("contacts", "0"))}
            for one in found.get("services", [])}
        self.assertEqual(services, expected["services"])
        self.assertEqual([int(day.get("closing", "0")) for day in found["days"]], expected["closings"])
        self.assertEqual([date_of(day["date"]) for day in found["days"]],
                         [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)])

    def compare_exports(self, server, directory, rows):
        """X1, X3, X5: what stands in the file is what the report says, serial numbers to the last digit."""
        server.ctl("export", "line-of-sight", f"--operation={OP}", "-o", directory / "sight.csv")
        raw = (directory / "sight.csv").read_bytes()
        self.assertTrue(raw.startswith(b"\xef\xbb\xbf"))
        table = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[:len(rows)]
        self.assertEqual([row["serial"] for row in table], [row["serial"] for row in rows])
        self.assertEqual([row["description"] for row in table], [row["description"] for row in rows])
        self.assertEqual([Fraction(row["value"]) * 100 for row in table], [row["value"][0] for row in rows])
        server.ctl("export", "line-of-sight", f"--operation={OP}", "-o", directory / "sight.xlsx")
        import openpyxl  # only here: the rest needs nothing but what Python brings, and PyYAML
        sheet = openpyxl.load_workbook(directory / "sight.xlsx").active
        header = [cell.value for cell in sheet[1]]
        serials = [sheet.cell(n + 2, header.index("serial") + 1).value or "" for n in range(len(rows))]
        self.assertEqual(serials, [row["serial"] for row in rows])

    def nothing_to_settle(self, server):
        """Every reaction of a service to another's events was accepted."""
        for service in ("handover", "reception", "reporting"):
            found = server.run("call", "admin.ListWorkItems", json.dumps({"parent": OP, "service": service}),
                               principal=AUDITOR)
            self.assertEqual((found.returncode, json.loads(found.stdout)), (0, {}), found.stderr)

    def compare_all(self, text):
        server, directory = play(text, self.addCleanup)
        self.nothing_to_settle(server)
        steps = scenario.read(text)
        told = oracle.Oracle(steps)
        rows = self.compare_line_of_sight(server, told)
        self.compare_exports(server, directory, rows)
        self.compare_donor(server, told)
        times = sorted(step.at for step in steps)
        for as_of in (times[len(times) // 2], times[len(times) * 3 // 4]):
            then = oracle.Oracle(steps, as_of)
            self.compare_line_of_sight(server, then, as_of)
            self.compare_donor(server, then, as_of)
        for project in told.projects:
            self.compare_line_of_sight(server, told, project=project)
            self.compare_donor(server, told, project=project)
        for donor in sorted({who for line in told.budget_lines.values() for who, _ in line["sources"]}):
            self.compare_line_of_sight(server, told, donor=donor)
            self.compare_donor(server, told, donor=donor)
        self.compare_backward(server, told, rows)
        first, last = (told_at.astimezone(told.zone).date() for told_at in (times[0], times[-1]))
        first = max(first, last - datetime.timedelta(days=60))
        middle = first + (last - first) / 2
        for centre in told.centres:
            self.compare_centre(server, told, centre, first, last)
            self.compare_centre(server, told, centre, middle, middle + datetime.timedelta(days=6))

    def compare_backward(self, server, told, rows):
        for centre in told.centres:
            self.compare_line_of_sight(server, told, centre=centre)
        serial = next((row["serial"] for row in rows if row["serial"]), None)
        if serial:
            self.compare_line_of_sight(server, told, serial=serial)
        handed_over = [row for row in rows if row["certificate"]]
        if handed_over:
            self.compare_line_of_sight(server, told, recipient=handed_over[0]["recipient"])
            self.compare_line_of_sight(server, told, item=handed_over[-1]["item"])

    def test_INV01_INV02_the_story_of_the_two_donations(self):
        self.compare_all((ROOT / "scenarios/bih-2023.yaml").read_text(encoding="utf-8"))

    def test_INV01_INV02_INV23_INV25_random_histories(self):
        """PRIHVAT_SEEDS="11 12 13" tries others."""
        for seed in os.environ.get("PRIHVAT_SEEDS", "1 2 3 4").split():
            with self.subTest(seed=seed):
                self.compare_all(generate.write(generate.generate(int(seed))))


class Calls(unittest.TestCase):
    """What callers of the reports' API meet: pages, cut-offs, files, errors."""

    @classmethod
    def setUpClass(cls):
        cls.server, _ = play(generate.write(generate.generate(5)), cls.addClassCleanup)

    def test_pages_make_the_whole(self):
        request = {"parent": OP}
        whole = self.server.call("GetLineOfSight", {**request, "pageSize": 1000})
        rows, pages = [], 0
        while True:
            page = self.server.call("GetLineOfSight", {**request, "pageSize": 7})
            self.assertLessEqual(len(page["rows"]), 7)
            self.assertEqual(page["rowCount"], whole["rowCount"])
            self.assertEqual(page["eur"], whole["eur"])
            rows += page["rows"]
            pages += 1
            if "nextPageToken" not in page:
                break
            request = {"parent": OP, "pageToken": page["nextPageToken"]}
        self.assertGreater(pages, 2)
        self.assertEqual(rows, whole["rows"])

    def test_a_page_token_of_another_request_is_refused(self):
        token = self.server.call("GetLineOfSight", {"parent": OP, "pageSize": 1})["nextPageToken"]
        error = self.server.refusal(
            "GetLineOfSight", {"parent": OP, "pageToken": token, "filter": {"donor": "organisations/eu"}})
        self.assertEqual((error["code"], error["reason"]), ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN"))

    def test_the_cut_off_names_a_position_of_every_log(self):
        for answer in (self.server.call("GetLineOfSight", {"parent": OP, "pageSize": 1}),
                       self.server.call("GetDonorSummary", {"parent": OP, "asOfTime": "2023-07-01T00:00:00Z"})):
            topics = {position["topic"] for position in answer["cutoff"]["positions"]["positions"]}
            self.assertLessEqual({"prihvat." + service for service in ("procurement", "handover", "reception")}, topics)
        self.assertEqual(answer["cutoff"]["asOfTime"], "2023-07-01T00:00:00Z")

    def test_the_same_question_gives_the_same_file(self):
        for file_format in ("CSV", "XLSX"):
            request = {"parent": OP, "format": "EXPORT_FORMAT_" + file_format, "knownAtTime": "2100-01-01T00:00:00Z"}
            first = self.server.call("ExportLineOfSight", request)
            self.assertEqual(first["content"], self.server.call("ExportLineOfSight", request)["content"])
            self.assertEqual(first["fileName"], "line-of-sight-2100-01-01." + file_format.lower())

    def test_nothing_was_known_before_it_was_recorded(self):
        request = {"parent": OP, "knownAtTime": "2025-01-01T00:00:00Z"}  # the history is of before, its records are not
        self.assertNotIn("rows", self.server.call("GetLineOfSight", request))
        self.assertNotIn("budgetLines", self.server.call("GetDonorSummary", request))

    def test_bad_input_is_named(self):
        cases = [
            ("GetLineOfSight", {"parent": "operations/ba/projects/p0"}, "INVALID_ARGUMENT", "INVALID_FIELD"),
            ("GetLineOfSight", {"parent": OP, "filter": {"project": f"{OP}/projects/none"}}, "NOT_FOUND", "NOT_FOUND"),
            ("GetDonorSummary", {"parent": OP, "project": f"{OP}/projects/none"}, "NOT_FOUND", "NOT_FOUND"),
            ("GetCentreSummary", self.period(f"{OP}/centres/none", 1, 2), "NOT_FOUND", "NOT_FOUND"),
            ("GetCentreSummary", self.period(f"{OP}/persons/P0001", 1, 2), "INVALID_ARGUMENT", "INVALID_FIELD"),
            ("GetCentreSummary", self.period(f"{OP}/centres/lipa", 2, 1), "INVALID_ARGUMENT", "INVALID_FIELD"),
            ("GetCentreSummary", self.period(f"{OP}/centres/lipa", 1, 31), "INVALID_ARGUMENT", "INVALID_FIELD"),
            ("ExportLineOfSight", {"parent": OP}, "INVALID_ARGUMENT", "INVALID_FIELD"),
        ]
        for method, request, code, reason in cases:
            with self.subTest(method=method, request=request):
                error = self.server.refusal(method, request)
                self.assertEqual((error["code"], error["reason"]), (code, reason))

    @staticmethod
    def period(name, first, last):
        """In September, which has 30 days."""
        return {"name": name, "startDate": {"year": 2023, "month": 9, "day": first},
                "endDate": {"year": 2023, "month": 9, "day": last}}

    def test_an_operation_that_nobody_created(self):
        reader = READER.replace(OP, "operations/rs")
        error = self.server.refusal("GetLineOfSight", {"parent": "operations/rs"}, principal=reader)
        self.assertEqual((error["code"], error["reason"]), ("FAILED_PRECONDITION", "OPERATION_UNKNOWN"))
        # And one's own role says nothing of others' operations.
        error = self.server.refusal("GetLineOfSight", {"parent": OP}, principal=reader)
        self.assertEqual(error["code"], "PERMISSION_DENIED")

    def test_who_may_not_ask(self):
        registrar = f"organisations/iom/people/nina;roles=reception_officer;operations={OP}"
        error = self.server.refusal("GetDonorSummary", {"parent": OP}, principal=registrar)
        self.assertEqual((error["code"], error["reason"]), ("PERMISSION_DENIED", "PERMISSION_DENIED"))


if __name__ == "__main__":
    unittest.main()
