// What decisions about people ask of a centre.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libs/es/decider.h"
#include "prihvat/reception/v1/resources.pb.h"

namespace prihvat::reception {

// The state that the centre was in at `time`: planned before anything was said.
v1::CentreState CentreStateAt(const es::View& view, std::string_view centre, absl::Time time);

// Why the centre cannot take somebody from the command's effective time on: a sentence; nothing
// where it can. It must have taken people then, and not be closed by now.
std::optional<std::string> WhyCentreTakesNobody(const es::View& view, const v1::Centre& centre,
                                                const es::Context& context);

// The same as a rejection, CENTRE_NOT_OPEN.
es::Rejection CentreNotOpen(const v1::Centre& centre, std::string_view why);

// Changes the number of open stays of a centre by `step`.
void CountOnTheBooks(es::Entities& entities, std::string_view centre, int step);

}  // namespace prihvat::reception
