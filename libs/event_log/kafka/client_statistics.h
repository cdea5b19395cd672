// What librdkafka tells of its clients, summed over all of one kind.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/statistic.h"

namespace prihvat::event_log::kafka {

// Thread-safe. Clients come and go (ResetWriter); what counters say never falls for that.
class ClientStatistics {
 public:
  // Takes what the client told last (librdkafka's STATISTICS.md): its JSON replaces what it told
  // before. INVALID_ARGUMENT where it is none; then nothing is changed.
  absl::Status Note(const void* client, std::string_view json);
  // The client is gone.
  void Forget(const void* client);

  // Those of brokers have the label `broker`, the number that the cluster knows it by.
  std::vector<base::Statistic> Collect() const;

 private:
  struct Broker {
    // Counters.
    double requests = 0;
    double responses = 0;
    double sent_bytes = 0;
    double received_bytes = 0;
    double errors = 0;
    double retries = 0;
    double timeouts = 0;
    double disconnects = 0;
    // Gauges.
    double connections = 0;
    double waiting = 0;
    double round_trip_seconds = 0;
    double round_trip_p99_seconds = 0;
    double throttle_seconds = 0;
  };
  struct Client {
    double queued_messages = 0;
    double queued_bytes = 0;
    std::map<int64_t, Broker> brokers;
  };
  static void AddCounters(const Broker& from, Broker& into);

  mutable absl::Mutex mutex_;
  std::map<const void*, Client> clients_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, Broker> gone_ ABSL_GUARDED_BY(mutex_);  // counters of clients that are gone
};

}  // namespace prihvat::event_log::kafka
