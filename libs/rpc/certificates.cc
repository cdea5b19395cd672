#include "libs/rpc/certificates.h"

#include <arpa/inet.h>

#include <ctime>
#include <memory>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "openssl/x509v3.h"

namespace prihvat::rpc {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;

Bio BioOf(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string LastError() {
  char text[256] = "no reason given";
  const unsigned long code = ERR_get_error();  // NOLINT(google-runtime-int): OpenSSL's type
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string SubjectOf(const X509* cert) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(cert), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : "";
}

std::string NameText(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS || name->type == GEN_URI) {
    const ASN1_IA5STRING* text = name->d.ia5;
    return fmt::format("{}:{}", name->type == GEN_DNS ? "DNS" : "URI",
                       std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                        static_cast<size_t>(ASN1_STRING_length(text))));
  }
  if (name->type != GEN_IPADD) return "";
  const bool v6 = ASN1_STRING_length(name->d.iPAddress) == 16;
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(v6 ? AF_INET6 : AF_INET, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text);
  return fmt::format("IP:{}", text);
}

Certificate FactsOf(const X509* cert) {
  Certificate facts;
  facts.subject = SubjectOf(cert);
  facts.not_before = TimeOf(X509_get0_notBefore(cert));
  facts.not_after = TimeOf(X509_get0_notAfter(cert));
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (std::string text = NameText(sk_GENERAL_NAME_value(names.get(), i)); !text.empty())
      facts.names.push_back(std::move(text));
  }
  return facts;
}

absl::StatusOr<std::vector<Cert>> ReadAll(std::string_view pem) {
  ERR_clear_error();
  const Bio in = BioOf(pem);
  std::vector<Cert> all;
  while (X509* cert = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))
    all.emplace_back(cert);
  // That there is no more is an error too, for OpenSSL.
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = LastError();
  if (all.empty() || !ended)
    return absl::InvalidArgumentError(fmt::format(
        "{} ({})", all.empty() ? "no certificate in PEM" : "a certificate that cannot be read",
        why));
  return all;
}

absl::StatusOr<Key> ReadKey(std::string_view pem) {
  const Bio in = BioOf(pem);
  // Without a passphrase to give: an encrypted key must not ask for one on a terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr)
    return absl::InvalidArgumentError(
        fmt::format("no readable, unencrypted key in PEM ({})", LastError()));
  return key;
}

const char* KindOf(const EVP_PKEY* key) {
  switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_RSA:
      return "an RSA key";
    case EVP_PKEY_EC:
      return "an EC key";
    case EVP_PKEY_ED25519:
      return "an Ed25519 key";
    default:
      return "a key of another kind";
  }
}

// The caller's side of a handshake that goes on whatever the server shows.
absl::StatusOr<Context> ContextOf(const TlsCaller& caller) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return absl::InternalError("OpenSSL has no memory");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // judged afterwards
  PRIHVAT_ASSIGN_OR_RETURN(const auto roots, ReadAll(caller.ca));
  for (const Cert& root : roots)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get());
  PRIHVAT_RETURN_IF_ERROR(CheckKeyOf(caller.certificate, caller.key));
  PRIHVAT_ASSIGN_OR_RETURN(const auto chain, ReadAll(caller.certificate));
  PRIHVAT_ASSIGN_OR_RETURN(const Key key, ReadKey(caller.key));
  SSL_CTX_use_certificate(context.get(), chain[0].get());
  for (size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(context.get(), chain[i].get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

bool IsFor(X509* cert, const std::string& host) {
  return X509_check_ip_asc(cert, host.c_str(), 0) == 1 ||
         X509_check_host(cert, host.c_str(), host.size(), 0, nullptr) == 1;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> ParseCertificates(std::string_view pem) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto all, ReadAll(pem));
  std::vector<Certificate> facts;
  for (const Cert& cert : all) facts.push_back(FactsOf(cert.get()));
  return facts;
}

absl::Status CheckKeyOf(std::string_view certificates, std::string_view key) {
  PRIHVAT_ASSIGN_OR_RETURN(const auto all, ReadAll(certificates));
  PRIHVAT_ASSIGN_OR_RETURN(const Key own, ReadKey(key));
  const EVP_PKEY* certified = X509_get0_pubkey(all[0].get());
  if (certified == nullptr)
    return absl::InvalidArgumentError("a certificate with a key that cannot be read");
  if (EVP_PKEY_base_id(certified) != EVP_PKEY_base_id(own.get()))
    return absl::InvalidArgumentError(
        fmt::format("the certificate is for {}, this is {}", KindOf(certified), KindOf(own.get())));
  if (EVP_PKEY_eq(certified, own.get()) != 1)
    return absl::InvalidArgumentError(
        fmt::format("the certificate of {} is for another key", SubjectOf(all[0].get())));
  return absl::OkStatus();
}

absl::StatusOr<ShownCertificate> AskForCertificate(const std::string& address,
                                                   const TlsCaller& caller,
                                                   absl::Duration timeout) {
  ERR_clear_error();
  PRIHVAT_ASSIGN_OR_RETURN(const Context context, ContextOf(caller));
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const Bio bio(BIO_new_ssl_connect(context.get()));
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  if (ssl == nullptr) return absl::InternalError("OpenSSL has no memory");
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};  // what gRPC speaks
  SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2);
  SSL_set_tlsext_host_name(ssl, host.c_str());
  BIO_set_conn_hostname(bio.get(), address.c_str());
  BIO_set_nbio(bio.get(), 1);
  // NOLINTNEXTLINE(google-runtime-int): what BIO_do_connect_retry takes
  if (BIO_do_connect_retry(bio.get(), static_cast<int>(absl::ToInt64Seconds(timeout)) + 1, 20) != 1)
    return absl::UnavailableError(fmt::format("no TLS at {} ({})", address, LastError()));
  const Cert shown(SSL_get1_peer_certificate(ssl));
  if (shown == nullptr)
    return absl::UnavailableError(fmt::format("{} shows no certificate", address));
  ShownCertificate result;
  result.certificate = FactsOf(shown.get());
  const auto verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) result.not_believed = X509_verify_cert_error_string(verdict);
  result.named = IsFor(shown.get(), host);
  return result;
}

}  // namespace prihvat::rpc
