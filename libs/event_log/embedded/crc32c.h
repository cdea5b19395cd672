// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the embedded log's own seal on each record.
#pragma once

#include <cstdint>
#include <string_view>

namespace prihvat::event_log {

// The checksum of `data` after that of what came before it (0 for nothing).
uint32_t Crc32c(uint32_t before, std::string_view data);

}  // namespace prihvat::event_log
