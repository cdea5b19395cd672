// A person who signs away from here, with the openssl program. For tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/documents/testing/probe.h"

namespace prihvat::documents::testing {

// Has an Ed25519 key, and a certificate for CN=`name` with a key of `algorithm` ("ec" for NIST
// P-256, "rsa:1024"), good
// for 20,000 days from now on, in a folder of its own. CHECK-fails
// where openssl does.
class Signatory {
 public:
  explicit Signatory(const std::string& name, const std::string& algorithm = "ec");

  const std::string& ed25519_key() const { return ed25519_key_; }  // 32 bytes
  const std::string& certificate() const { return certificate_; }  // DER

  std::string SignEd25519(std::string_view content) const;
  // With more arguments of `openssl cms -sign`, such as "-noattr".
  std::string SignCms(std::string_view content, const std::vector<std::string>& more = {}) const;

 private:
  ScratchDir folder_;
  std::string ed25519_key_, certificate_;
};

}  // namespace prihvat::documents::testing
