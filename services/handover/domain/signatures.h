// Who may sign a certificate, and how a signature stands: for the certificate of a case, and for
// one that corrects it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// What is to be signed.
struct Subject {
  const std::string& name;               // of the case, or of the corrective certificate
  const std::string& giver_mandate;      // "" where nobody is named
  const std::string& recipient_mandate;  // likewise
  const google::protobuf::RepeatedPtrField<v1::Signature>& signatures;  // so far
};

// INVALID_FIELD unless `party` is one of the two.
std::optional<es::Rejection> CheckParty(v1::HandoverParty party);

// The signatory of the party, in `mandate`: those of both are named and are two people (INV-15).
std::optional<es::Rejection> FindSignatory(const es::View& view, const Subject& subject,
                                           v1::HandoverParty party, const v1::Mandate*& mandate);

// Where that side has signed, that; else nullptr.
const v1::Signature* FindSignature(const Subject& subject, v1::HandoverParty party);

// The caller may sign for the party, now: that side has not signed, there is a signatory, who is
// the caller, and the mandate, which is found in `mandate`, holds on the day (INV-15).
std::optional<es::Rejection> CheckSignature(const es::View& view, const Subject& subject,
                                            v1::HandoverParty party, const es::Context& context,
                                            const v1::Mandate*& mandate);

// CERTIFICATE_DIFFERS where the signatory has seen another digest than the certificate's; "" asks
// nothing.
std::optional<es::Rejection> CheckSeen(std::string_view certificate, std::string_view digest,
                                       std::string_view seen);

v1::Signature SignatureUnder(const v1::Mandate& mandate, v1::HandoverParty party,
                             const es::Context& context);

// MANDATE_NOT_VALID or SIGNING_KEY_NOT_VALID where the mandate that the signature was given under,
// or the key that it was made with, was revoked since from its day or an earlier one on (INV-15).
std::optional<es::Rejection> CheckStillHolds(const es::View& view, const v1::Signature& signature);

// What is told where `signature` is put under a certificate: of a case, or one that corrects
// another, which it replaces with its second signature. Refused where the first does not hold any
// more (CheckStillHolds).
es::Decision AcceptSignature(const es::View& view, const v1::Certificate& certificate,
                             const v1::Signature& signature);

// "giver"
std::string ToText(v1::HandoverParty party);

// Where what came back with that side's signature is kept.
std::string SignatureEvidenceName(std::string_view certificate, v1::HandoverParty party);

// INVALID_FIELD, NOT_FOUND, or MANDATE_OF_ANOTHER unless the mandate that the request's `field`
// names is for the organisation; "" names none.
std::optional<es::Rejection> CheckSignatory(const es::View& view, std::string_view field,
                                            const std::string& name, std::string_view organisation,
                                            const es::Context& context);

}  // namespace prihvat::handover
