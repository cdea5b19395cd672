#!/usr/bin/env python3
"""What `make test-k8s` saw last, and of which files: record.py digest | record.py write DIGEST TRANSCRIPT..."""

import hashlib
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORD = ROOT / "docs/operations/kubernetes-run.md"
# Golden renders follow from the templates, prose changes nothing.
FOLDERS = ["charts/prihvat", "deploy/images", "deploy/bundle", "tests/k8s"]
LEFT_OUT = re.compile(r"(^charts/prihvat/golden/|\.md$|__pycache__)")


def digest():
    """Over names and contents of what the run depends on; the programs themselves have tests of their own."""
    sha = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if not path.is_file() or LEFT_OUT.search(name):
                continue
            content = path.read_bytes()
            sha.update(f"{name}\0{len(content)}\0".encode() + content)
    return sha.hexdigest()


# What a run of each profile says when it is through with a step, in order.
STEPS = {
    "single": ["install values-single.yaml", "helm test: Phase:", "play scenarios/", "EUR 458,066.40",
               "program killed (SIGKILL): the stores are what they were", "pod deleted: the stores are what they were",
               "rolled back", "node drained", "overload: never killed",
               "installed anew: the stores are what they were"],
    "cluster": ["start Kafka with three brokers", "install values-cluster.yaml", "helm test: Phase:", "play scenarios/",
                "EUR 458,066.40", "the next command was taken within", "upgraded under load", "rolled back under load",
                "all eight pods ended at once: the stores are what"],
}


def missing(text):
    """What the recorded runs lack, in words: a profile that was not run, a step that it did not reach, an end."""
    runs = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lacking = []
    for run in runs:
        if not re.fullmatch(r" *\d+ s  all went well", run.rstrip().splitlines()[-1]):
            lacking.append("a run that did not end with 'all went well'")
    for profile, steps in STEPS.items():
        run = next((run for run in runs if steps[0] in run), None)
        if run is None:
            lacking.append(f"a run of the profile {profile}")
            continue
        at = run.index(steps[0])
        for step in steps:
            found = run.find(step, at)
            if found < 0:
                lacking.append(f"{profile}: '{step}'")
            else:
                at = found
    return lacking


def write(of, *transcripts):
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    runs = "\n".join(f"```\n{pathlib.Path(transcript).read_text().rstrip()}\n```\n" for transcript in transcripts)
    unseen = [profile for profile, steps in STEPS.items() if steps[0] not in runs]
    note = f"\n*Not yet seen*: the profile {', '.join(unseen)}.\n" if unseen else ""
    RECORD.write_text(f"""# The chart's last run on a real Kubernetes

Written by `make test-k8s` when all went well ([tests/k8s](../../tests/k8s/README.md) says what it does). A test fails
when chart, images or that folder have changed since.

digest: {of}
programs: {os.environ.get('K8S_PROGRAMS', 'not known')} (`git ls-tree HEAD libs protos services | sha256sum`)
{note}

{runs}""")


def recorded():
    found = re.search(r"^digest: ([0-9a-f]{64})$", RECORD.read_text(), re.MULTILINE) if RECORD.exists() else None
    return found[1] if found else None


if __name__ == "__main__":
    if sys.argv[1:] == ["digest"]:
        print(digest())
    elif sys.argv[1:2] == ["write"] and len(sys.argv) >= 4:
        write(*sys.argv[2:])
    else:
        sys.exit(__doc__)
