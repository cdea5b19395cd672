"""deploy/compose and deploy/images/Containerfile, as far as can be seen without a container engine: that what they name
is there, and that the programs take what they are given."""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / part) for part in ("tests/python", "tests/observability", "deploy/images")]
from certificates import Authority  # noqa: E402
from monitoring import TOOLS, wait_for  # noqa: E402

import build as images  # noqa: E402

BIN = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]).resolve() / "bin"
COMPOSE = ROOT / "deploy/compose"
VERSION = re.search(r'^appVersion: "?([^"\n]+)', (ROOT / "charts/prihvat/Chart.yaml").read_text(), re.MULTILINE)[1]
FILES = {path.name: yaml.safe_load(path.read_text()) for path in sorted(COMPOSE.glob("compose*.yaml"))}
GRACE_S, CLOSING_S = 20, 5


def ours(file):
    """The services of a file that run programs of ours: (name, service, program)."""
    for name, service in FILES[file]["services"].items():
        if found := re.fullmatch(r"localhost/prihvat/([a-z-]+):(.+)", service["image"]):
            yield name, service, found[1]


def options_of(service):
    """What the program is told, by the names of its options."""
    told = dict(argument.removeprefix("--").split("=", 1) for argument in service.get("command", []))
    for name, value in service.get("environment", {}).items():
        told[name.removeprefix("PRIHVAT_").lower().replace("_", "-")] = value
    return told


def mounts(service):
    """(source, target) of each volume."""
    return [tuple(volume.split(":")[:2]) for volume in service.get("volumes", [])]


