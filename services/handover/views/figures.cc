#include "services/handover/views/figures.h"

#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "libs/base/civil.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

bool IsUnderWay(v1::HandoverCaseState state) {
  return state != v1::HANDOVER_CASE_STATE_UNSPECIFIED && state != v1::HANDOVER_CASE_STATE_CLOSED &&
         state != v1::HANDOVER_CASE_STATE_VOIDED && state != v1::HANDOVER_CASE_STATE_CORRECTED;
}

}  // namespace

std::vector<base::Statistic> HandoverFigures(const es::FigureSource& source) {
  std::vector<base::Statistic> figures;
  const es::View entities(source.entities);
  for (const std::string& operation : es::OperationsOf(source.entities)) {
    const auto* facts = entities.Find<v1::OperationFacts>(operation);
    if (facts == nullptr) continue;
    const auto zone = base::LoadZone(facts->time_zone());
    const absl::CivilDay today =
        absl::ToCivilDay(source.now, zone.ok() ? *zone : absl::UTCTimeZone());
    std::map<v1::HandoverCaseState, int64_t> under_way;  // also those of which there is none
    for (int n = v1::HandoverCaseState_MIN; n <= v1::HandoverCaseState_MAX; ++n) {
      const auto state = static_cast<v1::HandoverCaseState>(n);
      if (v1::HandoverCaseState_IsValid(n) && IsUnderWay(state)) under_way[state] = 0;
    }
    int64_t overdue = 0;
    entities.ForEach<v1::HandoverCase>(operation + "/handoverCases",
                                       [&](std::string_view, const v1::HandoverCase& one) {
                                         if (IsUnderWay(one.state())) ++under_way[one.state()];
                                         if (one.state() == v1::HANDOVER_CASE_STATE_SCHEDULED &&
                                             FromProto(one.scheduled_date()) < today)
                                           ++overdue;
                                         return true;
                                       });
    const std::string id(IdOf(operation));
    figures.push_back({"prihvat_handovers_overdue",
                       "Hand-overs whose day has passed, and nothing was delivered.",
                       false,
                       {{"operation", id}},
                       static_cast<double>(overdue)});
    for (const auto& [state, count] : under_way) {
      std::string text = ToText(state);
      absl::AsciiStrToLower(&text);
      figures.push_back({"prihvat_handovers_under_way",
                         "Hand-overs that are neither closed nor void, by state.",
                         false,
                         {{"operation", id}, {"state", text}},
                         static_cast<double>(count)});
    }
  }
  return figures;
}

}  // namespace prihvat::handover
