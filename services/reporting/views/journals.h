// The views of the reporting service: journals of what the other services have said.
//
// A row is one event, written once and never changed, under its subject and the position of the
// record that told it. So a row comes from one source partition, and the order in which topics are
// folded cannot show; reports (line_of_sight.h and the others here) sort and join the rows when
// they are asked for, and may leave out what took effect, or was recorded, after some moment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/es/projection.h"

namespace prihvat::reporting {

// Names of the views, as ReadContext and Snapshot want them.
inline constexpr std::string_view kMoneyView = "money";          // of prihvat.procurement
inline constexpr std::string_view kHandoversView = "handovers";  // of prihvat.handover
inline constexpr std::string_view kCentresView = "centres";      // of prihvat.reception

const std::vector<const es::Projection*>& ReportingProjections();

// What the keys of a subject's facts begin with. The subject of money and handovers is the
// operation; that of reception's facts is the centre.
std::string FactsPrefix(std::string_view subject);

}  // namespace prihvat::reporting
