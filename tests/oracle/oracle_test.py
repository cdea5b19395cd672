"""The oracle against figures known by other means, and the histories against themselves."""

import datetime
import pathlib
import unittest
from fractions import Fraction

import exact
import generate
import oracle
import scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
OP = "operations/ba"


def steps_of(*told):
    """Steps from (local time, call, request)."""
    return [scenario.Step("", "", datetime.datetime.fromisoformat(at), call, request, False)
            for at, call, request in told]


class Exact(unittest.TestCase):
    def test_WorkedCase_170900KmIs87379_78Eur(self):
        self.assertEqual(exact.in_euro(17_090_000, "BAM"), 8_737_978)
        self.assertEqual(exact.in_euro(72_500_000, "BAM"), 37_068_661)
        self.assertEqual(exact.in_euro(89_590_000, "BAM"), 45_806_640)
        self.assertIsNone(exact.in_euro(100, "USD"))

    def test_INV02_lines_sum_to_the_total_that_was_converted_once(self):
        self.assertEqual(exact.convert_lines([5_696_667, 5_696_667, 5_696_666]), [2_912_660, 2_912_659, 2_912_659])
        self.assertEqual(exact.allocate(732_849, [135_713, 135_713, 271_425]), [183_213, 183_212, 366_424])

    def test_half_goes_up_away_from_zero(self):
        self.assertEqual([exact.half_up(Fraction(n, 2)) for n in (1, 3, -1, -3)], [1, 2, -1, -2])


class Story(unittest.TestCase):
    """The story of the two donations, whose totals are published."""

    def setUp(self):
        self.steps = scenario.read((ROOT / "scenarios/bih-2023.yaml").read_text(encoding="utf-8"))

    def test_WorkedCase_both_donations_together(self):
        project = f"{OP}/projects/migration-response"
        summary = oracle.Oracle(self.steps).donor_summary(project=project)
        self.assertEqual(summary["totals"]["BAM"]["handed_over"], 89_590_000)
        self.assertEqual([one["value_eur"] for one in summary["certificates"].values()], [37_068_661, 8_737_978])
        self.assertEqual(summary["eur"], {"total": 45_806_640, "sum_of_documents": 45_806_639,
                                          "rounding_difference": 1, "unconverted_documents": 0})

    def test_before_july_only_the_vehicles_were_handed_over(self):
        as_of = datetime.datetime.fromisoformat("2023-07-01T00:00:00+02:00")
        rows = oracle.Oracle(self.steps, as_of).line_of_sight(recipient="organisations/dcpb")["rows"]
        self.assertEqual(len(rows), 10)


class Centre(unittest.TestCase):
    def summary(self, *moves):
        told = [("2024-03-01T08:00:00+01:00", "procurement.CreateOperation", {"time_zone": "Europe/Sarajevo"}),
                ("2024-03-01T09:00:00+01:00", "reception.CreateCentre",
                 {"parent": OP, "centre_id": "c", "centre": {"display_name": "C"}}), *moves]
        return oracle.Oracle(steps_of(*told)).centre_summary(
            f"{OP}/centres/c", datetime.date(2024, 3, 29), datetime.date(2024, 4, 2))

    def check_in(self, at, stay="s"):
        return (at, "reception.CheckIn", {"parent": OP, "stay_id": stay, "person": f"{OP}/persons/{stay}",
                                          "centre": f"{OP}/centres/c"})

    def check_out(self, at, stay="s"):
        return at, "reception.CheckOut", {"name": f"{OP}/stays/{stay}", "reason": "EXIT_REASON_DEPARTED"}

    def test_INV25_T11_two_nights_over_the_change_of_the_clocks(self):
        summary = self.summary(self.check_in("2024-03-30T23:00:00+01:00"), self.check_out("2024-04-01T22:00:00+02:00"))
        self.assertEqual(summary["nights"], 2)
        self.assertEqual(summary["closings"], [0, 1, 1, 0, 0])

    def test_INV22_what_happens_at_midnight_belongs_to_the_day_that_begins(self):
        summary = self.summary(self.check_in("2024-03-31T00:00:00+01:00"),
                               self.check_in("2024-03-30T12:00:00+01:00", "t"),
                               self.check_out("2024-03-31T00:00:00+01:00", "t"))
        self.assertEqual(summary["closings"][:3], [0, 1, 1])


class Histories(unittest.TestCase):
    def test_the_same_seed_gives_the_same_file_and_another_seed_another(self):
        self.assertEqual(generate.write(generate.generate(7)), generate.write(generate.generate(7)))
        self.assertNotEqual(generate.write(generate.generate(7)), generate.write(generate.generate(8)))

    def test_what_is_seen_is_what_was_spent_and_centres_reconcile(self):
        met = set()
        for seed in range(20):
            steps = scenario.read(generate.write(generate.generate(seed)))
            met |= {step.call for step in steps}
            told = oracle.Oracle(steps)
            spent = {currency: total["spent"] for currency, total in told.donor_summary()["totals"].items()}
            seen = {currency: value for currency, (value, _) in told.line_of_sight()["values"].items()}
            self.assertEqual(seen, {currency: value for currency, value in spent.items() if value}, f"seed {seed}")
            for centre in told.centres:
                self.reconcile(told.centre_summary(centre, datetime.date(2023, 10, 1), datetime.date(2024, 5, 1)), seed)
        # Whatever the generator can tell, it has told by now.
        self.assertGreaterEqual(len(met), 38, sorted(met))

    def reconcile(self, summary, seed):
        moves = summary["movements"]
        entries = sum(moves.get(kind, 0) for kind in oracle.Oracle.ENTRIES)
        exits = sum(moves.values()) - entries
        self.assertEqual(summary["opening"] + entries - exits, summary["closing"], f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
