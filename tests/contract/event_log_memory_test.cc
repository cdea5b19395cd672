#include <memory>
#include <string>

#include "libs/event_log/testing/event_log_contract.h"
#include "libs/event_log/testing/memory_log.h"

namespace prihvat::event_log::testing {
namespace {

class MemoryEngine {
 public:
  static constexpr bool kShared = true;
  std::string topic() const { return "prihvat.contract"; }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() { return std::make_unique<MemoryLog>(storage_); }

 private:
  std::shared_ptr<MemoryStorage> storage_ =
      std::make_shared<MemoryStorage>(std::vector<TopicSpec>{{.name = topic(), .partitions = 2}});
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EventLogContract, MemoryEngine);

}  // namespace
}  // namespace prihvat::event_log::testing
