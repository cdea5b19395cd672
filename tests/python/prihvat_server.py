"""A real prihvatd for a test in Python: on a free port of the loopback address, in a folder of its own."""

import os
import pathlib
import re
import shutil
import signal
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
    """Use with `with`. `address` and `metrics` are "127.0.0.1:PORT". Ends the process by pid, and removes its data.
    `flags` come beside those for data and addresses; without certificates among them --insecure-dev is another."""

    def __init__(self, *flags, program="prihvatd", listen="127.0.0.1:0"):
        self._flags, self._program, self.address, self.metrics = flags, program, listen, "127.0.0.1:0"
        self._process = None

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_test_"))
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self, flags=()):
        """Starts it, or starts it again after kill() or end(), on the same data and at the same addresses; `flags` for
        this time alone."""
        encrypted = any(flag.startswith("--tls-cert") for flag in (*self._flags, *flags))
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                [
                    binary(self._program),
                    f"--data-dir={self._folder / 'data'}",
                    f"--listen={self.address}",
                    f"--metrics-listen={self.metrics}",
                    *([] if encrypted else ["--insecure-dev"]),
                    *self._flags,
                    *flags,
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.address, port = self._await_addresses()
        self.metrics = f"127.0.0.1:{port}"

    @property
    def pid(self):
        return self._process.pid

    @property
    def data(self):
        return self._folder / "data"

    def ended(self):
        """The exit code of a process that has ended by itself, None while it runs."""
        return self._process.poll()

    def end(self):
        """SIGTERM, and its exit code."""
        self._process.terminate()
        code = self._process.wait(STOP_PATIENCE)
        self._process.stdout.close()
        return code

    def log(self):
        """What it has written so far, of all its times."""
        return (self._folder / "log").read_text(encoding="utf-8")

    def kill(self):
        """kill -9"""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def _await_addresses(self):
        # The line comes or the output ends; the timer sees to it that one of the two happens.
        timer = threading.Timer(START_PATIENCE, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                if found := re.match(rf"{self._program} listens on ([^,]+), metrics on port (\d+)", line):
                    return found[1], found[2]
        finally:
            timer.cancel()
        raise RuntimeError(f"{self._program} did not start: " + self.log())

    def __exit__(self, *_):
        if self._process is None:  # it was never started
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)  # a test may have stopped it
            self._process.terminate()
        try:
            self.exit_code = self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.exit_code = self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)
