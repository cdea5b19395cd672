"""A real Kafka for a test in Python: one broker of deploy/kafka, in a folder of its own."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Kafka:
    """Use with `with`. `brokers` is "127.0.0.1:PORT". Ends the broker and removes its data. `lines`: how many listeners
    it has beside (kafka-up.sh)."""

    def __init__(self, lines=0):
        self._lines, self.port = lines, free_port()

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="prihvat_kafka_")
        self.start()
        return self

    def start(self):
        """Starts it, or starts it again on the same data and at the same address."""
        done = subprocess.run([ROOT / "deploy/kafka/kafka-up.sh", self._folder, str(self.port), "1", str(self._lines)],
                              text=True, check=False, capture_output=True, timeout=300,
                              env={**os.environ, "KAFKA_HEAP": "192m"})
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
