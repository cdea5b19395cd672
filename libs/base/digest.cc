#include "libs/base/digest.h"

#include <openssl/evp.h>

#include "libs/base/bytes.h"
#include "libs/base/check.h"

namespace prihvat::base {
namespace {

// OpenSSL fails here only without memory, or where its configuration forbids SHA-256: nothing could
// go on without it.
void Check(int result) { PRIHVAT_CHECK(result == 1, "OpenSSL cannot make a SHA-256 digest"); }

}  // namespace

void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  PRIHVAT_CHECK(context_ != nullptr, "no memory for a digest");
  Check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256Hasher::Update(std::string_view bytes) {
  Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Sha256Digest Sha256Hasher::Finish() {
  Sha256Digest digest;
  Check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  // The same algorithm again: nothing is looked up.
  Check(EVP_DigestInit_ex(context_.get(), nullptr, nullptr));
  return digest;
}

Sha256Digest Sha256(std::string_view bytes) {
  thread_local Sha256Hasher hasher;  // making one costs more than hashing a record
  hasher.Update(bytes);
  return hasher.Finish();
}

std::string Sha256Bytes(std::string_view bytes) { return ToBytes(Sha256(bytes)); }

std::string Sha256Hex(std::string_view bytes) { return HexEncode(Sha256Bytes(bytes)); }

std::string ToBytes(const Sha256Digest& digest) { return {digest.begin(), digest.end()}; }

}  // namespace prihvat::base
