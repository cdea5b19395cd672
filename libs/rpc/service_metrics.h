// What a runtime::Service says of itself, as metrics: asked for when they are scraped, so that they
// cost nothing otherwise. docs/metrics.md lists them. All have the label `service`; those of
// partitions `partition` too, those of other services' topics `source`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/statistic.h"
#include "libs/event_log/event_log.h"
#include "libs/runtime/service.h"
#include "prometheus/collectable.h"

namespace prihvat::rpc {

// Any thread. Service and log outlive it.
class ServiceMetrics final : public prometheus::Collectable {
 public:
  // `log`: asked where topics end, each a few times a minute, for a fraction of a second a scrape;
  // nullptr: the lag behind sources is left out, and that of partitions is what they know.
  ServiceMetrics(const runtime::Service& service, event_log::EventLog* log)
      : service_(service), log_(log) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct KnownEnd {
    event_log::Offset end = -1;  // -1: never heard of
    absl::Time asked = absl::InfinitePast();
  };
  void AddLags(std::vector<prometheus::MetricFamily>& families) const;
  int64_t LagOf(const runtime::PartitionStatus& partition, absl::Time deadline) const;
  event_log::Offset EndOf(const event_log::TopicPartition& tp, absl::Time deadline) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const runtime::Service& service_;
  event_log::EventLog* const log_;
  mutable absl::Mutex mutex_;
  mutable std::map<event_log::TopicPartition, KnownEnd> ends_ ABSL_GUARDED_BY(mutex_);
};

// The domain figures of a service (runtime::Figures), made anew when they are scraped, but never so
// often that they take more than a fiftieth of a thread's time, and at most every few seconds.
// While they are made, other scrapes get those before. Any thread. The service outlives it.
class FigureMetrics final : public prometheus::Collectable {
 public:
  explicit FigureMetrics(const runtime::Service& service) : service_(service) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const runtime::Service& service_;
  mutable absl::Mutex mutex_;
  mutable bool making_ ABSL_GUARDED_BY(mutex_) = false;
  mutable absl::Time again_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  mutable std::vector<base::Statistic> figures_ ABSL_GUARDED_BY(mutex_);
};

// What the log's engine says of itself. Any thread. The log outlives it.
class LogMetrics final : public prometheus::Collectable {
 public:
  explicit LogMetrics(const event_log::EventLog& log) : log_(log) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const event_log::EventLog& log_;
};

// Families of the statistics, in their order, each with `labels` beside its own.
std::vector<prometheus::MetricFamily> FamiliesOf(
    const std::vector<base::Statistic>& statistics,
    const std::vector<std::pair<std::string, std::string>>& labels = {});

}  // namespace prihvat::rpc
