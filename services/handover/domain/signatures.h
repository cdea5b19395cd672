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

// The caller may sign for the party: the signatories of both are named and are two people, that
// side has not signed, the caller is the person that is named, and the mandate, which is found in
// `mandate`, holds on the day (INV-15).
std::optional<es::Rejection> CheckSignature(const es::View& view, const Subject& subject,
                                            v1::HandoverParty party, const es::Context& context,
                                            const v1::Mandate*& mandate);

// CERTIFICATE_DIFFERS where the signatory has seen another digest than the certificate's; "" asks
// nothing.
std::optional<es::Rejection> CheckSeen(std::string_view certificate, std::string_view digest,
                                       std::string_view seen);

v1::Signature SignatureUnder(const v1::Mandate& mandate, v1::HandoverParty party,
                             const es::Context& context);

// INVALID_FIELD, NOT_FOUND, or MANDATE_OF_ANOTHER unless the mandate that the request's `field`
// names is for the organisation; "" names none.
std::optional<es::Rejection> CheckSignatory(const es::View& view, std::string_view field,
                                            const std::string& name, std::string_view organisation,
                                            const es::Context& context);

}  // namespace prihvat::handover
