#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/testing/event_log_contract.h"

namespace prihvat::event_log::testing {
namespace {

class EmbeddedEngine {
 public:
  static constexpr bool kShared = false;

  EmbeddedEngine() {
    static std::atomic<int> counter = 0;
    directory_ =
        absl::StrCat(::testing::TempDir(), "/event_log_contract_", getpid(), "_", counter++);
    std::filesystem::remove_all(directory_);
  }
  ~EmbeddedEngine() { std::filesystem::remove_all(directory_); }

  std::string topic() const { return "prihvat.contract"; }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() {
    return EmbeddedLog::Open(
        {.directory = directory_,
         .topics = {{.name = topic(), .partitions = 2}, {.name = "prihvat.other"}},
         .write_buffer_bytes = 1 << 20});
  }

 private:
  std::string directory_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, EventLogContract, EmbeddedEngine);

}  // namespace
}  // namespace prihvat::event_log::testing
