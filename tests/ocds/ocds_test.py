"""What a real prihvatd exports as OCDS 1.1, judged by the field's own tools, without a network.

The scenarios are played in once; each case looks at what was exported then. `jsonschema` checks against the standard's
schemas, with the extensions laid over them; `libcoveocds` runs its additional checks; `ocdsmerge` and `ocdskit` merge.
"""

import base64
import contextlib
import copy
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

import jsonref
import libcoveocds.api
import ocdsmerge
from jsonschema import Draft4Validator, FormatChecker
from libcoveocds.config import LibCoveOCDSConfig
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import prihvat_server  # noqa: E402  pylint: disable=wrong-import-position

ROOT = prihvat_server.ROOT
SCHEMAS = ROOT / "tests/ocds/schema-1.1.5"
BENEFICIARY = ROOT / "docs/standards/ocds-beneficiary"
BASE = "https://standard.open-contracting.org/schema/1__1__5/"
PURCHASE, STORY, SHARED = "operations/ba-purchase", "operations/ba", "operations/ba-shared"
PUBLISHER = {
    "ocid_prefix": "ocds-213czf",
    "display_name": "International Organization for Migration",
    "base_uri": "https://data.example.org/ocds",
    "organisation_names": {"organisations/eu": "European Union"},
}
# What the lots and the bids extension add, as far as we use it (open-contracting-extensions, v1.1.5).
LOT_IDS = {"type": ["array", "null"], "items": {"type": "string"}}
REFERENCES = {"type": "array", "items": {"$ref": "#/definitions/OrganizationReference"}}
LOTS_AND_BIDS = {
    "properties": {"bids": {"$ref": "#/definitions/Bids"}},
    "definitions": {
        "Tender": {"properties": {"lots": {"type": "array", "items": {"$ref": "#/definitions/Lot"}}}},
        "Award": {"properties": {"relatedLots": LOT_IDS, "relatedBids": LOT_IDS}},
        "Lot": {"type": "object", "required": ["id"], "additionalProperties": False, "properties": {
            "id": {"type": "string"}, "title": {"type": ["string", "null"]},
            "status": {"enum": ["planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn",
                                None]},
            "value": {"$ref": "#/definitions/Value"}}},
        "Bids": {"type": "object", "additionalProperties": False, "properties": {
            "details": {"type": "array", "items": {"$ref": "#/definitions/Bid"}}}},
        "Bid": {"type": "object", "required": ["id"], "additionalProperties": False, "properties": {
            "id": {"type": "string"}, "date": {"type": ["string", "null"], "format": "date-time"},
            "status": {"enum": ["invited", "pending", "valid", "disqualified", "withdrawn", None]},
            "tenderers": REFERENCES, "value": {"$ref": "#/definitions/Value"}, "relatedLots": LOT_IDS}},
    },
}


