#include "libs/rpc/certificates.h"

#include <fstream>
#include <iterator>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/string_view.h"
#include "libs/rpc/server.h"
#include "libs/rpc/testing/certificates.h"
#include "libs/rpc/tls.h"

namespace prihvat::rpc::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest() {
    certificates_.Issue("board", "/O=test/CN=board", "IP:127.0.0.1,DNS:board.test");
    certificates_.Issue("ana", "/O=test/CN=ana");
  }
  std::string Read(const std::string& file) const {
    std::ifstream in(certificates_.File(file));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  Certificates certificates_;
};

std::string Said(const absl::Status& status) {
  return std::string(base::FromAbsl(status.message()));
}

TEST_F(CertificatesTest, TellsWhoseItIsForWhatAndUntilWhen) {
  const auto all = ParseCertificates(Read("board.crt") + Read("ca.crt"));
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].subject, "CN=board,O=test");
  EXPECT_THAT((*all)[0].names, ElementsAre("IP:127.0.0.1", "DNS:board.test"));
  EXPECT_LT((*all)[0].not_before, absl::Now() + absl::Minutes(1));
  EXPECT_GT((*all)[0].not_after, absl::Now() + absl::Hours(1));
  EXPECT_FALSE(ParseCertificates("").ok());
  EXPECT_FALSE(ParseCertificates(Read("board.key")).ok());
  std::string cut = Read("board.crt");
  cut[cut.size() / 2] = '!';
  EXPECT_FALSE(ParseCertificates(Read("board.crt") + cut).ok());
}

TEST_F(CertificatesTest, AKeyIsThatOfItsCertificateOrNot) {
  EXPECT_TRUE(CheckKeyOf(Read("board.crt"), Read("board.key")).ok());
  EXPECT_THAT(Said(CheckKeyOf(Read("board.crt"), Read("ana.key"))), HasSubstr("for another key"));
  EXPECT_THAT(Said(CheckKeyOf(Read("board.crt"), Read("ana.crt"))), HasSubstr("no readable"));
}

TEST_F(CertificatesTest, WhatAServerShowsIsJudgedAsACallerWould) {
  auto tls = MakeTlsCredentials(certificates_.FilesOf("board"));
  ASSERT_TRUE(tls.ok()) << tls.status();
  auto server = Server::Start({.listen = "127.0.0.1:0", .credentials = tls->server}, {});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string ca = Read("ca.crt");
  const std::string certificate = Read("ana.crt");
  const std::string key = Read("ana.key");
  const auto shown =
      AskForCertificate((*server)->address(), {ca, certificate, key}, absl::Seconds(10));
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->certificate.subject, "CN=board,O=test");
  EXPECT_THAT(shown->not_believed, IsEmpty());
  EXPECT_TRUE(shown->named);

  Certificates other;  // another authority
  std::ifstream in(other.File("ca.crt"));
  const std::string foreign{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto stranger =
      AskForCertificate((*server)->address(), {foreign, certificate, key}, absl::Seconds(10));
  ASSERT_TRUE(stranger.ok()) << stranger.status();
  EXPECT_THAT(stranger->not_believed, HasSubstr("certificate"));
}

TEST_F(CertificatesTest, AServerThatIsNotNamedOrNotThereIsTold) {
  certificates_.Issue("other", "/O=test/CN=other", "DNS:other.test");
  auto tls = MakeTlsCredentials(certificates_.FilesOf("other"));
  ASSERT_TRUE(tls.ok()) << tls.status();
  const std::string ca = Read("ca.crt");
  const std::string certificate = Read("ana.crt");
  const std::string key = Read("ana.key");
  std::string address;
  {
    auto server = Server::Start({.listen = "127.0.0.1:0", .credentials = tls->server}, {});
    ASSERT_TRUE(server.ok()) << server.status();
    address = (*server)->address();
    const auto shown = AskForCertificate(address, {ca, certificate, key}, absl::Seconds(10));
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_FALSE(shown->named);
  }
  const auto none = AskForCertificate(address, {ca, certificate, key}, absl::Seconds(2));
  EXPECT_EQ(none.status().code(), absl::StatusCode::kUnavailable) << none.status();
  // Nobody who speaks TLS.
  auto plain = Server::Start({.listen = "127.0.0.1:0"}, {});
  ASSERT_TRUE(plain.ok()) << plain.status();
  const auto unencrypted =
      AskForCertificate((*plain)->address(), {ca, certificate, key}, absl::Seconds(2));
  EXPECT_EQ(unencrypted.status().code(), absl::StatusCode::kUnavailable) << unencrypted.status();
}

}  // namespace
}  // namespace prihvat::rpc::testing
