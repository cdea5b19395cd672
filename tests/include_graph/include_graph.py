"""The arrows between the rooms of this repository, over its include graph.

check(root) reads every C++ file under libs/, services/ and tests/ and returns what is against an arrow, each in words:
where the include stands, from which room, to which, and the rule. The rules are those of docs and the CMake targets; a
wrong include is often a link error too, but that does not say why.
"""

import dataclasses
import pathlib
import re

# Which libraries a library may see, bottom up: each sees only rooms named before it.
SEES = {
    "base": [],
    "telemetry": ["base"],
    "config": ["base"],
    "es": ["base"],
    "event_log": ["base"],
    "evidence": ["base", "event_log"],
    "state_store": ["base", "es"],
    "runtime": ["base", "telemetry", "es", "event_log", "state_store"],
    "access": ["base", "es"],
    "vault": ["base", "state_store"],
    "rpc": ["base", "telemetry", "config", "es", "event_log", "state_store", "runtime", "access", "vault"],
    "documents": ["base"],
    "ocds": ["base"],
    "testkit": ["base", "telemetry", "config", "es", "event_log", "state_store", "runtime", "access", "vault", "rpc",
                "documents", "evidence"],
}
# Services with a domain of their own; services/hosting runs them, services/prihvatd all in one process, and
# services/prihvatctl is a client of them.
SERVICES = ["procurement", "handover", "reception", "reporting"]
PURE_ROOMS = ["domain", "processes", "views"]
HOSTING = "services/hosting/"  # puts a service and an engine together for a main.cc; knows no service
ALL_IN_ONE = "services/prihvatd/"  # may see every service

# Libraries from outside by how their headers begin.
EXTERNAL = {
    "gRPC": re.compile(r"^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$"),
    "librdkafka": re.compile(r"^(librdkafka/)?rdkafka(cpp)?\.h$"),
    "RocksDB": re.compile(r"^rocksdb/"),
    "spdlog": re.compile(r"^spdlog/"),
    "Pango or Cairo": re.compile(r"^(pango|cairo)(/|\.h$|-)"),
    "qpdf": re.compile(r"^qpdf/"),
    "libxlsxwriter": re.compile(r"^xlsxwriter(/|\.h$)"),
}
# Of the system, what the pure parts of a service must not name. (Libraries below them may, behind their seams.)
SYSTEM = {
    "the file system": re.compile(r"^(fstream|filesystem|cstdio|stdio\.h|fcntl\.h|unistd\.h|sys/\w+\.h)$"),
    "threads": re.compile(r"^(thread|mutex|condition_variable|future|absl/synchronization/\w+\.h)$"),
    "the clock": re.compile(r"^(chrono|ctime|time\.h|absl/time/clock\.h)$"),
    "randomness": re.compile(r"^(random|absl/random/.*)$"),
}
# The only folders that may see an engine's own library.
ENGINE_ROOMS = {
    "librdkafka": ["libs/event_log/kafka/"],
    "RocksDB": ["libs/event_log/embedded/", "libs/state_store/"],
}
# What the pure parts of a service must not reach, by any way.
IMPURE_LIBRARIES = ["telemetry", "config", "event_log", "state_store", "runtime", "access", "vault", "rpc"]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
PROTO_IMPORT = re.compile(r'^\s*import\s+(?:public\s+)?"([^"]+)"\s*;')
SERVICE_PROTO = re.compile(r"^prihvat/(" + "|".join(SERVICES) + r")/v1/(\w+)(\.grpc)?\.pb\.h$")


@dataclasses.dataclass(frozen=True)
class Include:
    file: str  # from the root, as all paths here
    line: int
    target: str


def is_test(file):
    """Tests and what only they use may name engines and test kits."""
    return (file.startswith("tests/") or file.endswith("_test.cc") or "/testing/" in file or "/tests/" in file
            or file.startswith("libs/testkit/"))


def room_of(file):
    """`libs/base`, `services/handover/domain`, `services/prihvatd`: what an arrow begins and ends at."""
    parts = file.split("/")
    if parts[0] == "services" and len(parts) > 3:
        return "/".join(parts[:3])
    return "/".join(parts[:2])


def library_of(file):
    parts = file.split("/")
    return parts[1] if parts[0] == "libs" and len(parts) > 2 else None


def service_of(file):
    parts = file.split("/")
    return parts[1] if parts[0] == "services" and len(parts) > 2 else None


