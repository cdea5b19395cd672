// The invariants of the domain, as they must show in the rows after any commands whatsoever. What a
// fact may break is let pass where its conflict is on record. A rule that does not hold ends the
// process and is named.
#pragma once

#include "tests/fuzz/services.h"

namespace prihvat::fuzz {

// INV-03, INV-05, INV-07, INV-08, INV-09, INV-11.
void CheckProcurement(const es::MapRows& rows);
// INV-12, INV-14, INV-15, INV-16.
void CheckHandover(const es::MapRows& rows);
// INV-20, INV-21, and that a centre's tally is what its stays and beds say.
void CheckReception(const es::MapRows& rows);

inline void CheckRules(const Services& services) {
  CheckProcurement(services.rows(kProcurement));
  CheckHandover(services.rows(kHandover));
  CheckReception(services.rows(kReception));
}

}  // namespace prihvat::fuzz
