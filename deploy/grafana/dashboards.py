#!/usr/bin/env python3
"""Makes the dashboards beside this file: dashboards.py [--check]

Built with Grafana's own library, so that what comes out is what Grafana reads. --check writes nothing and fails if a
file differs from what would be written.
"""

import argparse
import pathlib
import sys

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Threshold, ThresholdsMode

FOLDER = pathlib.Path(__file__).parent
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH = 24


def query(expression, legend):
    return prometheus.Dataquery().expr(expression).legend_format(legend).ref_id("")


def thresholds(*steps):
    """Colours from values on: thresholds((None, "green"), (1, "red"))."""
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(
        [Threshold(value=value, color=color) for value, color in steps])


def filled(panel, title, description, unit, queries, width, limits):
    panel = (panel.title(title).description(description).unit(unit).datasource(SOURCE).span(width)
             .thresholds(thresholds(*(limits or [(None, "green")]))))
    for number, (expression, legend) in enumerate(queries):
        panel = panel.with_target(query(expression, legend).ref_id(chr(ord("A") + number)))
    return panel


def graph(title, description, unit, *queries, width=WIDTH // 2, limits=None):
    legend = (common_builders.VizLegendOptions().display_mode(common.LegendDisplayMode.LIST)
              .placement(common.LegendPlacement.BOTTOM).show_legend(True).calcs([]))
    return filled(timeseries.Panel(), title, description, unit, queries, width, limits).height(8).min(0).legend(legend)


def number(title, description, unit, expression, limits=None, width=WIDTH // 6):
    return filled(stat.Panel(), title, description, unit, [(expression, "")], width, limits).height(4)


def board(title, uid, description, rows):
    made = (dashboard.Dashboard(title).uid(uid).description(description).tags(["prihvat"]).editable()
            .time("now-1h", "now").refresh("30s").timezone("browser")
            .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
            .with_variable(dashboard.QueryVariable("service").label("Service").datasource(SOURCE)
                           .query("label_values(prihvat_service_ready, service)").multi(True).include_all(True)
                           .current({"text": "All", "value": "$__all"})))
    for name, panels in rows:
        made = made.with_row(dashboard.Row(name))
        for panel in panels:
            made = made.with_panel(panel)
    return made.build()


UNARY = 'grpc_type="unary", grpc_service=~"prihvat.*"'
FAILED = 'grpc_code=~"Unavailable|Internal|Unknown|DataLoss|DeadlineExceeded|ResourceExhausted"'
SERVICE = 'service=~"$service"'


def overview():
    return board("Prihvat / Overview", "prihvat-overview", "Whether it serves, how much, how well.", [
        ("Now", [
            number("Instances up", "Instances that Prometheus reaches.", "short", 'sum(up{job="prihvat"})',
                   [(None, "red"), (1, "green")]),
            number("Services ready", "Their share of all: those that have caught up and whose partitions have owners.",
                   "percentunit", "avg(prihvat_service_ready)", [(None, "red"), (1, "green")]),
            number("Partitions without an owner", "Their commands are refused.", "short",
                   "count(sum by (service, partition) (prihvat_partition_owned) == 0) or vector(0)",
                   [(None, "green"), (1, "red")]),
            number("Partitions stopped", "Instances that met a record which they cannot fold.", "short",
                   "sum(prihvat_partition_stopped)", [(None, "green"), (1, "red")]),
            number("Commits", "Accepted commands and reactions a second.", "ops",
                   "sum(rate(prihvat_commits_total[$__rate_interval]))"),
            number("Work items", "Events in the last day that a service could not take over: for people to settle.",
                   "short", "sum(increase(prihvat_reaction_rejections_total[1d]))", [(None, "green"), (1, "yellow")]),
        ]),
        ("Calls", [
            graph("Calls", "Finished calls a second.", "reqps",
                  ('sum by (grpc_service) (rate(grpc_server_handled_total{grpc_service=~"prihvat.*"}'
                   '[$__rate_interval]))', "{{grpc_service}}")),
            graph("Failed for the service's sake",
                  "Their share. Rejections by the domain and callers' mistakes do not count.", "percentunit",
                  (f'sum by (grpc_service) (rate(grpc_server_handled_total{{grpc_service=~"prihvat.*", {FAILED}}}'
                   '[$__rate_interval]) or 0 * rate(grpc_server_handled_total{grpc_service=~"prihvat.*"}'
                   '[$__rate_interval])) / sum by (grpc_service) (rate(grpc_server_handled_total'
                   '{grpc_service=~"prihvat.*"}[$__rate_interval]))', "{{grpc_service}}"),
                  limits=[(None, "green"), (0.001, "yellow"), (0.0144, "red")]),
            graph("Time to answer", "Of unary calls: the median, and what 99 of 100 stay below.", "s",
                  *[(f"histogram_quantile({quantile}, sum by (le) (rate(grpc_server_handling_seconds_bucket{{{UNARY}}}"
                     "[$__rate_interval])))", f"p{round(100 * quantile)}") for quantile in (0.5, 0.99)]),
            graph("Open calls", "Calls under way, feeds among them.", "short",
                  ("sum by (grpc_service) (prihvat_rpc_in_flight)", "{{grpc_service}}")),
        ]),
    ])


def service():
    return board("Prihvat / Service", "prihvat-service", "What one service does: choose it above.", [
        ("Commands", [
            graph("Commands", "Accepted, rejected by a rule, and repeats of a request id, a second.", "ops",
                  *[(f"sum by (service) (rate(prihvat_{what}_total{{{SERVICE}}}[$__rate_interval]))",
                     "{{service}} " + label)
                    for what, label in (("commits", "accepted"), ("rejections", "rejected"),
                                        ("request_id_hits", "repeated"))]),
            graph("Waiting", "Commands in mailboxes, and those refused because one was full, a second.", "short",
                  (f"sum by (service) (prihvat_partition_mailbox_depth{{{SERVICE}}})", "{{service}} waiting"),
                  (f"sum by (service) (rate(prihvat_mailbox_rejections_total{{{SERVICE}}}[$__rate_interval]))",
                   "{{service}} refused/s")),
            graph("Time to commit", "Of accepted commands, from the mailbox to the answer, and what of it was waiting: "
                  "what 99 of 100 stay below.", "s",
                  *[(f"histogram_quantile(0.99, sum by (service, le) (rate(prihvat_{what}_seconds_bucket{{{SERVICE}}}"
                     "[$__rate_interval])))", "{{service}} " + label)
                    for what, label in (("commit_latency", "commit"), ("mailbox_wait", "waiting"))]),
            graph("Reactions", "Commands that came of other services' events, a second, and those that a rule refused.",
                  "ops",
                  (f"sum by (service) (rate(prihvat_reactions_total{{{SERVICE}}}[$__rate_interval]))",
                   "{{service}} sent"),
                  (f"sum by (service) (rate(prihvat_reaction_rejections_total{{{SERVICE}}}[$__rate_interval]))",
                   "{{service}} refused")),
            graph("Calls by method", "The ten most called, a second.", "reqps",
                  (f"topk(10, sum by (grpc_method) (rate(grpc_server_handled_total{{{UNARY}}}[$__rate_interval])))",
                   "{{grpc_method}}")),
        ]),
        ("Errors", [
            graph("Answers other than OK", "By code, a second.", "reqps",
                  ('sum by (grpc_code) (rate(grpc_server_handled_total{grpc_service=~"prihvat.*", grpc_code!="OK"}'
                   '[$__rate_interval])) or vector(0)', "{{grpc_code}}"), width=WIDTH),
        ]),
    ])


def log():
    return board("Prihvat / Log", "prihvat-log", "Ownership, appends, and how far each instance has folded.", [
        ("Ownership", [
            graph("Owned partitions", "By instance: how the work is spread.", "short",
                  (f"sum by (service, instance) (prihvat_partition_owned{{{SERVICE}}})", "{{service}} {{instance}}")),
            graph("Hand-overs", "Claims written and ownerships given up, in five minutes.", "short",
                  (f"sum by (service) (increase(prihvat_claims_total{{{SERVICE}}}[5m]))", "{{service}} claims"),
                  (f"sum by (service) (increase(prihvat_step_downs_total{{{SERVICE}}}[5m]))",
                   "{{service}} given up")),
            graph("Terms", "The number of each partition's owner: it rises by one with each hand-over.", "short",
                  (f"max by (service, partition) (prihvat_partition_term{{{SERVICE}}})",
                   "{{service}} {{partition}}")),
            graph("Void records", "Records of fenced writers, which no reader counts.", "short",
                  (f"max by (service, partition) (prihvat_partition_void_records{{{SERVICE}}})",
                   "{{service}} {{partition}}")),
        ]),
        ("Appends", [
            graph("Time to durability", "Mean over batches: from append to confirmation.", "s",
                  (f"sum by (service) (rate(prihvat_append_seconds_total{{{SERVICE}}}[$__rate_interval])) / "
                   f"(sum by (service) (rate(prihvat_commit_batches_total{{{SERVICE}}}[$__rate_interval])) > 0)",
                   "{{service}}")),
            graph("Commits a batch", "How many commands share one append: grows with the load.", "short",
                  (f"sum by (service) (rate(prihvat_commits_total{{{SERVICE}}}[$__rate_interval])) / "
                   f"(sum by (service) (rate(prihvat_commit_batches_total{{{SERVICE}}}[$__rate_interval])) > 0)",
                   "{{service}}")),
            graph("Unconfirmed batches", "In five minutes. Their callers were told, and ask again.", "short",
                  (f"sum by (service) (increase(prihvat_append_failures_total{{{SERVICE}}}[5m]))", "{{service}}"),
                  limits=[(None, "green"), (1, "red")]),
        ]),
        ("Folding", [
            graph("Lag", "Records in the log that an instance has not folded yet.", "short",
                  (f"max by (service, instance) (prihvat_partition_lag_records{{{SERVICE}}})",
                   "{{service}} {{instance}}"), limits=[(None, "green"), (1000, "red")]),
            graph("Lag in time", "For how long the oldest record has been in the log that an instance, its views or "
                  "its processes have not come to.", "s",
                  *[(f"max by (service, instance) (prihvat_{what}_lag_seconds{{{SERVICE}}})",
                     "{{service}} {{instance}} " + what) for what in ("partition", "view", "process")]),
            graph("Views being built", "Records that a new version of a view has yet to fold.", "short",
                  (f"sum by (service, instance, view) (prihvat_view_build_remaining_records{{{SERVICE}}}) > 0 "
                   f"or vector(0)", "{{service}} {{instance}} {{view}}")),
            graph("Folded", "Records a second: high after a start, while a service catches up.", "short",
                  (f"sum by (service, instance) (rate(prihvat_partition_applied_offset{{{SERVICE}}}"
                   "[$__rate_interval]))", "{{service}} {{instance}}")),
            graph("State", "1: ready, healthy.", "short",
                  (f"min by (service) (prihvat_service_ready{{{SERVICE}}})", "{{service}} ready"),
                  (f"min by (service) (prihvat_service_healthy{{{SERVICE}}})", "{{service}} healthy"), width=WIDTH),
        ]),
        ("Between services and for others", [
            graph("Not reacted to", "Records of other services that processes have yet to react to.", "short",
                  (f"sum by (process) (prihvat_process_lag_records{{{SERVICE}}})", "{{process}}"),
                  limits=[(None, "green"), (1000, "red")]),
            graph("Not sealed for", "How long the oldest record has stood that no seal covers.", "s",
                  (f"max by (service) (prihvat_partition_unsealed_seconds{{{SERVICE}}})", "{{service}}"),
                  limits=[(None, "green"), (900, "red")]),
        ]),
    ])


def stores():
    return board("Prihvat / Stores", "prihvat-stores", "The services' RocksDB stores, and the disk that they are on.", [
        ("Size", [
            graph("Rows", "Estimated.", "short",
                  (f"sum by (service, instance) (prihvat_store_rows{{{SERVICE}}})", "{{service}} {{instance}}")),
            graph("On the disk", "Tables of the stores.", "bytes",
                  (f"sum by (service, instance) (prihvat_store_files_bytes{{{SERVICE}}})",
                   "{{service}} {{instance}}")),
            graph("Free disk", "And the reserve, below which the log takes no more.", "bytes",
                  ("prihvat_disk_free_bytes", "{{instance}} free"),
                  ("prihvat_disk_reserve_bytes", "{{instance}} reserve")),
            graph("Memory", "What the cache holds, write buffers included, and what it may hold.", "bytes",
                  (f"sum by (service, instance) (prihvat_store_cache_bytes{{{SERVICE}}})",
                   "{{service}} {{instance}} held"),
                  (f"sum by (service, instance) (prihvat_store_cache_capacity_bytes{{{SERVICE}}})",
                   "{{service}} {{instance}} at most")),
        ]),
        ("Work", [
            graph("Rows read and written", "A second.", "ops",
                  *[(f"sum by (service) (rate(prihvat_store_rows_{what}_total{{{SERVICE}}}[$__rate_interval]))",
                     "{{service}} " + what) for what in ("read", "written")]),
            graph("Blocks", "Those that the cache had, and those that were read from files, a second.", "ops",
                  *[(f"sum by (service) (rate(prihvat_store_cache_{what}_total{{{SERVICE}}}[$__rate_interval]))",
                     "{{service}} " + label) for what, label in (("hits", "cache"), ("misses", "file"))]),
            graph("Written to the disk", "By write buffers and by compaction, a second.", "Bps",
                  (f"sum by (service) (rate(prihvat_store_flushed_bytes_total{{{SERVICE}}}[$__rate_interval]))",
                   "{{service}} flushed"),
                  (f"sum by (service) (rate(prihvat_store_compaction_written_bytes_total{{{SERVICE}}}"
                   "[$__rate_interval]))", "{{service}} compacted")),
            graph("Held up", "Stores that hold writes up, and errors of the disk. Should be 0.", "short",
                  (f"sum by (service) (prihvat_store_writes_stopped{{{SERVICE}}})", "{{service}} stopped"),
                  (f"sum by (service) (prihvat_store_background_errors{{{SERVICE}}})", "{{service}} errors"),
                  limits=[(None, "green"), (1, "red")]),
        ]),
    ])


def kafka():
    return board("Prihvat / Kafka", "prihvat-kafka", "The brokers as the services' producers see them.", [
        ("Brokers", [
            graph("Connections", "Producers that are connected to each broker.", "short",
                  ("sum by (broker) (prihvat_kafka_connections)", "broker {{broker}}")),
            graph("Round trip", "From a request to its answer: the mean, and what 99 of 100 stay below.", "s",
                  ("max by (broker) (prihvat_kafka_round_trip_seconds)", "broker {{broker}} mean"),
                  ("max by (broker) (prihvat_kafka_round_trip_p99_seconds)", "broker {{broker}} p99")),
            graph("Requests", "A second.", "reqps",
                  ("sum by (broker) (rate(prihvat_kafka_requests_total[$__rate_interval]))", "broker {{broker}}")),
            graph("Sent", "Bytes a second.", "Bps",
                  ("sum by (broker) (rate(prihvat_kafka_sent_bytes_total[$__rate_interval]))",
                   "broker {{broker}}")),
        ]),
        ("Trouble", [
            graph("Lost and repeated", "Connections that ended, requests without an answer in time, and requests sent "
                  "again, in five minutes.", "short",
                  ("sum by (broker) (increase(prihvat_kafka_disconnects_total[5m]))", "broker {{broker}} ended"),
                  ("sum by (broker) (increase(prihvat_kafka_timeouts_total[5m]))", "broker {{broker}} no answer"),
                  ("sum by (broker) (increase(prihvat_kafka_retries_total[5m]))", "broker {{broker}} again"),
                  limits=[(None, "green"), (10, "red")]),
            graph("Waiting", "Records that producers hold unconfirmed.", "short",
                  ("sum by (instance) (prihvat_kafka_queued_messages)", "{{instance}}")),
        ]),
    ])


def domain():
    of_project = "max by (operation, project, currency)"
    return board("Prihvat / Domain", "prihvat-domain",
                 "What managers act on. Every instance tells the same, so the largest figure counts.", [
        ("Centres", [
            graph("People present", "By centre.", "short",
                  ("max by (operation, centre) (prihvat_centre_people_present)", "{{centre}}")),
            graph("Free beds", "By centre.", "short",
                  ('max by (operation, centre) (prihvat_centre_beds{state="free"})', "{{centre}}")),
            graph("Beds taken", "The share that is not free.", "percentunit",
                  ('1 - max by (operation, centre) (prihvat_centre_beds{state="free"}) / sum by (operation, centre) '
                   "(max by (operation, centre, state) (prihvat_centre_beds))", "{{centre}}"),
                  limits=[(None, "green"), (0.95, "red")]),
            graph("People without a bed", "By centre.", "short",
                  ("max by (operation, centre) (prihvat_centre_people_without_bed)", "{{centre}}"),
                  limits=[(None, "green"), (1, "red")]),
        ]),
        ("Money", [
            graph("Budget used", "Reserved, committed and spent, as a share of each project's budget.", "percentunit",
                  (f"{of_project} (prihvat_project_reserved + prihvat_project_committed + prihvat_project_spent) / "
                   f"{of_project} (prihvat_project_budget)", "{{project}} {{currency}}"),
                  limits=[(None, "green"), (0.9, "yellow")]),
            graph("Committed and spent", "In units of the currency.", "short",
                  (f"{of_project} (prihvat_project_committed)", "{{project}} committed {{currency}}"),
                  (f"{of_project} (prihvat_project_spent)", "{{project}} spent {{currency}}"),
                  (f"{of_project} (prihvat_project_paid)", "{{project}} paid {{currency}}")),
        ]),
        ("Hand-overs and the work list", [
            graph("Hand-overs overdue", "Their day has passed, and nothing was delivered.", "short",
                  ("max by (operation) (prihvat_handovers_overdue)", "{{operation}}"),
                  limits=[(None, "green"), (1, "red")]),
            graph("Hand-overs under way", "By state.", "short",
                  ("max by (operation, state) (prihvat_handovers_under_way)", "{{state}}")),
            graph("Proofs of transfer due", "Not filed: their day has passed, or comes within the days of the policy.",
                  "short", ("max by (operation, when) (prihvat_handover_proofs_due)", "{{operation}} {{when}}")),
            graph("Checks due", "Checks and upkeep that are planned: their day has passed, or comes within the days of "
                  "the policy.", "short",
                  ("max by (operation, when) (prihvat_post_donation_checks_due)", "{{operation}} {{when}}")),
            graph("Open work items", "What processes could not do and nobody has settled.", "short",
                  ("max by (service, operation) (prihvat_work_items_open)", "{{service}} {{operation}}"),
                  limits=[(None, "green"), (1, "yellow")], width=WIDTH),
        ]),
    ])


def main():
    parser = argparse.ArgumentParser(description="Makes the dashboards")
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    differing = []
    for name, make in (("overview", overview), ("service", service), ("log", log), ("stores", stores),
                       ("kafka", kafka), ("domain", domain)):
        text = JSONEncoder(sort_keys=True, indent=2).encode(make()) + "\n"
        file = FOLDER / f"{name}.json"
        if file.exists() and file.read_text() == text:
            continue
        differing.append(name)
        if not check:
            file.write_text(text)
    if check and differing:
        print(f"not as deploy/grafana/dashboards.py makes them: {', '.join(differing)}")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
