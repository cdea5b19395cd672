"""The checker of histories finds what it is there for, and nothing else."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check.sh").resolve()
BUILD = pathlib.Path(os.environ.get("PRIHVAT_BUILD_DIR", tempfile.gettempdir())) / "linearizability"


def write(value, call, done, offset=-1, outcome="ok", request_id=None, exact=True, key="centres/a"):
    return {"operation": "operations/ba", "key": key, "kind": "write", "request_id": request_id or f"w-{value}",
            "value": value, "call": call, "return": done, "outcome": outcome, "offset": offset,
            "exact": exact and offset >= 0, "token": -1}


def read(value, call, done, offset, token=-1, key="centres/a"):
    return {"operation": "operations/ba", "key": key, "kind": "read", "request_id": "", "value": value, "call": call,
            "return": done, "outcome": "ok", "offset": offset, "exact": False, "token": token}


def rejection(value, call, done, offset, token=-1, key="centres/a"):
    """Of an edit of `value`, which is said to be there no more."""
    return {"operation": "operations/ba", "key": key, "kind": "rejection", "request_id": f"e-{call}", "value": value,
            "call": call, "return": done, "outcome": "ok", "offset": offset, "exact": False, "token": token}


class Checker(unittest.TestCase):
    def check(self, *calls):
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=BUILD, suffix=".jsonl") as history:
            for call in calls:
                history.write(json.dumps(call) + "\n")
            history.flush()
            return subprocess.run([CHECK, BUILD, history.name], capture_output=True, text=True, check=False)

    def assert_fine(self, *calls):
        done = self.check(*calls)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("linearizable:", done.stdout)

    def assert_found(self, what, *calls):
        done = self.check(*calls)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(what, done.stdout)

    def test_what_is_promised_is_fine(self):
        self.assert_fine(
            read("", 1, 2, 4),
            write("1", 10, 20, 5),
            write("2", 12, 30, 7),  # at the same time as the first
            read("2", 31, 35, 8, token=7),
            read("1", 40, 45, 6),  # of the past, as its position says
            write("x", 32, 33, 9, key="centres/b"),
        )

    def test_G1_a_lost_acknowledged_write_is_found(self):
        self.assert_found("centres/a: what was written and read is not linearizable",
                          write("1", 10, 20, 5), write("2", 30, 40, 7), read("1", 50, 60, 9))

    def test_G5_a_read_older_than_its_token_is_found(self):
        self.assert_found("read with a token for offset 7, answered as of 6",
                          write("1", 10, 20, 5), write("2", 30, 40, 7), read("1", 50, 60, 6, token=7))

    def test_a_read_of_what_was_never_written_is_found(self):
        self.assert_found("not linearizable", write("1", 10, 20, 5), read("3", 50, 60, 6))

    def test_a_read_of_what_is_written_only_later_is_found(self):
        self.assert_found("not linearizable", read("1", 1, 5, 6), write("1", 10, 20, 5))

    def test_writes_whose_positions_contradict_their_order_are_found(self):
        self.assert_found("the order of its writes contradicts their positions",
                          write("1", 10, 20, 9), write("x", 30, 40, 7, key="centres/b"))

    def test_a_write_that_was_promised_to_be_nothing_is_found(self):
        self.assert_found("not linearizable", write("1", 10, 20, outcome="nothing"), read("1", 50, 60, 6))

    def test_an_unknown_outcome_may_have_happened_or_not_and_late(self):
        open_one = write("1", 10, 20, outcome="unknown")
        self.assert_fine(open_one, write("2", 30, 40, 7), read("2", 50, 60, 8))
        self.assert_fine(open_one, write("2", 30, 40, 7), read("1", 50, 60, 9))

    def test_many_that_were_never_answered_do_not_drown_it(self):
        never = [write(f"n{i}", i, 1000, outcome="unknown") for i in range(200)]
        told = [write(str(i), 300 + 10 * i, 305 + 10 * i, 5 + 2 * i) for i in range(20)]
        self.assert_fine(*never, *told, read("19", 600, 610, 60))
        self.assert_found("not linearizable (Illegal)", *never, *told, read("18", 600, 610, 60))

    def test_many_that_were_answered_only_in_the_end_do_not_drown_it(self):
        # Each of 60 was called while an edit or a write went on, was never answered, and is settled after all of them.
        late = [attempt for i in range(60) for attempt in (
            write(f"n{i}", 300 + i, 400 + i, outcome="unknown", request_id=f"late-{i}"),
            write(f"n{i}", 5000, 5010, 900, request_id=f"late-{i}", exact=False))]
        told = [write(str(i), 310 + 10 * i, 315 + 10 * i, 5 + 2 * i) for i in range(60)]
        replaced = ["59", *(f"e{i}" for i in range(39))]
        edits = [dict(write(f"e{i}", 1000 + 10 * i, 1005 + 10 * i, 200 + 2 * i), expected=value)
                 for i, value in enumerate(replaced)]
        seen = [read(f"n{i}", 2000 + 10 * i, 2005 + 10 * i, 300 + 2 * i) for i in range(10)]
        self.assert_fine(*late, *told, *edits, *seen)
        self.assert_found("not linearizable (Illegal)", *late, *told, *edits, *seen, read("e38", 4000, 4010, 400))

    def test_a_retry_that_is_acknowledged_closes_what_was_open(self):
        attempts = [write("1", 10, 20, outcome="unknown", request_id="r"),
                    write("1", 25, 28, 6, request_id="r", exact=False)]
        self.assert_fine(*attempts, write("2", 30, 40, 7), read("2", 50, 60, 8))
        self.assert_found("not linearizable", *attempts, write("2", 30, 40, 7), read("1", 50, 60, 9))

    def test_G5_a_rejection_must_be_true_at_the_position_that_it_carries(self):
        both = [write("1", 10, 20, 5), write("2", 30, 40, 8)]
        self.assert_fine(*both, rejection("1", 41, 45, 9), rejection("1", 12, 45, 8), rejection("2", 21, 25, 7))
        self.assert_found('as of offset 7 for not holding "1", which it held', *both, rejection("1", 21, 25, 7))
        self.assert_found('as of offset 9 for not holding "2", which it held', *both, rejection("2", 41, 45, 9))
        # Another resource's write replaces nothing.
        self.assert_found("rejected as of offset 7", write("1", 10, 20, 5), write("x", 22, 23, 6, key="centres/b"),
                          rejection("1", 24, 25, 7))

    def test_G5_a_rejection_older_than_its_token_is_found(self):
        self.assert_found("rejected with a token for offset 5, as of 4",
                          write("1", 10, 20, 5), rejection("1", 21, 25, 4, token=5))

    def test_a_rejection_may_be_of_a_write_that_was_never_answered(self):
        first, late = write("1", 10, 20, 5), rejection("1", 24, 25, 7)
        self.assert_fine(first, write("2", 21, 22, outcome="unknown"), late)
        # It was called once offset 7 had been answered, so it comes after that.
        self.assert_found("rejected as of offset 7", first, read("1", 21, 22, 7), write("2", 23, 26, outcome="unknown"),
                          rejection("1", 24, 27, 7))

    def test_G7_an_edit_of_what_had_been_replaced_is_found(self):
        both = [write("1", 10, 20, 5), write("2", 30, 40, 7)]
        self.assert_fine(*both, dict(write("3", 50, 60, 9), expected="2"))
        self.assert_found("not linearizable", *both, dict(write("3", 50, 60, 9), expected="1"))
        # One that was never answered may have been refused, or have been done before.
        unanswered = dict(write("3", 15, 60, outcome="unknown"), expected="1")
        self.assert_fine(*both, unanswered, read("2", 61, 70, 9))
        self.assert_fine(write("1", 10, 20, 5), unanswered, read("3", 61, 70, 9))
        self.assert_found("not linearizable", *both, dict(unanswered, call=41), read("3", 61, 70, 9))

    def test_a_history_that_cannot_be_read_is_said_to_be_one(self):
        done = self.check({"kind": "read", "outcome": "perhaps"})
        self.assertEqual(done.returncode, 2)
        self.assertIn('outcome "perhaps" is none of', done.stderr)


if __name__ == "__main__":
    unittest.main()
