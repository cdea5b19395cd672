"""The simulation must find each planted fault (mutants.py) within SEEDS seeds, and say what is wrong."""

import os
import pathlib
import subprocess
import unittest

from mutants import MUTANTS

SEEDS = 60
# What only a late seed finds is looked for from there on: the seeds before it would take most of this test's time.
FROM = {"leave_at_any_term": 44, "forget_marks": 2}
PROGRAMS = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]) / "tests"


def simulate(name):
    environment = {k: v for k, v in os.environ.items() if k not in ("GTEST_OUTPUT", "PRIHVAT_SEED")}
    environment["PRIHVAT_SEEDS"] = str(SEEDS)
    environment["PRIHVAT_FROM"] = str(FROM.get(name, 1))
    return subprocess.run(
        [PROGRAMS / f"simulation_mutant_{name}", "--gtest_filter=*ManySeeds", "--gtest_brief=1"],
        env=environment, capture_output=True, text=True, timeout=300, check=False)


class Mutants(unittest.TestCase):
    """One case a mutant, added below."""


def case(name, wanted):
    def check(self):
        run = simulate(name)
        said = run.stdout + run.stderr
        self.assertNotEqual(run.returncode, 0, f"{SEEDS} seeds did not find the planted fault {name}")
        self.assertIn(wanted, said)
    return check


for mutant, (_, _, _, said_of_it) in MUTANTS.items():
    setattr(Mutants, f"test_finds_{mutant}", case(mutant, said_of_it))


if __name__ == "__main__":
    unittest.main()
