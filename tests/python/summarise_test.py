"""Tests of scripts/summarise_tests.py and of run.py: what is counted, and that nothing which failed is lost."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

GTEST = """<testsuites><testsuite name="Money">
<testcase name="A" classname="Money" status="run" result="completed"/>
<testcase name="B" classname="Money" status="run" result="completed"/>
<testcase name="DISABLED_C" classname="Money" status="notrun" result="suppressed"/>
<testcase name="D" classname="Money" status="run" result="skipped"/>
{more}</testsuite></testsuites>"""
FAILED_CASE = ('<testcase name="E" classname="Money" status="run" result="completed">'
               '<failure message="1 != 2"/></testcase>')


class Summarise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "cases").mkdir()

    def entries(self, **status_of):
        text = "".join(
            f'<testcase name="{name}" status="{status}">'
            + ('<failure message="SEGFAULT"/>' if status == "fail" else "") + "</testcase>"
            for name, status in status_of.items())
        (self.folder / "ctest.xml").write_text(f"<testsuite>{text}</testsuite>")

    def cases(self, name, text):
        (self.folder / "cases" / f"{name}.xml").write_text(text)

    def summarise(self, *more):
        done = subprocess.run(
            [sys.executable, ROOT / "scripts/summarise_tests.py", self.folder / "ctest.xml", self.folder / "cases",
             *more], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()

    def test_counts_cases_and_not_programs(self):
        self.entries(money_test="run")
        self.cases("money_test", GTEST.format(more=""))
        self.assertEqual(self.summarise(), (0, ["2 passed, 0 failed, 1 skipped"]))

    def test_a_failed_case_is_named_and_counted_once(self):
        self.entries(money_test="fail")
        self.cases("money_test", GTEST.format(more=FAILED_CASE))
        self.assertEqual(self.summarise("--ctest-status", "8"),
                         (1, ["FAILED Money.E", "2 passed, 1 failed, 1 skipped"]))

    def test_a_program_that_crashed_counts_as_failed(self):
        self.entries(money_test="run", log_test="fail")
        self.cases("money_test", GTEST.format(more=""))
        status, lines = self.summarise("--ctest-status", "8")
        self.assertEqual(status, 1)
        self.assertEqual(lines, ["FAILED log_test (the program failed: SEGFAULT)", "2 passed, 1 failed, 1 skipped"])

    def test_a_sanitizers_report_after_good_cases_counts_as_failed(self):
        self.entries(money_test="fail")
        self.cases("money_test", GTEST.format(more=""))
        self.assertEqual(self.summarise("--ctest-status", "8")[1][-1], "2 passed, 1 failed, 1 skipped")

    def test_a_damaged_list_counts_as_failed(self):
        self.entries(money_test="run")
        self.cases("money_test", GTEST.format(more="")[:200])
        self.assertEqual(self.summarise()[1][-1], "0 passed, 1 failed")

    def test_a_program_that_is_not_built_counts_as_failed(self):
        self.entries(money_test="run", other_test="notrun")
        self.cases("money_test", GTEST.format(more=""))
        self.assertEqual(self.summarise()[0], 1)

    def test_a_plain_program_is_one_case(self):
        self.entries(plain="run")
        self.assertEqual(self.summarise(), (0, ["1 passed, 0 failed"]))

    def test_ctests_own_failure_is_not_lost(self):
        self.entries(plain="run")
        self.assertEqual(self.summarise("--ctest-status", "8")[0], 1)

    def test_none_ran_is_an_error(self):
        self.entries()
        self.assertEqual(self.summarise(), (1, ["0 passed, 0 failed"]))

    def test_no_results_are_an_error(self):
        self.assertEqual(self.summarise()[0], 1)


MODULE = """import unittest
class Sums(unittest.TestCase):
    def test_good(self): self.assertEqual(1 + 1, 2)
    def test_bad(self): self.assertEqual(1 + 1, {two})
    def test_parts(self):
        for part in (1, 2):
            with self.subTest(part): self.assertLess(part, {two} + 1)
    @unittest.skip("later")
    def test_later(self): pass
"""


class Runner(unittest.TestCase):
    def run_module(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "sums_test.py"
            script.write_text(text)
            cases = pathlib.Path(folder) / "cases"
            done = subprocess.run(
                [sys.executable, ROOT / "tests/python/run.py", "sums", script, *arguments], capture_output=True,
                text=True, check=False, env={**os.environ, "GTEST_OUTPUT": f"xml:{cases}/"})
            xml = cases / "sums.xml"
            return done, xml.read_text() if xml.exists() else ""

    def test_good_cases_pass(self):
        done, xml = self.run_module(MODULE.format(two=2))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(xml.count("<testcase"), 4)
        self.assertEqual(xml.count("<failure"), 0)
        self.assertEqual(xml.count('result="skipped"'), 1)

    def test_bad_cases_fail_and_are_told(self):
        done, xml = self.run_module(MODULE.format(two=1))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(xml.count("<failure"), 2)

    def test_a_module_that_does_not_load_fails(self):
        self.assertNotEqual(self.run_module("import no_such_module")[0].returncode, 0)

    def test_a_failed_class_set_up_is_told(self):
        text = MODULE.format(two=2) + "    @classmethod\n    def setUpClass(cls): raise OSError('no disk')\n"
        done, xml = self.run_module(text)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(xml.count("<failure"), 1)

    def test_no_case_is_an_error(self):
        self.assertEqual(self.run_module("")[0].returncode, 1)

    def test_lists_as_gtest_does(self):
        done, _ = self.run_module(MODULE.format(two=2), "--list")
        self.assertEqual(done.stdout.splitlines()[:2], ["Sums.", "  test_bad"])


if __name__ == "__main__":
    unittest.main()
