"""A real prihvatd for a test in Python: on a free port of the loopback address, in a folder of its own."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_PATIENCE = 120  # seconds; sanitizers and a busy machine are slow
STOP_PATIENCE = 60


def binary(name):
    """A program of the build that ctest runs for."""
    build = pathlib.Path(os.environ.get("PRIHVAT_BUILD_DIR", ROOT / "build/release"))
    return build / "bin" / name


class Server:
    """Use with `with`. `address` is "127.0.0.1:PORT". Ends the process by its pid, and removes its data."""

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_test_"))
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                [
                    binary("prihvatd"),
                    f"--data-dir={self._folder / 'data'}",
                    "--listen=127.0.0.1:0",
                    "--insecure-dev",
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            self.address = self._await_address()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_address(self):
        # The line comes or the output ends; the timer sees to it that one of the two happens.
        timer = threading.Timer(START_PATIENCE, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                if found := re.match(r"prihvatd listens on ([^,]+),", line):
                    return found[1]
        finally:
            timer.cancel()
        raise RuntimeError("prihvatd did not start: " + (self._folder / "log").read_text())

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self.exit_code = self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.exit_code = self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)
