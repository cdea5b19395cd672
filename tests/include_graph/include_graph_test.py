"""The include graph of this repository keeps to its arrows, and the checker sees one that does not."""

import pathlib
import tempfile
import unittest

import include_graph

ROOT = pathlib.Path(__file__).resolve().parents[2]


class ThisRepository(unittest.TestCase):
    def test_no_arrow_turns_back(self):
        broken, files = include_graph.check(ROOT)
        self.assertGreater(files, 50, "the repository's files were not found")
        self.assertEqual(broken, [], "\n" + "\n".join(broken))

    def test_every_library_has_a_place_in_the_order(self):
        rooms = {path.name for path in (ROOT / "libs").iterdir() if path.is_dir()}
        self.assertLessEqual(rooms, set(include_graph.SEES))

    def test_the_order_itself_has_no_circle(self):
        before = set()
        for room, seen in include_graph.SEES.items():
            self.assertLessEqual(set(seen), before, f"{room} sees a room that stands after it")
            before.add(room)


class Planted(unittest.TestCase):
    """A small lawful tree; each case plants one include and wants exactly one broken arrow, named."""

    LAWFUL = {
        "libs/base/money.h": "",
        "libs/es/decider.h": '#include "libs/base/money.h"\n#include "prihvat/common/v1/common.pb.h"\n',
        "libs/event_log/event_log.h": '#include "libs/base/money.h"\n#include <mutex>\n',
        "libs/event_log/kafka/kafka_log.h": '#include <librdkafka/rdkafka.h>\n',
        "libs/event_log/embedded/embedded_log.cc": '#include <rocksdb/db.h>\n#include "libs/event_log/event_log.h"\n',
        "libs/event_log/embedded/embedded_log.h": "",
        "libs/event_log/testing/memory_log.h": "",
        "libs/base/clock.h": "#include <chrono>\n",
        "libs/state_store/store.cc": "#include <rocksdb/db.h>\n",
        "libs/state_store/store.h": "",
        "libs/rpc/server.h": "#include <grpcpp/grpcpp.h>\n",
        "libs/documents/pdf.h": "",
        "libs/testkit/world.h": '#include "libs/rpc/server.h"\n#include "libs/event_log/embedded/embedded_log.h"\n',
        "libs/es/decider_test.cc": '#include "libs/testkit/world.h"\n',
        "services/handover/domain/decider.h": '#include "libs/es/decider.h"\n',
        "services/handover/domain/decider_test.cc": '#include "libs/testkit/world.h"\n',
        "services/handover/processes/receipts.cc": '#include "prihvat/procurement/v1/events.pb.h"\n'
                                                   '#include "prihvat/procurement/v1/resources.pb.h"\n',
        "services/handover/api/service.h": '#include "libs/rpc/server.h"\n'
                                           '#include "prihvat/handover/v1/service.grpc.pb.h"\n',
        "services/handover/main.cc": '#include "libs/event_log/kafka/kafka_log.h"\n'
                                     '#include "services/hosting/host.h"\n',
        "services/hosting/host.h": '#include "libs/event_log/kafka/kafka_log.h"\n',
        "services/procurement/domain/decider.h": "",
        "services/prihvatd/main.cc": '#include "services/handover/api/service.h"\n'
                                     '#include "services/procurement/domain/decider.h"\n',
        "services/prihvatctl/play.cc": '#include "prihvat/handover/v1/service.grpc.pb.h"\n',
        "tests/e2e/story_test.cc": '#include "libs/event_log/kafka/kafka_log.h"\n',
        "protos/prihvat/procurement/v1/events.proto": 'import "prihvat/procurement/v1/resources.proto";\n',
        "protos/prihvat/procurement/v1/resources.proto": 'import "google/type/money.proto";\n',
    }

    def check(self, *planted):
        """`planted`: (file, text) pairs; the text is added at the end of the file."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for file, text in [*self.LAWFUL.items(), *planted]:
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                with open(root / file, "a", encoding="utf-8") as out:
                    out.write(text)
            return include_graph.check(root)[0]

    def assert_named(self, file, line, target, *words):
        include = f"#include <{target}>\n" if "libs/" not in target and "services/" not in target \
            else f'#include "{target}"\n'
        broken = self.check((file, "\n" * (line - 1 - self.LAWFUL.get(file, "").count("\n")) + include))
        self.assertEqual(len(broken), 1, "\n".join(broken))
        self.assertTrue(broken[0].startswith(f"{file}:{line}: "), broken[0])
        for word in words:
            self.assertIn(word, broken[0])

    def test_a_lawful_tree_is_clean(self):
        self.assertEqual(self.check(), [])

    def test_a_library_that_looks_up(self):
        self.assert_named("libs/base/money.h", 7, "libs/es/decider.h", "libs/base -> libs/es",
                          "base sees no other library")

    def test_a_library_without_a_place(self):
        self.assert_named("libs/misc/odds.h", 1, "libs/base/money.h", "libs/misc has no place")

    def test_a_library_that_knows_a_service(self):
        self.assert_named("libs/rpc/server.h", 2, "services/handover/domain/decider.h",
                          "libs/rpc -> services/handover/domain", "libraries know no service")

    def test_a_library_that_knows_a_domain(self):
        self.assert_named("libs/documents/pdf.h", 1, "prihvat/handover/v1/resources.pb.h",
                          "libs/documents -> protos of handover", "libraries know no domain")

    def test_a_service_that_sees_another(self):
        self.assert_named("services/handover/api/service.h", 3, "services/procurement/domain/decider.h",
                          "services/handover/api -> services/procurement/domain",
                          "never includes procurement's headers")

    def test_a_service_that_sees_another_from_a_test(self):
        self.assert_named("services/handover/domain/decider_test.cc", 2, "services/procurement/domain/decider.h",
                          "never includes procurement's headers")

    def test_a_client_that_sees_a_service(self):
        self.assert_named("services/prihvatctl/play.cc", 2, "services/handover/domain/decider.h",
                          "prihvatctl never includes handover's headers")

    def test_a_service_that_sees_anothers_api(self):
        self.assert_named("services/handover/processes/receipts.cc", 3, "prihvat/procurement/v1/service.pb.h",
                          "services/handover/processes -> protos of procurement", "events.proto")

    def test_a_service_that_sees_anothers_state(self):
        self.assert_named("services/handover/domain/decider.h", 2, "prihvat/procurement/v1/state.pb.h", "events.proto")

    def test_pure_rooms_that_see_io(self):
        for room in include_graph.PURE_ROOMS:
            for target, name in (("grpcpp/grpcpp.h", "gRPC"), ("spdlog/spdlog.h", "spdlog"),
                                 ("prihvat/handover/v1/service.grpc.pb.h", "gRPC")):
                with self.subTest(room=room, target=target):
                    self.assert_named(f"services/handover/{room}/new.cc", 3, target,
                                      f"services/handover/{room} -> {name}", f"{room}/ is pure")

    def test_a_domain_that_sees_an_engines_library(self):
        for target, name in (("rocksdb/db.h", "RocksDB"), ("librdkafka/rdkafka.h", "librdkafka")):
            with self.subTest(target=target):
                broken = self.check(("services/handover/domain/new.cc", f"#include <{target}>\n"))
                self.assertEqual(len(broken), 2, "\n".join(broken))  # not pure, and not an engine
                self.assertTrue(any("domain/ is pure" in text and name in text for text in broken))

    def test_a_domain_that_reaches_io_by_way_of_a_library(self):
        broken = self.check(("libs/base/money.h", "#include <grpcpp/grpcpp.h>\n"))
        self.assertTrue(any(text.startswith("services/handover/domain/decider.h:1: services/handover/domain -> gRPC")
                            and "by way of libs/es/decider.h -> libs/base/money.h" in text for text in broken), broken)

    def test_a_domain_that_sees_the_runtime(self):
        self.assert_named("services/handover/domain/decider.h", 2, "libs/rpc/server.h",
                          "services/handover/domain -> libs/rpc", "is pure")

    def test_a_domain_that_sees_its_api(self):
        broken = self.check(("services/handover/domain/decider.h", '#include "services/handover/api/service.h"\n'))
        self.assertTrue(any("domain/ sees of its service only" in text for text in broken), broken)

    def test_an_engine_named_outside_main(self):
        self.assert_named("services/handover/api/service.h", 3, "libs/event_log/kafka/kafka_log.h",
                          "services/handover/api -> libs/event_log/kafka", "only main.cc")
        self.assert_named("libs/event_log/event_log.h", 3, "libs/event_log/embedded/embedded_log.h", "only main.cc")

    def test_all_in_one_process_sees_every_service(self):
        self.assertEqual(self.check(("services/prihvatd/all.cc", '#include "services/hosting/host.h"\n'
                                     '#include "services/procurement/domain/decider.h"\n')), [])

    def test_hosting_that_knows_a_service(self):
        self.assert_named("services/hosting/host.h", 2, "services/handover/domain/decider.h",
                          "services/hosting -> services/handover/domain", "hosting knows no service")

    def test_a_service_that_hosts_itself(self):
        self.assert_named("services/handover/api/service.h", 3, "services/hosting/host.h",
                          "services/handover/api -> services/hosting", "only a main.cc is hosted")

    def test_an_engines_library_outside_the_engine(self):
        self.assert_named("libs/rpc/server.h", 2, "rocksdb/db.h", "libs/rpc -> RocksDB")
        self.assert_named("libs/state_store/store.cc", 2, "librdkafka/rdkafka.h", "libs/state_store -> librdkafka")

    def test_a_clock_or_a_file_in_a_domain(self):
        for target, name in (("chrono", "the clock"), ("absl/time/clock.h", "the clock"), ("thread", "threads"),
                             ("absl/synchronization/mutex.h", "threads"), ("fstream", "the file system"),
                             ("random", "randomness")):
            with self.subTest(target=target):
                self.assert_named("services/handover/views/new.cc", 2, target,
                                  f"services/handover/views -> {name}", "no clock")

    def test_a_domain_may_use_the_seams_of_base(self):
        self.assertEqual(self.check(("services/handover/domain/new.cc", '#include "libs/base/clock.h"\n')), [])

    def test_a_drawing_library_in_a_domain(self):
        self.assert_named("services/handover/domain/new.cc", 1, "pango/pangocairo.h", "Pango or Cairo")

    def test_files_in_a_circle(self):
        broken = self.check(("libs/base/a.h", '#include "libs/base/b.h"\n'),
                            ("libs/base/b.h", '#include "libs/base/c.h"\n'),
                            ("libs/base/c.h", '\n#include "libs/base/a.h"\n'))
        self.assertEqual(len(broken), 1, broken)
        self.assertTrue(broken[0].startswith("libs/base/c.h:2: "), broken[0])
        self.assertIn("libs/base/a.h -> libs/base/b.h -> libs/base/c.h -> libs/base/a.h", broken[0])

    def test_rooms_of_a_service_in_a_circle(self):
        broken = self.check(("services/handover/views/view.h", '#include "services/handover/domain/decider.h"\n'),
                            ("services/handover/domain/rules.h", '#include "services/handover/views/names.h"\n'),
                            ("services/handover/views/names.h", ""))
        self.assertEqual(len(broken), 1, broken)
        self.assertIn("these rooms include each other in a circle", broken[0])
        self.assertIn("services/handover/domain -> services/handover/views (services/handover/domain/rules.h:1)",
                      broken[0])

    def test_a_test_kit_in_the_product(self):
        self.assert_named("services/handover/main.cc", 3, "libs/event_log/testing/memory_log.h", "only tests")
        self.assert_named("services/handover/main.cc", 3, "libs/testkit/world.h", "only tests")


if __name__ == "__main__":
    unittest.main()
