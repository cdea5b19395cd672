// Signatures as a signatory makes them: by the openssl program, away from here.
#include "libs/documents/detached_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "libs/documents/testing/probe.h"
#include "libs/documents/testing/signatory.h"

namespace prihvat::documents {
namespace {

using ::testing::HasSubstr;

constexpr char kContent[] = "format: prihvat-certificate/1\nname: operations/ba/certificates/x\n";

std::string Why(const absl::Status& status) { return std::string(status.message()); }

TEST(DetachedSignature, Ed25519OfThatKeyUnderThatContentHolds) {
  const testing::Signatory director("director");
  const std::string signature = director.SignEd25519(kContent);
  EXPECT_TRUE(CheckEd25519(director.ed25519_key(), kContent, signature).ok());

  EXPECT_THAT(Why(CheckEd25519(director.ed25519_key(), "other", signature)),
              HasSubstr("is not that key's signature under the canonical content"));
  const testing::Signatory deputy("deputy");
  EXPECT_FALSE(CheckEd25519(deputy.ed25519_key(), kContent, signature).ok());
  EXPECT_EQ(Why(CheckEd25519(director.ed25519_key(), kContent, signature.substr(1))),
            "has 63 bytes; a signature of Ed25519 has 64");
  EXPECT_EQ(Why(CheckEd25519("short", kContent, signature)), "the key has 5 bytes, not 32");
  // A point of small order, under which anybody can make a signature that holds.
  EXPECT_FALSE(CheckEd25519(std::string(32, '\0'), kContent, std::string(64, '\0')).ok());
}

TEST(DetachedSignature, CmsOfTheRegisteredCertificateHolds) {
  const testing::Signatory director("director");
  const auto certificate = ReadSignerCertificate(director.certificate());
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(certificate->subject, "CN=director,O=Direkcija Š");
  EXPECT_GT(certificate->not_after, certificate->not_before);

  const std::string cms = director.SignCms(kContent);
  const auto time = CheckCms(director.certificate(), kContent, cms);
  ASSERT_TRUE(time.ok()) << time.status();
  ASSERT_TRUE(time->has_value());
  EXPECT_GE(**time, certificate->not_before);
  const auto timeless =
      CheckCms(director.certificate(), kContent, director.SignCms(kContent, {"-noattr"}));
  ASSERT_TRUE(timeless.ok()) << timeless.status();
  EXPECT_FALSE(timeless->has_value());

  EXPECT_THAT(Why(CheckCms(director.certificate(), "other", cms).status()),
              HasSubstr("is not the signature of the registered certificate"));
  // The message brings its own certificate; it is the registered one that counts.
  const testing::Signatory deputy("deputy");
  EXPECT_FALSE(CheckCms(deputy.certificate(), kContent, cms).ok());
}

TEST(DetachedSignature, OtherMessagesAreRefusedAndSayWhy) {
  const testing::Signatory director("director");
  const auto why = [&](const std::string& cms) {
    return Why(CheckCms(director.certificate(), kContent, cms).status());
  };
  EXPECT_THAT(why(director.SignCms(kContent, {"-nodetach"})),
              HasSubstr("a detached one is wanted"));
  EXPECT_THAT(why(director.SignCms(kContent, {"-md", "sha1"})), HasSubstr("the digest sha1"));
  EXPECT_THAT(why(director.SignCms(kContent) + "x"), HasSubstr("has 1 bytes after"));
  EXPECT_THAT(why("no message"), HasSubstr("is no CMS message in DER"));
  EXPECT_THAT(why(std::string(kMostSignatureBytes + 1, 'x')), HasSubstr("32768 are taken"));
  std::string changed = director.SignCms(kContent);
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_THAT(why(changed), HasSubstr("is not the signature"));
}

TEST(DetachedSignature, ACertificateThatIsNoneOrWeakIsRefused) {
  const testing::Signatory director("director");
  const auto why = [](const std::string& der) { return Why(ReadSignerCertificate(der).status()); };
  EXPECT_EQ(why(""), "is 0 bytes; a certificate has 1 to 8192");
  EXPECT_THAT(why("-----BEGIN CERTIFICATE-----"), HasSubstr("is no certificate in DER"));
  EXPECT_EQ(why(director.certificate() + "xy"), "has 2 bytes after the certificate");
  EXPECT_THAT(why(testing::Signatory("weak", "rsa:1024").certificate()),
              HasSubstr("has a key of 80 bits of security; 112 are the least"));
}

}  // namespace
}  // namespace prihvat::documents
