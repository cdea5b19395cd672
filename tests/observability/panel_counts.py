"""What each query of each panel must return after the scenario tests/e2e/races.yaml was played once: known from the
scenario, from the log itself (prihvatctl verify), from the API or from the files, and not from metrics. Counters are
asked for whole, where a panel asks how fast they grow. `Unknown` says why nobody can tell."""

import collections
import json
import pathlib
import re

import yaml

SERVICES = ("procurement", "handover", "reception", "reporting")
MIB = 1 << 20


class Unknown(str):
    """Why there is no figure to compare with."""


class Among(dict):
    """As a dictionary, of which a query returns a part."""


# What this test itself calls meanwhile, to look at the log.
OURS = {"ExportLog", "ListPartitions", "prihvat.admin.v1.AdminService"}
SPEED = Unknown("how fast this machine is")
ENGINE = Unknown("how RocksDB does its work; that it does it: test_what_the_engines_tell_fits_the_load")
GROUPS = Unknown("how many commands share a batch is a matter of moments")
BROKER = Unknown("how often a client asks its brokers: test_what_the_engines_tell_fits_the_load has the least")


def whole(expression):
    """The query of a panel with each counter as it is, in place of how fast it grows."""
    return re.sub(r"\b(?:rate|increase)\(([^()\[\]]+)\[[^\]]+\]\)", r"\1", expression).replace("$service", ".+")


def calls_of(scenario):
    """How often the scenario calls each method: "reception.RegisterPerson" -> 20."""
    def times(step):
        found = 1
        for values in step.get("for", {}).values():
            if isinstance(values, str):
                first, last = map(int, values.split(".."))
                found *= last - first + 1
            else:
                found *= len(values)
        return found
    counted = collections.Counter()
    for step in yaml.safe_load(pathlib.Path(scenario).read_text())["steps"]:
        for inner in step.get("steps", [step]):
            counted[inner["call"]] += times(step) * (times(inner) if inner is not step else 1)
    return counted


class Facts:
    """`asked(method, name)` calls the API. `stores`: where each instance (its metrics' address) has its stores; the log
    of the first is its own, that of the others Kafka's."""

    def __init__(self, scenario, asked, stores):
        self.calls, self.stores, self.log = calls_of(scenario), stores, {}
        self.centre = asked("reception.GetOccupancy", "operations/ba/centres/usivak")
        self.money = asked("procurement.GetBudgetPosition", "operations/ba/projects/races")["totals"][0]
        self.calls.update(["reception.GetOccupancy", "procurement.GetBudgetPosition"])

    def look_at_log(self, instance, verified):
        """`verified`: what prihvatctl verify says of the instance's log."""
        self.log[instance] = collections.defaultdict(collections.Counter)
        for partition in json.loads(verified)["partitions"]:
            self.log[instance][partition["topic"].removeprefix("prihvat.")].update(
                {key: value for key, value in partition.items() if isinstance(value, int)})

    def by_service(self, field):
        """Over all instances that run the service."""
        found = collections.Counter({service: 0 for service in SERVICES})
        for services in self.log.values():
            for service, counts in services.items():
                found[service] += counts[field]
        return found

    def calls_by_service(self):
        found = collections.Counter()
        for method, times in self.calls.items():
            service = method.split(".")[0]
            found[f"prihvat.{service}.v1.{service.capitalize()}Service"] += times
        return found

    def folded(self):
        return {(instance, service): counts["endOffset"] - 4  # of four partitions, from 0
                for instance, services in self.log.items() for service, counts in services.items() if counts["claims"]}

    def reserve(self):
        return {(next(iter(self.stores)), "prihvat"): 256 * MIB}

    def files(self):
        return {(instance, service.name): sum(size_of(file) for file in service.glob("*.sst"))
                for instance, folder in self.stores.items() for service in folder.iterdir()}

    def of_centre(self, field):
        return {("usivak", "ba"): int(self.centre.get(field, 0))}

    def amount(self, *fields):
        def number(money):
            return int(money.get("units", 0)) + money.get("nanos", 0) / 1e9
        return {("BAM", "ba", "races"): sum(number(self.money.get(field, {})) for field in fields)}


def size_of(file):
    try:
        return file.stat().st_size
    except FileNotFoundError:  # compaction has taken it away meanwhile
        return 0


def share(parts, whole_ones):
    return {key: parts[key] / whole_ones[key] for key in parts}


