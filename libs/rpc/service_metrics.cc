#include "libs/rpc/service_metrics.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "libs/es/entities.h"
#include "libs/es/figures.h"
#include "libs/event_log/event_log.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prometheus/client_metric.h"
#include "prometheus/metric_family.h"
#include "prometheus/metric_type.h"

namespace prihvat::rpc {
namespace {

// A scrape asks the log for at most so long where topics end.
constexpr absl::Duration kLogPatience = absl::Milliseconds(200);
// Figures are not made anew before this, nor before so many times what making them took.
constexpr absl::Duration kFiguresKeep = absl::Seconds(5);
constexpr int kFiguresShare = 50;
// More series than this of one figure are left out: a label got out of hand.
constexpr size_t kSeriesPerFigure = 2000;

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

ClientMetric MetricOf(const base::LatencyHistogram& histogram,
                      std::vector<ClientMetric::Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  uint64_t so_far = 0;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    so_far += static_cast<uint64_t>(histogram.counts[i]);
    metric.histogram.bucket.push_back({so_far, i < histogram.kBounds.size()
                                                   ? histogram.kBounds[i]
                                                   : std::numeric_limits<double>::infinity()});
  }
  metric.histogram.sample_count = so_far;
  metric.histogram.sample_sum = histogram.sum_seconds;
  return metric;
}

// How long each operation's work list is.
std::vector<base::Statistic> OpenWorkItems(const es::Rows& entities) {
  std::vector<base::Statistic> all;
  for (const std::string& operation : es::OperationsOf(entities)) {
    int64_t open = 0;
    entities.Scan(operation + "/workItems/", "", [&](std::string_view, std::string_view row) {
      common::v1::WorkItem item;
      if (es::DecodeEntity(row, item) && !item.has_settle_time()) ++open;
      return true;
    });
    all.push_back({"prihvat_work_items_open",
                   "What processes could not do and nobody has settled.",
                   false,
                   {{"operation", operation.substr(operation.find('/') + 1)}},
                   static_cast<double>(open)});
  }
  return all;
}

}  // namespace

std::vector<MetricFamily> FamiliesOf(
    const std::vector<base::Statistic>& statistics,
    const std::vector<std::pair<std::string, std::string>>& labels) {
  std::vector<MetricFamily> families;
  std::map<std::string, size_t> by_name;
  for (const base::Statistic& statistic : statistics) {
    const auto [at, is_new] = by_name.try_emplace(statistic.name, families.size());
    if (is_new)
      families.push_back(Family(statistic.name, statistic.help,
                                statistic.is_counter ? MetricType::Counter : MetricType::Gauge));
    MetricFamily& family = families[at->second];
    if (family.metric.size() >= kSeriesPerFigure) continue;
    std::vector<ClientMetric::Label> all;
    for (const auto& [name, value] : labels) all.push_back({name, value});
    for (const auto& [name, value] : statistic.labels) all.push_back({name, value});
    Add(family, std::move(all), statistic.value);
  }
  return families;
}

// What a partition itself knows of the end is how far it has read: little more than it has folded.
void ServiceMetrics::AddPartitionLags(const std::vector<runtime::PartitionStatus>& partitions,
                                      std::vector<MetricFamily>& families) const {
  MetricFamily records = Family("prihvat_partition_lag_records",
                                "Known end of the log minus what is folded.", MetricType::Gauge);
  MetricFamily seconds =
      Family("prihvat_partition_lag_seconds",
             "For how long at least the oldest record that is not folded has been in the log, by "
             "looks that are some seconds apart; 0: all is folded.",
             MetricType::Gauge);
  const absl::Time deadline = clock_.Now() + kLogPatience;
  absl::MutexLock lock(&mutex_);
  for (const runtime::PartitionStatus& partition : partitions) {
    const event_log::TopicPartition tp{service_.definition().topic, partition.partition};
    event_log::Offset end = partition.end;
    if (ends_) end = std::max(end, ends_->EndOf(tp, deadline));
    const std::vector<ClientMetric::Label> labels = {
        {"service", service_.definition().name},
        {"partition", std::to_string(partition.partition)}};
    Add(records, labels, static_cast<double>(std::max<int64_t>(0, end - 1 - partition.applied)));
    if (ends_) Add(seconds, labels, absl::ToDoubleSeconds(ends_->Behind(tp, partition.applied)));
  }
  families.push_back(std::move(records));
  if (ends_) families.push_back(std::move(seconds));
}

// How far views are that are built beside the ones that answer, or for the first time.
void ServiceMetrics::AddViewBuilds(std::vector<MetricFamily>& families) const {
  std::map<std::string, int64_t> left;
  for (const es::Projection* view : service_.definition().projections) left[view->id()] = 0;
  for (const runtime::ViewBuild& build : service_.ViewBuilds())
    left[build.view] += std::max<int64_t>(0, build.wanted - build.built);
  if (left.empty()) return;
  families.push_back(Family("prihvat_view_build_remaining_records",
                            "Records that the version of the view has yet to fold before it "
                            "stands where the service stands; 0: it does.",
                            MetricType::Gauge));
  for (const auto& [view, records] : left)
    Add(families.back(), {{"service", service_.definition().name}, {"view", view}},
        static_cast<double>(records));
}

