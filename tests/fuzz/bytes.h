// Bytes of a fuzzer as choices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace prihvat::fuzz {

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes) {}

  bool empty() const { return left_.empty(); }
  // At the end all choices are 0.
  uint8_t Next() {
    if (left_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  // 0 to bound - 1; `bound` at most 256 and at least 1.
  size_t Below(size_t bound) { return Next() % bound; }
  std::string_view Take(size_t count) {
    const std::string_view taken = left_.substr(0, std::min(count, left_.size()));
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Take(left_.size()); }

 private:
  std::string_view left_;
};

}  // namespace prihvat::fuzz
