// Calls in a row, a fixed number of them open at a time, and how long they took.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::bench {

// What came of many calls.
struct Figures {
  int64_t failures = 0;
  std::string first_failure;  // "" for none
  absl::Duration took;
  std::vector<absl::Duration> times;  // of each call that did not fail, sorted

  int64_t calls() const { return static_cast<int64_t>(times.size()); }
  double per_second() const;
  absl::Duration p50() const { return Percentile(50); }
  absl::Duration p99() const { return Percentile(99); }
  // Those of another stretch of the same work.
  void Add(const Figures& more);

 private:
  absl::Duration Percentile(size_t of_hundred) const;  // zero where there were no calls
};

struct LoadOptions {
  std::string address;  // "127.0.0.1:PORT"
  std::string method;   // "/package.Service/Method"
  std::map<std::string, std::string> metadata;
  int open = 1;      // calls at a time
  int channels = 1;  // connections that they are spread over
  absl::Duration warm_up = absl::Milliseconds(300);
  absl::Duration measure = absl::Seconds(3);
};

// Sends serialized requests, the i-th made by `request(i)` (any thread, several at once), until the
// time is over, and waits for those that are open. A failed call counts as a failure and not as a
// call. UNAVAILABLE: nobody answers at the address.
absl::StatusOr<Figures> RunLoad(const LoadOptions& options,
                                const std::function<std::string(int64_t i)>& request);

// One call, its response as bytes.
absl::StatusOr<std::string> CallOnce(const LoadOptions& options, const std::string& request);

// Works on what RunLoad does with gRPC, for work in this process: `start(i, done)` begins the i-th
// piece and calls `done` once, from any thread.
Figures RunOpen(int open, absl::Duration warm_up, absl::Duration measure,
                const std::function<void(int64_t i, std::function<void(bool ok)> done)>& start);

}  // namespace prihvat::bench
