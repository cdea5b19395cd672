#include "libs/base/sealed_box.h"

#include <sodium.h>

#include "fmt/format.h"
#include "libs/base/check.h"

namespace prihvat::base {
namespace {

static_assert(kBoxKeyBytes == crypto_box_PUBLICKEYBYTES);
static_assert(kBoxKeyBytes == crypto_box_SECRETKEYBYTES);
static_assert(kBoxKeyBytes == crypto_box_SEEDBYTES);
static_assert(kSealBytes == crypto_box_SEALBYTES);

const unsigned char* Data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Data(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

absl::Status CheckKey(std::string_view key) {
  if (key.size() == kBoxKeyBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("a key has {} bytes, this has {}", kBoxKeyBytes, key.size()));
}

}  // namespace

BoxKeys MakeBoxKeys(Random& random) {
  const std::string seed = random.Bytes(kBoxKeyBytes);
  BoxKeys keys{.public_key = std::string(kBoxKeyBytes, '\0'),
               .private_key = std::string(kBoxKeyBytes, '\0')};
  crypto_box_seed_keypair(Data(keys.public_key), Data(keys.private_key), Data(seed));
  return keys;
}

absl::StatusOr<std::string> BoxPublicKey(std::string_view private_key) {
  if (absl::Status status = CheckKey(private_key); !status.ok()) return status;
  std::string public_key(kBoxKeyBytes, '\0');
  PRIHVAT_CHECK(crypto_scalarmult_base(Data(public_key), Data(private_key)) == 0,
                "every private key has a public one");
  return public_key;
}

absl::StatusOr<std::string> SealBox(std::string_view message, std::string_view public_key) {
  if (absl::Status status = CheckKey(public_key); !status.ok()) return status;
  PRIHVAT_CHECK(sodium_init() >= 0, "libsodium finds the system's randomness");
  std::string sealed(message.size() + kSealBytes, '\0');
  if (crypto_box_seal(Data(sealed), Data(message), message.size(), Data(public_key)) != 0) {
    return absl::InvalidArgumentError("this is no public key");
  }
  return sealed;
}

absl::StatusOr<std::string> OpenBox(std::string_view sealed, std::string_view private_key) {
  absl::StatusOr<std::string> public_key = BoxPublicKey(private_key);
  if (!public_key.ok()) return public_key.status();
  if (sealed.size() < kSealBytes) return absl::InvalidArgumentError("this is no sealed message");
  std::string message(sealed.size() - kSealBytes, '\0');
  if (crypto_box_seal_open(Data(message), Data(sealed), sealed.size(), Data(*public_key),
                           Data(private_key)) != 0) {
    return absl::InvalidArgumentError("not sealed with this key, or changed since");
  }
  return message;
}

}  // namespace prihvat::base
