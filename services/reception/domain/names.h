// Names of the service's resources and of the index entities beside them. All take names that have
// passed base::CheckName.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace prihvat::reception {

// The last id: "usivak" of "operations/ba/centres/usivak".
std::string_view IdOf(std::string_view name);
// The name without its last pair: the centre of a room, bed, delivery or responsibility.
std::string_view ParentOf(std::string_view name);
// "operations/ba" of a name below it.
std::string_view OperationOf(std::string_view name);

// Entity CentreTally of a centre.
std::string TallyName(std::string_view centre);

// Entities PastBedUse of a bed, and the one of a stay that left it at `end`. Key order is the order
// of the ends.
std::string PastBedUsePrefix(std::string_view bed);
std::string PastBedUseName(std::string_view bed, absl::Time end, std::string_view stay);

// Entities PastStay of a person, and that of a stay that ended at `end`.
std::string PastStayPrefix(std::string_view person);
std::string PastStayName(std::string_view person, absl::Time end, std::string_view stay);

// For es::Rows::Scan over either prefix: visits what ended after `time`, not at it.
std::string AfterTime(std::string_view prefix, absl::Time time);

}  // namespace prihvat::reception
