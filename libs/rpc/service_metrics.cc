#include "libs/rpc/service_metrics.h"

#include <algorithm>
#include <utility>

#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/metric_type.h"

namespace prihvat::rpc {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(std::string name, std::string help, MetricType type) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  return family;
}

void Add(MetricFamily& family, std::vector<ClientMetric::Label> labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (family.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

}  // namespace

std::vector<MetricFamily> ServiceMetrics::Collect() const {
  const std::string& service = service_.definition().name;
  std::vector<MetricFamily> families;
  const auto one = [&](const char* name, const char* help, MetricType type, double value) {
    families.push_back(Family(name, help, type));
    Add(families.back(), {{"service", service}}, value);
  };
  const runtime::Counters c = service_.counters();
  const auto counter = [&](const char* name, const char* help, auto value) {
    one(name, help, MetricType::Counter, static_cast<double>(value));
  };
  counter("prihvat_commits_total", "Commits written.", c.commits);
  counter("prihvat_rejections_total", "Commands that the domain rejected.", c.rejections);
  counter("prihvat_request_id_hits_total", "Commands whose request id had been seen.",
          c.request_id_hits);
  counter("prihvat_append_failures_total", "Batches that the log did not confirm.",
          c.append_failures);
  counter("prihvat_mailbox_rejections_total", "Commands refused because a mailbox was full.",
          c.mailbox_rejections);
  counter("prihvat_reactions_total", "Commands sent by processes.", c.reactions);
  counter("prihvat_reaction_rejections_total", "Of those, the rejected: work items.",
          c.reaction_rejections);
  counter("prihvat_claims_total", "Claims of ownership written.", c.claims);
  counter("prihvat_step_downs_total", "Ownerships given up.", c.step_downs);
  counter("prihvat_commit_batches_total", "Batches appended.", c.commit_batches);
  counter("prihvat_seals_total", "Seals written.", c.seals);
  counter("prihvat_append_seconds_total", "Waiting for appends, summed over batches.",
          c.append_seconds);
  one("prihvat_service_ready", "1: caught up and owned; 0: not.", MetricType::Gauge,
      service_.Ready() ? 1 : 0);
  one("prihvat_service_healthy", "1: running; 0: only a restart helps.", MetricType::Gauge,
      service_.Health().ok() ? 1 : 0);

  const std::vector<runtime::PartitionStatus> partitions = service_.Partitions();
  const auto gauge = [&](const char* name, const char* help, auto value_of) {
    families.push_back(Family(name, help, MetricType::Gauge));
    for (const runtime::PartitionStatus& partition : partitions)
      Add(families.back(),
          {{"service", service}, {"partition", std::to_string(partition.partition)}},
          static_cast<double>(value_of(partition)));
  };
  using Status = const runtime::PartitionStatus&;
  gauge("prihvat_partition_term", "The current claim's term.", [](Status p) { return p.term; });
  gauge("prihvat_partition_owned", "1: this instance decides.",
        [](Status p) { return p.state == "Owning" ? 1 : 0; });
  gauge("prihvat_partition_stopped", "1: folding has stopped; an operator must look.",
        [](Status p) { return p.state == "Stopped" ? 1 : 0; });
  gauge("prihvat_partition_applied_offset", "The last folded offset.",
        [](Status p) { return p.applied; });
  gauge("prihvat_partition_lag_records", "Known end of the log minus what is folded.",
        [](Status p) { return std::max<int64_t>(0, p.end - 1 - p.applied); });
  gauge("prihvat_partition_void_records", "Records judged void.",
        [](Status p) { return p.void_records; });
  gauge("prihvat_partition_unsealed_records", "Folded records that no seal covers, seals included.",
        [](Status p) { return p.applied - p.sealed_through; });
  gauge("prihvat_partition_mailbox_depth", "Commands that wait.",
        [](Status p) { return p.mailbox_depth; });
  return families;
}

}  // namespace prihvat::rpc
