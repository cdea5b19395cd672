"""The chart: its renders, its refusals, its agreement with the programs."""

import functools
import os
import pathlib
import subprocess
import sys
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/prihvat"
TOOLS = ROOT / "build/tools"
KUBERNETES = ["1.30.0", "1.31.0", "1.32.0", "1.33.0", "1.34.0"]
PROFILES = {"single": "single", "cluster": "cluster", "cluster-all": "cluster"}  # ci/NAME.yaml over values-PROFILE.yaml
# Kinds that are no part of Kubernetes; their schemas are not here.
FOREIGN = ["Certificate", "KafkaTopic", "PrometheusRule", "ServiceMonitor", "TLSRoute"]
# What kube-score advises and we do not follow, and why.
IGNORED = {
    "container-image-pull-policy": "tags are not moved; a node without the registry must be able to start a pod again",
    "container-ephemeral-storage-request-and-limit": "the root file system is read-only and logs go to standard error",
    "statefulset-has-host-podantiaffinity": "topology spread constraints do it, without blocking a small cluster",
}
# Throttled, an owner would not answer in time, and others would take over: no limit of CPU.
FLAGS = ["--ignore-container-cpu-limit"]


def run(*command, **named):
    environment = {**os.environ, "HELM_CACHE_HOME": "/nonexistent", "HELM_CONFIG_HOME": "/nonexistent"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment, **named)


def helm(*arguments):
    return run(TOOLS / "helm", *arguments)


def template(*arguments):
    return helm("template", "prihvat", CHART, "--namespace", "aid", "--kube-version", "1.34.0", *arguments)


def values_of(name):
    return ["-f", CHART / f"values-{PROFILES[name]}.yaml", "-f", CHART / f"ci/{name}.yaml"]


@functools.cache
def render(name, *arguments):
    done = template(*values_of(name), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text):
    return [document for document in yaml.safe_load_all(text) if document]


def of_kind(text, kind):
    return {item["metadata"]["name"]: item for item in objects(text) if item["kind"] == kind}


def arguments_of(stateful_set):
    return stateful_set["spec"]["template"]["spec"]["containers"][0]["args"]


