#include "libs/documents/testing/signatory.h"

#include "libs/base/check.h"

namespace prihvat::documents::testing {
namespace {

constexpr size_t kRawKeyBytes = 32;  // at the end of the key in DER (RFC 8410)

// Runs openssl; what it wrote to standard output.
std::string OpenSsl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const auto out = RunProgram(arguments);
  PRIHVAT_CHECK(out.ok(), out.status().ToString());
  return *out;
}

}  // namespace

Signatory::Signatory(const std::string& name, const std::string& algorithm) {
  OpenSsl({"genpkey", "-algorithm", "ed25519", "-out", folder_.Path("ed.pem")});
  const std::string der =
      OpenSsl({"pkey", "-in", folder_.Path("ed.pem"), "-pubout", "-outform", "DER"});
  ed25519_key_ = der.substr(der.size() - kRawKeyBytes);

  std::vector<std::string> request = {"req",     "-x509",
                                      "-nodes",  "-utf8",
                                      "-days",   "20000",
                                      "-subj",   "/O=Direkcija Š/CN=" + name,
                                      "-newkey", algorithm,
                                      "-keyout", folder_.Path("key.pem"),
                                      "-out",    folder_.Path("cert.pem")};
  if (algorithm == "ec") {
    request.insert(request.end(), {"-pkeyopt", "ec_paramgen_curve:prime256v1"});
  }
  OpenSsl(request);
  certificate_ = OpenSsl({"x509", "-in", folder_.Path("cert.pem"), "-outform", "DER"});
}

std::string Signatory::SignEd25519(std::string_view content) const {
  return OpenSsl({"pkeyutl", "-sign", "-rawin", "-inkey", folder_.Path("ed.pem"), "-in",
                  folder_.Write("content", content)});
}

std::string Signatory::SignCms(std::string_view content,
                               const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {"cms",
                                        "-sign",
                                        "-binary",
                                        "-in",
                                        folder_.Write("content", content),
                                        "-signer",
                                        folder_.Path("cert.pem"),
                                        "-inkey",
                                        folder_.Path("key.pem"),
                                        "-outform",
                                        "DER"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return OpenSsl(arguments);
}

}  // namespace prihvat::documents::testing