class Compose(unittest.TestCase):
    def test_there_are_one_process_and_four_on_kafka(self):
        self.assertEqual({program for _, _, program in ours("compose.yaml")}, {"prihvatd"})
        self.assertEqual({program for _, _, program in ours("compose-cluster.yaml")},
                         {"prihvat-procurement", "prihvat-handover", "prihvat-reception", "prihvat-reporting"})
        self.assertLess({"kafka-1", "kafka-2", "kafka-3", "prometheus", "alertmanager", "grafana"},
                        set(FILES["compose-cluster.yaml"]["services"]))

    def test_every_option_is_one_of_its_program_and_every_image_one_that_is_made(self):
        for file in FILES:
            for name, service, program in ours(file):
                with self.subTest(file=file, service=name):
                    self.assertIn(program, images.PROGRAMS)
                    self.assertEqual(service["image"].rsplit(":", 1)[1], VERSION)
                    told = subprocess.run([BIN / program, "--help"], capture_output=True, text=True, check=True).stdout
                    for option in options_of(service):
                        self.assertTrue(re.search(rf"(?m)^  --{option} ", told), option)
                    for variable in service.get("environment", {}):
                        self.assertIn(f"(Env:{variable})", told)

    def test_images_of_others_have_a_version(self):
        for file, content in FILES.items():
            for name, service in content["services"].items():
                self.assertRegex(service["image"], r"^[a-z.]+/[a-z/-]+:v?\d+\.\d+\.\d+$", f"{file}: {name}")

    def test_what_is_mounted_is_there_and_what_is_kept_has_a_volume(self):
        for file, content in FILES.items():
            text = (COMPOSE / file).read_text()
            used = set()
            for name, service in content["services"].items():
                for source, _ in mounts(service):
                    with self.subTest(file=file, service=name, source=source):
                        if not source.startswith("."):
                            used.add(source)
                        elif source in ("./tls", "./identities.yaml"):  # made by whoever installs, as the file says
                            self.assertIn(source.removeprefix("./"), text.split("\nservices:")[0])
                        else:
                            self.assertTrue((COMPOSE / source).exists())
            self.assertEqual(used, set(content["volumes"]), file)
            for name, service, _ in ours(file):
                targets = {target for _, target in mounts(service)}
                options = options_of(service)
                self.assertIn(options["data-dir"], targets, name)
                self.assertEqual(options["data-dir"], "/" + images.DATA)
                for option in ("tls-cert", "tls-key", "tls-client-ca", "identities"):
                    self.assertTrue(any(options[option].startswith(target) for target in targets), option)

    def test_ports_are_those_that_it_listens_on(self):
        for file in FILES:
            for name, service, _ in ours(file):
                options = options_of(service)
                listens = {options[option].rsplit(":", 1)[1] for option in ("listen", "metrics-listen")}
                for port in service["ports"]:
                    self.assertIn(port.rsplit(":", 1)[1], listens, name)
                    if port.endswith(":9090"):
                        self.assertTrue(port.startswith("127.0.0.1:"), "metrics are for this machine only")

    def test_programs_of_ours_may_do_little_and_have_time_to_end(self):
        for file in FILES:
            for name, service, _ in ours(file):
                with self.subTest(file=file, service=name):
                    self.assertEqual((service["read_only"], service["cap_drop"], service["security_opt"]),
                                     (True, ["ALL"], ["no-new-privileges:true"]))
                    self.assertGreater(int(service["stop_grace_period"].removesuffix("s")), GRACE_S + CLOSING_S)
                    self.assertRegex(service["mem_limit"], r"^\d+g$")

    def test_brokers_are_those_of_the_file_and_waited_for(self):
        content = FILES["compose-cluster.yaml"]
        brokers = sorted(name for name in content["services"] if name.startswith("kafka"))
        for name, service, _ in ours("compose-cluster.yaml"):
            options = options_of(service)
            self.assertEqual(options["brokers"].split(","), [f"{broker}:9092" for broker in brokers])
            self.assertEqual(options["advertise"], f"{name}:8443")
            self.assertEqual(int(options["replication"]), len(brokers))
            self.assertEqual(sorted(service["depends_on"]), brokers)
        ids = set()
        for broker in brokers:
            kafka = content["services"][broker]
            self.assertTrue(kafka["healthcheck"]["test"])
            environment = kafka["environment"]
            self.assertEqual(environment["KAFKA_ADVERTISED_LISTENERS"], f"PLAINTEXT://{broker}:9092")
            self.assertIn(f"{environment['KAFKA_NODE_ID']}@{broker}:9093",
                          environment["KAFKA_CONTROLLER_QUORUM_VOTERS"])
            self.assertEqual(environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"], "false")
            ids.add((environment["CLUSTER_ID"], environment["KAFKA_LOG_DIRS"]))
            self.assertIn(environment["KAFKA_LOG_DIRS"], [target for _, target in mounts(kafka)])
        self.assertEqual(len(ids), 1)
        cluster = ids.pop()[0]
        self.assertFalse(cluster.startswith("-"))
        self.assertEqual(len(base64.urlsafe_b64decode(cluster + "==")), 16)

    def test_prometheus_scrapes_all_of_them_and_tells_the_alertmanager(self):
        own = yaml.safe_load((COMPOSE / "prometheus.yml").read_text())
        example = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
        targets = own["scrape_configs"][0]["static_configs"][0].pop("targets")
        self.assertEqual(sorted(targets), sorted(f"{name}:9090" for name, _, _ in ours("compose-cluster.yaml")))
        managers = own["alerting"]["alertmanagers"][0]["static_configs"][0].pop("targets")
        self.assertEqual(managers, ["alertmanager:9093"])
        example["scrape_configs"][0]["static_configs"][0].pop("targets")
        example["alerting"]["alertmanagers"][0]["static_configs"][0].pop("targets")
        self.assertEqual(own, example)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            # As it is mounted.
            for source, target in mounts(FILES["compose-cluster.yaml"]["services"]["prometheus"]):
                if source.startswith("."):
                    there = folder / target.lstrip("/")
                    there.parent.mkdir(parents=True, exist_ok=True)
                    there.symlink_to((COMPOSE / source).resolve())
            done = subprocess.run([TOOLS / "promtool", "check", "config", folder / "etc/prometheus/prometheus.yml"],
                                  capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"SUCCESS: \d+ rule files? found")

    def test_prihvatd_starts_as_the_file_has_it(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat-compose-"))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "tls").mkdir()
        authority = Authority(folder / "tls")
        authority.issue("tls", "/CN=here", "subjectAltName=IP:127.0.0.1")
        (folder / "identities.yaml").write_text("identities: []\n")
        _, service, program = next(ours("compose.yaml"))
        for name in ("tls", "identities.yaml"):  # the container's places, here
            self.assertIn(f"./{name}", [source for source, _ in mounts(service)])
        arguments = [argument.replace("/etc/prihvat", str(folder)).replace("/var/lib/prihvat", str(folder / "data"))
                     .replace("0.0.0.0:8443", "127.0.0.1:0").replace("0.0.0.0:9090", "127.0.0.1:0")
                     for argument in service["command"]]
        with (folder / "log").open("w") as log, subprocess.Popen(
                [BIN / program, *arguments], stdout=subprocess.PIPE, stderr=log, text=True) as server:
            try:
                hello = re.search(r"metrics on port (\d+)", server.stdout.readline())
                self.assertTrue(hello, (folder / "log").read_text())

                def ready():
                    try:
                        with urllib.request.urlopen(f"http://127.0.0.1:{hello[1]}/readyz", timeout=5) as answer:
                            return answer.status == 200
                    except OSError:
                        return False
                wait_for(ready, "it is ready")
            finally:
                server.terminate()
            self.assertEqual(server.wait(60), 0)


class Containerfile(unittest.TestCase):
    def setUp(self):
        self.text = (ROOT / "deploy/images/Containerfile").read_text()
        self.stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n((?:(?!FROM ).*\n?)*)", self.text, re.MULTILINE))

    def test_it_has_a_stage_for_each_image_that_is_as_the_image(self):
        release = images.Release("0", "0", "r", "r", 0, "amd64")
        self.assertEqual(set(self.stages), {"build", "any", *images.PROGRAMS})
        for program in images.PROGRAMS:
            with self.subTest(program=program):
                wanted = images.configuration(program, release, [])["config"]
                stage = self.stages[program]
                self.assertIn(f"FROM any AS {program}\n", self.text)
                self.assertIn(f"COPY --from=build /root-of/{program} /\n", stage)
                self.assertIn(f'ENTRYPOINT ["{wanted["Entrypoint"][0]}"]', stage)
                exposed = re.findall(r"^EXPOSE (.*)$", stage, re.MULTILINE)
                self.assertEqual({f"{port}/tcp" for line in exposed for port in line.split()},
                                 set(wanted.get("ExposedPorts", {})))
                for variable in wanted["Env"]:
                    self.assertIn(variable, self.stages["any"])
                self.assertIn(f"USER {wanted['User']}\n", self.stages["any"])
                self.assertIn(f"STOPSIGNAL {wanted['StopSignal']}\n", self.stages["any"])

    def test_it_builds_with_what_is_here(self):
        build = self.stages["build"]
        self.assertIn("make images", build)
        self.assertIn("python3 deploy/images/unpack.py build/images/$program.oci.tar /root-of/$program", build)
        loop = re.search(r"for program in ([^;]+);", build)[1].split()
        self.assertEqual(set(loop), set(images.PROGRAMS))
        packages = re.search(r"--no-install-recommends (.+)$", build, re.MULTILINE)[1].split()
        # What `make images` itself asks for before scripts/setup.sh installs the rest.
        self.assertLess({"git", "make", "python3"}, set(packages))
        for package in packages:
            told = subprocess.run(["apt-cache", "show", package], capture_output=True, text=True, check=False)
            self.assertEqual(told.returncode, 0, package)


if __name__ == "__main__":
    unittest.main()
