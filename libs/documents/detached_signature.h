// Electronic signatures under a certificate's canonical content, made away from here: Ed25519
// (RFC 8032), or the Cryptographic Message Syntax (RFC 5652; PKCS#7), checked by OpenSSL. Pure; any
// thread.
//
// That a key or a certificate is a person's own is for those to know who register it: no chain of
// certificates and no list of revoked ones is looked at.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::documents {

inline constexpr size_t kEd25519KeyBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;
inline constexpr size_t kMostCertificateBytes = 8'192;
inline constexpr size_t kMostSignatureBytes = 32'768;

// A certificate to check signatures with (X.509).
struct SignerCertificate {
  std::string subject;  // RFC 4514
  absl::Time not_before, not_after;
};

// INVALID_ARGUMENT unless it is one certificate in DER and nothing else, with a key of 112 bits of
// security or more (RSA of 2,048 bits).
absl::StatusOr<SignerCertificate> ReadSignerCertificate(std::string_view der);

// INVALID_ARGUMENT unless it is the key's signature under `content`, of 64 bytes; a key that has
// not 32 bytes, or of which anybody can make signatures, signs nothing.
absl::Status CheckEd25519(std::string_view public_key, std::string_view content,
                          std::string_view signature);

// `cms` (DER) is detached, has one signer, that of `certificate` (DER), a digest of the SHA-2
// family, and is under `content` to the byte. Answers the signing time that it states, if any;
// INVALID_ARGUMENT says what is wrong.
absl::StatusOr<std::optional<absl::Time>> CheckCms(std::string_view certificate,
                                                   std::string_view content, std::string_view cms);

}  // namespace prihvat::documents
