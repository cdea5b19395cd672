#include "services/handover/views/figures.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/civil.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/checks.pb.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

bool IsUnderWay(v1::HandoverCaseState state) {
  return state != v1::HANDOVER_CASE_STATE_UNSPECIFIED && state != v1::HANDOVER_CASE_STATE_CLOSED &&
         state != v1::HANDOVER_CASE_STATE_VOIDED && state != v1::HANDOVER_CASE_STATE_CORRECTED;
}

// What falls due by a day, as far as it is overdue or soon will be.
struct Due {
  int64_t overdue = 0;
  int64_t soon = 0;

  void Count(absl::CivilDay day, absl::CivilDay today, int reminder_days) {
    if (day < today) {
      ++overdue;
    } else if (day <= today + reminder_days) {
      ++soon;
    }
  }
  void Tell(const char* name, const char* help, const std::string& operation,
            std::vector<base::Statistic>& figures) const {
    for (const auto& [when, count] : {std::pair("overdue", overdue), std::pair("soon", soon)}) {
      figures.push_back({name,
                         help,
                         false,
                         {{"operation", operation}, {"when", when}},
                         static_cast<double>(count)});
    }
  }
};

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
    const int reminder_days = PolicyOn(entities, operation, today).reminder_days;
    Due proofs;
    Due checks;
    entities.ForEach<v1::HandoverCase>(
        operation + "/handoverCases", [&](std::string_view, const v1::HandoverCase& one) {
          if (IsUnderWay(one.state())) ++under_way[one.state()];
          if (one.state() == v1::HANDOVER_CASE_STATE_SCHEDULED &&
              FromProto(one.scheduled_date()) < today)
            ++overdue;
          if (one.has_proof_due_date() && LacksProof(one)) {
            proofs.Count(FromProto(one.proof_due_date()), today, reminder_days);
          }
          return true;
        });
    entities.ForEach<v1::PostDonationCheck>(
        operation + "/postDonationChecks",
        [&](std::string_view, const v1::PostDonationCheck& check) {
          if (check.state() == v1::CHECK_STATE_PLANNED) {
            checks.Count(FromProto(check.due_date()), today, reminder_days);
          }
          return true;
        });
    const std::string id(IdOf(operation));
    figures.push_back({"prihvat_handovers_overdue",
                       "Hand-overs whose day has passed, and nothing was delivered.",
                       false,
                       {{"operation", id}},
                       static_cast<double>(overdue)});
    proofs.Tell("prihvat_handover_proofs_due",
                "Proofs of transfer that are not filed, overdue or due soon by policy.", id,
                figures);
    checks.Tell("prihvat_post_donation_checks_due",
                "Checks and upkeep that are planned, overdue or due soon by policy.", id, figures);
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
