"""What the code claims has a running test, and the checker sees what has none."""

import os
import pathlib
import tempfile
import textwrap
import unittest

import invariants


class ThisRepository(unittest.TestCase):
    """Needs every test program built, as `make test` leaves them."""

    @classmethod
    def setUpClass(cls):
        cls.catalogue = invariants.Catalogue()
        cls.tests = list(invariants.running_tests(os.environ["PRIHVAT_BUILD_DIR"]))

    def test_what_is_claimed_is_tested(self):
        claimed = invariants.claims(invariants.ROOT)
        by_id, wrong = invariants.compare(self.catalogue, claimed, self.tests)
        print("\n" + "\n".join(invariants.table(self.catalogue, by_id, claimed)))
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_the_lists_are_read(self):
        self.assertGreater(len(self.tests), 200)
        for name in ("base_test: Money.INV01_WorkedCase_170900KmIs87379_78Eur",
                     "invariants_test: ThisRepository.test_the_lists_are_read"):
            self.assertIn(name, self.tests)

    def test_claims_are_read(self):
        self.assertTrue({"INV01", "INV13", "INV34"} <= set(invariants.claims(invariants.ROOT)))


class TheCatalogue(unittest.TestCase):
    def test_has_every_invariant_and_guarantee(self):
        text = invariants.Catalogue().text
        for number in range(1, 41):
            self.assertIn(f"INV{number:02d}", text)
        for number in range(1, 15):
            self.assertIn(f"G{number}", text)

    def test_its_ids_can_be_written_in_the_name_of_a_test(self):
        for id_, line in invariants.Catalogue().text.items():
            self.assertTrue(invariants.ID.fullmatch(id_), id_)
            self.assertNotIn("\n", line)


class Claims(unittest.TestCase):
    def claims(self, file, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / file
            path.parent.mkdir(parents=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            return invariants.claims(pathlib.Path(folder))

    def test_an_invariant_in_code_and_in_both_spellings(self):
        self.assertEqual(self.claims("libs/a/b.cc", """\
            // INV-07: never more than was ordered.
            const char* kText = "INV12";
            """), {"INV07": "libs/a/b.cc:1", "INV12": "libs/a/b.cc:2"})

    def test_cases_by_word_or_in_brackets(self):
        self.assertEqual(set(self.claims("services/a/b.h", """\
            // As in case P1; cases F2, T11 and W05.
            // Rounds half up (INV01, F6) and not down (G3).
            """)), {"P1", "F2", "T11", "W05", "INV01", "F6", "G3"})

    def test_cells_paper_and_code_claim_nothing(self):
        self.assertEqual(self.claims("libs/a/b.cc", """\
            // The text in cell A1 of an A4 page; container B12.
            Check(A1, "case P1 (F2) G3");
            """), {})

    def test_documents_claim(self):
        self.assertEqual(self.claims("docs/a.md", "G2 holds, and case K3.\n"),
                         {"G2": "docs/a.md:1", "K3": "docs/a.md:1"})

    def test_protos_claim(self):
        self.assertEqual(set(self.claims("protos/prihvat/a/v1/a.proto", "// INV20.\n")), {"INV20"})

    def test_tests_claim_nothing(self):
        for file in ("libs/a/b_test.cc", "tests/e2e/story.py", "libs/testkit/world.h", "libs/a/testing/log.h"):
            self.assertEqual(self.claims(file, "// INV07\n# INV07\n"), {}, file)


class Names(unittest.TestCase):
    def ids(self, name):
        ids, unknown = invariants.ids_in_name(f"program: {name}", invariants.Catalogue())
        return sorted(ids), unknown

    def test_ids_lead_the_name(self):
        self.assertEqual(self.ids("Money.INV02_F6_ThirdsOfTheDonation"), (["F6", "INV02"], []))
        self.assertEqual(self.ids("Ledger.test_INV03_two_at_once"), (["INV03"], []))
        self.assertEqual(self.ids("Kafka/EventLogContract/0.G1_AcknowledgedSurvives"), (["G1"], []))
        self.assertEqual(self.ids("Sizes/Certificates.X1_EverySerial/120Items"), (["X1"], []))
        self.assertEqual(self.ids("INV19_Responsibility.NoGap"), (["INV19"], []))
        self.assertEqual(self.ids("Csv.W05_Refused"), (["W05"], []))

    def test_worked_cases_are_told_apart_by_what_follows(self):
        self.assertEqual(self.ids("Money.INV01_WorkedCase_170900KmIs87379_78Eur"), (["INV01", "W01"], []))

    def test_other_names_name_nothing(self):
        self.assertEqual(self.ids("Xlsx.CellA1IsText"), ([], []))
        self.assertEqual(self.ids("Xlsx.Writes_A1_First"), ([], []))

    def test_unknown_ids_are_told(self):
        self.assertEqual(self.ids("Money.INV41_NoSuchRule"), ([], ["INV41"]))
        self.assertEqual(self.ids("Money.INV7_WithoutItsZero"), ([], ["INV7"]))
        self.assertEqual(self.ids("Money.F6_P99_Both"), (["F6"], ["P99"]))
        self.assertEqual(self.ids("Money.WorkedCase_NobodyKnows"), ([], ["WorkedCase_NobodyKnows"]))


class Lists(unittest.TestCase):
    def test_groups_parameters_and_disabled_ones(self):
        text = ("Running main() from gtest_main.cc\nA.\n  One\n  DISABLED_Two\nSizes/B.\n"
                "  Three/0  # GetParam() = 1.\nDISABLED_C.\n  Four\n")
        self.assertEqual(list(invariants.parse_list(text, "x")), ["x: A.One", "x: Sizes/B.Three/0"])


class Comparison(unittest.TestCase):
    def compare(self, claimed, *tests):
        return invariants.compare(invariants.Catalogue(), claimed, tests)

    def test_a_claim_without_a_test_is_wrong(self):
        by_id, wrong = self.compare({"INV07": "libs/a.h:3"}, "a: A.INV08_Other")
        self.assertEqual(len(wrong), 1)
        self.assertIn("libs/a.h:3 claims INV07, and no running test is named after it", wrong[0])
        self.assertEqual(by_id["INV08"], ["a: A.INV08_Other"])

    def test_a_claim_with_a_test_is_right(self):
        self.assertEqual(self.compare({"INV07": "libs/a.h:3"}, "a: A.INV07_Sum")[1], [])

    def test_unknown_ids_are_wrong_on_both_sides(self):
        _, wrong = self.compare({"INV99": "libs/a.h:3"}, "a: A.P88_Sum")
        self.assertEqual(len(wrong), 2)

    def test_the_table_says_which_have_none(self):
        catalogue = invariants.Catalogue()
        by_id, _ = self.compare({}, "a: A.INV07_Sum")
        lines = list(invariants.table(catalogue, by_id, {}))
        self.assertTrue(any(line.startswith("INV07    1 tests") for line in lines))
        self.assertTrue(any(line.startswith("INV08    no test") for line in lines))
        self.assertEqual(lines[-1], f"1 of {len(catalogue.text)} have a running test")


if __name__ == "__main__":
    unittest.main()
