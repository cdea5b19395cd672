// PRIHVAT_CHECK: for what can only be false through a mistake of ours. Never for input, the network
// or a disk: those are handled, with a Status.
#pragma once

#include <string_view>

namespace prihvat::base {

// Reports where and why (report.h) and aborts. Any thread.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view message);

}  // namespace prihvat::base

// PRIHVAT_CHECK(condition, "why it must hold"): aborts the process when `condition` is false, in
// every build.
#define PRIHVAT_CHECK(condition, message)                                      \
  do {                                                                         \
    if (!(condition)) [[unlikely]] {                                           \
      ::prihvat::base::CheckFailed(__FILE__, __LINE__, #condition, (message)); \
    }                                                                          \
  } while (false)
