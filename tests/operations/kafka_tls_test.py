"""A real Kafka with TLS and access lists: services and prihvatctl reach it by password and by certificate, and who does
not is told what to look at. What it prints with PRIHVAT_SHOW=1 stands in docs/operations/kafka-tls.md. By password is
PLAIN, since the librdkafka of Debian 12 cannot do SCRAM with Kafka 4; with PRIHVAT_SASL=SCRAM-SHA-512, and an older
Kafka (KAFKA_VERSION) or a newer librdkafka (LD_LIBRARY_PATH), it is SCRAM."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/python"))
from certificates import Authority  # noqa: E402
from kafka_broker import Kafka  # noqa: E402
from prihvat_server import Server, binary  # noqa: E402

PASSWORD, WRONG = "korektna-lozinka-77", "pogresna-lozinka-11"
PRINCIPAL = "organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=*"
PATIENCE = 120  # seconds; the machine may be busy
SHOW = os.environ.get("PRIHVAT_SHOW")
MECHANISM = os.environ.get("PRIHVAT_SASL", "PLAIN")


def ctl(*arguments):
    return subprocess.run([binary("prihvatctl"), *arguments], capture_output=True, text=True, check=False,
                          timeout=PATIENCE, env={**os.environ, "PRIHVAT_PRINCIPAL": PRINCIPAL})


class KafkaByTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="prihvat_kafka_tls_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in ("ours", "others"):
            (cls.folder / name).mkdir()
        authority = Authority(cls.folder / "ours")
        authority.issue("broker", "/CN=broker", "subjectAltName=IP:127.0.0.1,DNS:broker.test")
        authority.issue("prihvat", "/CN=prihvat")
        Authority(cls.folder / "others")
        ours = cls.ours = cls.folder / "ours"
        (ours / "broker.pem").write_text((ours / "broker.key").read_text() + (ours / "broker.crt").read_text())
        cls.kafka = cls.enterClassContext(Kafka(environment={
            "KAFKA_TLS": str(ours), "KAFKA_USERS": f"prihvat:{PASSWORD} guest:{PASSWORD}"}))
        cls.by_password = f"127.0.0.1:{cls.kafka.port + 50}"
        cls.by_certificate = f"127.0.0.1:{cls.kafka.port + 60}"
        cls.give_rights()

    @classmethod
    def give_rights(cls):
        """As docs/operations/kafka-tls.md has it, by the class that kafka-acls.sh starts."""
        page = (ROOT / "docs/operations/kafka-tls.md").read_text().replace("\\\n", " ")
        command = re.search(r"^kafka-acls.sh (.*)$", page, re.MULTILINE)[1].replace("BROKERS", cls.kafka.brokers)
        libs = subprocess.run([ROOT / "deploy/kafka/kafka-jars.sh"], capture_output=True, text=True, check=True,
                              timeout=300).stdout.strip()
        older = os.environ.get("KAFKA_VERSION", "4").startswith("3.")
        done = subprocess.run(["java", "-Xmx96m", "-XX:TieredStopAtLevel=1", "-cp", f"{libs}/*",
                               "kafka.admin.AclCommand" if older else "org.apache.kafka.tools.AclCommand",
                               *shlex.split(command)],
                              capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        # The broker hears of it from its controller, a moment later; a service that asks before is refused.
        asked = [f"-X{name}={value}" for name, value in cls.password(cls).items()]
        deadline = time.monotonic() + PATIENCE
        while "Unknown topic" not in (told := subprocess.run(
                ["kcat", "-L", "-b", cls.by_password, "-t", "prihvat.nothing", *asked], capture_output=True, text=True,
                check=False, timeout=PATIENCE).stdout):
            assert time.monotonic() < deadline, told

    def password(self, user="prihvat", password=PASSWORD, authority="ours", mechanism=MECHANISM):
        return {"security.protocol": "sasl_ssl", "sasl.mechanisms": mechanism, "sasl.username": user,
                "sasl.password": password, "ssl.ca.location": self.folder / authority / "ca.crt"}

    def certificate(self):
        return {"security.protocol": "ssl", "ssl.ca.location": self.ours / "ca.crt",
                "ssl.certificate.location": self.ours / "prihvat.crt", "ssl.key.location": self.ours / "prihvat.key"}

    def as_file(self, name, brokers, properties):
        """A file of options as a Secret would hold it."""
        words = ", ".join(json.dumps(f"{key}={value}") for key, value in properties.items())
        file = self.folder / name
        file.write_text(f'log = "kafka"\nbrokers = "{brokers}"\nkafka-property = [{words}]\n')
        return file

    def test_services_and_the_doctor_by_password_and_by_certificate(self):
        procurement = self.as_file("procurement.conf", self.by_password, self.password())
        handover = self.as_file("handover.conf", self.by_certificate, self.certificate())
        with Server(f"--config={procurement}", program="prihvat-procurement") as first, \
                Server(f"--config={handover}", program="prihvat-handover") as second:
            done = ctl("call", "procurement.CreateOperation", f"--server={first.address}",
                       '{"name": "operations/ba", "displayName": "Bosnia", "timeZone": "Europe/Sarajevo"}')
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            for address, properties in ((self.by_password, self.password()),
                                        (self.by_certificate, self.certificate())):
                done = ctl("doctor", "--json", f"--server={first.address}", f"--instance={second.address}",
                           f"--brokers={address}",
                           *[f"--kafka-property={name}={value}" for name, value in properties.items()])
                found = json.loads(done.stdout)["findings"]
                topics = [finding for finding in found if finding["check"] == "topics"]
                self.assertGreaterEqual({finding["subject"] for finding in topics},
                                        {"prihvat.procurement", "prihvat.handover"})
                self.assertEqual({finding["severity"] for finding in topics}, {"ok"}, topics)
            self.assertNotIn(PASSWORD, first.log() + second.log())
            for server in (first, second):
                self.assertEqual(server.end(), 0, server.log())
                server.start()

    def wrong(self):
        """What may be set up wrongly -> (brokers, properties, what must be said of it)."""
        nobody = {key: value for key, value in self.certificate().items() if key in ("security.protocol",
                                                                                     "ssl.ca.location")}
        scram = {} if MECHANISM.startswith("SCRAM") else {
            "SCRAM, which this librdkafka cannot do with this Kafka": (
                self.by_password, self.password(mechanism="SCRAM-SHA-512"), "the brokers refuse this user: "
                ".*cannot do SCRAM with Kafka 4.0 or later, 2.6.1 can: use a certificate")}
        return scram | {
            "a wrong password": (self.by_password, self.password(password=WRONG),
                                 "the brokers refuse this user: .*SASL.*; compare sasl.username, sasl.password"),
            "an authority that nobody knows": (self.by_password, self.password(authority="others"),
                                               "TLS with the brokers does not come about: .*certificate verify failed"
                                               ".*; ssl.ca.location must hold"),
            "a name that the certificate lacks": (self.by_password.replace("127.0.0.1", "localhost"), self.password(),
                                                  "TLS with the brokers does not come about: .*"),
            "no certificate where one is asked for": (self.by_certificate, nobody,
                                                      "ssl.certificate.location and ssl.key.location say who this is"),
            "a user without rights": (self.by_password, self.password(user="guest"),
                                      "Topic authorization failed.*this user needs Describe"),
        }

    def test_what_is_wrong_is_told_with_what_to_look_at(self):
        running = {}
        for what, (brokers, properties, said) in self.wrong().items():
            file = self.as_file(f"{len(running)}.conf", brokers, properties)
            running[what] = (said, subprocess.Popen(
                [binary("prihvat-reporting"), f"--config={file}", f"--data-dir={self.folder}/data-{len(running)}",
                 "--listen=127.0.0.1:0", "--insecure-dev"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        # Of brokers that say nothing the doctor tells sooner than a service, which waits for them to be started.
        plain = ctl("doctor", "--json", "--server=127.0.0.1:1", f"--brokers={self.by_password}")
        for what, (said, process) in running.items():
            with self.subTest(what=what):
                told = process.communicate(timeout=PATIENCE)[0]
                if SHOW:
                    print(f"\n{what}:\n{told}")
                self.assertEqual(process.returncode, 1, told)
                self.assertRegex(told, f'"cannot start".*"Kafka at .*{said}')
                self.assertNotIn(WRONG, told)
                self.assertNotIn(PASSWORD, told)
        if SHOW:
            print(plain.stdout)
        self.assertRegex(plain.stdout, "no broker answers: .*security.protocol is what their listener speaks")


if __name__ == "__main__":
    unittest.main()
