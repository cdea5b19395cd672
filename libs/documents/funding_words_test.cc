#include "libs/documents/funding_words.h"

#include "gtest/gtest.h"

namespace prihvat::documents {
namespace {

TEST(FundingWords, TheUnionPaysAllAPartOrNothing) {
  EXPECT_EQ(EuFundingOf({"organisations/eu"}), EuFunding::kAll);
  EXPECT_EQ(EuFundingOf({"organisations/eu", "organisations/eu"}), EuFunding::kAll);
  EXPECT_EQ(EuFundingOf({"organisations/ch", "organisations/eu"}), EuFunding::kPart);
  EXPECT_EQ(EuFundingOf({"organisations/ch"}), EuFunding::kNone);
  EXPECT_EQ(EuFundingOf({"organisations/eu-ni"}), EuFunding::kNone);
  EXPECT_EQ(EuFundingOf({}), EuFunding::kNone);
}

TEST(FundingWords, ASourceStandsBeforeItsDonorAndTheDonorAloneWhereNoneIsCited) {
  EXPECT_EQ(FundingShareText("European Union", "IPA II", "66.6667"),
            "IPA II (European Union) 66.6667 %");
  EXPECT_EQ(FundingShareText("Switzerland", "", "20"), "Switzerland 20 %");
  EXPECT_EQ(FundingTexts({"a 60 %", "b 40 %"}), "a 60 % · b 40 %");
}

}  // namespace
}  // namespace prihvat::documents