def pure_room_of(file):
    parts = file.split("/")
    pure = parts[0] == "services" and len(parts) > 3 and parts[1] in SERVICES and parts[2] in PURE_ROOMS
    return room_of(file) if pure else None


def external_of(target, patterns=None):
    return next((name for name, pattern in (patterns or EXTERNAL).items() if pattern.search(target)), None)


class Graph:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.includes = {}  # file -> its includes
        self._event_protos = {}  # service -> what event_protos has found
        for folder in ("libs", "services", "tests"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".cc", ".h") and path.is_file():
                    self._read(path)

    def _read(self, path):
        file = path.relative_to(self.root).as_posix()
        found = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = INCLUDE.match(line)
            if match:
                found.append(Include(file, number, match.group(1)))
        self.includes[file] = found

    def files(self):
        return self.includes.items()

    def ways(self, file):
        """All includes that `file` reaches, each once, with the way to it: [Include, ...] from `file` on."""
        seen, front = {file}, [[include] for include in self.includes[file]]
        while front:
            way = front.pop(0)
            target = way[-1].target
            if target in seen:
                continue
            seen.add(target)
            yield way
            front.extend(way + [include] for include in self.includes.get(target, []))

    def event_protos(self, service):
        """The headers that `service`'s events need: its events.proto, sourcing_events.proto and others of such a name,
        and what these import, all the way."""
        if service in self._event_protos:
            return self._event_protos[service]
        protos = self.root / "protos"
        own = f"prihvat/{service}/v1"
        more = sorted((protos / own).glob("*_events.proto"))
        reached, front = set(), [f"{own}/events.proto", *(f"{own}/{path.name}" for path in more)]
        while front:
            proto = front.pop()
            if proto in reached:
                continue
            reached.add(proto)
            if (protos / proto).is_file():
                for line in (protos / proto).read_text(encoding="utf-8").splitlines():
                    match = PROTO_IMPORT.match(line)
                    if match:
                        front.append(match.group(1))
        self._event_protos[service] = {proto[:-len(".proto")] + ".pb.h" for proto in reached}
        return self._event_protos[service]


def says(include, target_room, rule, way=()):
    text = f"{include.file}:{include.line}: {room_of(include.file)} -> {target_room}: {rule}"
    if len(way) > 1:
        text += "; by way of " + " -> ".join(step.target for step in way)
    return text


def check_libraries(include):
    """libs/: bottom up as SEES says, and never into a service or what a service says."""
    source = library_of(include.file)
    if source is None:
        return
    if source not in SEES:
        yield says(include, include.target, f"libs/{source} has no place among the rooms; give it one in SEES of "
                   "tests/include_graph/include_graph.py")
        return
    target = library_of(include.target)
    if target is not None and target not in SEES:
        yield says(include, f"libs/{target}", f"libs/{target} has no place among the rooms; give it one in SEES of "
                   "tests/include_graph/include_graph.py")
    elif target is not None and target != source and target not in SEES[source] and not is_test(include.file):
        seen = ", ".join(SEES[source]) or "no other library"
        yield says(include, f"libs/{target}", f"not an arrow of the house: {source} sees {seen}")
    if include.target.startswith("services/"):
        yield says(include, room_of(include.target), "libraries know no service")
    said = SERVICE_PROTO.match(include.target)
    if said and not is_test(include.file):
        yield says(include, f"protos of {said.group(1)}", "libraries know no domain")


def check_services(graph, include):
    """services/: never another one's headers, of its protos only the events."""
    source = service_of(include.file)
    if source is None or include.file.startswith(ALL_IN_ONE):
        return
    target = service_of(include.target)
    if include.target.startswith(HOSTING) and (include.file.endswith("/main.cc") or is_test(include.file)):
        return
    if include.target.startswith(HOSTING) and source != target:
        yield says(include, room_of(include.target), "only a main.cc is hosted")
    elif include.file.startswith(HOSTING) and target is not None and target != source:
        yield says(include, room_of(include.target), "hosting knows no service; its main.cc hands it over")
    elif target is not None and target != source:
        yield says(include, room_of(include.target), f"{source} never includes {target}'s headers; it learns from its "
                   "events")
    said = SERVICE_PROTO.match(include.target)
    if said and source in SERVICES and said.group(1) != source and not is_test(include.file):
        if include.target not in graph.event_protos(said.group(1)):
            yield says(include, f"protos of {said.group(1)}", f"{source} sees only {said.group(1)}'s events.proto and "
                       f"what that imports, and {include.target} is neither")


