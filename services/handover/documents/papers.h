// Handover's papers beside the certificate, as people print, sign and send them: in English and, as
// far as the content has it, Bosnian. They name bodies and leave lines for the people who sign, so
// nobody's name stands on them. The same content gives the same bytes. Pure; any thread.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "services/handover/domain/organisations.h"

namespace prihvat::handover {

// What a paper says beside its own resource.
struct PaperContext {
  absl::TimeZone zone;  // the operation's: days on papers are its local days
  const OrganisationNames* names = nullptr;
  // The case's assets and lots, by name; the case names no other.
  std::map<std::string, const v1::Asset*> assets;
  std::map<std::string, const v1::AssetLot*> lots;
  v1::LocalizedText function = {};  // what people call a transfer's
};

// INVALID_ARGUMENT and FAILED_PRECONDITION as documents::RenderForm.

// What is brought to the recipient, to be signed when it comes. FAILED_PRECONDITION before place
// and day are set, and for a case that was voided.
absl::StatusOr<std::string> RenderDeliveryNote(const v1::HandoverCase& of,
                                               const PaperContext& context);
// What was refused or missing at the count and why, and what was said where that was contested.
// FAILED_PRECONDITION where all was accepted, or nothing counted yet.
absl::StatusOr<std::string> RenderDiscrepancyNote(const v1::HandoverCase& of,
                                                  const PaperContext& context);
// That a function of a centre passed from one body to another, when and by what agreement.
// FAILED_PRECONDITION before it took effect.
absl::StatusOr<std::string> RenderResponsibilityProtocol(const v1::ResponsibilityTransfer& transfer,
                                                         const PaperContext& context);

}  // namespace prihvat::handover
