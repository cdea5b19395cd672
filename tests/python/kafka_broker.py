"""A real Kafka for a test in Python: one broker of deploy/kafka, in a folder of its own."""

import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port(besides=()):
    """A free port, with those so far above it free as well: below the range from which the kernel gives out ports, so
    that nobody is given it before it is used."""
    for _ in range(1000):
        port = random.randrange(20000, 31000)
        with contextlib.ExitStack() as taken:
            try:
                for beside in (0, *besides):
                    listener = taken.enter_context(socket.socket())
                    listener.bind(("127.0.0.1", port + beside))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port among 20000 to 31000")


class Kafka:
    """Use with `with`. `brokers` is "127.0.0.1:PORT". Ends the broker and removes its data. `lines`: how many listeners
    it has beside, `environment`: what else it is told (kafka-up.sh)."""

    def __init__(self, lines=0, environment=None):
        self._lines, self.port = lines, free_port((5, 10, 15, 20, 25, 30, 35, 50, 60, 100))
        self._environment = environment or {}

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="prihvat_kafka_")
        self.start()
        return self

    def start(self):
        """Starts it, or starts it again on the same data and at the same address."""
        done = subprocess.run([ROOT / "deploy/kafka/kafka-up.sh", self._folder, str(self.port), "1", str(self._lines)],
                              text=True, check=False, capture_output=True, timeout=300,
                              env={**os.environ, "KAFKA_HEAP": "192m", **self._environment})
        if done.returncode != 0:
            self.__exit__()
            raise RuntimeError(done.stdout + done.stderr)
        self.brokers = done.stdout.strip().splitlines()[-1]

    @property
    def pid(self):
        return int(pathlib.Path(self._folder, "node1/pid").read_text())

    def __exit__(self, *_):
        subprocess.run([ROOT / "deploy/kafka/kafka-down.sh", self._folder, "--wipe"], check=False, timeout=120)
        shutil.rmtree(self._folder, ignore_errors=True)
