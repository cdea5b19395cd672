"""cluster.sh ends its own processes, and nobody else's."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def began(pid):
    """Field 22 of /proc/PID/stat: the ticks at which the process began."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[19]


class Down(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "k8s"
        self.folder.mkdir()
        self.sleeper = subprocess.Popen(["sleep", "600"])
        self.addCleanup(self.end)

    def end(self):
        self.sleeper.kill()
        self.sleeper.wait()

    def down(self, line):
        (self.folder / "pids").write_text(line + "\n")
        done = subprocess.run([ROOT / "tests/k8s/cluster.sh", "down"], env={**os.environ, "K8S_DIR": str(self.folder)},
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertFalse(self.folder.exists())

    def test_a_process_that_it_started_is_ended(self):
        self.down(f"{self.sleeper.pid} {began(self.sleeper.pid)} kubelet")
        self.assertEqual(self.sleeper.wait(10), -15)

    def test_one_that_has_the_number_by_now_is_let_be(self):
        self.down(f"{self.sleeper.pid} 1 kubelet")
        self.assertIsNone(self.sleeper.poll())


if __name__ == "__main__":
    unittest.main()