# What the budget breakdown extension adds, likewise.
BREAKDOWN = {
    "definitions": {
        "Budget": {"properties": {"budgetBreakdown": {"type": "array",
                                                      "items": {"$ref": "#/definitions/BudgetBreakdown"}}}},
        "BudgetBreakdown": {"type": "object", "required": ["id"], "additionalProperties": False, "properties": {
            "id": {"type": "string"}, "description": {"type": ["string", "null"]},
            "amount": {"$ref": "#/definitions/Value"},
            "sourceParty": {"$ref": "#/definitions/OrganizationReference"}}},
    },
}
# A plan that two donors pay for.
SHARED_PLAN = """
scenario: shared
import: shared
principals:
  clerk: organisations/iom/people/amra;roles=operation_manager,importer;operations=operations/ba-shared
  approver: organisations/iom/people/lejla;roles=operation_manager,importer;operations=operations/ba-shared
steps:
  - {step: operation, as: clerk, at: 2024-01-08T08:00:00+01:00, call: procurement.CreateOperation,
     with: {name: operations/ba-shared, display_name: Shared, time_zone: Europe/Sarajevo}}
  - step: project
    as: clerk
    at: 2024-01-08T09:00:00+01:00
    call: procurement.CreateProject
    with:
      parent: operations/ba-shared
      project_id: p
      project: {display_name: P, donor: organisations/eu, currency: BAM}
  - step: line
    as: clerk
    at: 2024-01-08T09:00:00+01:00
    call: procurement.CreateBudgetLine
    with:
      parent: operations/ba-shared/projects/p
      budget_line_id: b
      budget_line:
        display_name: B
        amount: 1000.00 BAM
        funding_shares:
          - {donor: organisations/eu, funding_source: IPA II, percent: 66.6667}
          - {donor: organisations/ch, percent: 33.3333}
  - step: wanted
    as: clerk
    at: 2024-01-09T09:00:00+01:00
    call: procurement.CreateRequisition
    with:
      parent: operations/ba-shared
      requisition_id: r
      requisition:
        budget_line: operations/ba-shared/projects/p/budgetLines/b
        purpose: Kits
        lines:
          - {kind: LINE_KIND_SERVICE, description: Kit, unit: piece, quantity: 1, estimated_unit_price: 100.00 BAM}
          - {kind: LINE_KIND_SERVICE, description: Bag, unit: piece, quantity: 1, estimated_unit_price: 0.01 BAM}
  - {step: submitted, as: clerk, at: 2024-01-09T10:00:00+01:00, call: procurement.SubmitRequisition,
     with: {name: operations/ba-shared/requisitions/r}}
  - {step: approved, as: approver, at: 2024-01-09T11:00:00+01:00, call: procurement.ApproveRequisition,
     with: {name: operations/ba-shared/requisitions/r}}
"""


def read(path):
    """With exact numbers."""
    return json.loads(pathlib.Path(path).read_text("utf-8"), parse_float=decimal.Decimal)


def schema(name):
    text = (SCHEMAS / name).read_text("utf-8")
    return json.loads(text.replace("{{version}}", "1.1").replace("{{lang}}", "en"))


def patched(target, patch):
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = patched(result.get(name), value)
    return result


def release_schema():
    extended = patched(schema("release-schema.json"), read(BENEFICIARY / "release-schema.json"))
    return patched(patched(extended, LOTS_AND_BIDS), BREAKDOWN)


def problems(package):
    """What the schemas complain of, each with its path."""
    registry = Registry().with_resources(
        [(BASE + name, Resource(contents=contents, specification=DRAFT4)) for name, contents in (
            ("release-schema.json", release_schema()),
            ("versioned-release-validation-schema.json", schema("versioned-release-validation-schema.json")))])
    kind = "record" if "records" in package else "release"
    validator = Draft4Validator(schema(f"{kind}-package-schema.json"), registry=registry,
                                format_checker=FormatChecker())
    return ["/".join(map(str, error.absolute_path)) + ": " + error.message for error in validator.iter_errors(package)]


def without_variants(value):
    """Without "title_bs" and its like, which versioned releases do not have: see libs/ocds/merge.h."""
    if isinstance(value, dict):
        return {name: without_variants(member) for name, member in value.items() if "_" not in name}
    return [without_variants(item) for item in value] if isinstance(value, list) else value


@contextlib.contextmanager
def local_schemas():
    """libcoveocds fetches the schema of versioned releases from the standard's site: gives it ours."""
    local = {BASE + name: schema(name) for name in ("release-schema.json",
                                                    "versioned-release-validation-schema.json")}
    original = jsonref.replace_refs

    def loader(uri, **_):
        return local[uri.split("#")[0]]

    def replace_refs(document, *positional, **named):
        return original(document, *positional, **{"loader": loader, **named})

    jsonref.replace_refs = replace_refs
    try:
        yield
    finally:
        jsonref.replace_refs = original


