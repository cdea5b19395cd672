#!/usr/bin/env python3
"""Runs one Python unittest module as one ctest entry: run.py NAME SCRIPT [--list] [arguments of the module ...]

Tells of its cases as a GoogleTest program does: with GTEST_OUTPUT=xml:DIR/ it leaves DIR/NAME.xml, and --list prints
the cases in the form of --gtest_list_tests. What comes after SCRIPT is the module's sys.argv[1:]. Exits 1 if a case
failed, or if there was none.
"""

import importlib.util
import os
import pathlib
import sys
import time
import unittest
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]


def use_virtual_environment():
    """Goes on in build/venv, which has what scripts/requirements.txt lists, if it is there."""
    python = ROOT / "build/venv/bin/python"
    if python.exists() and pathlib.Path(sys.prefix).resolve() != (ROOT / "build/venv").resolve():
        os.execv(python, [str(python), *sys.argv])


def load(script):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[script.stem] = module
    sys.path.insert(0, str(script.parent))
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def cases_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from cases_of(item)
        else:
            yield item


def split(case):
    """The names of the class and of the method. A module that could not be loaded has one case that says so."""
    return type(case).__name__, getattr(case, "_testMethodName", str(case))


class TellingResult(unittest.TextTestResult):
    """As unittest's, and remembers how each case ended and how long it took."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.told = []  # (class, case, "passed" | "failed" | "skipped", message, seconds)
        self._begun = 0.0
        self._worst = None

    def startTest(self, test):
        super().startTest(test)
        self._begun = time.monotonic()
        self._worst = None

    def stopTest(self, test):
        super().stopTest(test)
        outcome, message = self._worst or ("passed", "")
        self.told.append((*split(test), outcome, message, time.monotonic() - self._begun))

    def _fail(self, message):
        self._worst = ("failed", message)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        if isinstance(test, unittest.TestCase):
            self._fail(self.errors[-1][1])
        else:  # a class's or module's set-up, outside any case
            self.told.append(("Setup", str(test), "failed", self.errors[-1][1], 0.0))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(f"{subtest}: {err[1]}")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._fail("passed, though it was expected to fail")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self._worst is None:
            self._worst = ("skipped", reason)


def write_xml(told, path):
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", name=path.stem)
    for group, name, outcome, message, seconds in told:
        case = ET.SubElement(suite, "testcase", classname=group, name=name, status="run", time=f"{seconds:.3f}",
                             result="skipped" if outcome == "skipped" else "completed")
        if outcome == "failed":
            ET.SubElement(case, "failure", message=message)
        elif outcome == "skipped":
            ET.SubElement(case, "skipped", message=message)
    ET.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def main():
    use_virtual_environment()
    name, script, rest = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]
    sys.argv = [str(script), *(argument for argument in rest if argument != "--list")]
    suite = load(script)
    if "--list" in rest:
        group = None
        for case in cases_of(suite):
            if split(case)[0] != group:
                group = split(case)[0]
                print(f"{group}.")
            print(f"  {split(case)[1]}")
        return 0
    result = unittest.TextTestRunner(verbosity=2, resultclass=TellingResult).run(suite)
    output = os.environ.get("GTEST_OUTPUT", "")
    if output.startswith("xml:") and output.endswith("/"):
        folder = pathlib.Path(output[len("xml:"):])
        folder.mkdir(parents=True, exist_ok=True)
        write_xml(result.told, folder / f"{name}.xml")
    if result.testsRun == 0 and not result.errors:
        print(f"{script}: no case ran", file=sys.stderr)
        return 1
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
