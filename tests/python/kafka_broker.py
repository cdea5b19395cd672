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
    """Use with `with`. `brokers` is "127.0.0.1:PORT". Ends the broker and removes its data."""

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="prihvat_kafka_")
        done = subprocess.run([ROOT / "deploy/kafka/kafka-up.sh", self._folder, str(free_port())], text=True,
                              check=False, capture_output=True, timeout=300,
                              env={**os.environ, "KAFKA_HEAP": "192m"})
        if done.returncode != 0:
            self.__exit__()
            raise RuntimeError(done.stdout + done.stderr)
        self.brokers = done.stdout.strip().splitlines()[-1]
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / "deploy/kafka/kafka-down.sh", self._folder, "--wipe"], check=False, timeout=120)
        shutil.rmtree(self._folder, ignore_errors=True)
