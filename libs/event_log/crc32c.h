// CRC-32C (Castagnoli, RFC 3720 appendix B.4): of the embedded log's records and of a log in a
// file.
#pragma once

#include <cstdint>
#include <string_view>

namespace prihvat::event_log {

// The checksum of `data` after that of what came before it (0 for nothing).
uint32_t Crc32c(uint32_t before, std::string_view data);

// The same on any processor, slower.
uint32_t Crc32cByTables(uint32_t before, std::string_view data);

}  // namespace prihvat::event_log
