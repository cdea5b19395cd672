#include "services/handover/domain/functions.h"

#include <algorithm>
#include <map>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/dated.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

template <>
constexpr std::string_view PatternOf<v1::CentreFunction>() {
  return "centreFunctions/*";
}

namespace {

constexpr int kMaxFunctions = 200;  // a list that people read
constexpr int kMaxPeriods = 100;
constexpr size_t kMaxIdLength = 40;

struct FirstFunction {
  std::string_view id;
  const char* en;
  const char* bs;
};

// The reception service's kinds of service, in small letters, and the management of the centre as a
// whole.
constexpr FirstFunction kFirstFunctions[] = {
    {"camp_management", "Camp management", "Upravljanje centrom"},
    {"clothing", "Clothing", "Odjeća"},
    {"education", "Education", "Obrazovanje"},
    {"food", "Food", "Hrana"},
    {"health", "Health", "Zdravstvena zaštita"},
    {"legal", "Legal aid", "Pravna pomoć"},
    {"non_food_items", "Non-food items", "Neprehrambeni artikli"},
    {"protection", "Protection", "Zaštita"},
    {"psychosocial", "Psychosocial support", "Psihosocijalna podrška"},
    {"sanitation", "Sanitation", "Sanitarne usluge"},
    {"security", "Security", "Sigurnost"},
    {"shelter", "Shelter", "Smještaj"},
    {"transport", "Transport", "Prijevoz"},
    {"water", "Water", "Voda"},
};

std::string NameOf(std::string_view operation, std::string_view id) {
  return fmt::format("{}/centreFunctions/{}", operation, id);
}

v1::CentreFunction ToFunction(std::string_view operation, const FirstFunction& first) {
  v1::CentreFunction function;
  function.set_name(NameOf(operation, first.id));
  function.mutable_display_name()->set_en(first.en);
  function.mutable_display_name()->set_bs(first.bs);
  function.add_periods();
  return function;
}

bool Covers(const v1::FunctionPeriod& period, absl::CivilDay day) {
  return (!period.has_valid_from() || FromProto(period.valid_from()) <= day) &&
         (!period.has_valid_until() || day <= FromProto(period.valid_until()));
}

// Small letters, digits and underscores: responsibilities of the reception service have it as id.
std::optional<es::Rejection> CheckFunctionId(std::string_view id) {
  const bool fits =
      !id.empty() && id.size() <= kMaxIdLength && id[0] >= 'a' && id[0] <= 'z' &&
      id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (fits) return std::nullopt;
  return es::InvalidField("centre_function_id",
                          fmt::format("\"{}\" is not small letters, digits and underscores, at "
                                      "most {}, beginning with a letter",
                                      id, kMaxIdLength));
}

// Of one that was on the list before: the new period begins after the last one ended.
std::optional<es::Rejection> CheckMayComeBack(const v1::CentreFunction& function,
                                              absl::CivilDay day) {
  const v1::FunctionPeriod& last = *function.periods().rbegin();
  if (!last.has_valid_until()) return es::AlreadyExists(function.name());
  const absl::CivilDay until = FromProto(last.valid_until());
  if (day <= until) {
    return es::InvalidField("valid_from",
                            fmt::format("is {}; it is on the list until {}", base::FormatDate(day),
                                        base::FormatDate(until)));
  }
  if (function.periods_size() < kMaxPeriods) return std::nullopt;
  return es::InvalidField("valid_from", fmt::format("it came and went {} times, which is the most",
                                                    function.periods_size()));
}

es::Decision DecideAdd(const es::View& view, const v1::AddCentreFunctionRequest& command,
                       es::Context& context) {
  if (auto no = CheckCreate(command.parent(), "centre_function_id", command.centre_function_id(),
                            context)) {
    return *std::move(no);
  }
  if (auto no = CheckFunctionId(command.centre_function_id())) return *std::move(no);
  if (auto no = CheckText("display_name", command.display_name())) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  if (auto no = CheckDate("valid_from", command.valid_from())) return *std::move(no);
  const absl::CivilDay day = FromProto(command.valid_from());
  if (auto no = CheckDoesNotReachBack("valid_from", day, context)) return *std::move(no);
  const auto known = FindFunction(view, context.operation, command.centre_function_id());
  if (known) {
    if (auto no = CheckMayComeBack(*known, day)) return *std::move(no);
  } else if (const size_t there = FunctionsOf(view, context.operation).size();
             there >= kMaxFunctions) {
    return es::InvalidField("centre_function_id",
                            fmt::format("there are {} functions, which is the most", there));
  }
  v1::CentreFunctionAdded event;
  event.set_centre_function(NameOf(context.operation, command.centre_function_id()));
  *event.mutable_display_name() = command.display_name();
  *event.mutable_valid_from() = command.valid_from();
  event.set_reason(command.reason());
  const std::string name = event.centre_function();
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideEnd(const es::View& view, const v1::EndCentreFunctionRequest& command,
                       es::Context& context) {
  if (auto no = CheckReference("name", command.name(), PatternOf<v1::CentreFunction>(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  if (auto no = CheckDate("valid_until", command.valid_until())) return *std::move(no);
  const absl::CivilDay day = FromProto(command.valid_until());
  if (auto no = CheckDoesNotReachBack("valid_until", day, context)) return *std::move(no);
  const auto function = FindFunction(view, context.operation, IdOf(command.name()));
  if (!function) return es::NotFound(command.name());
  const v1::FunctionPeriod& last = *function->periods().rbegin();
  if (last.has_valid_until()) {
    return es::WrongState(command.name(), "ENDED", "be ended", "add it again");
  }
  if (last.has_valid_from() && day < FromProto(last.valid_from())) {
    return es::InvalidField(
        "valid_until", fmt::format("is {}; it comes onto the list on {}", base::FormatDate(day),
                                   base::FormatDate(FromProto(last.valid_from()))));
  }
  v1::CentreFunctionEnded event;
  event.set_centre_function(command.name());
  *event.mutable_valid_until() = command.valid_until();
  event.set_reason(command.reason());
  *event.mutable_display_name() = function->display_name();
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldAdded(es::Entities& entities, const v1::CentreFunctionAdded& event,
               const es::EventContext& context) {
  entities.Edit<v1::CentreFunction>(event.centre_function(), [&](v1::CentreFunction& function) {
    function.set_name(event.centre_function());
    *function.mutable_display_name() = event.display_name();
    *function.add_periods()->mutable_valid_from() = event.valid_from();
    function.set_reason(event.reason());
    Stamp(function, context);
  });
}

void FoldEnded(es::Entities& entities, const v1::CentreFunctionEnded& event,
               const es::EventContext& context) {
  entities.Edit<v1::CentreFunction>(event.centre_function(), [&](v1::CentreFunction& function) {
    function.set_name(event.centre_function());
    *function.mutable_display_name() = event.display_name();
    if (function.periods().empty()) function.add_periods();  // on the list without being added
    *function.mutable_periods()->rbegin()->mutable_valid_until() = event.valid_until();
    function.set_reason(event.reason());
    Stamp(function, context);
  });
}

}  // namespace

std::optional<v1::CentreFunction> FindFunction(const es::View& view, std::string_view operation,
                                               std::string_view id) {
  if (const auto* added = view.Find<v1::CentreFunction>(NameOf(operation, id))) return *added;
  for (const FirstFunction& first : kFirstFunctions) {
    if (first.id == id) return ToFunction(operation, first);
  }
  return std::nullopt;
}

std::vector<v1::CentreFunction> FunctionsOf(const es::View& view, std::string_view operation) {
  std::map<std::string, v1::CentreFunction> by_name;
  for (const FirstFunction& first : kFirstFunctions) {
    v1::CentreFunction function = ToFunction(operation, first);
    by_name[function.name()] = function;
  }
  view.ForEach<v1::CentreFunction>(std::string(operation) + "/centreFunctions",
                                   [&](std::string_view name, const v1::CentreFunction& added) {
                                     by_name[std::string(name)] = added;
                                     return true;
                                   });
  std::vector<v1::CentreFunction> functions;
  for (auto& [name, function] : by_name) functions.push_back(std::move(function));
  return functions;
}

bool IsOnList(const v1::CentreFunction& function, absl::CivilDay day) {
  return std::any_of(function.periods().begin(), function.periods().end(),
                     [&](const v1::FunctionPeriod& period) { return Covers(period, day); });
}

std::optional<es::Rejection> CheckFunction(const es::View& view, std::string_view field,
                                           std::string_view id, const es::Context& context) {
  const absl::CivilDay day = context.EffectiveDay();
  const auto function = FindFunction(view, context.operation, id);
  if (function && IsOnList(*function, day)) return std::nullopt;
  std::string list;
  for (const v1::CentreFunction& other : FunctionsOf(view, context.operation)) {
    if (!IsOnList(other, day)) continue;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", IdOf(other.name()));
  }
  return es::InvalidField(field, fmt::format("\"{}\" is none of the functions of {}: {}", id,
                                             base::FormatDate(day), list));
}

v1::LocalizedText FunctionWords(const es::View& view, std::string_view operation,
                                std::string_view id) {
  if (auto function = FindFunction(view, operation, id)) return function->display_name();
  v1::LocalizedText as_it_is;
  as_it_is.set_en(std::string(id));
  return as_it_is;
}

void RegisterFunctions(es::Decider& decider) {
  OnKnown<v1::AddCentreFunctionRequest, &DecideAdd>(decider);
  OnKnown<v1::EndCentreFunctionRequest, &DecideEnd>(decider);
  decider.Fold<v1::CentreFunctionAdded>(&FoldAdded);
  decider.Fold<v1::CentreFunctionEnded>(&FoldEnded);
}

}  // namespace prihvat::handover
