// What a runtime::Service says of itself, as metrics: asked for when they are scraped, so that they
// cost nothing otherwise. All have the label `service`; those of partitions `partition` too.
//
//   prihvat_commits_total, prihvat_rejections_total, prihvat_request_id_hits_total,
//   prihvat_append_failures_total, prihvat_mailbox_rejections_total, prihvat_reactions_total,
//   prihvat_reaction_rejections_total, prihvat_claims_total, prihvat_step_downs_total,
//   prihvat_commit_batches_total, prihvat_append_seconds_total      since start
//   prihvat_partition_term, prihvat_partition_owned (1: here), prihvat_partition_stopped (1: yes),
//   prihvat_partition_applied_offset, prihvat_partition_lag_records,
//   prihvat_partition_void_records, prihvat_partition_mailbox_depth
//   prihvat_service_ready, prihvat_service_healthy
#pragma once

#include <string>
#include <vector>

#include "libs/runtime/service.h"
#include "prometheus/collectable.h"

namespace prihvat::rpc {

// Any thread. The service outlives it.
class ServiceMetrics final : public prometheus::Collectable {
 public:
  explicit ServiceMetrics(const runtime::Service& service) : service_(service) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const runtime::Service& service_;
};

}  // namespace prihvat::rpc
