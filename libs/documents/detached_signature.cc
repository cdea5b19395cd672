#include "libs/documents/detached_signature.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <ctime>
#include <memory>

#include "fmt/format.h"

namespace prihvat::documents {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* handle) const {
    kFree(handle);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Free<CMS_ContentInfo_free>>;
struct FreeStack {
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_free(certificates); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

constexpr int kLeastSecurityBits = 112;

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// What OpenSSL says last, and nothing of it left for the next who asks.
std::string Reason() {
  const unsigned long code = ERR_peek_last_error();  // NOLINT(google-runtime-int): OpenSSL's type
  const char* reason = ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "no reason given" : reason;
  ERR_clear_error();
  return text;
}

Bio BioOf(std::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

absl::Time TimeOf(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::StatusOr<Cert> ParseCertificate(std::string_view der) {
  if (der.empty() || der.size() > kMostCertificateBytes) {
    return Wrong(
        fmt::format("is {} bytes; a certificate has 1 to {}", der.size(), kMostCertificateBytes));
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = at + der.size();
  Cert certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));  // NOLINT: its type
  if (certificate == nullptr) {
    return Wrong(fmt::format("is no certificate in DER: {}", Reason()));
  }
  if (at != end) return Wrong(fmt::format("has {} bytes after the certificate", end - at));
  return certificate;
}

// The one signer of the message.
absl::StatusOr<CMS_SignerInfo*> SignerOf(CMS_ContentInfo* cms) {
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
    return Wrong("is a CMS message of another type than signed data");
  }
  if (CMS_is_detached(cms) != 1) {
    return Wrong("is a CMS message with content of its own; a detached one is wanted");
  }
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms);
  const int count = signers == nullptr ? 0 : sk_CMS_SignerInfo_num(signers);
  if (count != 1) return Wrong(fmt::format("has {} signers; one is wanted", count));
  return sk_CMS_SignerInfo_value(signers, 0);
}

absl::Status CheckDigest(CMS_SignerInfo* signer) {
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, digest);
  const int nid = OBJ_obj2nid(algorithm);
  if (nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512) return absl::OkStatus();
  return Wrong(fmt::format("is signed with the digest {}; SHA-256, SHA-384 and SHA-512 are taken",
                           nid == NID_undef ? "of an unknown kind" : OBJ_nid2ln(nid)));
}

std::optional<absl::Time> SigningTimeOf(const CMS_SignerInfo* signer) {
  const int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
  if (at < 0) return std::nullopt;
  const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, at), 0);
  if (value == nullptr ||
      (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) {
    return std::nullopt;
  }
  return TimeOf(value->value.asn1_string);
}

}  // namespace

absl::StatusOr<SignerCertificate> ReadSignerCertificate(std::string_view der) {
  const absl::StatusOr<Cert> certificate = ParseCertificate(der);
  if (!certificate.ok()) return certificate.status();
  const EVP_PKEY* key = X509_get0_pubkey(certificate->get());
  if (key == nullptr) return Wrong(fmt::format("has a key that cannot be read: {}", Reason()));
  const int bits = EVP_PKEY_get_security_bits(key);
  if (bits < kLeastSecurityBits) {
    return Wrong(fmt::format("has a key of {} bits of security; {} are the least (RSA of 2,048)",
                             bits, kLeastSecurityBits));
  }
  SignerCertificate out;
  const Bio text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate->get()), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &data);
  if (size > 0) out.subject.assign(data, static_cast<size_t>(size));
  out.not_before = TimeOf(X509_get0_notBefore(certificate->get()));
  out.not_after = TimeOf(X509_get0_notAfter(certificate->get()));
  return out;
}

absl::Status CheckEd25519(std::string_view public_key, std::string_view content,
                          std::string_view signature) {
  if (public_key.size() != kEd25519KeyBytes) {
    return Wrong(fmt::format("the key has {} bytes, not {}", public_key.size(), kEd25519KeyBytes));
  }
  if (signature.size() != kEd25519SignatureBytes) {
    return Wrong(fmt::format("has {} bytes; a signature of Ed25519 has {}", signature.size(),
                             kEd25519SignatureBytes));
  }
  const auto bytes = [](std::string_view of) {
    return reinterpret_cast<const unsigned char*>(of.data());
  };
  if (crypto_sign_verify_detached(bytes(signature), bytes(content), content.size(),
                                  bytes(public_key)) == 0) {
    return absl::OkStatus();
  }
  return Wrong("is not that key's signature under the canonical content");
}

absl::StatusOr<std::optional<absl::Time>> CheckCms(std::string_view certificate,
                                                   std::string_view content, std::string_view cms) {
  ERR_clear_error();
  const absl::StatusOr<Cert> signer_certificate = ParseCertificate(certificate);
  if (!signer_certificate.ok()) return signer_certificate.status();
  if (cms.size() > kMostSignatureBytes) {
    return Wrong(fmt::format("has {} bytes; {} are taken", cms.size(), kMostSignatureBytes));
  }
  const auto* at = reinterpret_cast<const unsigned char*>(cms.data());
  const unsigned char* end = at + cms.size();
  const Cms message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(cms.size())));  // NOLINT
  if (message == nullptr) return Wrong(fmt::format("is no CMS message in DER: {}", Reason()));
  if (at != end) return Wrong(fmt::format("has {} bytes after the CMS message", end - at));
  const absl::StatusOr<CMS_SignerInfo*> signer = SignerOf(message.get());
  if (!signer.ok()) return signer.status();
  if (absl::Status digest = CheckDigest(*signer); !digest.ok()) return digest;

  const Stack registered(sk_X509_new_null());
  if (registered == nullptr || sk_X509_push(registered.get(), signer_certificate->get()) == 0) {
    return absl::ResourceExhaustedError("no memory to check a signature");
  }
  const Bio text = BioOf(content);
  // NOINTERN: by the registered certificate only, whatever certificates come with the message.
  constexpr unsigned kFlags = CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN;
  if (CMS_verify(message.get(), registered.get(), nullptr, text.get(), nullptr, kFlags) != 1) {
    return Wrong(fmt::format(
        "is not the signature of the registered certificate under the canonical content: {}",
        Reason()));
  }
  return SigningTimeOf(*signer);
}

}  // namespace prihvat::documents
