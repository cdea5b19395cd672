// What the commands about a stay share. The moves: CheckedIn<->OnLeave;
// CheckedIn->TransferRequested->CheckedIn (withdrawn) or InTransit; InTransit->CheckedIn (there, or
// back) or CheckedOut; CheckedIn|OnLeave->CheckedOut.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "libs/es/decider.h"
#include "prihvat/reception/v1/resources.pb.h"

namespace prihvat::reception {

// How many moves to another bed a stay remembers since its last change of state.
inline constexpr int kBedMovesKept = 64;

// The stay is there (then `stay` points to it), unchanged since it was read, and in one of the
// states.
std::optional<es::Rejection> FindStay(const es::View& view, std::string_view name,
                                      std::string_view etag,
                                      std::initializer_list<v1::StayState> from,
                                      std::string_view wish, const es::Context& context,
                                      const v1::Stay*& stay);

// What every move but the last begins with: the stay is there (then `stay` points to it), unchanged
// since it was read, in one of the states, and the move comes after the last one.
std::optional<es::Rejection> CheckStayMove(const es::View& view, std::string_view name,
                                           std::string_view etag,
                                           std::initializer_list<v1::StayState> from,
                                           std::string_view wish, const es::Context& context,
                                           const v1::Stay*& stay);

// Finds the bed that a request names, of that centre; no bed for an empty name.
std::optional<es::Rejection> RequireBedOf(const es::View& view, std::string_view centre,
                                          std::string_view bed, const es::Context& context,
                                          const v1::Bed*& found);

// The stay takes `bed` (nullptr: none) from the effective time on. A wish is refused where somebody
// has the bed; a reported fact is not, and its conflicts are added to `decision`.
std::optional<es::Rejection> CheckOrReportBed(const es::View& view, const v1::Bed* bed,
                                              std::string_view stay, std::string_view person,
                                              bool reported_fact, es::Context& context,
                                              es::Decision& decision);

// The same for a centre that takes nobody.
std::optional<es::Rejection> CheckOrReportCentre(const es::View& view, const v1::Centre& centre,
                                                 std::string_view stay, bool reported_fact,
                                                 es::Context& context, es::Decision& decision);

// Folds: the state that the stay took on, at the event's time.
void SetState(v1::Stay& stay, v1::StayState state, const es::EventContext& context);

}  // namespace prihvat::reception
