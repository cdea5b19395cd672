#include "services/procurement/domain/budget.h"

#include "fmt/format.h"
#include "libs/base/check.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {

using base::Money;

BudgetChange NoChange(base::Currency currency) {
  const Money zero = Money::Zero(currency);
  return {.reserved = zero, .committed = zero, .spent = zero, .paid = zero};
}

Checked<v1::BudgetMoved> MoveBudget(const v1::BudgetLine& line, std::string_view cause,
                                    v1::BudgetMoveKind kind, const BudgetChange& change) {
  const Money available = AvailableOf(line);
  const Money wanted = Sum(Sum(change.reserved, change.committed), change.spent);
  if (wanted.minor() > 0 && wanted.minor() > available.minor()) {
    return es::Rejected(kOverBudget)
        .Saying(fmt::format("{} more would be needed, and {} has {} left of {}", wanted.Format(),
                            line.name(), available.Format(), FromProto(line.amount()).Format()))
        .With("budget_line", line.name())
        .With("amount", FromProto(line.amount()).Format())
        .With("reserved", FromProto(line.reserved()).Format())
        .With("committed", FromProto(line.committed()).Format())
        .With("spent", FromProto(line.spent()).Format())
        .With("available", available.Format())
        .With("wanted", wanted.Format());
  }
  const Money reserved = Sum(FromProto(line.reserved()), change.reserved);
  const Money committed = Sum(FromProto(line.committed()), change.committed);
  const Money spent = Sum(FromProto(line.spent()), change.spent);
  const Money paid = Sum(FromProto(line.paid()), change.paid);
  PRIHVAT_CHECK(!reserved.IsNegative() && !committed.IsNegative() && !spent.IsNegative() &&
                    !paid.IsNegative(),
                "more is taken from a part of " + line.name() + " than it holds");

  v1::BudgetMoved event;
  event.set_budget_line(line.name());
  event.set_project(ProjectOf(line.name()));
  event.set_cause(std::string(cause));
  event.set_kind(kind);
  *event.mutable_reserved_change() = ToProto(change.reserved);
  *event.mutable_committed_change() = ToProto(change.committed);
  *event.mutable_spent_change() = ToProto(change.spent);
  *event.mutable_reserved() = ToProto(reserved);
  *event.mutable_committed() = ToProto(committed);
  *event.mutable_spent() = ToProto(spent);
  if (!change.paid.IsZero()) {
    *event.mutable_paid_change() = ToProto(change.paid);
    *event.mutable_paid() = ToProto(paid);
  }
  return event;
}

Money AvailableOf(const v1::BudgetLine& line) {
  const Money used =
      Sum(Sum(FromProto(line.reserved()), FromProto(line.committed())), FromProto(line.spent()));
  return Difference(FromProto(line.amount()), used);
}

std::string ProjectOf(std::string_view budget_line) {
  return std::string(budget_line.substr(0, budget_line.find("/budgetLines/")));
}

}  // namespace prihvat::procurement
