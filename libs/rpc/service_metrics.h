// What a runtime::Service says of itself, as metrics: asked for when they are scraped, so that they
// cost nothing otherwise. docs/metrics.md lists them. All have the label `service`; those of
// partitions `partition` too, those of other services' topics `source`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/statistic.h"
#include "libs/event_log/event_log.h"
#include "libs/rpc/known_ends.h"
#include "libs/runtime/service.h"
#include "prometheus/collectable.h"

namespace prihvat::rpc {

// Any thread. Service and log outlive it.
class ServiceMetrics final : public prometheus::Collectable {
 public:
  // `log`: asked where topics end, each a few times a minute, for a fraction of a second a scrape;
  // nullptr: the lag behind sources is left out, and that of partitions is what they know.
  ServiceMetrics(const runtime::Service& service, event_log::EventLog* log) : service_(service) {
    if (log != nullptr) ends_.emplace(*log, clock_);
  }
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  void AddPartitionLags(const std::vector<runtime::PartitionStatus>& partitions,
                        std::vector<prometheus::MetricFamily>& families) const;
  void AddSourceLags(std::vector<prometheus::MetricFamily>& families) const;
  void AddViewBuilds(std::vector<prometheus::MetricFamily>& families) const;

  const runtime::Service& service_;
  mutable base::SystemClock clock_;
  mutable absl::Mutex mutex_;  // guards what is in ends_, which itself never changes
  mutable std::optional<KnownEnds> ends_;
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
