// Keys and certificates of signatories, registered under their mandates: by these, and by nothing
// that comes with a signature, is it known whose it is.
#include <algorithm>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/digest.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"
#include "libs/documents/detached_signature.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signing_keys.h"

namespace prihvat::handover {
namespace {

constexpr int kMostKeys = 8;  // of one mandate

// A certificate without an end says 9999-12-31T23:59:59Z (RFC 5280, 4.1.2.5), which is a day later
// where clocks are ahead.
constexpr absl::CivilDay kLastDay(9999, 12, 31);

std::optional<es::Rejection> CheckDays(const v1::SigningKey& key) {
  if (auto no = CheckDate("signing_key.valid_from", key.valid_from())) return no;
  if (!key.has_valid_until()) return std::nullopt;
  if (auto no = CheckDate("signing_key.valid_until", key.valid_until())) return no;
  if (FromProto(key.valid_from()) <= FromProto(key.valid_until())) return std::nullopt;
  return es::InvalidField(
      "signing_key.valid_until",
      fmt::format("{} is before valid_from {}", base::FormatDate(FromProto(key.valid_until())),
                  base::FormatDate(FromProto(key.valid_from()))));
}

// The key counts on no day on which the certificate itself does not.
std::optional<es::Rejection> ReadCertificate(const es::Context& context, v1::SigningKey& key) {
  const auto certificate = documents::ReadSignerCertificate(key.x509_certificate());
  if (!certificate.ok()) {
    return es::InvalidField("signing_key.x509_certificate",
                            base::FromAbsl(certificate.status().message()));
  }
  const absl::CivilDay first = absl::ToCivilDay(certificate->not_before, context.zone);
  const absl::CivilDay last =
      std::min(absl::ToCivilDay(certificate->not_after, context.zone), kLastDay);
  if (!key.has_valid_until()) *key.mutable_valid_until() = ToProto(last);
  if (FromProto(key.valid_from()) < first || last < FromProto(key.valid_until())) {
    return es::InvalidField(
        "signing_key.valid_from",
        fmt::format("with valid_until it is {} to {}; the certificate is good from {} to {}",
                    base::FormatDate(FromProto(key.valid_from())),
                    base::FormatDate(FromProto(key.valid_until())), base::FormatDate(first),
                    base::FormatDate(last)));
  }
  key.set_subject(certificate->subject);
  return std::nullopt;
}

std::optional<es::Rejection> CheckKey(const v1::SigningKey& wanted, const es::Context& context,
                                      v1::SigningKey& key) {
  if (auto no = es::InvalidUnless("signing_key.id", base::CheckId(wanted.id()))) return no;
  if (auto no = CheckText("signing_key.reference", wanted.reference())) return no;
  if (auto no = CheckDays(wanted)) return no;
  if (wanted.ed25519_public_key().empty() == wanted.x509_certificate().empty()) {
    return es::InvalidField("signing_key",
                            "has either an ed25519_public_key or an x509_certificate");
  }
  key.set_id(wanted.id());
  key.set_ed25519_public_key(wanted.ed25519_public_key());
  key.set_x509_certificate(wanted.x509_certificate());
  *key.mutable_valid_from() = wanted.valid_from();
  if (wanted.has_valid_until()) *key.mutable_valid_until() = wanted.valid_until();
  key.set_reference(wanted.reference());
  key.set_sha256(base::Sha256Hex(key.ed25519_public_key() + key.x509_certificate()));
  if (!key.x509_certificate().empty()) return ReadCertificate(context, key);
  if (key.ed25519_public_key().size() == documents::kEd25519KeyBytes) return std::nullopt;
  return es::InvalidField("signing_key.ed25519_public_key",
                          fmt::format("has {} bytes; a key has {}", key.ed25519_public_key().size(),
                                      documents::kEd25519KeyBytes));
}

es::Decision DecideRegister(const es::View& view, const v1::RegisterSigningKeyRequest& command,
                            es::Context& context) {
  const v1::Mandate* mandate = nullptr;
  if (auto no = Require(view, "name", command.name(), context, mandate)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *mandate)) return *std::move(no);
  v1::SigningKeyRegistered event;
  if (auto no = CheckKey(command.signing_key(), context, *event.mutable_signing_key())) {
    return *std::move(no);
  }
  if (FindKey(*mandate, event.signing_key().id()) != nullptr) {
    return es::AlreadyExists(
        fmt::format("signing key {} of {}", event.signing_key().id(), mandate->name()));
  }
  if (mandate->signing_keys_size() >= kMostKeys) {
    return es::InvalidField("signing_key",
                            fmt::format("{} has {} keys, and may have {}", mandate->name(),
                                        mandate->signing_keys_size(), kMostKeys));
  }
  event.set_mandate(mandate->name());
  return es::Accepted(std::move(event)).Naming(mandate->name());
}

es::Decision DecideRevoke(const es::View& view, const v1::RevokeSigningKeyRequest& command,
                          es::Context& context) {
  const v1::Mandate* mandate = nullptr;
  if (auto no = Require(view, "name", command.name(), context, mandate)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *mandate)) return *std::move(no);
  if (auto no = CheckDate("revoked_from", command.revoked_from())) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  const v1::SigningKey* key = FindKey(*mandate, command.signing_key());
  if (key == nullptr) {
    return es::InvalidField("signing_key", fmt::format("\"{}\" is none of the keys: {}",
                                                       command.signing_key(), KeyIds(*mandate)));
  }
  if (key->has_revoked_from()) {
    return es::WrongState(fmt::format("signing key {} of {}", key->id(), mandate->name()),
                          "REVOKED", "be revoked", "none");
  }
  v1::SigningKeyRevoked event;
  event.set_mandate(mandate->name());
  event.set_signing_key(key->id());
  *event.mutable_revoked_from() = command.revoked_from();
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(mandate->name());
}

