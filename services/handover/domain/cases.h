// What all moves of a handover case begin with, and what several files ask of a case.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// "SIGNED_BY_ONE"
std::string ToText(v1::HandoverCaseState state);

// The case is there, unchanged since `command.etag()` was read, in one of the states, and the move
// comes after the last one.
std::optional<es::Rejection> CheckCaseMove(const es::View& view, std::string_view name,
                                           std::string_view etag,
                                           std::initializer_list<v1::HandoverCaseState> from,
                                           std::string_view wish, const es::Context& context,
                                           const v1::HandoverCase*& found);

// ITEM_RETURNED where something that the case's certificate names went back to the supplier.
std::optional<es::Rejection> CheckNothingReturned(const v1::HandoverCase& of);

// CERTIFICATE_DRAWN_UP where the case's certificate waits for its first signature, away from here:
// what it says must not change.
std::optional<es::Rejection> CheckNotDrawnUp(const v1::HandoverCase& of);

// It took effect, an accepted item needs its proof of transfer, and none is filed (INV-17).
bool LacksProof(const v1::HandoverCase& of);

// It lacks a proof that was due before that day: with today, it is overdue.
bool IsProofDueBefore(const v1::HandoverCase& of, absl::CivilDay day);

// Fold: the case is in `state` from the event's time on.
void SetState(v1::HandoverCase& handover_case, v1::HandoverCaseState state,
              const es::EventContext& context);

}  // namespace prihvat::handover
