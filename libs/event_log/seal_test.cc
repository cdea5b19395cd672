#include "libs/event_log/seal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/event_log/testing/records.h"

namespace prihvat::event_log {
namespace {

using ::testing::HasSubstr;
using testing::Id16;
using testing::KnownSigner;

log::v1::Seal MakeSeal(const SealSigner& signer, int64_t recorded_at_s = 1'800'000'000) {
  FenceState state;
  state.term = 3;
  state.claim_id = Id16(1);
  state.log_id = Id16(2);
  state.chain = std::string(32, '\x11');
  state.sealable_void_digest = std::string(32, '\x22');
  state.last_admitted = 41;
  return testing::MakeSeal({"prihvat.procurement", 2}, state, signer, recorded_at_s).seal();
}

TrustedKeys Trust(const SealSigner& signer, absl::Time from = absl::InfinitePast(),
                  absl::Time until = absl::InfiniteFuture()) {
  auto trusted =
      TrustedKeys::Parse(TrustedKeys::LineOf({signer.key_id(), signer.public_key(), from, until}));
  EXPECT_TRUE(trusted.ok()) << trusted.status();
  return trusted.value_or(TrustedKeys());
}

TEST(Seal, G10_TheKeyIsThatOfItsSeed) {
  // What OpenSSL 3 makes of that seed.
  const auto signer = KnownSigner();
  ASSERT_NE(signer, nullptr);
  EXPECT_EQ(absl::BytesToHexString(signer->public_key()),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  EXPECT_EQ(SealSigner::Parse(signer->FileText()).value()->public_key(), signer->public_key());
}

TEST(Seal, WhatIsSignedIsText) {
  const auto signer = KnownSigner();
  EXPECT_EQ(SealText(MakeSeal(*signer)),
            "prihvat seal 1\n"
            "topic prihvat.procurement\n"
            "partition 2\n"
            "log 02000000000000000000000000000000\n"
            "term 3\n"
            "claim 01000000000000000000000000000000\n"
            "first-offset 0\n"
            "last-offset 41\n"
            "chain 1111111111111111111111111111111111111111111111111111111111111111\n"
            "voids 2222222222222222222222222222222222222222222222222222222222222222\n"
            "recorded-at-us 1800000000000000\n"
            "key 56475aa75463474c\n");
}

TEST(Seal, G10_EveryFieldIsSigned) {
  const auto signer = SealSigner::Generate();
  const TrustedKeys trusted = Trust(*signer);
  const log::v1::Seal seal = MakeSeal(*signer);
  ASSERT_TRUE(trusted.Check(seal).ok()) << trusted.Check(seal);
  const auto* descriptor = log::v1::Seal::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    log::v1::Seal changed = seal;
    changed.GetReflection()->ClearField(&changed, descriptor->field(i));
    if (changed.SerializeAsString() == seal.SerializeAsString()) continue;  // it was the default
    EXPECT_FALSE(trusted.Check(changed).ok()) << descriptor->field(i)->name();
  }
  log::v1::Seal changed = seal;
  changed.set_first_offset(1);
  EXPECT_EQ(trusted.Check(changed).code(), absl::StatusCode::kDataLoss);
  for (size_t bit = 0; bit < 8 * kSealSignatureBytes; ++bit) {
    changed = seal;
    (*changed.mutable_signature())[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_FALSE(trusted.Check(changed).ok()) << "bit " << bit;
  }
}

TEST(Seal, G10_KeysAreTrustedForATimeAndRotationLeavesOldSealsGood) {
  const auto old_key = SealSigner::Generate();
  const auto new_key = SealSigner::Generate();
  const absl::Time rotation = absl::FromUnixSeconds(1'800'000'000);
  auto trusted =
      TrustedKeys::Parse(absl::StrCat("# who signs\n\n",
                                      TrustedKeys::LineOf({old_key->key_id(), old_key->public_key(),
                                                           absl::InfinitePast(), rotation}),
                                      TrustedKeys::LineOf({new_key->key_id(), new_key->public_key(),
                                                           rotation, absl::InfiniteFuture()})));
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  EXPECT_TRUE(trusted->Check(MakeSeal(*old_key, 1'799'999'999)).ok());
  EXPECT_TRUE(trusted->Check(MakeSeal(*new_key, 1'800'000'000)).ok());
  EXPECT_THAT(std::string(trusted->Check(MakeSeal(*old_key, 1'800'000'000)).message()),
              HasSubstr("is trusted from - until 2027-01-15T08:00:00Z"));
  EXPECT_FALSE(trusted->Check(MakeSeal(*new_key, 1'799'999'999)).ok());
  EXPECT_TRUE(absl::IsNotFound(trusted->Check(MakeSeal(*SealSigner::Generate()))));
}

TEST(Seal, FilesOfSealsAreReadAsTheyAreWritten) {
  const auto signer = SealSigner::Generate();
  const log::v1::Seal one = MakeSeal(*signer, 1);
  const log::v1::Seal two = MakeSeal(*signer, 2);
  const std::string text = absl::StrCat(SealFileText(one), "\n", SealFileText(two));
  const auto seals = ParseSeals(text);
  ASSERT_TRUE(seals.ok()) << seals.status();
  ASSERT_EQ(seals->size(), 2u);
  EXPECT_EQ((*seals)[1].SerializeAsString(), two.SerializeAsString());
  EXPECT_TRUE(Trust(*signer).Check((*seals)[0]).ok());
  // No byte of it may be another and be read as the same seal.
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    const auto read = ParseSeals(changed);
    if (!read.ok()) continue;
    bool good = read->size() == 2;
    for (const log::v1::Seal& seal : *read) good = good && Trust(*signer).Check(seal).ok();
    EXPECT_FALSE(good) << "byte " << i << " of\n" << text;
  }
  EXPECT_FALSE(ParseSeals(SealText(one)).ok()) << "no signature";
  EXPECT_FALSE(ParseSeals("topic x\n").ok());
}

TEST(Seal, FilesOfKeysSayWhatIsWrong) {
  const auto signer = SealSigner::Generate();
  const std::string line = TrustedKeys::LineOf({signer->key_id(), signer->public_key()});
  const auto why = [](const std::string& text) {
    return std::string(TrustedKeys::Parse(text).status().message());
  };
  EXPECT_THAT(why(line + line), HasSubstr("line 2: the key stands there twice"));
  EXPECT_THAT(why("x " + line), HasSubstr("line 1: it is not KEY-ID"));
  EXPECT_THAT(why("0000000000000000" + line.substr(16)), HasSubstr("the id is not that of"));
  EXPECT_THAT(why(TrustedKeys::LineOf({signer->key_id(), signer->public_key(),
                                       absl::FromUnixSeconds(2), absl::FromUnixSeconds(1)})),
              HasSubstr("trusted until before"));
  EXPECT_FALSE(SealSigner::Parse("").ok());
  EXPECT_FALSE(SealSigner::Parse(line).ok());
  std::string other = signer->FileText();
  other.replace(other.find("id ") + 3, 16, "0000000000000000");
  const auto wrong = SealSigner::Parse(other);
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("its secret is that of"));
  const std::string secret = other.substr(other.find("secret ") + 7, 64);
  EXPECT_THAT(std::string(wrong.status().message()), ::testing::Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace prihvat::event_log
