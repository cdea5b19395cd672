// Seals: an owner's Ed25519 signature under a partition so far, and the keys for it (DESIGN section
// 4, Evidence; docs/log-file.md says how to check one by hand).
//
// A seal signs a text (SealText), not its bytes on the wire, so that it can be handed over, read
// and checked without this program. All here is immutable once made, holds no locks, does no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::event_log {

inline constexpr size_t kSealKeyIdBytes = 8;
inline constexpr size_t kSealSignatureBytes = 64;

// What a seal's signature is over: every field of it but the signature, one a line.
std::string SealText(const log::v1::Seal& seal);

// The text with one more line, "signature HEX": how a seal is kept outside the log. ParseSeals
// reads any number of them, one after the other, with empty lines between; INVALID_ARGUMENT names
// the line.
std::string SealFileText(const log::v1::Seal& seal);
absl::StatusOr<std::vector<log::v1::Seal>> ParseSeals(std::string_view text);

// Signs seals. The secret is wiped when the signer is destroyed.
class SealSigner {
 public:
  // A new key from the system's randomness.
  static std::unique_ptr<SealSigner> Generate();
  // From the text of a key file (FileText). INVALID_ARGUMENT says what is wrong, and never the key.
  static absl::StatusOr<std::unique_ptr<SealSigner>> Parse(std::string_view text);
  ~SealSigner();
  SealSigner(const SealSigner&) = delete;
  SealSigner& operator=(const SealSigner&) = delete;

  // Sets key_id and signature; all else must be set before.
  void Sign(log::v1::Seal& seal) const;
  // 64 bytes, under a text of another kind: one whose first line no seal's text has.
  std::string SignText(std::string_view text) const;

  const std::string& key_id() const { return key_id_; }          // 8 bytes
  const std::string& public_key() const { return public_key_; }  // 32 bytes
  std::string FileText() const;                                  // holds the secret

 private:
  SealSigner() = default;
  void Derive();

  std::array<unsigned char, 32> seed_{};
  std::array<unsigned char, 64> secret_{};
  std::string public_key_;
  std::string key_id_;
};

// A public key, and from when until when (exclusive) seals by it are trusted, by their own time.
struct TrustedKey {
  std::string key_id;      // 8 bytes
  std::string public_key;  // 32 bytes
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

class TrustedKeys {
 public:
  TrustedKeys() = default;
  // One key a line, "KEY-ID ed25519 PUBLIC-KEY from RFC3339|- until RFC3339|-"; '#' begins a
  // comment. INVALID_ARGUMENT names the line: a key whose id is not its own, a key named twice,
  // times that end before they begin.
  static absl::StatusOr<TrustedKeys> Parse(std::string_view text);
  static std::string LineOf(const TrustedKey& key);

  // NOT_FOUND: no such key; FAILED_PRECONDITION: the key was not trusted at the seal's time;
  // DATA_LOSS: the signature is not the key's under this text.
  absl::Status Check(const log::v1::Seal& seal) const;
  // The same of any text that a key is said to have signed `at` that time.
  absl::Status CheckText(std::string_view text, std::string_view key_id, std::string_view signature,
                         absl::Time at) const;

  const std::vector<TrustedKey>& keys() const { return keys_; }

 private:
  std::vector<TrustedKey> keys_;
};

// The first 8 bytes of SHA-256 over the public key.
std::string SealKeyId(std::string_view public_key);

}  // namespace prihvat::event_log
