#include "libs/rpc/refusals.h"

#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/time/time.h"
#include "libs/telemetry/log.h"

namespace prihvat::rpc {
namespace {

// How many lines the current second has had.
class Window {
 public:
  // How many were left out before this one; nothing where this one is left out too.
  std::optional<int64_t> Take(int64_t second) {
    std::lock_guard lock(mutex_);
    if (second != second_) {
      second_ = second;
      told_ = 0;
    }
    if (told_ == kRefusalsToldASecond) {
      ++unsaid_;
      return std::nullopt;
    }
    ++told_;
    const int64_t unsaid = unsaid_;
    unsaid_ = 0;
    return unsaid;
  }

 private:
  std::mutex mutex_;  // guards what follows
  int64_t second_ = 0;
  int64_t told_ = 0;
  int64_t unsaid_ = 0;
};

}  // namespace

void TellRefusal(const Admission& admission, absl::StatusCode code, const std::string& reason) {
  if (code != absl::StatusCode::kPermissionDenied) return;
  static Window& window = *new Window;
  const std::optional<int64_t> unsaid = window.Take(absl::ToUnixSeconds(admission.received));
  if (!unsaid) return;
  telemetry::Log(telemetry::Level::kWarning, "refused",
                 {{"organisation", admission.principal.organisation()},
                  {"method", admission.method->path},
                  {"reason", reason},
                  {"operation", admission.operation},
                  {"unsaid", *unsaid}},
                 admission.trace.trace_id);
}

}  // namespace prihvat::rpc
