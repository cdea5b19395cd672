#include "libs/rpc/metadata.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Metadata, APrincipalHasANameRolesAndOperations) {
  const auto principal = ParsePrincipal(
      "organisations/iom/people/amra;roles=procurement_officer,approver;operations=operations/ba");
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->name, "organisations/iom/people/amra");
  EXPECT_EQ(principal->organisation(), "organisations/iom");
  EXPECT_THAT(principal->roles, ElementsAre("procurement_officer", "approver"));
  EXPECT_TRUE(principal->MayActIn("operations/ba"));
  EXPECT_FALSE(principal->MayActIn("operations/b"));
  EXPECT_TRUE(ParsePrincipal("organisations/a/people/b;operations=*")->MayActIn("operations/x"));
  EXPECT_THAT(ParsePrincipal("organisations/a/people/b")->roles, IsEmpty());
  EXPECT_FALSE(ParsePrincipal("organisations/a/people/b")->MayActIn("operations/x"));
}

TEST(Metadata, WhatIsNoPrincipalIsRefused) {
  for (const char* text :
       {"", "amra", "organisations/iom", "organisations/iom/people/", "processes/x",
        "organisations/iom/people/amra;", "organisations/iom/people/amra;roles",
        "organisations/iom/people/amra;roles=A", "organisations/iom/people/amra;admin=yes",
        "organisations/iom/people/amra;operations=ba",
        "organisations/iom/people/amra;operations=operations/ba/x/y",
        "organisations/iom/people/amra roles=x"})
    EXPECT_FALSE(ParsePrincipal(text).ok()) << text;
  EXPECT_FALSE(ParsePrincipal("organisations/iom/people/a;roles=" + std::string(5000, 'x')).ok());
  std::string many = "organisations/iom/people/a;roles=a";
  for (int i = 0; i < 100; ++i) many += ",a";
  EXPECT_FALSE(ParsePrincipal(many).ok());
}

TEST(Metadata, APrincipalIsWrittenAsItIsRead) {
  for (const char* text :
       {"organisations/iom/people/amra;roles=a,b;operations=operations/ba,operations/rs",
        "organisations/iom/people/amra;roles=a;operations=*",
        "organisations/iom/people/amra;roles=;operations="}) {
    const auto principal = ParsePrincipal(text);
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ(FormatPrincipal(*principal), text);
  }
}

TEST(Metadata, ATokenComesBackAsItWasAndNothingElseIsOne) {
  common::v1::Token token;
  auto* position = token.add_positions();
  position->set_topic("prihvat.procurement");
  position->set_partition(3);
  position->set_offset(41);
  const std::string text = EncodeToken(token);
  EXPECT_EQ(text, "ChkKE3ByaWh2YXQucHJvY3VyZW1lbnQQAxgp") << "the form is for ever";
  const auto back = DecodeToken(text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->SerializeAsString(), token.SerializeAsString());
  EXPECT_FALSE(DecodeToken(text + "=").ok());
  EXPECT_FALSE(DecodeToken("#").ok());
  EXPECT_FALSE(DecodeToken(std::string(8000, 'A')).ok());
  position->set_partition(-1);
  EXPECT_FALSE(DecodeToken(EncodeToken(token)).ok());
  position->set_partition(0);
  position->clear_topic();
  EXPECT_FALSE(DecodeToken(EncodeToken(token)).ok());
}

TEST(Metadata, ImportIdsAreShortAndPlain) {
  EXPECT_TRUE(IsImportId("bih-2023"));
  EXPECT_FALSE(IsImportId(""));
  EXPECT_FALSE(IsImportId("BiH"));
  EXPECT_FALSE(IsImportId("a/b"));
  EXPECT_FALSE(IsImportId(std::string(64, 'a')));
}

}  // namespace
}  // namespace prihvat::rpc