def check_engines(include):
    """Only main.cc and hosting name a concrete engine; only an engine sees its library; only tests see test kits."""
    if is_test(include.file):
        return
    for engine in ("embedded", "kafka"):
        folder = f"libs/event_log/{engine}/"
        named = include.target.startswith(folder) and not include.file.startswith(folder)
        if named and not include.file.endswith("/main.cc") and not include.file.startswith(HOSTING):
            yield says(include, f"libs/event_log/{engine}", f"only main.cc and {HOSTING} name a concrete engine; "
                       "take an EventLog")
    external = external_of(include.target)
    allowed = ENGINE_ROOMS.get(external)
    if allowed and not include.file.startswith(tuple(allowed)):
        yield says(include, external, f"only {' and '.join(allowed)} see {external}")
    if include.target.startswith("libs/testkit/") or "/testing/" in include.target:
        if include.target.startswith(("libs/", "services/")):
            yield says(include, room_of(include.target), "only tests see test kits")


def check_purity(graph, file):
    """domain/, processes/ and views/ reach no I/O, by any way."""
    room = pure_room_of(file)
    if room is None or is_test(file):
        return
    for way in graph.ways(file):
        target = way[-1].target
        if len(way) > 1 and (pure_room_of(way[-1].file) is not None):
            continue  # told of where it stands
        external, library = external_of(target), library_of(target)
        if external is not None and (len(way) == 1 or library_of(way[-1].file) not in IMPURE_LIBRARIES):
            yield says(way[0], external, f"{room.split('/')[2]}/ is pure and sees no {external}", way)
        elif len(way) == 1 and external_of(target, SYSTEM) is not None:
            yield says(way[0], external_of(target, SYSTEM), f"{room.split('/')[2]}/ is pure: no I/O, no clock, no "
                       "threads, no randomness; they come in with the command")
        elif library in IMPURE_LIBRARIES and library_of(way[-1].file) not in IMPURE_LIBRARIES:
            yield says(way[0], f"libs/{library}", f"{room.split('/')[2]}/ is pure and sees no libs/{library}", way)
        elif service_of(target) is not None and pure_room_of(target) is None and len(way) == 1:
            yield says(way[0], room_of(target), f"{room.split('/')[2]}/ sees of its service only "
                       f"{', '.join(PURE_ROOMS)}")


def cycles(edges):
    """The circles in `edges` {node: {node: Include}}: [Include, ...], one for each edge that closes one."""
    state, way = {}, []  # node -> "open" while on `way`, then "done"

    def walk(node):
        state[node] = "open"
        for target, include in sorted(edges.get(node, {}).items()):
            way.append((node, include))
            if state.get(target) == "open":
                first = next(step for step, (on, _) in enumerate(way) if on == target)
                yield [include for _, include in way[first:]]
            elif target not in state:
                yield from walk(target)
            way.pop()
        state[node] = "done"

    for node in sorted(edges):
        if node not in state:
            yield from walk(node)


def check_cycles(graph):
    """No circles: of files within a room, and of the rooms of one service. (Between libraries SEES allows none.)"""
    file_edges, room_edges = {}, {}
    for file, includes in graph.files():
        for include in includes:
            source, target = room_of(file), room_of(include.target)
            if include.target in graph.includes and source == target:
                file_edges.setdefault(file, {})[include.target] = include
            elif service_of(file) is not None and service_of(file) == service_of(include.target):
                if not is_test(file):
                    room_edges.setdefault(source, {}).setdefault(target, include)
    for circle in cycles(file_edges):
        yield says(circle[-1], room_of(circle[-1].target), "these files include each other in a circle: "
                   + " -> ".join([step.file for step in circle] + [circle[0].file]))
    for circle in cycles(room_edges):
        yield says(circle[-1], room_of(circle[-1].target), "these rooms include each other in a circle: "
                   + ", ".join(f"{room_of(step.file)} -> {room_of(step.target)} ({step.file}:{step.line})"
                               for step in circle))


def check(root):
    """Every broken arrow under `root`, in words, in the order of the files; and how many files were read."""
    graph = Graph(root)
    broken = []
    for file, includes in graph.files():
        for include in includes:
            broken.extend(check_libraries(include))
            broken.extend(check_services(graph, include))
            broken.extend(check_engines(include))
        broken.extend(check_purity(graph, file))
    broken.extend(check_cycles(graph))
    return broken, len(graph.includes)
