#!/usr/bin/env python3
"""What a server takes for what it holds: size.py BIN [THOUSANDS] prints the table of docs/operations/size.md.

Starts prihvatd, lets it take so many thousand commands (20), and looks at its memory, its disk, and how long it takes
to start again with its stores and without. Needs the tests' Python environment.
"""

import asyncio
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/k8s"))
from overload import METHOD, PRINCIPAL, request  # noqa: E402

CALLERS = 32


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def disk_mib(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


class Server:
    def __init__(self, binaries, data):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binaries / "prihvatd", f"--data-dir={data}", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0",
             "--insecure-dev"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        words = self.process.stdout.readline().split()
        self.address, port = words[3].rstrip(","), words[-1]
        while not self._ready(port):
            if self.process.poll() is not None or time.monotonic() > began + 300:
                sys.exit("size: it does not get ready")
            time.sleep(0.02)
        self.started_s = time.monotonic() - began

    @staticmethod
    def _ready(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self):
        self.process.terminate()
        if self.process.wait(60) != 0:
            sys.exit("size: it did not end well")


async def write(address, commands):
    async with grpc.aio.insecure_channel(address) as channel:
        metadata = (("x-prihvat-principal", PRINCIPAL.format(1)),)
        call, left = channel.unary_unary(METHOD), iter(range(commands))

        async def one():
            for _ in left:
                await call(request(b"Dobavljac d.o.o. Sarajevo"), metadata=metadata, timeout=60)
        began = time.monotonic()
        await asyncio.gather(*[one() for _ in range(CALLERS)])
        return commands / (time.monotonic() - began)


def main(binaries, thousands="20"):
    binaries, commands = pathlib.Path(binaries).resolve(), 1000 * int(thousands)
    data = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-size-"))
    try:
        server = Server(binaries, data)
        subprocess.run([binaries / "prihvatctl", f"--server={server.address}", f"--principal={PRINCIPAL.format(1)}",
                        "call", "procurement.CreateOperation",
                        '{"name": "operations/load", "displayName": "Load", "timeZone": "UTC"}'],
                       check=True, capture_output=True)
        idle, empty = resident_mib(server.process.pid), disk_mib(data)
        rate = asyncio.run(write(server.address, commands))
        full = resident_mib(server.process.pid)
        server.end()
        log, stores = disk_mib(data / "log"), disk_mib(data / "store")
        with_stores = Server(binaries, data)
        with_stores.end()
        shutil.rmtree(data / "store")
        without = Server(binaries, data)
        without.end()
    finally:
        shutil.rmtree(data, ignore_errors=True)
    for what, figure in (
            ("memory, idle, nothing in it", f"{idle} MiB"), (f"memory after {commands:,} commands", f"{full} MiB"),
            ("disk, nothing in it", f"{empty:.1f} MiB"), ("log a command", f"{(log * 2**20) / commands:.0f} bytes"),
            ("stores a command", f"{(stores * 2**20) / commands:.0f} bytes"),
            (f"commands a second, {CALLERS} callers in Python", f"{rate:,.0f}"),
            ("start, with its stores", f"{with_stores.started_s:.1f} s"),
            (f"start without, all {commands:,} commands folded again", f"{without.started_s:.1f} s")):
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
