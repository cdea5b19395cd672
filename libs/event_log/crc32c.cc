#include "libs/event_log/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace prihvat::event_log {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected 0x1edc6f41

// tables[k][b]: the effect of byte b with k zero bytes after it, so that four bytes go in one step.
using Tables = std::array<std::array<uint32_t, 256>, 4>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

#if defined(__x86_64__)
// The processor's own instruction does ten times as much in the same time.
__attribute__((target("sse4.2"))) uint32_t ByInstruction(uint32_t before, std::string_view data) {
  uint64_t crc = ~before;
  size_t i = 0;
  for (; i + 8 <= data.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, data.data() + i, sizeof word);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto rest = static_cast<uint32_t>(crc);
  for (; i < data.size(); ++i)
    rest = __builtin_ia32_crc32qi(rest, static_cast<unsigned char>(data[i]));
  return ~rest;
}
#endif

}  // namespace

uint32_t Crc32cByTables(uint32_t before, std::string_view data) {
  const auto byte = [&data](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(data[i]));
  };
  uint32_t crc = ~before;
  size_t i = 0;
  for (; i + 4 <= data.size(); i += 4) {
    crc ^= byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    crc = kTables[3][crc & 0xff] ^ kTables[2][(crc >> 8) & 0xff] ^ kTables[1][(crc >> 16) & 0xff] ^
          kTables[0][crc >> 24];
  }
  for (; i < data.size(); ++i) crc = kTables[0][(crc ^ byte(i)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

uint32_t Crc32c(uint32_t before, std::string_view data) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return ByInstruction(before, data);
#endif
  return Crc32cByTables(before, data);
}

}  // namespace prihvat::event_log
