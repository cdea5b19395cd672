// Appends to an embedded log for ever and says on stdout what was acknowledged, one "OFFSET
// SEQUENCE" a line: the victim of the kill -9 test. Usage: crash_writer DIRECTORY FIRST_SEQUENCE
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/event_log/embedded/embedded_log.h"

namespace prihvat::event_log {
namespace {

constexpr int kInFlight = 16;

int Run(const std::string& directory, int64_t sequence) {
  auto log =
      EmbeddedLog::Open({.directory = directory,
                         .topics = {{.name = "t", .partitions = 1}},
                         .write_buffer_bytes = 256 << 10});  // small: flushes and compactions too
  if (!log.ok()) {
    std::fprintf(stderr, "%s\n", log.status().ToString().c_str());
    return 1;
  }
  absl::Mutex mutex;
  int in_flight = 0;
  const auto room = [&in_flight] { return in_flight < kInFlight; };
  while (true) {
    mutex.LockWhen(absl::Condition(&room));
    ++in_flight;
    mutex.Unlock();
    const int64_t mine = sequence++;
    (*log)->Append({"t", 0}, {absl::StrCat(mine, " ", std::string(200, 'x'))},
                   absl::InfiniteFuture(), [&mutex, &in_flight, mine](AppendResult result) {
                     if (result.outcome != AppendResult::Outcome::kConfirmed) std::_Exit(2);
                     std::printf("%lld %lld\n", static_cast<long long>(*result.offsets[0]),
                                 static_cast<long long>(mine));
                     std::fflush(stdout);
                     absl::MutexLock lock(&mutex);
                     --in_flight;
                   });
  }
}

}  // namespace
}  // namespace prihvat::event_log

int main(int argc, char** argv) {
  int64_t first = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &first)) return 64;
  return prihvat::event_log::Run(argv[1], first);
}
