// The C API of librdkafka, wrapped once: owning handles, configuration, error codes.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace prihvat::event_log::kafka {

template <auto kDestroy>
struct Destroy {
  template <typename T>
  void operator()(T* handle) const {
    kDestroy(handle);
  }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                      Destroy<rd_kafka_topic_partition_list_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

// Ends a client; waits a bounded time for its threads (they are known to hang at times), then
// leaves them to themselves and says so (base/report.h). No handle of the client may be used any
// more.
struct DestroyClient {
  void operator()(rd_kafka_t* client) const;
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;

// Lets go of clients on threads of their own: whoever is done with one need not wait for the
// threads of librdkafka, which may be waiting for a broker. Thread-safe.
class Undertaker {
 public:
  // Runs `bury` on another thread; here, once Close has been called.
  void Take(std::function<void()> bury);
  // Waits until all is buried, at most until `deadline`: false then.
  bool Close(absl::Time deadline);

 private:
  struct State {
    absl::Mutex mutex;
    int under_way ABSL_GUARDED_BY(mutex) = 0;
    bool closed ABSL_GUARDED_BY(mutex) = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // shared with the threads
};

// `given` over what every client of ours has: reconnecting soon, and finding out soon that a broker
// is gone or hangs.
std::map<std::string, std::string> WithDefaults(const std::map<std::string, std::string>& given);

// INVALID_ARGUMENT for a name or value that librdkafka does not take. What the client has to say
// goes to base/report.h.
absl::StatusOr<Conf> MakeConf(const std::map<std::string, std::string>& properties);

// The client owns `conf` from here on.
absl::StatusOr<Client> MakeClient(rd_kafka_type_t type, Conf conf);

absl::StatusOr<Topic> MakeTopic(rd_kafka_t* client, const std::string& name);

// The status for an error code: DEADLINE_EXCEEDED, DATA_LOSS, NOT_FOUND, INVALID_ARGUMENT,
// RESOURCE_EXHAUSTED, PERMISSION_DENIED, and UNAVAILABLE for all else.
absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& what);

// Milliseconds until `deadline` as librdkafka takes them: 0 if it passed, and bounded.
int TimeoutMs(absl::Time deadline);

}  // namespace prihvat::event_log::kafka