@unittest.skipUnless((TOOLS / "helm").exists(), "helm is not here: scripts/setup.sh chart")
class Chart(unittest.TestCase):
    maxDiff = None

    def test_each_profile_renders_as_golden(self):
        for name in PROFILES:
            with self.subTest(name):
                golden = CHART / f"golden/{name}.yaml"
                self.assertEqual(render(name), golden.read_text(),
                                 "a change that is meant: tests/chart/chart_test.py --write-golden")

    def test_lint(self):
        for name in PROFILES:
            with self.subTest(name):
                done = helm("lint", "--strict", CHART, *values_of(name))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_schemas_of_kubernetes(self):
        for name in PROFILES:
            for version in KUBERNETES:
                with self.subTest(name, version=version):
                    done = run(TOOLS / "kubeconform", "-strict", "-summary", "-skip", ",".join(FOREIGN),
                               "-schema-location",
                               str(TOOLS / f"schemas/v{version[:4]}/") + "/{{ .ResourceKind }}{{ .KindSuffix }}.json",
                               input=render(name))
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    self.assertRegex(done.stdout, r"Valid: [1-9]")

    def test_advice_of_kube_score(self):
        for name in PROFILES:
            with self.subTest(name):
                ignore = [part for test in IGNORED for part in ("--ignore-test", test)]
                done = run(TOOLS / "kube-score", "score", "--output-format", "ci", "--kubernetes-version", "v1.30",
                           *FLAGS, *ignore, "-", input=render(name))
                wrong = [line for line in done.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))]
                self.assertEqual(wrong, [])
                self.assertIn("[OK]", done.stdout)

    def test_wrong_values_are_refused_in_words(self):
        single, cluster = values_of("single"), values_of("cluster")
        for values, words in [
            ([], "image.repository is required"),
            (["--set", "image.repository=x"], "tls.secretName"),
            (single + ["--set", "mode=double"], "mode"),
            (single + ["--set", "workload.replica=2"], "replica"),
            (single + ["--set", "tls.enabled=false"], "enabled"),
            (single + ["--set", "workload.resources.limits.memory=1G"], "memory"),
            (single + ["--set", "workload.resources.limits.memory=256Mi"], "must be at least 512Mi"),
            (single + ["--set", "workload.storage.size=10"], "size"),
            (single + ["--set", "partitions=0"], "partitions"),
            (single + ["--set", "kafka.brokers={k:9092}"], "of no use with mode: single"),
            (single + ["--set", "services.reception.replicas=2"], "services.reception"),
            (single + ["--set", "workload.extraArgs={insecure-dev}"], "extraArgs"),
            (single + ["--set", "identities[1].principal=organisations/a/people/b"], "certificate"),
            (single + ["--set", "identities[1].certificate=dns:x"], "identities"),
            (single + ["--set", "identities[0].certificate=x", "--set", "identities[0].speaks_for={*}"], "certificate"),
            (single + ["--set", "identitiesConfigMap=mine"], "exclude each other"),
            (single + ["--set", "tls.certManager.enabled=true"], "exclude each other"),
            (cluster + ["--set", "kafka.brokers=null"], "kafka.brokers is required"),
            (cluster + ["--set", "kafka.brokers={kafka}"], "brokers"),
            (cluster + ["--set", "kafka.properties.sasl\\.password=x"], "sasl.password"),
            (cluster + ["--set", "kafka.properties.a=b", "--set", "kafka.configSecret=c"], "exclude each other"),
            (cluster + ["--set", "kafka.topics.create=true"], "kafka.topics.cluster"),
            (cluster + ["--set", "services.unknown.replicas=2"], "unknown"),
            (single + ["--set", "seal.key=x"], "seal"),
            (single + ["--set", "ingress.enabled=true"], "ingress.host"),
            (single + ["--set", "ingress.host=localhost"], "host"),
            (single + ["--set", "gateway.enabled=true,gateway.host=p.example.org"], "gateway.parentRefs"),
        ]:
            with self.subTest(words=words):
                done = template(*values)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)

    def test_K6_stores_get_four_tenths_of_the_limit(self):
        for name, limit, wanted in [("single", "2Gi", 2048 * 4 // 10 // 4), ("single", "512Mi", 512 * 4 // 10 // 4),
                                    ("cluster", "3Gi", 3072 * 4 // 10)]:
            with self.subTest(name, limit=limit):
                for item in of_kind(render(name, "--set", f"workload.resources.limits.memory={limit}"),
                                    "StatefulSet").values():
                    self.assertIn(f"--store-cache-mib={wanted}", arguments_of(item))
                    mib = {"3Gi": 3072, "2Gi": 2048, "512Mi": 512}[limit]
                    self.assertIn(f"--call-memory-mib={mib // 4}", arguments_of(item))

    def test_a_service_monitor_may_be_followed(self):
        def scrapers(*values):
            done = template(*values_of("single"), *values)
            self.assertEqual(done.returncode, 0, done.stderr)
            rules = of_kind(done.stdout, "NetworkPolicy")["prihvat"]["spec"]["ingress"]
            return [rule["from"] for rule in rules if rule["ports"][0]["port"] == "metrics"]
        self.assertEqual(scrapers(), [])
        operators = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}}
        self.assertEqual(scrapers("--set", "serviceMonitor.enabled=true"), [[operators]])
        named = "networkPolicy.monitoring[0].podSelector.matchLabels.app=mine"
        self.assertEqual(scrapers("--set", "serviceMonitor.enabled=true", "--set", named),
                         [[{"podSelector": {"matchLabels": {"app": "mine"}}}]])

    def test_a_key_for_seals_is_given_by_a_secret(self):
        for item in of_kind(render("single"), "StatefulSet").values():
            self.assertFalse([argument for argument in arguments_of(item) if argument.startswith("--seal-key")])
        for item in of_kind(render("cluster-all"), "StatefulSet").values():
            pod = item["spec"]["template"]["spec"]
            mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
            self.assertIn(f"--seal-key={mounts['seal']}/seal.key", arguments_of(item))
            secrets = {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}
            self.assertEqual(secrets["seal"], {"secretName": "prihvat-seal", "defaultMode": 0o440})

    def test_callers_from_outside_reach_each_service_by_a_name_of_its_own_certificate(self):
        rendered = render("cluster-all")
        services = of_kind(rendered, "Service")
        reached = {}
        for name, route in of_kind(rendered, "TLSRoute").items():
            backend = route["spec"]["rules"][0]["backendRefs"][0]
            self.assertEqual(backend, {"name": name, "port": 8443})
            self.assertEqual(route["spec"]["parentRefs"][0]["name"], "public")
            reached[route["spec"]["hostnames"][0]] = name
        ingress = of_kind(rendered, "Ingress")["prihvat"]["spec"]
        self.assertEqual({rule["host"]: rule["http"]["paths"][0]["backend"]["service"]["name"]
                          for rule in ingress["rules"]}, reached)
        self.assertEqual(ingress["tls"][0]["hosts"], sorted(reached))
        self.assertEqual(reached, {f"{service}.prihvat.example.org": f"prihvat-{service}"
                                   for service in ("procurement", "handover", "reception", "reporting")})
        self.assertLess(set(reached.values()), services.keys())
        self.assertLess(reached.keys(), set(of_kind(rendered, "Certificate")["prihvat"]["spec"]["dnsNames"]))
        done = template(*values_of("single"), "--set", "ingress.enabled=true,ingress.host=prihvat.example.org")
        self.assertEqual(done.returncode, 0, done.stderr)
        rules = of_kind(done.stdout, "Ingress")["prihvat"]["spec"]["rules"]
        self.assertEqual([rule["host"] for rule in rules], ["prihvat.example.org"])

    def test_a_changed_configuration_rolls_the_pods(self):
        def annotations(*arguments):
            item = of_kind(render("single", *arguments), "StatefulSet")["prihvat"]
            return item["spec"]["template"]["metadata"]["annotations"]
        before = annotations()
        self.assertEqual(before, annotations())
        self.assertNotEqual(before, annotations("--set", "identities[0].principal=organisations/iom/people/b"))
        self.assertNotEqual(before, annotations("--set", "accessPolicy=x"))

    def test_K7_a_slow_start_is_never_killed(self):
        for item in of_kind(render("cluster"), "StatefulSet").values():
            container = item["spec"]["template"]["spec"]["containers"][0]
            # /startupz and /readyz fail for as long as a restore takes; only /livez may end a pod.
            for probe in ("startupProbe", "livenessProbe"):
                self.assertEqual(container[probe]["httpGet"]["path"], "/livez")
            self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")

    def test_K9_a_drain_is_never_blocked(self):
        for name in PROFILES:
            rendered = render(name)
            sets = of_kind(rendered, "StatefulSet")
            budgets = of_kind(rendered, "PodDisruptionBudget")
            self.assertEqual(sets.keys(), budgets.keys())
            for budget in budgets.values():
                self.assertEqual(budget["spec"]["maxUnavailable"], 1)
                self.assertNotIn("minAvailable", budget["spec"])
                self.assertEqual(budget["spec"]["unhealthyPodEvictionPolicy"], "AlwaysAllow")

    def test_topics_are_those_of_the_project(self):
        declared = yaml.safe_load((ROOT / "deploy/kafka/topics.yaml").read_text())
        topics = {item["spec"]["topicName"]: item["spec"]
                  for item in of_kind(render("cluster-all"), "KafkaTopic").values()}
        self.assertEqual(topics.keys(), {topic["name"] for topic in declared["topics"]})
        for topic in topics.values():
            self.assertEqual(topic["config"], declared["defaults"]["settings"])
            self.assertEqual(topic["partitions"], declared["defaults"]["partitions"])
            self.assertEqual(topic["replicas"], declared["defaults"]["replication_factor"])

    def test_every_option_is_one_of_the_programs(self):
        program = pathlib.Path(os.environ["PRIHVAT_BUILD_DIR"]) / "bin/prihvatd"
        if not program.exists():
            self.skipTest("prihvatd is not built")
        told = run(program, "--help").stdout
        for name in PROFILES:
            for item in of_kind(render(name), "StatefulSet").values():
                for argument in arguments_of(item):
                    self.assertIn(argument.split("=")[0] + " ", told + " ")

    def test_rules_are_those_that_are_tested(self):
        rules = of_kind(render("cluster-all"), "PrometheusRule")["prihvat"]["spec"]["groups"]
        for name in ("alerts", "recording"):
            there = yaml.safe_load((ROOT / f"deploy/prometheus/rules/{name}.yaml").read_text())["groups"]
            for group in there:
                self.assertIn(group, rules)

    def test_names_of_the_certificate_cover_every_address_that_is_used(self):
        rendered = render("cluster-all")
        names = of_kind(rendered, "Certificate")["prihvat"]["spec"]["dnsNames"]
        for item in of_kind(rendered, "StatefulSet").values():
            advertised = next(a for a in arguments_of(item) if a.startswith("--advertise="))
            host = advertised.removeprefix("--advertise=").rsplit(":", 1)[0]
            self.assertIn(host.replace("$(POD_NAME)", "*"), names)
        tests = of_kind(rendered, "Pod")["prihvat-test-api"]["spec"]["containers"][0]["env"]
        servers = next(e["value"] for e in tests if e["name"] == "PRIHVAT_SERVER")
        for server in servers.split(","):
            self.assertIn(server.split("=")[1].rsplit(":", 1)[0], names)


def write_golden():
    for name in PROFILES:
        (CHART / f"golden/{name}.yaml").write_text(render(name))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write-golden"]:
        write_golden()
    else:
        unittest.main()
