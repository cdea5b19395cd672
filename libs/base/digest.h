// SHA-256, through libsodium.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace prihvat::base {

using Sha256Digest = std::array<uint8_t, 32>;

// A digest of bytes that come in parts. One thread at a time.
class Sha256Hasher {
 public:
  Sha256Hasher();

  // The parts are joined as they are: hash a length before each where it matters which byte was in
  // which part.
  void Update(std::string_view bytes);

  // The digest of all parts; the hasher then begins again from nothing.
  Sha256Digest Finish();

 private:
  crypto_hash_sha256_state state_;
};

Sha256Digest Sha256(std::string_view bytes);

// The 32 bytes as a string, for proto `bytes` fields.
std::string Sha256Bytes(std::string_view bytes);
// 64 small hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);
std::string ToBytes(const Sha256Digest& digest);

}  // namespace prihvat::base
