"""Builds the examples with their own tools and runs them against a real prihvatd: they must all tell the same."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))

from prihvat_server import Server  # noqa: E402

BUILD_PATIENCE = 600  # seconds; the first time Maven and Go fetch what they need
RUN_PATIENCE = 120


def told(operation):
    """What a walk prints: see examples/README.md."""
    return [
        f"created {operation}/suppliers/s-1",
        f"repeated {operation}/suppliers/s-1 the same",
        "page s-1 s-2",
        "page s-3",
        "refused INVALID_ARGUMENT INVALID_FIELD supplier.country_code",
        "watched 2",
        "resumed 2 no gap",
    ]


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())

    def walk(self, language, command):
        output = ROOT / "build/examples" / language
        built = subprocess.run(
            [ROOT / "examples" / language / "build.sh", output],
            capture_output=True,
            text=True,
            timeout=BUILD_PATIENCE,
            check=False,
        )
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        operation = f"operations/{language}"
        ran = subprocess.run(
            [*command, self.server.address, operation],
            cwd=output,
            capture_output=True,
            text=True,
            timeout=RUN_PATIENCE,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(ran.stdout.splitlines(), told(operation))

    def test_python(self):
        self.walk("python", [sys.executable, "walk.py"])

    def test_go(self):
        self.walk("go", ["./walk"])

    def test_java(self):
        self.walk("java", ["java", "-cp", "walk-1.jar:dependency/*", "prihvat.examples.Walk"])


if __name__ == "__main__":
    unittest.main()
