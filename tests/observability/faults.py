"""What ails programs in a test of alerts: a small disk, a line that is cut, a processor that is taken away, load."""

import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / part) for part in ("tests/python", "tests/k8s")]
from overload import METHOD, PRINCIPAL, request  # noqa: E402
from prihvat_server import Server  # noqa: E402

CALL_PATIENCE_S = 10


class OnSmallDisk(Server):
    """A server whose data directory is a file system of its own, so large; needs root."""

    def __init__(self, mib, *flags, started=True, **named):
        super().__init__(*flags, **named)
        self._mib, self._started = mib, started

    def __enter__(self):
        if self._started:
            return super().__enter__()
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_test_"))
        return self

    def start(self, *arguments, **named):
        if not self.data.exists():
            self.data.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self._mib}m", "tmpfs", self.data], check=True)
        super().start(*arguments, **named)

    def fill(self, free_mib):
        """Something else takes the space, but for so much."""
        with (self.data / "ballast").open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while self.free() > free_mib << 20:
                ballast.write(bytes(min(1 << 16, max(1, self.free() - (free_mib << 20)))))

    def free(self):
        state = os.statvfs(self.data)
        return state.f_bavail * state.f_frsize

    def make_space(self):
        (self.data / "ballast").unlink()

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        subprocess.run(["umount", "--lazy", self.data], check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)


class Line:
    """A relay to a port of this machine, which can be slow, or cut: connections break, and new ones are closed."""

    def __init__(self, listens, target):
        self._target, self._open, self._cut, self._bytes_per_s = target, set(), False, None
        self._listener = socket.create_server(("127.0.0.1", listens))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                if self._cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
                server.settimeout(None)
            except OSError:
                if self._listener.fileno() < 0:
                    return
                client.close()
                continue
            self._open |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._relay, args=(source, sink), daemon=True).start()

    def _relay(self, source, sink):
        with contextlib.suppress(OSError):
            while content := source.recv(1 << 16):
                sink.sendall(content)
                if self._bytes_per_s:
                    time.sleep(len(content) / self._bytes_per_s)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            self._open.discard(end)
            end.close()

    def cut(self):
        self._cut = True
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def slow(self, bytes_per_s):
        """Each connection takes no more than that."""
        self._bytes_per_s = bytes_per_s

    def heal(self):
        self._cut, self._bytes_per_s = False, None

    def close(self):
        self.cut()
        self._listener.close()


@contextlib.contextmanager
def paused_by_turns(pids, stopped_s, running_s):
    """Processes that get the processor for a while only, again and again."""
    over = threading.Event()

    def turns():
        while not over.is_set():
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            over.wait(stopped_s)
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            over.wait(running_s)
    thread = threading.Thread(target=turns)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Load:
    """Callers that register suppliers of operations/load, each the next when it has an answer; `done` counts."""

    def __init__(self, addresses, callers, pause_s=0.0):
        self.done, self._over, self._pause = 0, threading.Event(), pause_s
        self._channels = [grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
                          for address in addresses]
        self._callers = callers
        self._pool = concurrent.futures.ThreadPoolExecutor(callers)

    def __enter__(self):
        self._futures = [self._pool.submit(self._call, caller) for caller in range(self._callers)]
        return self

    def _call(self, caller):
        call = self._channels[caller % len(self._channels)].unary_unary(METHOD)
        while not self._over.is_set():
            with contextlib.suppress(grpc.RpcError):
                call(request(b"Dobavljac d.o.o. Sarajevo"), timeout=CALL_PATIENCE_S,
                     metadata=(("x-prihvat-principal", PRINCIPAL.format(caller)),))
                self.done += 1
            self._over.wait(self._pause)

    def __exit__(self, *_):
        self._over.set()
        self._pool.shutdown()
        for channel in self._channels:
            channel.close()
        for future in self._futures:
            future.result()


def damage(files):
    """Overwrites the first half of each, in place."""
    for path in files:
        with path.open("r+b") as file:
            file.write(b"Z" * (path.stat().st_size // 2))


def write_until(addresses, commands, patience_s):
    with Load(addresses, 32) as load:
        deadline = time.monotonic() + patience_s
        while load.done < commands:
            assert time.monotonic() < deadline, f"{load.done} of {commands} commands within {patience_s} s"
            time.sleep(0.05)