# (dashboard, panel) -> for each of its queries: a number that every series must have, a dictionary from the values of a
# series' labels (in the order of their names) to its own, or Unknown. What a dictionary does not have must be 0.
EXPECTED = {
    ("overview", "Instances up"): [2],
    ("overview", "Services ready"): [1],
    ("overview", "Partitions without an owner"): [0],
    ("overview", "Partitions stopped"): [0],
    ("overview", "Commits"): [lambda facts: {(): sum(facts.by_service("commits").values())}],
    ("overview", "Work items"): [0],
    ("overview", "Calls"): [Facts.calls_by_service],
    ("overview", "Failed for the service's sake"): [0],
    ("overview", "Time to answer"): [SPEED, SPEED],
    ("overview", "Open calls"): [0],
    ("service", "Commands"): [lambda facts: facts.by_service("commits"), 0, 0],
    ("service", "Waiting"): [0, 0],
    ("service", "Time to commit"): [SPEED, SPEED],
    ("service", "Reactions"): [Unknown("which events are reacted to is the processes' business: their tests"), 0],
    ("service", "Calls by method"): [lambda facts: Among({method.split(".")[1]: times for method, times in
                                                          facts.calls.items()})],
    ("service", "Answers other than OK"): [0],
    ("log", "Owned partitions"): [4],
    ("log", "Hand-overs"): [lambda facts: facts.by_service("claims"), 0],
    ("log", "Terms"): [1],
    ("log", "Void records"): [0],
    ("log", "Time to durability"): [SPEED],
    ("log", "Commits a batch"): [GROUPS],
    ("log", "Unconfirmed batches"): [0],
    ("log", "Lag"): [0],
    ("log", "Lag in time"): [0, 0, 0],
    ("log", "Views being built"): [0],
    ("log", "Folded"): [Facts.folded],
    ("log", "State"): [1, 1],
    ("log", "Not reacted to"): [0],
    ("log", "Not sealed for"): [Unknown("nothing is sealed here, and it grows with the clock")],
    ("stores", "Rows"): [Unknown("RocksDB estimates it")],
    ("stores", "On the disk"): [Facts.files],
    ("stores", "Free disk"): [Unknown("others write to the same disk"), Facts.reserve],
    ("stores", "Memory"): [ENGINE, 64 * MIB],
    ("stores", "Rows read and written"): [ENGINE, ENGINE],
    ("stores", "Blocks"): [ENGINE, ENGINE],
    ("stores", "Written to the disk"): [ENGINE, ENGINE],
    ("stores", "Held up"): [0, 0],
    ("kafka", "Connections"): [{"1": 4}],
    ("kafka", "Round trip"): [SPEED, SPEED],
    ("kafka", "Requests"): [BROKER],
    ("kafka", "Sent"): [BROKER],
    ("kafka", "Lost and repeated"): [BROKER, 0, 0],
    ("kafka", "Waiting"): [0],
    ("domain", "People present"): [lambda facts: facts.of_centre("peoplePresent")],
    ("domain", "Free beds"): [lambda facts: facts.of_centre("free")],
    ("domain", "Beds taken"): [lambda facts: share(
        {key: beds - facts.of_centre("free")[key] for key, beds in facts.of_centre("beds").items()},
        facts.of_centre("beds"))],
    ("domain", "People without a bed"): [lambda facts: facts.of_centre("peopleWithoutBed")],
    ("domain", "Budget used"): [lambda facts: share(facts.amount("reserved", "committed", "spent"),
                                                    facts.amount("amount"))],
    ("domain", "Committed and spent"): [lambda facts: facts.amount("committed"), lambda facts: facts.amount("spent"),
                                        lambda facts: facts.amount("paid")],
    # The scenario hands nothing over and plans no checks.
    ("domain", "Hand-overs overdue"): [0],
    ("domain", "Hand-overs under way"): [0],
    ("domain", "Proofs of transfer due"): [0],
    ("domain", "Checks due"): [0],
    ("domain", "Open work items"): [0],
}


def difference(found, expected):
    """In words, "" for none. `found`: what a query returned, a list of (labels, value)."""
    series = {tuple(value for name, value in sorted(labels.items()) if name != "__name__"): value
              for labels, value in found if not OURS & set(labels.values())}
    if not series:
        return "no series"
    if not isinstance(expected, dict):
        wanted = dict.fromkeys(series, expected)
    else:
        wanted = {key if isinstance(key, tuple) else (key,): value for key, value in expected.items()}
    keys = {key for key in series.keys() | wanted.keys()
            if (key in series or not isinstance(expected, Among)) and
            (key not in series or abs(series[key] - wanted.get(key, 0)) > 1e-9)}
    return "; ".join(f"{', '.join(key) or 'all'}: {series.get(key)} and not {wanted.get(key, 0)}"
                     for key in sorted(keys))
