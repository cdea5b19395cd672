#!/usr/bin/env python3
"""What `make test-k8s` saw last, and of which files: record.py digest | record.py write DIGEST TRANSCRIPT."""

import hashlib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORD = ROOT / "docs/operations/kubernetes-run.md"
# Golden renders follow from the templates, prose changes nothing.
FOLDERS = ["charts/prihvat", "deploy/images", "tests/k8s"]
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


def write(of, transcript):
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(f"""# The chart's last run on a real Kubernetes

Written by `make test-k8s` when all went well ([tests/k8s](../../tests/k8s/README.md) says what it does). A test fails
when chart, images or that folder have changed since.

digest: {of}

```
{pathlib.Path(transcript).read_text().rstrip()}
```
""")


def recorded():
    found = re.search(r"^digest: ([0-9a-f]{64})$", RECORD.read_text(), re.MULTILINE) if RECORD.exists() else None
    return found[1] if found else None


if __name__ == "__main__":
    if sys.argv[1:] == ["digest"]:
        print(digest())
    elif sys.argv[1:2] == ["write"] and len(sys.argv) == 4:
        write(*sys.argv[2:])
    else:
        sys.exit(__doc__)
