#!/usr/bin/env python3
"""Unpacks the root of an image that build.py made: unpack.py IMAGE.oci.tar FOLDER."""

import io
import json
import pathlib
import sys
import tarfile


def main(archive, folder):
    with tarfile.open(archive) as tar:
        def read(name):
            return tar.extractfile(name).read()

        def blob(descriptor):
            return read("blobs/" + descriptor["digest"].replace(":", "/"))
        manifest = json.loads(blob(json.loads(read("index.json"))["manifests"][0]))
        layers = [blob(layer) for layer in manifest["layers"]]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        with tarfile.open(fileobj=io.BytesIO(layer), mode="r:gz") as tar:
            for member in tar:
                # A link that a lower layer has too is the same one.
                if not (member.issym() and (folder / member.name).is_symlink()):
                    tar.extract(member, folder, numeric_owner=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