def cove_report(package):
    """libcoveocds' report. Without the extensions, which it would fetch."""
    package = {name: value for name, value in package.items() if name != "extensions"}
    with tempfile.TemporaryDirectory() as folder, local_schemas():
        folder = pathlib.Path(folder)
        with zipfile.ZipFile(folder / "standard.zip", "w") as archive:
            archive.writestr("standard-1__1__5/", "")  # its first entry must be the folder of all
            for path in sorted(SCHEMAS.rglob("*")):
                archive.write(path, pathlib.Path("standard-1__1__5/schema") / path.relative_to(SCHEMAS))
        (folder / "package.json").write_text(json.dumps(package, default=float), "utf-8")
        config = LibCoveOCDSConfig()
        config.config.update(standard_zip=f"file://{folder / 'standard.zip'}", context="api")
        return libcoveocds.api.ocds_json_output(str(folder), str(folder / "package.json"), "1.1", convert=False,
                                                lib_cove_ocds_config=config)


class Exporter:
    """A server with the scenarios in it."""

    def __init__(self, stack):
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.server = stack.enter_context(prihvat_server.Server())
        (self.folder / "publisher.json").write_text(json.dumps(PUBLISHER), "utf-8")

    def ctl(self, *arguments, roles="report_reader"):
        principal = f"organisations/iom/people/reader;roles={roles};operations={PURCHASE},{STORY},{SHARED}"
        return subprocess.run(
            [str(part) for part in (prihvat_server.binary("prihvatctl"), f"--server={self.server.address}",
                                    f"--principal={principal}", f"--token-file={self.folder / 'token'}", *arguments)],
            capture_output=True, text=True, timeout=200, check=False, cwd=ROOT)

    def done(self, *arguments):
        result = self.ctl(*arguments)
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
        return result

    def bytes_of(self, operation, *flags):
        output = self.folder / "exported.json"
        self.done("export", "ocds", "--operation", operation, "--publisher", self.folder / "publisher.json", "-o",
                  output, *flags)
        return output.read_bytes()

    def export(self, operation, *flags):
        return json.loads(self.bytes_of(operation, *flags), parse_float=decimal.Decimal)


class OcdsExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.exporter = Exporter(stack)
        cls.state = cls.exporter.folder / "state"
        scenario = ROOT / "scenarios/procurement-full.yaml"
        cls.exporter.done("play", scenario, "--state", cls.state, "--only-until", "opened-by-the-first")
        cls.before_opening = cls.exporter.bytes_of(PURCHASE, "--records").decode("utf-8")
        cls.exporter.done("play", scenario, "--state", cls.state)
        cls.exporter.done("play", ROOT / "scenarios/bih-2023.yaml")
        (cls.exporter.folder / "shared.yaml").write_text(SHARED_PLAN, "utf-8")
        cls.exporter.done("play", cls.exporter.folder / "shared.yaml")
        cls.releases = {op: cls.exporter.export(op) for op in (PURCHASE, STORY, SHARED)}
        cls.records = {op: cls.exporter.export(op, "--records") for op in (PURCHASE, STORY, SHARED)}

    def packages(self):
        return [*self.releases.values(), *self.records.values()]

    def all_records(self):
        return [record for package in self.records.values() for record in package["records"]]

    def test_packages_are_valid_by_the_schemas_of_the_standard_and_its_extensions(self):
        for package in self.packages():
            self.assertEqual(problems(package), [])

    def test_the_schemas_do_complain(self):
        package = copy.deepcopy(self.releases[PURCHASE])
        release = next(r for r in package["releases"] if "contracts" in r)
        release["contracts"][0]["items"][0]["beneficiary"] = "organisations/dcpb"
        del package["releases"][0]["ocid"]
        self.assertEqual(len(problems(package)), 2, problems(package))

    def test_libcoveocds_finds_nothing_wrong(self):
        for package in self.packages():
            report = cove_report(package)
            self.assertEqual(report["validation_errors"], [])
            self.assertEqual(report["additional_closed_codelist_values"], {})
            self.assertEqual(report["additional_checks"], {})
            for added in report["additional_open_codelist_values"].values():
                self.assertEqual(added["values"], ["beneficiary"])
            fields = {added["field"] for added in report["additional_fields"]}
            self.assertLessEqual(fields, {"bids", "lots", "relatedLots", "relatedBids", "beneficiary",
                                          "receptionCentre", "budgetBreakdown"})

    def test_ocdsmerge_merges_the_releases_to_our_compiled_and_versioned_release(self):
        merger = ocdsmerge.Merger(release_schema())
        for record in self.all_records():
            self.assertEqual(merger.create_compiled_release(record["releases"]), record["compiledRelease"])
            self.assertEqual(without_variants(merger.create_versioned_release(record["releases"])),
                             record["versionedRelease"])

    def test_ocdskit_compiles_the_package_of_releases_to_the_same(self):
        package = {k: v for k, v in self.releases[PURCHASE].items() if k != "extensions"}
        compiled = subprocess.run(
            [sys.executable, "-m", "ocdskit", "compile", "--schema", SCHEMAS / "release-schema.json"],
            input=json.dumps(package, default=float), capture_output=True, text=True, timeout=100, check=True).stdout
        ours = json.loads(json.dumps(self.records[PURCHASE]["records"][0]["compiledRelease"], default=float))
        self.assertEqual(json.loads(compiled), ours)

    def test_the_purchase_is_told_from_the_plan_to_the_last_payment(self):
        record, = self.records[PURCHASE]["records"]
        tags = [tag for release in record["releases"] for tag in release["tag"]]
        self.assertEqual(list(dict.fromkeys(tags)), [
            "planning", "planningUpdate", "tender", "tenderUpdate", "award", "awardUpdate", "contract",
            "contractUpdate", "implementation", "implementationUpdate", "contractTermination"])
        compiled = record["compiledRelease"]
        self.assertEqual(compiled["tender"]["status"], "complete")
        self.assertEqual([bid["status"] for bid in compiled["bids"]["details"]], ["valid", "valid", "disqualified"])
        contract, = compiled["contracts"]
        paid = [transaction["value"]["amount"] for transaction in contract["implementation"]["transactions"]]
        self.assertEqual(sum(paid), contract["value"]["amount"])
        self.assertEqual([str(amount) for amount in paid], ["10000.00", "14000.00", "17500.00"])
        roles = {role: party["id"] for party in compiled["parties"] for role in party["roles"]}
        self.assertEqual((roles["funder"], roles["buyer"], roles["supplier"], roles["beneficiary"]),
                         ("organisations/eu", "organisations/iom", f"{PURCHASE}/suppliers/alfa",
                          "organisations/border-police"))

    def test_INV02_all_who_pay_for_a_plan_are_funders_and_their_parts_add_up(self):
        record, = self.records[SHARED]["records"]
        compiled = record["compiledRelease"]
        budget = compiled["planning"]["budget"]
        parts = {part["sourceParty"]["id"]: part["amount"]["amount"] for part in budget["budgetBreakdown"]}
        self.assertEqual({name: str(part) for name, part in parts.items()},
                         {"organisations/eu": "66.68", "organisations/ch": "33.33"})
        self.assertEqual(sum(parts.values()), budget["amount"]["amount"])
        funders = {party["id"] for party in compiled["parties"] if "funder" in party["roles"]}
        self.assertEqual(funders, set(parts))
        for package in (self.releases[SHARED], self.records[SHARED]):
            self.assertEqual(len([uri for uri in package["extensions"] if "budget_breakdown" in uri]), 1)
        self.assertFalse([uri for uri in self.releases[STORY]["extensions"] if "budget_breakdown" in uri])

    def test_vehicles_and_clothing_for_the_police_are_told_with_their_beneficiary(self):
        values = {contract["value"]["amount"] for record in self.records[STORY]["records"]
                  for contract in record["compiledRelease"].get("contracts", [])}
        self.assertLessEqual({decimal.Decimal("725000.00"), decimal.Decimal("170900.00")}, values)
        beneficiaries = {item["beneficiary"]["id"] for record in self.records[STORY]["records"]
                         for contract in record["compiledRelease"].get("contracts", [])
                         for item in contract["items"] if "beneficiary" in item}
        self.assertIn("organisations/dcpb", beneficiaries)

    def test_E3_a_release_is_told_apart_by_its_ocid_and_id(self):
        for package in self.releases.values():
            keys = [(release["ocid"], release["id"]) for release in package["releases"]]
            self.assertEqual(len(keys), len(set(keys)))

    def test_dates_order_the_releases_of_a_process(self):
        for record in self.all_records():
            dates = [release["date"] for release in record["releases"]]
            self.assertEqual(dates, sorted(set(dates)))

    def test_the_same_log_gives_the_same_bytes_and_pages_give_the_whole(self):
        first = self.exporter.bytes_of(STORY)
        self.assertEqual(first, self.exporter.bytes_of(STORY))
        request = {"parent": STORY, "content": "OCDS_CONTENT_RELEASES", "publisher": PUBLISHER, "page_size": 1}
        paged, token = [], None
        while token != "":
            if token:
                request["page_token"] = token
            reply = json.loads(self.exporter.done("--json", "call", "reporting.ExportOcds", json.dumps(request)).stdout)
            package = json.loads(base64.b64decode(reply["package"]), parse_float=decimal.Decimal)
            self.assertLessEqual(len({release["ocid"] for release in package["releases"]}), 1)
            paged += package["releases"]
            token = reply.get("nextPageToken", reply.get("next_page_token", ""))
        self.assertEqual(paged, self.releases[STORY]["releases"])

    def test_one_process_is_found_by_its_requisition_call_and_order(self):
        for name in ("requisitions/boots-2023", "sourcingProcesses/boots-2023", "purchaseOrders/boots-2023"):
            one = self.exporter.export(PURCHASE, "--process", f"{PURCHASE}/{name}")
            self.assertEqual(one["releases"], self.releases[PURCHASE]["releases"])
        refused = self.exporter.ctl("export", "ocds", "--operation", PURCHASE, "--publisher",
                                    self.exporter.folder / "publisher.json", "-o", self.exporter.folder / "no.json",
                                    "--process", f"{PURCHASE}/purchaseOrders/shortcut")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("purchaseOrders/shortcut", refused.stderr)

    def test_as_it_was_known(self):
        dates = [release["date"] for release in self.releases[PURCHASE]["releases"]]
        known = self.exporter.export(PURCHASE, "--known-at", dates[4])
        self.assertEqual(known["releases"], self.releases[PURCHASE]["releases"][:5])
        self.assertEqual(known["publishedDate"], dates[4])

    def test_nothing_of_sealed_bids_is_told_before_their_opening(self):
        for secret in ("suppliers/", "bids", "tenderers", "numberOfTenderers", "sealed"):
            self.assertNotIn(secret, self.before_opening)
        self.assertIn("suppliers/gama", json.dumps(self.records[PURCHASE], default=str))

    def test_G12_no_person_is_named_and_who_may_not_export_cannot(self):
        text = json.dumps([self.records, self.releases], default=str)
        for person in ("/people/", "amra", "emina", "lejla", "tarik", "A-77"):
            self.assertNotIn(person, text)
        for roles, code in (("camp_manager", 1), ("donor", 0), ("procurement_officer", 0)):
            result = self.exporter.ctl("export", "ocds", "--operation", PURCHASE, "--publisher",
                                       self.exporter.folder / "publisher.json", "-o",
                                       self.exporter.folder / "role.json", roles=roles)
            self.assertEqual(result.returncode, code, result.stderr)

    def test_what_we_published_can_be_imported_and_comes_out_whole(self):
        for kind, package in (("releases", self.releases[PURCHASE]), ("records", self.records[PURCHASE]),
                              ("releases", self.releases[SHARED])):
            ours = self.exporter.folder / "ours.json"
            ours.write_text(json.dumps(package, default=float), "utf-8")
            report = json.loads(self.exporter.ctl("--json", "import", "ocds", ours, "--operation", STORY,
                                                  roles="operation_manager").stdout)
            self.assertEqual((report["unmapped"], report["refused"]), ([], []))
            out = self.exporter.folder / "again.json"
            again = self.exporter.ctl("export", "ocds", "--published", report["publishedPackage"], "-o", out,
                                      *(["--records"] if kind == "records" else []), roles="operation_manager")
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(sorted(leaves(read(out))), sorted(leaves(read(ours))))
            self.assertEqual(problems(read(out)), [])

    def test_a_wrong_publisher_is_refused_by_field(self):
        wrong = self.exporter.folder / "wrong.json"
        wrong.write_text(json.dumps({**PUBLISHER, "ocid_prefix": "ocds-X"}), "utf-8")
        result = self.exporter.ctl("export", "ocds", "--operation", PURCHASE, "--publisher", wrong, "-o",
                                   self.exporter.folder / "no.json")
        self.assertEqual(result.returncode, 1)
        self.assertIn("publisher.ocid_prefix", result.stderr)
        self.assertFalse((self.exporter.folder / "no.json").exists())


