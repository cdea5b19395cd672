#!/usr/bin/env python3
"""The image that holds a pod's namespaces, of one static program: pause_image.py FOLDER."""

import gzip
import hashlib
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def builder():
    """deploy/images/build.py, as a module."""
    spec = importlib.util.spec_from_file_location("image_build", HERE.parents[1] / "deploy/images/build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def write(build, program, content, path):
    tree = build.Tree(None)
    tree.add(program, build.Entry(content, mode=0o755))
    layer = tree.tar(0)
    archive = build.Archive()
    blob = archive.add(gzip.compress(layer, 1, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    config = archive.add(json.dumps({
        "architecture": build.ARCHITECTURES[os.uname().machine], "os": "linux",
        "config": {"Entrypoint": [f"/{program}"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
    }).encode(), "application/vnd.oci.image.config.v1+json")
    manifest = archive.add(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
        "layers": [blob],
    }).encode(), "application/vnd.oci.image.manifest.v1+json")
    archive.write(path, manifest, f"localhost/{program}:1")


def main(folder):
    build, folder = builder(), pathlib.Path(folder)
    pause = folder / "pause"
    subprocess.run(["gcc", "-O1", "-static", "-o", pause, HERE / "pause.c"], check=True)
    write(build, "pause", pause.read_bytes(), folder / "pause.oci.tar")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
