// Certificates on paper, and signed away from here: certificate, verify-certificate,
// export-certificate, signing-content, return-certificate.
#pragma once

#include <string>
#include <vector>

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

struct CertificateArguments {
  std::string name;
  std::string output;    // "" for the name that the server gives
  std::string content;   // a file for the canonical content, "" for none
  std::string language;  // one of CertificateLanguages()
};
absl::Status RunCertificate(CommandContext& context, const CertificateArguments& arguments);
// The languages beside English.
std::vector<std::string> CertificateLanguages();

// The file to sign a certificate away from here; `output`: "" for the name that the server gives.
absl::Status RunExportCertificate(CommandContext& context, const std::string& name,
                                  const std::string& output);

// Of an exported file, without a server: the canonical content, to the byte. DATA_LOSS where it
// has not the digest that the file says.
absl::Status RunSigningContent(CommandContext& context, const std::string& file,
                               const std::string& output);

struct ReturnCertificateArguments {
  std::string file;       // that was exported
  std::string party;      // "giver" or "recipient"
  std::string person;     // who signed; "" for the one whom the file names
  std::string date;       // of signing, "2023-07-14"
  std::string place;      // of signing
  std::string image;      // file of the signature's image; "" for none
  std::string signature;  // file of the electronic signature; "" for none
  std::string key;        // that it is checked with; "" for an image
};
absl::Status RunReturnCertificate(CommandContext& context,
                                  const ReturnCertificateArguments& arguments);

}  // namespace prihvat::ctl
