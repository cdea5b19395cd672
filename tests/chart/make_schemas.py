#!/usr/bin/env python3
"""Makes the JSON schemas in the package kubernetes-validate fit for kubeconform without a network.

  make_schemas.py kubernetes_validate-....whl FOLDER    gives FOLDER/v1.34/deployment-apps-v1.json ...
"""

import json
import pathlib
import re
import sys
import zipfile

VERSIONS = ["1.30", "1.31", "1.32", "1.33", "1.34"]


def local(node):
    """Without absolute identifiers; references go to the file beside it."""
    if isinstance(node, list):
        return [local(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: local(value) for key, value in node.items() if not (key == "$id" and isinstance(value, str))}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = re.sub(r"^.*/_definitions\.json", "_definitions.json", found["$ref"])
    return found


def main(wheel, out):
    with zipfile.ZipFile(wheel) as package:
        for name in package.namelist():
            match = re.search(r"/v(\d+\.\d+)\.\d+-local-strict/([^/]+\.json)$", name)
            if match is None or match[1] not in VERSIONS:
                continue
            target = pathlib.Path(out) / f"v{match[1]}" / match[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(local(json.loads(package.read(name)))))
    missing = [version for version in VERSIONS if not list((pathlib.Path(out) / f"v{version}").glob("pod-v1.json"))]
    if missing:
        sys.exit(f"{wheel} has no schemas of Kubernetes {', '.join(missing)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
