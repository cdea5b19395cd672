// What the organisation has decided about handovers, by date: a command is judged by the policy of
// the day on which it takes effect. Versions are adopted by command (adopt_policy.cc); before the
// first adopted one, and where none is, the one that is built in holds.
#pragma once

#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/money.h"
#include "libs/es/decider.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/policy.pb.h"

namespace prihvat::handover {

// As v1::HandoverPolicy says of each.
struct Policy {
  absl::CivilDay valid_from;
  base::Decimal proof_above_eur;  // an item that costs more needs its proof of transfer filed
                                  // (INV-17)
  int proof_days = 0;             // after the title passed; 0: no day is set
  int items_a_case = 0;           // at most
  int reminder_days = 0;          // what falls due within so many is due soon
};

// The policy that holds on that day in the operation of that name; before the first, the first.
Policy PolicyOn(const es::View& view, std::string_view operation, absl::CivilDay day);
// The one that the command is judged by.
Policy PolicyOn(const es::View& view, const es::Context& context);

// The one that is built in, as a resource without a name.
v1::HandoverPolicy BuiltInPolicy();
// The version that holds on that day, as it was adopted; the built-in one where none was.
v1::HandoverPolicy PolicyVersionOn(const es::View& view, std::string_view operation,
                                   absl::CivilDay day);

// How far back a move may be told without an import, and how far ahead a clock may be (INV-34).
inline constexpr int kBackdatingDays = 30;
inline constexpr absl::Duration kSkew = absl::Minutes(5);

// Whether an item of which one costs `unit_cost` needs its proof of transfer filed (INV-17). KM
// become EUR at the fixed rate. INVALID_ARGUMENT for another currency: there is no rate for it.
absl::StatusOr<bool> NeedsProof(const base::Money& unit_cost, const Policy& policy);

}  // namespace prihvat::handover
