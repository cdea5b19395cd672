// What stands in certificates, and what a server shows: for errors and warnings in words, before
// and beside what gRPC itself does with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::rpc {

struct Certificate {
  std::string subject;             // "CN=reception,O=prihvat"
  std::vector<std::string> names;  // alternative names: "DNS:reception.test", "IP:127.0.0.1"
  absl::Time not_before;
  absl::Time not_after;
};

// All certificates of PEM text, in its order. INVALID_ARGUMENT where there is none, or one that
// cannot be read.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(std::string_view pem);

// INVALID_ARGUMENT where `key` (PEM, unencrypted) is none, or not that of the first certificate of
// `certificates`: also where the two are of different kinds.
absl::Status CheckKeyOf(std::string_view certificates, std::string_view key);

// What a server shows to who comes by TLS.
struct ShownCertificate {
  Certificate certificate;
  std::string not_believed;  // why it would not be believed, names apart; "" where it would
  bool named = false;        // whether it is for the host of the address
};
struct TlsCaller {  // PEM
  std::string_view ca;
  std::string_view certificate;
  std::string_view key;
};
// Connects to "host:port", shakes hands and hangs up. UNAVAILABLE: nobody there, or nobody who
// speaks TLS; INVALID_ARGUMENT: the caller's files are wrong.
absl::StatusOr<ShownCertificate> AskForCertificate(const std::string& address,
                                                   const TlsCaller& caller, absl::Duration timeout);

}  // namespace prihvat::rpc
