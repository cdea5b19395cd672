// Certificates of an authority of their own, made by the program openssl. For tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "grpcpp/security/credentials.h"
#include "libs/rpc/tls.h"

namespace prihvat::rpc::testing {

// A folder with an authority's certificate and those that it has signed; removed at the end.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  // NAME.crt and NAME.key, anew where they are there already. `subject` as in "/O=iom/CN=amra";
  // `alternative_names` as in "IP:127.0.0.1,DNS:localhost". CHECKs that openssl does it.
  void Issue(const std::string& name, const std::string& subject,
             const std::string& alternative_names = "");

  std::filesystem::path File(const std::string& file) const { return folder_ / file; }
  // For a server that has NAME's certificate and believes this authority.
  TlsFiles FilesOf(const std::string& name) const;
  // For a caller that has NAME's certificate; "": none.
  std::shared_ptr<grpc::ChannelCredentials> CallerOf(const std::string& name) const;

 private:
  std::string Read(const std::string& file) const;

  std::filesystem::path folder_;
};

}  // namespace prihvat::rpc::testing
