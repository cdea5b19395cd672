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

    def assert_broken(self, assertion, *defines):
        told = explore("CRASHES=0", *defines)
        self.assertIn("errors: 1", told)
        self.assertIn(f"assertion violated {assertion}", " ".join(told.split()))
        violated = re.search(r"assertion violated +(.*) \(at depth (\d+)\)", told)
        say(f"{' '.join(defines)} is found: {violated[1]} does not hold, after {violated[2]} steps, "
            f"{states(told)} states seen")

    def test_G2_an_acknowledged_commit_is_never_void(self):
        self.assert_holds("RECORDS=5", "CRASHES=0")

    def test_G2_not_with_a_crash_either(self):
        self.assert_holds("RECORDS=4", "CRASHES=1")

    def test_G2_nor_where_an_instance_does_not_step_down(self):
        self.assert_holds("RECORDS=4", "CRASHES=0", "STUBBORN")

    def test_G3_a_command_with_a_request_id_takes_effect_once(self):
        self.assert_holds("RECORDS=4", "CRASHES=0", "REQUESTS")

    def test_one_that_is_alone_in_the_end_is_served(self):
        self.assert_holds("RECORDS=8", "CRASHES=0", "ALONE")

    def test_planted_faults_are_found(self):
        for assertion, *defines in (
                ("admitted[", "FAULT_ACK_ON_CONFIRM"),
                ("admitted[", "FAULT_ACK_UNKNOWN"),
                ("(commits_known[", "FAULT_OWN_ON_CONFIRM"),
                ("(previous_of[", "FAULT_NO_CHAIN"),
                ("((claim_at_end>0)", "FAULT_NO_CLAIM_ID", "STUBBORN"),
                ("!(admitted[", "FAULT_EQUAL_TERM"),
                ("!(admitted[", "FAULT_VACATE_ANY_TERM"),
                ("(effect==0)", "FAULT_FORGET_REQUESTS", "REQUESTS"),
                ("(effect==0)", "FAULT_FORGET_BATCH", "REQUESTS"),
                ("served", "FAULT_SAME_TERM", "ALONE", "RECORDS=8"),
                ("served", "FAULT_NEVER_GIVE_UP", "ALONE", "RECORDS=8"),
                ("served", "FAULT_CLAIM_ONCE", "ALONE", "RECORDS=8")):
            with self.subTest(defines):
                self.assert_broken(assertion, *defines)

    def test_the_model_reaches_what_it_is_about(self):
        for goal in (("GOAL_BOTH_ACKNOWLEDGE",), ("GOAL_VOID_COMMIT",), ("GOAL_SECOND_OF_BATCH_ALONE",),
                     ("GOAL_ACKNOWLEDGE_AFTER_LEAVING",), ("GOAL_REPEAT_ELSEWHERE", "REQUESTS"),
                     ("GOAL_LAST_CLAIM", "ALONE", "RECORDS=8")):
            with self.subTest(goal):
                self.assertIn("errors: 1", explore("CRASHES=0", *goal))
                say(f"{goal[0]} is reached")


if __name__ == "__main__":
    unittest.main(verbosity=0)