void FoldRegistered(es::Entities& entities, const v1::SigningKeyRegistered& event,
                    const es::EventContext& context) {
  entities.Edit<v1::Mandate>(event.mandate(), [&](v1::Mandate& mandate) {
    v1::SigningKey& key = *mandate.add_signing_keys();
    key = event.signing_key();
    key.set_registered_by(std::string(context.principal));
    Stamp(mandate, context);
  });
}

void FoldRevoked(es::Entities& entities, const v1::SigningKeyRevoked& event,
                 const es::EventContext& context) {
  entities.Edit<v1::Mandate>(event.mandate(), [&](v1::Mandate& mandate) {
    for (v1::SigningKey& key : *mandate.mutable_signing_keys()) {
      if (key.id() != event.signing_key()) continue;
      *key.mutable_revoked_from() = event.revoked_from();
      key.set_revocation_reason(event.reason());
    }
    Stamp(mandate, context);
  });
}

}  // namespace

const v1::SigningKey* FindKey(const v1::Mandate& mandate, std::string_view id) {
  for (const v1::SigningKey& key : mandate.signing_keys()) {
    if (key.id() == id) return &key;
  }
  return nullptr;
}

std::string KeyIds(const v1::Mandate& mandate) {
  std::string ids;
  for (const v1::SigningKey& key : mandate.signing_keys()) {
    ids += (ids.empty() ? "" : ", ") + key.id();
  }
  return ids.empty() ? "none" : ids;
}

std::optional<es::Rejection> CheckKeyCounts(const v1::Mandate& mandate, const v1::SigningKey& key,
                                            absl::CivilDay day) {
  const bool begun = FromProto(key.valid_from()) <= day;
  const bool ended = key.has_valid_until() && FromProto(key.valid_until()) < day;
  const bool revoked = key.has_revoked_from() && FromProto(key.revoked_from()) <= day;
  if (begun && !ended && !revoked) return std::nullopt;
  const std::string until = key.has_valid_until() ? base::FormatDate(FromProto(key.valid_until()))
                                                  : std::string("further notice");
  const std::string from = key.has_revoked_from() ? base::FormatDate(FromProto(key.revoked_from()))
                                                  : std::string("never");
  return es::Rejected(kSigningKeyNotValid)
      .Saying(fmt::format("the key {} of {} counts from {} until {} (revoked from: {}), and the "
                          "day of signing is {}",
                          key.id(), mandate.name(), base::FormatDate(FromProto(key.valid_from())),
                          until, from, base::FormatDate(day)))
      .With("mandate", mandate.name())
      .With("signing_key", key.id())
      .With("sign_date", base::FormatDate(day));
}

void RegisterSigningKeys(es::Decider& decider) {
  OnKnown<v1::RegisterSigningKeyRequest, &DecideRegister>(decider);
  OnKnown<v1::RevokeSigningKeyRequest, &DecideRevoke>(decider);
  decider.Fold<v1::SigningKeyRegistered>(&FoldRegistered);
  decider.Fold<v1::SigningKeyRevoked>(&FoldRevoked);
}

}  // namespace prihvat::handover
