#!/usr/bin/env python3
"""What a server takes for what it holds: size.py BIN [THOUSANDS] prints the first table of docs/operations/size.md.

Starts prihvatd, lets it take so many thousand commands (20), and looks at its memory, its disk, and how long it takes
to start again with its stores and without. size.py BIN limits prints the second one: what it carries, and the memory
that it takes for that, under the limits of containers (root; cgroups, version 1). Needs the tests' Python environment.
"""

import asyncio
import contextlib
import os
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
READ = "/prihvat.procurement.v1.ProcurementService/GetOperation"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
MEASURED_S = 20
# Memory in MiB and processors, None for no limit: the smallest first, values-single.yaml last.
LIMITS = [(512, 0.25), (512, 1.0), (2048, 1.0), (2048, None)]


def resident_mib(pid, what="VmRSS"):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) // 1024


def disk_mib(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


class Server:
    def __init__(self, binaries, data, flags=(), **named):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binaries / "prihvatd", f"--data-dir={data}", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0",
             "--insecure-dev", *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **named)
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


@contextlib.contextmanager
def container(memory_mib, processors):
    """Groups with these limits: what a child does to join them, and the folder that tells of their memory."""
    groups = [CGROUPS / "memory/prihvat-size"] + ([CGROUPS / "cpu/prihvat-size"] if processors else [])
    for group in groups:
        group.mkdir()
    try:
        (groups[0] / "memory.limit_in_bytes").write_text(str(memory_mib << 20))
        if processors:
            (groups[1] / "cpu.cfs_period_us").write_text("100000")
            (groups[1] / "cpu.cfs_quota_us").write_text(str(int(100000 * processors)))
        yield lambda: [(group / "cgroup.procs").write_text(str(os.getpid())) for group in groups], groups[0]
    finally:
        for group in groups:
            group.rmdir()


async def ask(address, callers, seconds, method, content):
    """Answers a second, and how long the median and the slowest hundredth took, ms."""
    took = []
    async with grpc.aio.insecure_channel(address) as channel:
        call, until = channel.unary_unary(method), time.monotonic() + seconds

        async def one():
            while time.monotonic() < until:
                began = time.monotonic()
                await call(content(), metadata=(("x-prihvat-principal", PRINCIPAL.format(1)),), timeout=60)
                took.append(1000 * (time.monotonic() - began))
        await asyncio.gather(*[one() for _ in range(callers)])
    took.sort()
    return len(took) / seconds, took[len(took) // 2], took[len(took) * 99 // 100]


def limits(binaries):
    binaries = pathlib.Path(binaries).resolve()
    print("| memory limit | CPU | commands a second | p50, p99 | reads a second | p50, p99 | memory at most |\n"
          "|---|---|---|---|---|---|---|")
    for memory, processors in LIMITS:
        data = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-size-"))
        try:
            with container(memory, processors) as (join, group):
                # As the chart gives them: four tenths for four stores, a quarter for messages.
                server = Server(binaries, data, [f"--store-cache-mib={memory * 4 // 10 // 4}",
                                                 f"--call-memory-mib={memory // 4}"], preexec_fn=join,
                                env={**os.environ, "MALLOC_CONF":
                                     "background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0"})
                create_operation(binaries, server)
                supplier = lambda: request(b"Dobavljac d.o.o. Sarajevo")  # noqa: E731
                write = asyncio.run(ask(server.address, CALLERS, MEASURED_S, METHOD, supplier))
                read = asyncio.run(ask(server.address, CALLERS, MEASURED_S, READ,
                                       lambda: b"\x0a\x0foperations/load"))
                most = resident_mib(server.process.pid, "VmHWM")
                killed = "oom_kill 0" not in (group / "memory.oom_control").read_text()
                server.end()
        finally:
            shutil.rmtree(data, ignore_errors=True)
        if killed:
            sys.exit(f"size: killed for want of memory at {memory} MiB")
        figures = " | ".join(f"{rate:,.0f} | {half:.1f}, {slow:.0f} ms" for rate, half, slow in (write, read))
        print(f"| {memory}Mi | {processors or 'no limit'} | {figures} | {most} MiB |", flush=True)


def create_operation(binaries, server):
    subprocess.run([binaries / "prihvatctl", f"--server={server.address}", f"--principal={PRINCIPAL.format(1)}",
                    "call", "procurement.CreateOperation",
                    '{"name": "operations/load", "displayName": "Load", "timeZone": "UTC"}'],
                   check=True, capture_output=True)


def main(binaries, thousands="20"):
    binaries, commands = pathlib.Path(binaries).resolve(), 1000 * int(thousands)
    data = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-size-"))
    try:
        server = Server(binaries, data)
        create_operation(binaries, server)
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
    if sys.argv[2:] == ["limits"]:
        limits(sys.argv[1])
    else:
        main(*sys.argv[1:])
