// Documents that show what became of a thing. That something was lost, stolen, damaged or destroyed
// is a fact, which is stored when it is told; what shows it may come later, and until then the
// asset says what it lacks. Disposing and writing off are decisions, and wait for it. What is lost
// or stolen is not destroyed either before that is shown: it would leave the books without.
#pragma once

#include <optional>
#include <string_view>

#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {

// INVALID_FIELD unless the document has a kind, a reference, and a digest or none.
std::optional<es::Rejection> CheckEvidence(std::string_view field, const v1::Evidence& evidence);

// EVIDENCE_MISSING where the asset would be disposed of or written off without a document, or one
// that is lost or stolen be written off or destroyed while a document of that is lacking.
std::optional<es::Rejection> CheckMayLeaveBooks(const v1::Asset& asset,
                                                const v1::RecordAssetChangeRequest& command);

// Fold. That became of the asset; `evidence` shows it, or lacks.
void NoteChange(v1::Asset& asset, v1::AssetChange change, const v1::Evidence* evidence,
                const es::EventContext& context);

// Fold. It was found in that condition at the event's time.
void NoteCondition(v1::Asset& asset, v1::AssetCondition condition, std::string_view note,
                   const es::EventContext& context);

void RegisterEvidence(es::Decider& decider);

}  // namespace prihvat::handover
