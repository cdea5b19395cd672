// What is done with a certificate on paper, without a server: verify-certificate.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/prihvatctl/commands.h"

namespace prihvat::ctl {

struct VerifyCertificateArguments {
  std::string code;          // as a reader of QR codes gives it
  std::string trusted_keys;  // file of the public keys
  std::string content;       // file of the canonical content; "" to look at the signature only
};
// DATA_LOSS where the signature does not hold or the content is another; FAILED_PRECONDITION for a
// code that bears no signature; INVALID_ARGUMENT for text that is no code of a certificate.
absl::Status RunVerifyCertificate(CommandContext& context,
                                  const VerifyCertificateArguments& arguments);

}  // namespace prihvat::ctl
