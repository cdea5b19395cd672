#include <memory>
#include <string>
#include <utility>

#include "libs/event_log/testing/event_log_contract.h"
#include "libs/event_log/testing/faulty_log.h"
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

// As long as nothing is to go wrong, it is the log that it is laid around.
class FaultyEngine {
 public:
  static constexpr bool kShared = true;
  std::string topic() const { return memory_.topic(); }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() {
    auto log = memory_.Open();
    if (!log.ok()) return log.status();
    return std::make_unique<Owning>(*std::move(log));
  }

 private:
  struct Inner {
    std::unique_ptr<EventLog> log;
  };
  struct Owning : Inner, FaultyLog {
    explicit Owning(std::unique_ptr<EventLog> around)
        : Inner{std::move(around)}, FaultyLog(*log, /*seed=*/1) {}
  };
  MemoryEngine memory_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Faulty, EventLogContract, FaultyEngine);

}  // namespace
}  // namespace prihvat::event_log::testing