def leaves(value, path=()):
    """All leaf fields with their paths; text and numbers exactly."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, repr(value)


class CheckOcdsTest(unittest.TestCase):
    """`prihvatctl check-ocds`, which reads others' packages. Needs no server."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, package):
        (self.folder / "in.json").write_text(json.dumps(package, default=float), "utf-8")
        return subprocess.run([prihvat_server.binary("prihvatctl"), "check-ocds", self.folder / "in.json", "-o",
                               self.folder / "out.json"], capture_output=True, text=True, timeout=60, check=False)

    def sample(self):
        """The standard's own example: one process in six packages."""
        paths = sorted((ROOT / "tests/ocds/packages").glob("*.json"))
        packages = [json.loads(path.read_text("utf-8")) for path in paths]
        return {**packages[0], "releases": [release for package in packages for release in package["releases"]]}

    def test_X2_the_standards_own_example_is_read_whole_and_merged_as_the_fields_tool_does(self):
        package = self.sample()
        result = self.check(package)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("warning: publisher/uid: \"9506232.0\" ends in .0", result.stdout)
        self.assertIn("6 releases, 0 of them said twice; 1 processes can be used", result.stdout)
        out = json.loads((self.folder / "out.json").read_text("utf-8"))
        record, = out["records"]
        self.assertEqual(sorted(leaves(record["releases"])), sorted(leaves(package["releases"])))
        merger = ocdsmerge.Merger(schema("release-schema.json"))
        self.assertEqual(merger.create_compiled_release(package["releases"]), record["compiledRelease"])
        self.assertEqual(without_variants(merger.create_versioned_release(package["releases"])),
                         record["versionedRelease"])
        self.assertEqual(out["publisher"], package["publisher"])

    def test_E4_what_is_refused_is_told_and_the_exit_code_says_so(self):
        package = self.sample()
        package["releases"][2]["date"] = "2022-12-08 15:45:47.8730413"
        result = self.check(package)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertIn('refused: releases/2/date: must be a time of RFC 3339 with its offset, is the text "2022-12-08',
                      result.stdout)
        self.assertIn("is left out as a whole", result.stdout)
        self.assertEqual(json.loads((self.folder / "out.json").read_text("utf-8"))["records"], [])


class BeneficiaryExtensionTest(unittest.TestCase):
    def test_it_is_a_whole_extension_whose_schema_fits_the_standards(self):
        extension = read(BENEFICIARY / "extension.json")
        for name in ("name", "description", "documentationUrl", "contactPoint", "compatibility"):
            self.assertIn(name, extension)
        for name in extension["schemas"]:
            self.assertTrue((BENEFICIARY / name).exists())
        for name in extension["codelists"]:
            self.assertTrue((BENEFICIARY / "codelists" / name).exists())
        item = release_schema()["definitions"]["Item"]["properties"]
        self.assertIn("beneficiary", item)
        self.assertIn("quantity", item)  # laid over, not in its place
        Draft4Validator.check_schema(release_schema())


if __name__ == "__main__":
    unittest.main()
