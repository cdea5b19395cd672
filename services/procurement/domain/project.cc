// Projects, their budget lines, and the money that moves in them.
#include <algorithm>

#include "fmt/format.h"
#include "libs/base/text.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/funding.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

constexpr int kMaxFundingShares = 20;  // sources of one budget line

es::Decision DecideCreateProject(const es::View& view, const v1::CreateProjectRequest& command,
                                 es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::Project& project = command.project();
  if (auto no = CheckText("project.display_name", project.display_name(), true)) return *no;
  if (auto no = CheckText("project.display_name_bs", project.display_name_bs(), false)) return *no;
  if (auto no = CheckReference(context, "project.donor", project.donor(), kOrganisationPattern)) {
    return *no;
  }
  if (auto no = CheckText("project.funding_source", project.funding_source(), false)) return *no;
  if (const auto currency = base::Currency::Parse(project.currency()); !currency.ok()) {
    return es::InvalidField("project.currency", std::string(currency.status().message()));
  }
  const auto name =
      NewName(view, context, command.parent(), "projects", "project_id", command.project_id(), "");
  if (!name.ok()) return name.rejection();

  v1::ProjectCreated event;
  event.set_project(*name);
  event.set_display_name(project.display_name());
  event.set_display_name_bs(project.display_name_bs());
  event.set_donor(project.donor());
  event.set_funding_source(project.funding_source());
  event.set_currency(project.currency());
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldProjectCreated(es::Entities& entities, const v1::ProjectCreated& event,
                        const es::EventContext& context) {
  v1::Project project;
  project.set_name(event.project());
  project.set_display_name(event.display_name());
  project.set_display_name_bs(event.display_name_bs());
  project.set_donor(event.donor());
  project.set_funding_source(event.funding_source());
  project.set_currency(event.currency());
  Stamp(project, context);
  entities.Put(event.project(), project);
}

// What a project's lines of one currency hold together can be said exactly, and so can all parts of
// it, which never exceed it (INV-03).
MaybeRejected CheckBudgetSum(const es::View& view, std::string_view project,
                             const base::Money& more) {
  base::Money before = base::Money::Zero(more.currency());
  view.ForEach<v1::BudgetLine>(std::string(project) + "/budgetLines",
                               [&](std::string_view, const v1::BudgetLine& line) {
                                 const base::Money amount = FromProto(line.amount());
                                 if (amount.currency() == more.currency())
                                   before = Sum(before, amount);
                                 return true;
                               });
  if (CheckedAdd(before, more).ok()) return std::nullopt;
  return es::InvalidField(
      "budget_line.amount",
      fmt::format("is {}; the other lines of {} hold {}, and the sum is more than can be held",
                  more.Format(), project, before.Format()));
}

// One source's share of a line; `i` is its place in the list.
MaybeRejected CheckFundingShare(const es::Context& context, const v1::BudgetLine& line, int i) {
  constexpr std::string_view kList = "budget_line.funding_shares";
  const v1::FundingShare& share = line.funding_shares(i);
  if (auto no = CheckReference(context, FieldOf(kList, i, "donor"), share.donor(),
                               kOrganisationPattern)) {
    return no;
  }
  const std::string& source = share.funding_source();
  if (auto no = CheckText(FieldOf(kList, i, "funding_source"), source, false)) return no;
  for (int before = 0; before < i; ++before) {
    const v1::FundingShare& other = line.funding_shares(before);
    if (other.donor() == share.donor() && other.funding_source() == source) {
      return es::InvalidField(
          FieldOf(kList, i, "donor"),
          fmt::format("{} pays by the same source in entry {} too", share.donor(), before));
    }
  }
  const std::string field = FieldOf(kList, i, "percent");
  const auto percent = CheckQuantity(field, share.percent());
  if (!percent.ok()) return percent.rejection();
  if (!percent->IsZero() && percent->scale() <= 4) return std::nullopt;
  return es::InvalidField(
      field, fmt::format("must be above 0 with at most 4 decimals, is {}", percent->ToString()));
}

// The donor's agreement that a share names, whose number it cites where it cites none.
MaybeRejected FillFundingAgreement(const es::View& view, const es::Context& context,
                                   const std::string& project, v1::FundingShare& share, int i) {
  if (share.funding_agreement().empty()) return std::nullopt;
  const std::string field = FieldOf("budget_line.funding_shares", i, "funding_agreement");
  const auto found = Find<v1::FundingAgreement>(view, context, field, share.funding_agreement(),
                                                "operations/*/projects/*/fundingAgreements/*");
  if (!found.ok()) return found.rejection();
  const v1::FundingAgreement& agreement = **found;
  if (!agreement.name().starts_with(project + "/") || agreement.donor() != share.donor()) {
    return es::InvalidField(field, fmt::format("must be of {} with {}, is {} with {}", project,
                                               share.donor(), agreement.name(), agreement.donor()));
  }
  if (share.funding_source().empty()) share.set_funding_source(agreement.agreement_number());
  return std::nullopt;
}

// Who pays for a line is told as a whole, or not at all: then it is the project's donor.
MaybeRejected CheckFundingShares(const es::Context& context, const v1::BudgetLine& line) {
  if (line.funding_shares().empty()) return std::nullopt;
  if (line.funding_shares_size() > kMaxFundingShares) {
    return es::InvalidField("budget_line.funding_shares",
                            fmt::format("may have at most {} entries, has {}", kMaxFundingShares,
                                        line.funding_shares_size()));
  }
  base::Decimal sum;
  for (int i = 0; i < line.funding_shares_size(); ++i) {
    if (auto no = CheckFundingShare(context, line, i)) return no;
    const base::Decimal percent = FromProto(line.funding_shares(i).percent());
    if (percent > base::Decimal::FromInt(100)) {
      return es::InvalidField(FieldOf("budget_line.funding_shares", i, "percent"),
                              fmt::format("must be at most 100, is {}", percent.ToString()));
    }
    sum = Sum(sum, percent);
  }
  if (sum == base::Decimal::FromInt(100)) return std::nullopt;
  return es::InvalidField("budget_line.funding_shares",
                          fmt::format("must come to 100 %, come to {} %", sum.ToString()));
}

es::Decision DecideCreateBudgetLine(const es::View& view,
                                    const v1::CreateBudgetLineRequest& command,
                                    es::Context& context) {
  const auto project =
      Find<v1::Project>(view, context, "parent", command.parent(), kProjectPattern);
  if (!project.ok()) return project.rejection();
  v1::BudgetLine line = command.budget_line();
  for (int i = 0; i < std::min(line.funding_shares_size(), kMaxFundingShares); ++i) {
    if (auto no = FillFundingAgreement(view, context, command.parent(),
                                       *line.mutable_funding_shares(i), i)) {
      return *no;
    }
  }
  if (auto no = CheckText("budget_line.display_name", line.display_name(), true)) return *no;
  if (auto no = CheckText("budget_line.display_name_bs", line.display_name_bs(), false)) {
    return *no;
  }
  const auto amount = CheckedFromProto(line.amount());
  if (!amount.ok()) {
    return es::InvalidField("budget_line.amount", std::string(amount.status().message()));
  }
  if (amount->minor() <= 0) {
    return es::InvalidField("budget_line.amount",
                            fmt::format("must be above 0, is {}", amount->Format()));
  }
  if (auto no = CheckFundingShares(context, line)) return *no;
  if (auto no = CheckBudgetSum(view, command.parent(), *amount)) return *no;
  const auto name = NewName(view, context, command.parent(), "budgetLines", "budget_line_id",
                            command.budget_line_id(), "");
  if (!name.ok()) return name.rejection();

  v1::BudgetLineCreated event;
  event.set_budget_line(*name);
  event.set_project(command.parent());
  event.set_display_name(line.display_name());
  event.set_display_name_bs(line.display_name_bs());
  *event.mutable_amount() = ToProto(*amount);
  event.set_donor((*project)->donor());
  *event.mutable_funding_shares() = line.funding_shares();
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldBudgetLineCreated(es::Entities& entities, const v1::BudgetLineCreated& event,
                           const es::EventContext& context) {
  const google::type::Money zero = ToProto(base::Money::Zero(FromProto(event.amount()).currency()));
  v1::BudgetLine line;
  line.set_name(event.budget_line());
  line.set_display_name(event.display_name());
  line.set_display_name_bs(event.display_name_bs());
  *line.mutable_amount() = event.amount();
  *line.mutable_reserved() = zero;
  *line.mutable_committed() = zero;
  *line.mutable_spent() = zero;
  *line.mutable_paid() = zero;
  *line.mutable_available() = event.amount();
  *line.mutable_funding_shares() = event.funding_shares();
  Stamp(line, context);
  entities.Put(event.budget_line(), line);
}

void FoldBudgetMoved(es::Entities& entities, const v1::BudgetMoved& event,
                     const es::EventContext& context) {
  entities.Edit<v1::BudgetLine>(event.budget_line(), [&](v1::BudgetLine& line) {
    *line.mutable_reserved() = event.reserved();
    *line.mutable_committed() = event.committed();
    *line.mutable_spent() = event.spent();
    if (event.has_paid()) *line.mutable_paid() = event.paid();
    *line.mutable_available() = ToProto(AvailableOf(line));
    Stamp(line, context);
  });
}

}  // namespace

void AddProjects(es::Decider& decider) {
  decider.On<v1::CreateProjectRequest>(&DecideCreateProject);
  decider.On<v1::CreateBudgetLineRequest>(&DecideCreateBudgetLine);
  decider.Fold<v1::ProjectCreated>(&FoldProjectCreated);
  decider.Fold<v1::BudgetLineCreated>(&FoldBudgetLineCreated);
  decider.Fold<v1::BudgetMoved>(&FoldBudgetMoved);
}

}  // namespace prihvat::procurement
