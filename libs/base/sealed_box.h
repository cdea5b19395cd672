// Messages that only the holder of a private key can read: X25519 and XSalsa20-Poly1305,
// libsodium's sealed boxes. Nobody learns who sealed one, and who sealed it cannot open it either.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/base/random.h"

namespace prihvat::base {

inline constexpr size_t kBoxKeyBytes = 32;  // of a public key, and of a private one
inline constexpr size_t kSealBytes = 48;    // that sealing adds to a message

struct BoxKeys {
  std::string public_key;
  std::string private_key;
};

// A new pair.
BoxKeys MakeBoxKeys(Random& random);

// The public key of that pair. INVALID_ARGUMENT unless it has kBoxKeyBytes.
absl::StatusOr<std::string> BoxPublicKey(std::string_view private_key);

// Sealed differently each time, by the system's randomness. INVALID_ARGUMENT unless the key has
// kBoxKeyBytes.
absl::StatusOr<std::string> SealBox(std::string_view message, std::string_view public_key);

// What was sealed with the public key of `private_key`. INVALID_ARGUMENT for anything else. Pure.
absl::StatusOr<std::string> OpenBox(std::string_view sealed, std::string_view private_key);

}  // namespace prihvat::base
