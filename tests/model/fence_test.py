"""The term fence's model holds for every interleaving, and planted faults break it. Each case prints what it shows."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

MODEL = pathlib.Path(__file__).with_name("fence.pml").resolve()


def explore(*defines):
    """Every state of the model; spin's account of it. Defines are given as NAME or NAME=value."""
    flags = [f"-D{define}" for define in defines]
    build = pathlib.Path(os.environ.get("PRIHVAT_BUILD_DIR", tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(dir=build) as folder:
        subprocess.run(["spin", "-a", *flags, MODEL], cwd=folder, check=True, capture_output=True, text=True)
        subprocess.run(["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=1024", "-o", "pan", "pan.c"], cwd=folder,
                       check=True, capture_output=True, text=True)
        done = subprocess.run(["./pan", "-m100000", "-w22"], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def states(told):
    return int(re.search(r"(\d+) states, stored", told)[1])


def say(*words):
    print("model:", *words, flush=True)


class Fence(unittest.TestCase):
    def assert_holds(self, *defines):
        told = explore(*defines)
        self.assertIn("errors: 0", told)
        self.assertNotIn("Search not completed", told)  # for want of memory or depth
        self.assertNotIn("max search depth too small", told)
        say(f"holds in each of {states(told)} states with", *defines)

    def assert_broken(self, define, assertion):
        told = explore("CRASHES=0", define)
        self.assertIn("errors: 1", told)
        self.assertIn(f"assertion violated {assertion}", " ".join(told.split()))
        violated = re.search(r"assertion violated +(.*) \(at depth (\d+)\)", told)
        say(f"{define} is found: {violated[1]} does not hold, after {violated[2]} steps, {states(told)} states seen")

    def test_G2_an_acknowledged_commit_is_never_void(self):
        self.assert_holds("RECORDS=5", "CRASHES=0")

    def test_G2_not_with_a_crash_either(self):
        self.assert_holds("RECORDS=4", "CRASHES=1")

    def test_acknowledging_what_is_only_confirmed_is_found(self):
        self.assert_broken("FAULT_ACK_ON_CONFIRM", "admitted[")

    def test_a_reader_that_does_not_compare_chains_is_found(self):
        self.assert_broken("FAULT_NO_CHAIN", "(previous_of[")

    def test_a_reader_that_admits_an_equal_term_is_found(self):
        self.assert_broken("FAULT_EQUAL_TERM", "!(admitted[")

    def test_a_reader_that_believes_late_leavers_is_found(self):
        self.assert_broken("FAULT_VACATE_ANY_TERM", "!(admitted[")

    def test_the_model_reaches_what_it_is_about(self):
        for goal in ("GOAL_BOTH_ACKNOWLEDGE", "GOAL_VOID_COMMIT", "GOAL_SECOND_OF_BATCH_ALONE",
                     "GOAL_ACKNOWLEDGE_AFTER_LEAVING"):
            with self.subTest(goal):
                self.assertIn("errors: 1", explore("CRASHES=0", goal))
                say(f"{goal} is reached")


if __name__ == "__main__":
    unittest.main(verbosity=0)
