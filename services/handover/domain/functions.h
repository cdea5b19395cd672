// The functions of a centre for which a body answers: a dated list. Those that every operation
// begins with are on it without being added; others are added by command, and any is ended by one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/policy.pb.h"

namespace prihvat::handover {

// The function of that id, as it was added or ended, or as it is on the list without that; nothing
// where it never was.
std::optional<v1::CentreFunction> FindFunction(const es::View& view, std::string_view operation,
                                               std::string_view id);
// All that are or were on the list, by name.
std::vector<v1::CentreFunction> FunctionsOf(const es::View& view, std::string_view operation);

bool IsOnList(const v1::CentreFunction& function, absl::CivilDay day);

// INVALID_FIELD with the list unless the function is on it on the day on which the command takes
// effect.
std::optional<es::Rejection> CheckFunction(const es::View& view, std::string_view field,
                                           std::string_view id, const es::Context& context);

// "Security" / "Sigurnost"; a function that is not known stands as it is.
v1::LocalizedText FunctionWords(const es::View& view, std::string_view operation,
                                std::string_view id);

}  // namespace prihvat::handover
