#include "libs/base/digest.h"

#include "libs/base/bytes.h"

namespace prihvat::base {
namespace {

const unsigned char* Data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

static_assert(std::tuple_size_v<Sha256Digest> == crypto_hash_sha256_BYTES);

Sha256Hasher::Sha256Hasher() { crypto_hash_sha256_init(&state_); }

void Sha256Hasher::Update(std::string_view bytes) {
  crypto_hash_sha256_update(&state_, Data(bytes), bytes.size());
}

Sha256Digest Sha256Hasher::Finish() {
  Sha256Digest digest;
  crypto_hash_sha256_final(&state_, digest.data());
  crypto_hash_sha256_init(&state_);
  return digest;
}

Sha256Digest Sha256(std::string_view bytes) {
  Sha256Digest digest;
  crypto_hash_sha256(digest.data(), Data(bytes), bytes.size());
  return digest;
}

std::string Sha256Bytes(std::string_view bytes) { return ToBytes(Sha256(bytes)); }

std::string Sha256Hex(std::string_view bytes) { return HexEncode(Sha256Bytes(bytes)); }

std::string ToBytes(const Sha256Digest& digest) { return {digest.begin(), digest.end()}; }

}  // namespace prihvat::base
