"""A real Prometheus and a real Alertmanager for a test, on free ports of the loopback address."""

import http.server
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import mounts

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build/tools/monitoring/usr/bin"
PATIENCE = 90  # seconds; the machine may be busy


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def wait_for(condition, what):
    """The condition's first answer that is true; fails after a while, with its last."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {PATIENCE} s; last: {found!r}")
        time.sleep(0.1)


class Webhook:
    """What Alertmanager has sent: (alert, "firing" or "resolved"), in order; `times` says when (monotonic clock)."""

    def __enter__(self):
        self.seen, self.times = seen, times = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802  the base class's name
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                times.extend([time.monotonic()] * len(message["alerts"]))
                seen.extend((alert["labels"]["alertname"], alert["status"]) for alert in message["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Monitoring:
    """Prometheus and Alertmanager as deploy/prometheus configures them, but in seconds instead of minutes: each scrape,
    evaluation, `for` and wait takes one second. With `faster` the rules are what they are, that many times faster: each
    `for`, each window, each trend, and each age that a figure of seconds is compared with. Ends both by pid, and
    removes their data."""

    def __init__(self, targets, webhook, faster=None):
        self._target, self._webhook, self._faster = ", ".join(targets), webhook, faster
        self._processes = []

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_monitoring_"))
        self.prometheus = f"127.0.0.1:{free_port()}"
        self._alertmanager = f"127.0.0.1:{free_port()}"
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        source = ROOT / "deploy/prometheus"
        seconds = [(r"_interval: \w+", "_interval: 1s"), (r"for: \w+", "for: 1s"), (r"_wait: \w+", "_wait: 1s")]
        self._write(source / "prometheus.yml", "prometheus.yml",
                    [*seconds, ("127.0.0.1:9093", self._alertmanager), ("127.0.0.1:9464", self._target)])
        self._write(source / "alertmanager.yml", "alertmanager.yml",
                    [(r"group_interval: \w+", "group_interval: 1s"), (r"group_wait: \w+", "group_wait: 1s"),
                     ("127.0.0.1:9000", self._webhook)])
        (self._folder / "rules").mkdir()
        for rules in (source / "rules").iterdir():
            self._write(rules, f"rules/{rules.name}", seconds if self._faster is None else self._sped_up())
        self._run(TOOLS / "prometheus", f"--config.file={self._folder}/prometheus.yml",
                  f"--storage.tsdb.path={self._folder}/data", f"--web.listen-address={self.prometheus}")
        # Debian's build reads its templates from below /usr/share, where they are not installed: see scripts/setup.sh.
        share = TOOLS.parent / "share"
        self._run(*mounts.of_its_own(), "sh", "-c",
                  f'mount --bind "{share}" /usr/share && exec "$@"', "sh", TOOLS / "prometheus-alertmanager",
                  f"--config.file={self._folder}/alertmanager.yml",
                  f"--storage.path={self._folder}/alerts", f"--web.listen-address={self._alertmanager}",
                  "--cluster.listen-address=")
        for address in (self.prometheus, self._alertmanager):
            wait_for(lambda address=address: self._ready(address), f"{address} is ready")

    def _sped_up(self):
        def divided(match):
            length = int(match[2]) * {"s": 1, "m": 60, "h": 3600}[match[3]]
            return f"{match[1]}{max(1, round(length / self._faster))}s"
        return [(r"(for: |\[)(\d+)([smh])\b", divided),
                (r"(\], \d+ \* 86400)\b", rf"\1 / {self._faster}"),  # what a trend leads to, and not a date
                (r"(_seconds\) > )(\d+)\b", lambda match: f"{match[1]}{int(match[2]) / self._faster:g}")]

    def _ready(self, address):
        if any(process.poll() is not None for process in self._processes):
            raise AssertionError("ended: " + (self._folder / "log").read_text()[-3000:])
        try:
            return fetch(f"http://{address}/-/ready")
        except (urllib.error.URLError, ConnectionError):
            return ""

    def _write(self, source, name, changes):
        text = source.read_text()
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text)
            if ":" in pattern and "127" in pattern:
                assert count, f"{source.name} no longer has {pattern}"
        (self._folder / name).write_text(text)

    def _run(self, *command):
        with open(self._folder / "log", "ab") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def __exit__(self, *_):
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def query(self, expression):
        """The result of an instant query: a list of (labels, value). An error is an AssertionError."""
        url = f"http://{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            answer = json.loads(fetch(url))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None
        result = answer["data"]["result"]
        if answer["data"]["resultType"] == "scalar":
            return [({}, float(result[1]))]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def span(self, expression, start, end):
        """The result of a range query, a point a second: a list of (labels, [(second, value), ...])."""
        url = f"http://{self.prometheus}/api/v1/query_range?" + urllib.parse.urlencode(
            {"query": expression, "start": start, "end": end, "step": 1})
        return [(series["metric"], [(float(at), float(value)) for at, value in series["values"]])
                for series in json.loads(fetch(url))["data"]["result"]]

    def value(self, expression):
        """The one value of a query, None for no series."""
        found = self.query(expression)
        assert len(found) <= 1, f"{expression}: {found}"
        return found[0][1] if found else None
