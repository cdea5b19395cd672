#include "libs/rpc/identities.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kSound[] = R"(identities:
  - certificate: subject:CN=amra,O=iom
    principal: organisations/iom/people/amra;roles=viewer;operations=operations/ba
  - certificate: dns:gateway.example.org
    speaks_for: [organisations/iom, organisations/unhcr]
  - certificate: uri:spiffe://example.org/peer
    principal: organisations/iom/people/peer
    speaks_for: ["*"]
)";

access::Principal Person(const std::string& organisation) {
  access::Principal principal;
  principal.name = organisation + "/people/x";
  return principal;
}

TEST(Identities, ACertificateIsKnownByOneOfItsNames) {
  const auto identities = Identities::Parse(kSound);
  ASSERT_TRUE(identities.ok()) << identities.status();
  const auto amra = identities->Find({"email:a@example.org", "subject:CN=amra,O=iom"});
  ASSERT_TRUE(amra.ok()) << amra.status();
  EXPECT_EQ((*amra)->principal->name, "organisations/iom/people/amra");
  EXPECT_FALSE((*amra)->MaySpeakFor(Person("organisations/iom")));
  const auto gateway = identities->Find({"dns:gateway.example.org"});
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  EXPECT_FALSE((*gateway)->principal.has_value());
  EXPECT_TRUE((*gateway)->MaySpeakFor(Person("organisations/unhcr")));
  EXPECT_FALSE((*gateway)->MaySpeakFor(Person("organisations/eu")));
  EXPECT_FALSE((*gateway)->MaySpeakFor(Person("organisations/iom-other")));
  EXPECT_TRUE((*identities->Find({"uri:spiffe://example.org/peer"}))
                  ->MaySpeakFor(Person("organisations/eu")));
}

TEST(Identities, WhoIsNotNamedOrNamedTwiceIsNobody) {
  const auto identities = Identities::Parse(kSound);
  ASSERT_TRUE(identities.ok()) << identities.status();
  EXPECT_EQ(identities->Find({}).status().code(), absl::StatusCode::kNotFound);
  // The kind counts: a DNS name is no subject.
  EXPECT_EQ(identities->Find({"dns:CN=amra,O=iom"}).status().code(), absl::StatusCode::kNotFound);
  const auto two = identities->Find({"subject:CN=amra,O=iom", "dns:gateway.example.org"});
  EXPECT_EQ(two.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Identities, WhatIsWrongIsNamedWithItsLine) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"", "one mapping"},
      {"identities: x", "one mapping"},
      {"identities: []\nmore: []", "one mapping"},
      {"identities: [", "line"},
      {"identities:\n  - x", "line 2: an identity must be a mapping"},
      {"identities:\n  - certificate: amra\n    speaks_for: ['*']", "'amra' does not begin"},
      {"identities:\n  - certificate: 'dns:'\n    speaks_for: ['*']", "'dns:' does not begin"},
      {"identities:\n  - certificate: dns:x", "neither a principal nor speaks_for"},
      {"identities:\n  - certificate: dns:x\n    principal: amra", "line 3: principal"},
      {"identities:\n  - certificate: dns:x\n    speaks_for: iom", "line 3: speaks_for"},
      {"identities:\n  - certificate: dns:x\n    speaks_for: []", "line 3: speaks_for"},
      {"identities:\n  - certificate: dns:x\n    speaks_for: [iom]", "'iom' is neither"},
      {"identities:\n  - certificate: dns:x\n    roles: [a]", "not 'roles'"},
      {"identities:\n  - {certificate: dns:x, speaks_for: ['*']}\n"
       "  - {certificate: dns:x, speaks_for: ['*']}",
       "line 3: dns:x stands there twice"},
  };
  for (const auto& [yaml, what] : kWrong) {
    const auto parsed = Identities::Parse(yaml);
    ASSERT_FALSE(parsed.ok()) << yaml;
    EXPECT_THAT(std::string(parsed.status().ToString()), HasSubstr(what)) << yaml;
  }
}

}  // namespace
}  // namespace prihvat::rpc
