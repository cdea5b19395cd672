#include "libs/base/sealed_box.h"

#include "gtest/gtest.h"
#include "libs/base/bytes.h"

namespace prihvat::base {
namespace {

TEST(SealedBox, OnlyTheHolderOfThePrivateKeyReadsIt) {
  SeededRandom random(1);
  const BoxKeys keys = MakeBoxKeys(random);
  const BoxKeys others = MakeBoxKeys(random);
  const auto sealed = SealBox("85,000.00 KM", keys.public_key);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->find("85,000"), std::string::npos);
  EXPECT_EQ(OpenBox(*sealed, keys.private_key).value(), "85,000.00 KM");
  EXPECT_FALSE(OpenBox(*sealed, others.private_key).ok());
  EXPECT_NE(SealBox("85,000.00 KM", keys.public_key).value(), *sealed);
}

TEST(SealedBox, AChangedOneIsRefused) {
  SeededRandom random(1);
  const BoxKeys keys = MakeBoxKeys(random);
  std::string sealed = SealBox("offer", keys.public_key).value();
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_FALSE(OpenBox(sealed, keys.private_key).ok());
  EXPECT_FALSE(OpenBox("short", keys.private_key).ok());
  EXPECT_FALSE(OpenBox(sealed, "short").ok());
  EXPECT_FALSE(SealBox("offer", "short").ok());
}

TEST(SealedBox, WithinOneAnotherItTakesAllKeys) {
  SeededRandom random(2);
  const BoxKeys first = MakeBoxKeys(random);
  const BoxKeys second = MakeBoxKeys(random);
  const std::string sealed =
      SealBox(SealBox("offer", first.public_key).value(), second.public_key).value();
  EXPECT_FALSE(OpenBox(sealed, first.private_key).ok());
  const std::string inner = OpenBox(sealed, second.private_key).value();
  EXPECT_EQ(inner.find("offer"), std::string::npos);
  EXPECT_EQ(OpenBox(inner, first.private_key).value(), "offer");
}

// As RFC 7748 says; by another implementation of it.
TEST(SealedBox, ThePublicKeyOfAPrivateOne) {
  const auto private_key =
      HexDecode("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  ASSERT_TRUE(private_key.ok());
  EXPECT_EQ(HexEncode(BoxPublicKey(*private_key).value()),
            "07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c");
}

}  // namespace
}  // namespace prihvat::base