// The records of other services' topics that have not had their effect here.
void ServiceMetrics::AddSourceLags(std::vector<MetricFamily>& families) const {
  MetricFamily processes = Family("prihvat_process_lag_records",
                                  "Records of the source that the process has not reacted to: told "
                                  "by the instance that reacts.",
                                  MetricType::Gauge);
  MetricFamily views =
      Family("prihvat_view_lag_records",
             "Records of another service that the views here have not folded.", MetricType::Gauge);
  MetricFamily process_seconds =
      Family("prihvat_process_lag_seconds",
             "For how long at least the oldest record has been there that the process has not "
             "reacted to; 0: there is none.",
             MetricType::Gauge);
  MetricFamily view_seconds =
      Family("prihvat_view_lag_seconds",
             "For how long at least the oldest record has been there that the views here have not "
             "folded; 0: there is none.",
             MetricType::Gauge);
  const absl::Time deadline = clock_.Now() + kLogPatience;
  absl::MutexLock lock(&mutex_);
  for (const runtime::SourceStatus& source : service_.Sources()) {
    if (!source.process.empty() && !source.reacts_here) continue;
    const event_log::TopicPartition tp{source.topic, source.partition};
    const event_log::Offset end = ends_->EndOf(tp, deadline);
    if (end < 0) continue;  // better no figure than a false one
    const auto lag = static_cast<double>(std::max<int64_t>(0, end - 1 - source.done_through));
    std::vector<ClientMetric::Label> labels = {{"service", service_.definition().name},
                                               {"source", source.topic},
                                               {"partition", std::to_string(source.partition)}};
    if (!source.process.empty()) labels.push_back({"process", source.process});
    Add(source.process.empty() ? view_seconds : process_seconds, labels,
        absl::ToDoubleSeconds(ends_->Behind(tp, source.done_through)));
    Add(source.process.empty() ? views : processes, std::move(labels), lag);
  }
  for (MetricFamily* family : {&processes, &process_seconds, &views, &view_seconds})
    if (!family->metric.empty()) families.push_back(std::move(*family));
}

std::vector<MetricFamily> LogMetrics::Collect() const { return FamiliesOf(log_.Statistics()); }

std::vector<MetricFamily> FigureMetrics::Collect() const {
  const runtime::ServiceDefinition& definition = service_.definition();
  const absl::Time began = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    if (making_ || began < again_at_) return FamiliesOf(figures_, {{"service", definition.name}});
    making_ = true;
  }
  const std::unique_ptr<runtime::Snapshot> look = service_.Look();
  std::vector<base::Statistic> made = OpenWorkItems(look->entities());
  if (definition.figures != nullptr) {
    const auto view = [&look](std::string_view name) -> const es::Rows* {
      const auto rows = look->view(name);
      return rows.ok() ? *rows : nullptr;
    };
    for (base::Statistic& figure :
         definition.figures({.entities = look->entities(), .view = view, .now = began}))
      made.push_back(std::move(figure));
  }
  const absl::Time ended = absl::Now();
  absl::MutexLock lock(&mutex_);
  figures_ = std::move(made);
  making_ = false;
  again_at_ = ended + std::max(kFiguresKeep, kFiguresShare * (ended - began));
  return FamiliesOf(figures_, {{"service", definition.name}});
}

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
  const auto histogram = [&](const char* name, const char* help, const base::LatencyHistogram& h) {
    families.push_back(Family(name, help, MetricType::Histogram));
    families.back().metric.push_back(MetricOf(h, {{"service", service}}));
  };
  histogram("prihvat_mailbox_wait_seconds", "How long commands waited until they were decided.",
            c.mailbox_wait);
  histogram("prihvat_commit_latency_seconds",
            "How long commands that became commits took from the mailbox to their answer: waiting, "
            "decision, the log, the store.",
            c.commit_latency);
  one("prihvat_service_ready", "1: caught up (within 30 s) and owned; 0: not.", MetricType::Gauge,
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
  gauge("prihvat_partition_void_records", "Records judged void.",
        [](Status p) { return p.void_records; });
  gauge("prihvat_partition_unsealed_records", "Folded records that no seal covers, seals included.",
        [](Status p) { return p.applied - p.sealed_through; });
  const absl::Time now = absl::Now();
  gauge("prihvat_partition_unsealed_seconds",
        "How long the oldest record that no seal covers has stood, seals apart; 0: there is none.",
        [now](Status p) {
          return p.unsealed_since == absl::InfiniteFuture()
                     ? 0
                     : std::max(0.0, absl::ToDoubleSeconds(now - p.unsealed_since));
        });
  gauge("prihvat_partition_mailbox_depth", "Commands that wait.",
        [](Status p) { return p.mailbox_depth; });
  AddPartitionLags(partitions, families);
  if (ends_) AddSourceLags(families);
  AddViewBuilds(families);
  for (MetricFamily& family : FamiliesOf(service_.StoreStatistics(), {{"service", service}}))
    families.push_back(std::move(family));
  return families;
}

}  // namespace prihvat::rpc
