// SHA-256, through OpenSSL, which uses the processor's own instructions where there are any: every
// record is hashed several times on its way.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

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
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Sha256Digest Sha256(std::string_view bytes);

// The 32 bytes as a string, for proto `bytes` fields.
std::string Sha256Bytes(std::string_view bytes);
// 64 small hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);
std::string ToBytes(const Sha256Digest& digest);

}  // namespace prihvat::base
