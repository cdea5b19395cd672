#include "libs/rpc/testing/certificates.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"

namespace prihvat::rpc::testing {
namespace {

void Shell(const std::string& command) {
  PRIHVAT_CHECK(std::system(command.c_str()) == 0, command);
}

constexpr char kNewKey[] = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2";

}  // namespace

Certificates::Certificates() {
  std::string pattern = (std::filesystem::path(::testing::TempDir()) / "certificates-XXXXXX");
  PRIHVAT_CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
  folder_ = pattern;
  // Nothing of the machine's own openssl.cnf.
  std::ofstream(File("openssl.cnf")) << "[req]\ndistinguished_name = dn\n[dn]\n";
  Shell(
      fmt::format("cd {} && openssl req -config openssl.cnf -x509 {} -keyout ca.key -out ca.crt "
                  "-subj '/CN=test authority' -addext basicConstraints=critical,CA:TRUE "
                  "-addext subjectKeyIdentifier=hash 2>ca.log",
                  folder_.string(), kNewKey));
}

Certificates::~Certificates() { std::filesystem::remove_all(folder_); }

void Certificates::Issue(const std::string& name, const std::string& subject,
                         const std::string& alternative_names) {
  const std::string names =
      alternative_names.empty() ? "" : fmt::format("-addext subjectAltName={} ", alternative_names);
  // Renamed into place, the key first: a server may be looking at them.
  Shell(
      fmt::format("cd {0} && openssl req -config openssl.cnf -x509 -CA ca.crt -CAkey ca.key {1} "
                  "-keyout {2}.key.new -out {2}.crt.new -subj '{3}' "
                  "-addext basicConstraints=critical,CA:FALSE {4}2>{2}.log && "
                  "mv {2}.key.new {2}.key && mv {2}.crt.new {2}.crt",
                  folder_.string(), kNewKey, name, subject, names));
}

TlsFiles Certificates::FilesOf(const std::string& name) const {
  return {.certificate = File(name + ".crt"),
          .key = File(name + ".key"),
          .client_ca = File("ca.crt"),
          .refresh = absl::Seconds(1)};
}

std::shared_ptr<grpc::ChannelCredentials> Certificates::CallerOf(const std::string& name) const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = Read("ca.crt");
  if (!name.empty()) {
    options.pem_cert_chain = Read(name + ".crt");
    options.pem_private_key = Read(name + ".key");
  }
  return grpc::SslCredentials(options);
}

std::string Certificates::Read(const std::string& file) const {
  std::ifstream in(File(file));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace prihvat::rpc::testing
