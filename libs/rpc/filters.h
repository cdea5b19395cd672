// Typed filters of lists. Pure functions, any thread.
#pragma once

#include <string>

namespace prihvat::rpc {

// Whether `value` is what a filter asks for; an empty one asks for nothing.
inline bool Is(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

}  // namespace prihvat::rpc
