// What policy sets for the reception service: dated data, so that an old event is judged by the
// policy of its own date.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace prihvat::reception {

struct Policy {
  absl::CivilDay valid_from;
  int backdating_days;      // how far back a fact may be told without an import (INV-34)
  absl::Duration skew;      // how far ahead a clock may be (INV-34)
  int reservation_days;     // how long a bed may be promised at most
  int beds_a_request;       // how many beds one request may add at most
  int beds_a_centre;        // how many beds a centre may have at most
  int persons_a_delivery;   // how many persons one delivery of a service may reach at most
  int quantity_a_delivery;  // how much one delivery of a service may be at most, in its unit
  int oldest_age_years;     // no plausible birth year lies further back
};

// The policy that is valid on `day`; before the first, the first.
const Policy& PolicyOn(absl::CivilDay day);

}  // namespace prihvat::reception
