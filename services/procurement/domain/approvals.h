// Who may approve an order or a change of it, and whether that is enough.
#pragma once

#include <string>

#include "google/protobuf/repeated_field.h"
#include "libs/es/decider.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// `person` neither asks for the order, or for an amendment that waits, nor bought it, and has not
// approved in `given` (INV-10).
MaybeRejected CheckMayApprove(const v1::PurchaseOrder& order,
                              const google::protobuf::RepeatedPtrField<v1::Approval>& given,
                              std::string_view person);

// Adds an approval as recorded by that event.
void AddApproval(google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
                 const std::string& approver, const es::EventContext& context);

}  // namespace prihvat::procurement
