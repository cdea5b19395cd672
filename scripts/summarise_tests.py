#!/usr/bin/env python3
"""Sums the test cases of one ctest run: summarise_tests.py CTEST_JUNIT CASES_DIR [--ctest-status N]

CTEST_JUNIT is what `ctest --output-junit` wrote, an element for each entry (a test program). CASES_DIR holds what the
programs wrote themselves with GTEST_OUTPUT=xml:CASES_DIR/, an element for each case. An entry that failed without
telling of a failed case (a crash, a time-out, a sanitizer's report) counts as one failed case more. An entry that
passed and is no teller of cases (a plain program) counts as one passed.

Prints the failed cases and closes with "N passed, N failed[, N skipped]". Exits 1 if any failed or none ran.
"""

import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree as ET


class Tally:
    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failures = []


def count_file(path, tally):
    """Adds the cases of one program's XML. Returns how many of them failed, or None if the file is damaged."""
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError:
        return None
    failed = 0
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failures.append(name)
            failed += 1
        elif case.get("status") == "notrun":
            continue  # disabled, or another shard's
        elif case.get("result") == "skipped" or case.find("skipped") is not None:
            tally.skipped += 1
        else:
            tally.passed += 1
    return failed


def program_of(path):
    """The program that wrote `path`: gtest appends _1, _2 ... where the name is taken."""
    return re.sub(r"_\d+$", "", path.stem)


def summarise(junit, cases):
    tally = Tally()
    failed_of = {}  # program -> cases that failed
    damaged = set()
    for path in sorted(cases.glob("*.xml")):
        failed = count_file(path, tally)
        if failed is None:
            damaged.add(program_of(path))
        else:
            failed_of[program_of(path)] = failed_of.get(program_of(path), 0) + failed
    for entry in ET.parse(junit).getroot().iter("testcase"):
        name, status = entry.get("name"), entry.get("status")
        if status in ("notrun", "disabled") and entry.find("failure") is None:
            if status == "notrun":
                tally.failures.append(f"{name} (not run: is it built?)")
            continue
        if entry.find("failure") is not None or status == "fail":
            if not failed_of.get(name):
                reason = entry.find("failure")
                said = reason.get("message", "") if reason is not None else ""
                tally.failures.append(f"{name} (the program failed{': ' + said if said else ''})")
        elif name in damaged:
            tally.failures.append(f"{name} (its list of cases is damaged)")
        elif name not in failed_of:
            tally.passed += 1
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("junit", type=pathlib.Path)
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("--ctest-status", type=int, default=0, help="what ctest exited with")
    arguments = parser.parse_args()
    if not arguments.junit.exists():
        print("no results: ctest wrote no list of entries")
        print("0 passed, 1 failed")
        return 1
    tally = summarise(arguments.junit, arguments.cases)
    if arguments.ctest_status != 0 and not tally.failures:
        tally.failures.append(f"ctest (exit status {arguments.ctest_status})")
    for failure in tally.failures:
        print(f"FAILED {failure}")
    closing = f"{tally.passed} passed, {len(tally.failures)} failed"
    if tally.skipped:
        closing += f", {tally.skipped} skipped"
    print(closing)
    return 1 if tally.failures or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
