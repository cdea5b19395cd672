#!/usr/bin/env python3
"""Which invariants, cases and guarantees have a running test: invariants.py --build-dir build/release

Reads three things. catalogue.yaml: the ids there are. The sources: which ids the code and its documents claim. The test
programs themselves, asked for their lists: which ids running tests are named after. Prints a table, and everything that
is wrong: an id that is claimed and has no test, an id that is in no catalogue. Exits 1 if anything is wrong.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOGUE = pathlib.Path(__file__).with_name("catalogue.yaml")

# A case's id in a test's name: INV07, G3, P1, W05.
ID = re.compile(r"INV\d+|[ABEFGKPSTWX]\d{1,2}")
# In text INV07 may be written INV-07. It and G3 say what they are; P1 or A4 could be a cell or a sheet of paper, so a
# case is claimed by "case P1", "cases P1, F2 and W05" or in brackets: (P1), (INV07, P1).
INVARIANT_IN_TEXT = re.compile(r"\bINV[-_ ]?(\d+)(?!\d)")
GUARANTEE_IN_TEXT = re.compile(r"\bG\d{1,2}\b(?!-G)")
CASES_IN_TEXT = re.compile(r"\b(?:cases?|CASES?)\s+((?:[ABEFKPSTWX]\d{1,2}\b(?:,\s*|\s+and\s+|\s+or\s+)?)+)")
BRACKET_IN_TEXT = re.compile(r"\(((?:(?:INV[-_ ]?\d+|[ABEFGKPSTWX]\d{1,2})(?:,\s*|\s+and\s+)?)+)\)")
CASE = re.compile(r"\b[ABEFKPSTWX]\d{1,2}\b")

COMMENT = {".cc": r"//(.*)", ".h": r"//(.*)", ".proto": r"//(.*)", ".py": r"#(.*)", ".sh": r"#(.*)", ".yaml": r"#(.*)",
           ".cmake": r"#(.*)", ".txt": r"#(.*)", ".md": r"(.*)"}
CLAIMING_FOLDERS = ["libs", "services", "protos", "cmake", "scripts", "scenarios", "deploy", "docs"]


class Catalogue:
    def __init__(self, path=CATALOGUE):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.text = {}  # id -> one line
        self.worked = {}  # id -> pattern of the rest of a test's name
        for kind in ("invariants", "guarantees"):
            self.text.update(data[kind])
        for kind in ("cases", "worked"):
            for id_, case in data[kind].items():
                self.text[id_] = f"{case['given']} -> {case['right']}"
        for id_, case in data["worked"].items():
            self.worked[id_] = re.compile(case["match"], re.IGNORECASE)


def is_test_file(path):
    """Tests are the answer to claims, and may speak of ids as they like."""
    return (path.parts[0] == "tests" or path.stem.endswith("_test") or "testing" in path.parts or "tests" in path.parts
            or path.parts[:2] == ("libs", "testkit"))


def claims_in(line, suffix):
    """The ids that one line of a file claims."""
    found = {f"INV{int(number):02d}" for number in INVARIANT_IN_TEXT.findall(line)}
    comment = re.search(COMMENT.get(suffix, r"(?!)"), line)
    if comment:
        text = comment.group(1)
        found.update(GUARANTEE_IN_TEXT.findall(text))
        for pattern in (CASES_IN_TEXT, BRACKET_IN_TEXT):
            for listed in pattern.findall(text):
                found.update(CASE.findall(listed))
    return found


def claims(root):
    """{id: "file:line" of its first claim} over the code and the documents."""
    first = {}
    paths = [path for folder in CLAIMING_FOLDERS for path in sorted((root / folder).rglob("*"))]
    for path in [*sorted(root.glob("*.md")), *paths]:
        relative = path.relative_to(root)
        if path.suffix not in COMMENT or not path.is_file() or is_test_file(relative):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for id_ in claims_in(line, path.suffix):
                first.setdefault(id_, f"{relative}:{number}")
    return first


def parse_list(text, program):
    """The cases in the output of --gtest_list_tests, as `program: Group.Case`; disabled ones are not running."""
    group = ""
    for line in text.splitlines():
        name = line.split("#")[0].rstrip()
        if line.startswith("  ") and group:
            case = name.strip()
            if not any(part.startswith("DISABLED_") for part in re.split(r"[./]", group + case)):
                yield f"{program}: {group}{case}"
        elif name.endswith("."):
            group = name


def running_tests(build_dir):
    """Every case that ctest would run in `build_dir`. A plain program counts as one, by the name of its entry."""
    shown = subprocess.run(["ctest", "--test-dir", str(build_dir), "--show-only=json-v1"], capture_output=True,
                           text=True, check=True)
    for entry in json.loads(shown.stdout)["tests"]:
        name, command = entry["name"], entry.get("command")
        properties = {each["name"]: each["value"] for each in entry.get("properties", [])}
        if properties.get("DISABLED"):
            continue
        if command is None or not pathlib.Path(command[0]).exists():
            raise FileNotFoundError(f"the test program of {name} is not built")
        if command[0].endswith("tests/python/run.py"):
            lister = [*command, "--list"]
        elif pathlib.Path(command[0]).parent == pathlib.Path(build_dir).resolve() / "tests":
            lister = [command[0], "--gtest_list_tests"]
        else:
            yield f"{name}: {name}"
            continue
        # With what ctest would give it: `make invariants` runs outside of ctest.
        environment = os.environ | dict(each.split("=", 1) for each in properties.get("ENVIRONMENT", []))
        listed = subprocess.run(lister, capture_output=True, text=True, check=True, timeout=60,
                                cwd=properties.get("WORKING_DIRECTORY"), env=environment)
        yield from parse_list(listed.stdout, name)


def ids_in_name(test, catalogue):
    """(ids, unknown words) of one test. The ids lead the name of the case, or of its group: INV01_F6_ThirdsOf..."""
    ids, unknown = set(), []
    for part in re.split(r"[./]", test.split(": ", 1)[1]):
        words = re.sub(r"^test_", "", part).split("_")
        for position, word in enumerate(words):
            if word == "WorkedCase":
                rest = "_".join(words[position + 1:])
                matching = {id_ for id_, pattern in catalogue.worked.items() if pattern.search(rest)}
                ids.update(matching)
                if not matching:
                    unknown.append(f"WorkedCase_{rest}")
                break
            if not ID.fullmatch(word):
                break
            if word in catalogue.text:
                ids.add(word)
            else:
                unknown.append(word)
    return ids, unknown


def compare(catalogue, claimed, tests):
    """({id: its tests}, [what is wrong])"""
    by_id = {id_: [] for id_ in catalogue.text}
    wrong = []
    for test in tests:
        ids, unknown = ids_in_name(test, catalogue)
        for id_ in ids:
            by_id[id_].append(test)
        for word in unknown:
            wrong.append(f"{test} is named after {word}, which is in no catalogue (tests/invariants/catalogue.yaml)")
    for id_, where in sorted(claimed.items()):
        if id_ not in by_id:
            wrong.append(f"{where} speaks of {id_}, which is in no catalogue (tests/invariants/catalogue.yaml)")
        elif not by_id[id_]:
            wrong.append(f"{where} claims {id_}, and no running test is named after it: {catalogue.text[id_]}")
    return by_id, wrong


def table(catalogue, by_id, claimed):
    for id_, tests in by_id.items():
        state = f"{len(tests):3} tests" if tests else "  no test"
        yield f"{id_:6} {state:10} {'claimed' if id_ in claimed else '       '}  {catalogue.text[id_][:100]}"
        for test in tests[:3]:
            yield f"{'':26}  {test}"
        if len(tests) > 3:
            yield f"{'':26}  and {len(tests) - 3} more"
    with_tests = sum(1 for tests in by_id.values() if tests)
    yield f"{with_tests} of {len(by_id)} have a running test"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    catalogue, claimed = Catalogue(), claims(ROOT)
    by_id, wrong = compare(catalogue, claimed, list(running_tests(arguments.build_dir)))
    print("\n".join(table(catalogue, by_id, claimed)))
    for line in wrong:
        print(f"WRONG {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
