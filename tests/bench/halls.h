// The toy halls as work for benchmarks: a service that is filled and awaited.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libs/runtime/service.h"

namespace prihvat::bench {

// Of one instance that is alone on its log.
runtime::ServiceOptions HallsOptions(const std::string& store, int32_t partitions);

// Waits until the service owns its partitions and has folded them to their ends. DEADLINE_EXCEEDED
// after some minutes without that.
absl::Status AwaitTip(const runtime::Service& service);

// Has `commands` commands accepted, many at a time, the i-th made by `command(i)` in this thread.
// The first refusal, if there is one.
absl::Status Fill(runtime::Service& service, int64_t commands,
                  const std::function<runtime::CommandRequest(int64_t i)>& command);

// A request id that no other number has.
std::string RequestId(int64_t number);

}  // namespace prihvat::bench
