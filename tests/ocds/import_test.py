"""Packages of other publishers go into a real prihvatd (`prihvatctl import ocds`) and come out again.

What comes out is compared with what went in by a count of leaf fields of its own: numbers by the text that stood in
the file. `publishers/` has packages of real publishers, `packages/` the standard's example. A folder of more packages
can be named by PRIHVAT_OCDS_PACKAGES.
"""

import contextlib
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import ocdsmerge

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import kafka_broker  # noqa: E402  pylint: disable=wrong-import-position
import prihvat_server  # noqa: E402  pylint: disable=wrong-import-position
from ocds_test import cove_report, problems, schema  # noqa: E402  pylint: disable=wrong-import-position

HERE = prihvat_server.ROOT / "tests/ocds"
OPERATION = "operations/ba"
PUBLISHERS = sorted((HERE / "publishers").glob("*.json"))
EXAMPLES = sorted((HERE / "packages").glob("*.json"))
EXTRA = pathlib.Path(os.environ.get("PRIHVAT_OCDS_PACKAGES", HERE / "none"))
SHARE = 0.95  # of leaf fields that come out again


def exact(text):
    """JSON with each number as the text that stood there."""
    return json.loads(text, parse_float=lambda digits: ("number", digits), parse_int=lambda digits: ("number", digits))


def leaves(value, path=()):
    """Leaf fields by path: values, nulls, and what has nothing in it."""
    if isinstance(value, dict) and value:
        return {at: leaf for name, member in value.items() for at, leaf in leaves(member, (*path, name)).items()}
    if isinstance(value, list) and value:
        return {at: leaf for i, item in enumerate(value) for at, leaf in leaves(item, (*path, str(i))).items()}
    return {path: repr(value)}


def kind_of(document):
    return "records" if "records" in document else "releases"


class Importer:
    """A server with an operation, and with one more for each package of a real publisher: some of these say another
    thing of the same release."""

    def __init__(self, stack, on_kafka=False):
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        flags, program = [], "prihvatd"
        if on_kafka:
            brokers = stack.enter_context(kafka_broker.Kafka()).brokers
            flags, program = ["--log=kafka", f"--brokers={brokers}"], "prihvat-procurement"
        self.server = stack.enter_context(prihvat_server.Server(*flags, program=program))
        self.operations = {}
        self.make(OPERATION)

    def make(self, operation):
        made = self.ctl("call", "procurement.CreateOperation", json.dumps(
            {"name": operation, "display_name": operation, "time_zone": "Europe/Sarajevo"}))
        assert made.returncode == 0, made.stderr

    def operation_of(self, path):
        if path.parent not in (HERE / "publishers", EXTRA):
            return OPERATION
        if path not in self.operations:
            self.operations[path] = f"operations/x{len(self.operations)}"
            self.make(self.operations[path])
        return self.operations[path]

    def ctl(self, *arguments, roles="operation_manager"):
        principal = f"organisations/iom/people/clerk;roles={roles};operations=*"
        return subprocess.run(
            [str(part) for part in (prihvat_server.binary("prihvatctl"), f"--server={self.server.address}",
                                    f"--principal={principal}", f"--token-file={self.folder / 'token'}", *arguments)],
            capture_output=True, timeout=200, check=False, text=True, cwd=prihvat_server.ROOT)

    def file(self, content):
        path = self.folder / "in.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode("utf-8"))
        return path

    def report(self, path, *flags, code=0):
        result = self.ctl("--json", "import", "ocds", path, "--operation", self.operation_of(path), *flags)
        assert result.returncode == code, (path, result.returncode, result.stdout[-2000:], result.stderr[-2000:])
        return json.loads(result.stdout)

    def export(self, name, kind, roles="operation_manager"):
        output = self.folder / "out.json"
        records = ["--records"] if kind == "records" else []
        result = self.ctl("export", "ocds", "--published", name, "-o", output, *records, roles=roles)
        assert result.returncode == 0, result.stderr
        return output.read_text("utf-8")

    def checksum(self):
        return json.loads(self.ctl("--json", "store", "checksum", "--service", "procurement").stdout)["sha256"]


def more_packages():
    """Of the folder that the environment names: what is one JSON document in UTF-8, and a package."""
    for path in sorted(EXTRA.glob("*.json")):
        try:
            document = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue
        if isinstance(document, dict) and ("releases" in document or "records" in document):
            yield path


class RoundTripTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.importer = Importer(stack)

    def round_trip(self, path, *flags):
        """The report, and what went in and what came out, by leaf fields."""
        text = path.read_text("utf-8")
        report = self.importer.report(path, "--contact-points", *flags)
        kind = kind_of(json.loads(text))
        out = self.importer.export(report["publishedPackage"], kind)
        return report, leaves(exact(text)), leaves(exact(out))

    def test_real_packages_come_out_with_95_percent_of_their_leaf_fields_and_the_rest_is_listed(self):
        for path in [*PUBLISHERS, *EXAMPLES]:
            with self.subTest(path.name):
                report, went_in, came_out = self.round_trip(path)
                self.assertEqual(report["refused"], [])
                lost = {at for at, leaf in went_in.items() if came_out.get(at) != leaf}
                self.assertGreaterEqual(1 - len(lost) / len(went_in), SHARE)
                self.assertEqual({"/".join(at) for at in lost}, {field["path"] for field in report["unmapped"]})
                self.assertTrue(all(field["reason"] for field in report["unmapped"]))
                self.assertEqual(report["leafFields"], len(went_in))
                self.assertEqual(report["keptLeafFields"], len(went_in) - len(lost))

    def test_packages_of_a_folder_come_out_with_their_leaf_fields(self):
        for path in more_packages():
            with self.subTest(str(path)):
                text = path.read_text("utf-8")
                result = self.importer.ctl("--json", "import", "ocds", path, "--operation",
                                           self.importer.operation_of(path), "--contact-points")
                self.assertIn(result.returncode, (0, 1), result.stderr)
                report = json.loads(result.stdout)
                out = self.importer.export(report["publishedPackage"], kind_of(json.loads(text)))
                went_in, came_out = leaves(exact(text)), leaves(exact(out))
                lost = {at for at, leaf in went_in.items() if came_out.get(at) != leaf}
                share = 100 * (1 - len(lost) / len(went_in))
                print(f"{path.name}: {len(went_in)} leaf fields, {share:.1f} % come out, "
                      f"{len(report['unmapped'])} listed, {report['refusedLeafFields']} in refused releases")
                if not report["refused"]:
                    self.assertEqual({"/".join(at) for at in lost}, {field["path"] for field in report["unmapped"]})

    def test_importing_again_changes_nothing(self):
        for path in PUBLISHERS:
            first = self.importer.report(path, "--contact-points")
            before = self.importer.checksum()
            again = self.importer.report(path, "--contact-points")
            self.assertEqual(again["imported"], 0)
            self.assertEqual(again["known"], first["known"] + first["imported"])
            self.assertEqual(self.importer.checksum(), before)

    def test_what_comes_out_is_as_valid_as_what_went_in(self):
        for path in [*PUBLISHERS, *EXAMPLES]:
            with self.subTest(path.name):
                document = json.loads(path.read_text("utf-8"))
                report = self.importer.report(path, "--contact-points")
                out = json.loads(self.importer.export(report["publishedPackage"], kind_of(document)))
                known = {"extensions": None}  # their schemas are not laid over: they stand elsewhere
                self.assertLessEqual(set(problems({**out, **known})), set(problems({**document, **known})))
                if path in EXAMPLES:
                    self.assertEqual(problems(out), [])
                    self.assertEqual(cove_report(out)["validation_errors"], [])

    def test_releases_of_six_packages_are_one_record_that_merges_as_the_fields_tool_has_it(self):
        reports = [self.importer.report(path, "--contact-points") for path in EXAMPLES]
        self.assertEqual({report["processes"] for report in reports}, {1})
        out = json.loads(self.importer.export(f"{OPERATION}/publishedProcesses/ocds-213czf-000-00001", "records"))
        record, = out["records"]
        releases = [release for path in EXAMPLES for release in json.loads(path.read_text("utf-8"))["releases"]]
        self.assertEqual(record["releases"], releases)
        merged = ocdsmerge.Merger(schema("release-schema.json")).create_compiled_release(releases)
        self.assertEqual(record["compiledRelease"], merged)
        last = json.loads(EXAMPLES[-1].read_text("utf-8"))
        for name in ("publisher", "license", "publicationPolicy", "version"):
            self.assertEqual(out[name], last[name], name)


class RoundTripOnKafkaTest(RoundTripTest):
    """The same on the other engine, where large releases are records of a broker with a limit of its own."""

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.importer = Importer(stack, on_kafka=True)


class WhatIsKeptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.importer = Importer(stack)

    def release(self, number, **more):
        return {"ocid": f"ocds-213czf-x{number}", "id": f"r{number}", "date": "2024-01-01T00:00:00Z", "tag": ["tender"],
                "initiationType": "tender", **more}

    def test_names_of_people_are_kept_only_where_that_was_asked_for_and_shown_only_to_who_may_see_them(self):
        def package(number):
            party = {"id": "p", "name": "Buyer", "contactPoint": {"name": "Lejla B.", "email": "lejla@example.org"}}
            return {"uri": "https://example.org", "publisher": {"name": "P"},
                    "releases": [self.release(number, parties=[party])]}
        without = self.importer.report(self.importer.file(package(1)))
        self.assertEqual([field["path"] for field in without["unmapped"]],
                         ["releases/0/parties/0/contactPoint/name", "releases/0/parties/0/contactPoint/email"])
        self.assertIn("--contact-points", without["unmapped"][0]["reason"])
        self.assertNotIn("Lejla", self.importer.export(without["publishedPackage"], "releases"))
        kept = self.importer.report(self.importer.file(package(2)), "--contact-points")
        self.assertEqual(kept["unmapped"], [])
        self.assertIn("Lejla", self.importer.export(kept["publishedPackage"], "releases"))
        hidden = self.importer.export(kept["publishedPackage"], "releases", roles="viewer")
        self.assertNotIn("Lejla", hidden)
        self.assertIn("Buyer", hidden)
        otherwise = self.importer.ctl("import", "ocds", self.importer.file(package(2)), "--operation", OPERATION)
        self.assertNotEqual(otherwise.returncode, 0)
        self.assertIn("--contact-points", otherwise.stderr)

    def test_E3_another_release_of_the_same_ocid_and_id_is_refused_and_the_others_are_imported(self):
        self.importer.report(self.importer.file({"releases": [self.release(10, language="bs")]}))
        changed = {"releases": [self.release(10, language="en"), self.release(11)]}
        report = self.importer.report(self.importer.file(changed), code=1)
        self.assertEqual(report["imported"], 1)
        refused, = report["refused"]
        self.assertEqual(refused["path"], "releases/0")
        self.assertIn("another release", refused["reason"])

    def test_E4_two_releases_of_one_date_in_two_packages_are_refused(self):
        self.importer.report(self.importer.file({"releases": [self.release(20)]}))
        second = {**self.release(20), "id": "r20-b", "date": "2024-01-01T01:00:00+01:00"}
        report = self.importer.report(self.importer.file({"releases": [second]}), code=1)
        self.assertIn("their order cannot be told", report["refused"][0]["reason"])

    def test_the_same_release_in_another_package_is_told_in_both(self):
        release = self.release(30)
        first = self.importer.report(self.importer.file({"uri": "a", "releases": [release]}))
        second = self.importer.report(self.importer.file({"uri": "b", "releases": [release, self.release(31)]}))
        self.assertNotEqual(first["publishedPackage"], second["publishedPackage"])
        for report, count in ((first, 1), (second, 2)):
            out = json.loads(self.importer.export(report["publishedPackage"], "releases"))
            self.assertEqual(len(out["releases"]), count)
            self.assertEqual(out["releases"][0], release)

    def test_amounts_keep_their_digits_and_nulls_are_kept(self):
        text = ('{"releases": [{"ocid": "o-40", "id": "1", "date": "2024-01-01T00:00:00Z", "tag": ["tender"], '
                '"tender": {"id": 7, "title": null, "title_bs": "Obuća", "value": {"amount": 196000.0060, '
                '"currency": "BAM"}, "minValue": {"amount": 12345678901234567890.123456789}, "items": [], '
                '"numberOfTenderers": 1e2}}]}')
        report = self.importer.report(self.importer.file(text.encode("utf-8")))
        self.assertEqual(report["unmapped"], [])
        self.assertEqual(leaves(exact(self.importer.export(report["publishedPackage"], "releases"))),
                         leaves(exact(text)))

    def test_a_dry_run_asks_no_server(self):
        result = subprocess.run(
            [prihvat_server.binary("prihvatctl"), "--server=127.0.0.1:1", "import", "ocds", PUBLISHERS[0],
             "--operation", OPERATION, "--dry-run"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("would import", result.stdout)
        self.assertIn("no place", result.stdout)

    def test_lists_are_filtered_and_paged(self):
        for i in range(50, 55):
            buyer = {"id": "b", "name": "Border Police" if i % 2 else "Ministry"}
            self.importer.report(self.importer.file(
                {"publisher": {"name": "EJN"}, "license": "CC0",
                 "releases": [self.release(i, buyer=buyer, tender={"id": "t", "title": f"Boots {i}", "status": "active",
                                                                   "value": {"amount": 12.5, "currency": "BAM"}})]}))
        table = self.importer.ctl("list", "publishedProcesses", "--parent", OPERATION, "--where", "publisher=EJN",
                                  "--where", "buyer=Border Police", roles="viewer").stdout
        self.assertIn("Boots 51", table)
        self.assertIn("Boots 53", table)
        self.assertNotIn("Boots 52", table)
        request = {"parent": OPERATION, "publisher": "EJN", "page_size": 2}
        found = []
        while True:
            page = json.loads(self.importer.ctl("--json", "call", "procurement.ListPublishedProcesses",
                                                json.dumps(request)).stdout)
            found += [process["title"] for process in page["publishedProcesses"]]
            request["page_token"] = page.get("nextPageToken", "")
            if not request["page_token"]:
                break
        self.assertEqual(found, [f"Boots {i}" for i in range(50, 55)])
        packages = self.importer.ctl("--json", "list", "publishedPackages", "--parent", OPERATION, "--where",
                                     "publisher=EJN")
        self.assertEqual(len([row for row in packages.stdout.splitlines() if "EJN" in row]), 5)
        name = f"{OPERATION}/publishedProcesses/ocds-213czf-x51"
        self.assertIn("CC0", self.importer.ctl("get", name).stdout)
        self.assertIn("r51", self.importer.ctl("list", "publishedReleases", "--parent", name).stdout)
        self.assertIn("12.5", self.importer.ctl("get", f"{name}/publishedReleases/r51").stdout)

    def test_a_large_package_comes_out_page_by_page(self):
        document = {"publisher": {"name": "Large"}, "releases": [
            {**self.release(1000 + i // 2), "id": f"r{i}", "date": f"2024-01-01T00:00:{i % 2:02}Z",
             "tender": {"id": "t", "description": "d" * 30000}} for i in range(200)]}
        report = self.importer.report(self.importer.file(document))
        self.assertEqual((report["imported"], report["processes"], report["unmapped"]), (200, 100, []))
        for kind, count in (("releases", 200), ("records", 100)):
            request = {"name": report["publishedPackage"], "content": f"PUBLISHED_CONTENT_{kind.upper()}"}
            page = json.loads(self.importer.ctl("--json", "call", "procurement.RenderPublishedPackage",
                                                json.dumps(request)).stdout)
            self.assertLess(len(page["package"]), 4 << 20)  # base64 of at most 2 MiB and a bit
            out = json.loads(self.importer.export(report["publishedPackage"], kind))
            self.assertEqual(len(out[kind]), count)
            self.assertEqual(out["publisher"], {"name": "Large"})
            if kind == "releases":
                self.assertEqual(out["releases"], document["releases"])

    def test_G12_who_may_not_import_cannot(self):
        path = self.importer.file({"releases": [self.release(60)]})
        for roles, code in (("viewer", 1), ("camp_manager", 1), ("importer", 0), ("procurement_officer", 0)):
            result = self.importer.ctl("import", "ocds", path, "--operation", OPERATION, roles=roles)
            self.assertEqual(result.returncode, code, roles + result.stderr)


class HostileInputTest(unittest.TestCase):
    """G13: bad input costs a clear error and nothing else."""

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.importer = Importer(stack)

    def import_bytes(self, content):
        return self.importer.ctl("import", "ocds", self.importer.file(content), "--operation", OPERATION)

    def test_G13_what_is_no_package_is_refused_whole(self):
        before = self.importer.checksum()
        for content, word in (
                (b"", "no JSON"), (b"\xff\xfe{}", "UTF-8"), ("{\"releases\": \"Ó\"}".encode("latin-1"), "UTF-8"),
                (b"[" * 100000, "nested deeper"), (b'{"a":' * 100 + b"1" + b"}" * 100, "nested deeper"),
                (b"{}{}", "no JSON"), (b'{"releases": []}{"releases": []}', "no JSON"), (b"[]", "is no package"),
                (b'{"releases": {}}', "is no package"), (b'{"ocid": "x"}', "is no package"),
                (b'{"releases": [], "releases": []}', "twice in one object"), (b'"\\ud800"', "no JSON"),
                (b"nul", "no JSON"),
                (b'{"releases": [NaN]}', "no JSON"), (b'{"releases": [1e400]}', "above 1e308"),
                (b'{"releases": [' + b"9" * 400 + b"]}", "above 1e308")):
            result = self.import_bytes(content)
            self.assertEqual(result.returncode, 2, (content[:40], result.stdout, result.stderr))
            self.assertIn(word, result.stderr)
        self.assertEqual(self.importer.checksum(), before)

    def test_G13_releases_that_cannot_be_used_are_told_by_path_and_rule(self):
        good = {"ocid": "ocds-213czf-h", "id": "1", "date": "2024-01-01T00:00:00Z", "tag": ["tender"]}
        for change, path, rule in (
                ({"ocid": ""}, "releases/0/ocid", "there is none"), ({"id": None}, "releases/0/id", "there is none"),
                ({"date": "2024-01-01"}, "releases/0/date", "RFC 3339"),
                ({"tag": "tender"}, "releases/0/tag", "a list"),
                ({"date": "0001-01-01T00:00:00Z"}, "releases/0", "1900 to 2200"),
                ({"ocid": "x" * 301}, "releases/0", "1 to 300 bytes"),
                ({"tender": []}, "releases/0/tender", "must be an object"),
                ({"awards": [{"id": "a", "value": {"amount": "170900,00"}}]}, "releases/0/awards/0/value/amount",
                 "a number")):
            path_of_file = self.importer.file({"releases": [{**good, **change}]})
            result = self.importer.ctl("--json", "import", "ocds", path_of_file, "--operation", OPERATION)
            self.assertEqual(result.returncode, 1, (change, result.stdout, result.stderr))
            refused = json.loads(result.stdout)["refused"]
            self.assertIn(path, [one["path"] for one in refused])
            self.assertIn(rule, " ".join(one["reason"] for one in refused))

    def test_G13_fields_that_cannot_be_kept_are_listed_and_the_rest_is_kept(self):
        tender = {"id": "t", "title": 5, "hasEnquiries": "yes", "description": "a\u0000b",
                  "submissionMethod": [None, "written"], "eligibilityCriteria": "x" * 40000, "numberOfTenderers": 3,
                  "unknown": {"deep": [{"er": 1}, []]}}
        text = json.dumps({"releases": [{"ocid": "ocds-213czf-k", "id": "1", "date": "2024-01-01T00:00:00Z",
                                         "tag": ["tender"], "tender": tender}]})
        text = text.replace('"numberOfTenderers": 3', '"numberOfTenderers": 3, "value": {"amount": 1e31}')
        report = self.importer.report(self.importer.file(text.encode("utf-8")))
        reasons = {field["path"].removeprefix("releases/0/tender/"): field["reason"] for field in report["unmapped"]}
        self.assertEqual(set(reasons), {"title", "hasEnquiries", "description", "submissionMethod/0",
                                        "eligibilityCriteria", "unknown/deep/0/er", "unknown/deep/1", "value/amount"})
        self.assertEqual(reasons["title"], "must be text, is a number")
        self.assertIn("at most 32768 bytes, has 40000", reasons["eligibilityCriteria"])
        self.assertIn("exponent of 30", reasons["value/amount"])
        out = json.loads(self.importer.export(report["publishedPackage"], "releases"))
        self.assertEqual(out["releases"][0]["tender"],
                         {"id": "t", "submissionMethod": ["written"], "numberOfTenderers": 3})

    def test_G13_a_release_that_is_too_large_leaves_its_process_out(self):
        parties = [{"id": str(i), "name": "n" * 30000} for i in range(40)]
        release = {"ocid": "ocds-213czf-l", "id": "1", "date": "2024-01-01T00:00:00Z", "tag": ["tender"],
                   "parties": parties}
        report = self.importer.report(self.importer.file({"releases": [release]}), code=1)
        self.assertEqual((report["imported"], report["keptLeafFields"]), (0, report["leafFields"]))
        self.assertIn("at most 921600", report["refused"][0]["reason"])

    def test_G13_changed_bytes_never_do_more_than_be_refused(self):
        original = PUBLISHERS[0].read_bytes()
        for seed in range(25):
            changed = bytearray(original)
            for step in range(3):
                at = (seed * 7919 + step * 104729) % len(changed)
                changed[at] = b'"{}[],:0e-\\\xff'[(seed + step) % 12]
            result = self.importer.ctl("--json", "import", "ocds", self.importer.file(bytes(changed)), "--operation",
                                       OPERATION, "--dry-run")
            self.assertIn(result.returncode, (0, 1, 2), result.stderr[-500:])
            if result.returncode != 2:
                json.loads(result.stdout)
        alive = copy.deepcopy(self.importer.report(PUBLISHERS[0]))
        self.assertEqual(alive["refused"], [])


if __name__ == "__main__":
    unittest.main()
