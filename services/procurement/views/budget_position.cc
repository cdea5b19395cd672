#include "services/procurement/views/budget_position.h"

#include <map>
#include <string>

#include "libs/base/status_macros.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

absl::Status Add(google::type::Money& total, const google::type::Money& more) {
  if (total.currency_code().empty()) {
    total = more;
    return absl::OkStatus();
  }
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money sum, CheckedAdd(FromProto(total), FromProto(more)));
  total = ToProto(sum);
  return absl::OkStatus();
}

absl::Status Add(v1::CurrencyPosition& total, const v1::BudgetLine& line) {
  PRIHVAT_RETURN_IF_ERROR(Add(*total.mutable_amount(), line.amount()));
  PRIHVAT_RETURN_IF_ERROR(Add(*total.mutable_reserved(), line.reserved()));
  PRIHVAT_RETURN_IF_ERROR(Add(*total.mutable_committed(), line.committed()));
  PRIHVAT_RETURN_IF_ERROR(Add(*total.mutable_spent(), line.spent()));
  PRIHVAT_RETURN_IF_ERROR(Add(*total.mutable_paid(), line.paid()));
  return Add(*total.mutable_available(), line.available());
}

}  // namespace

absl::Status FillBudgetPosition(const es::View& entities, std::string_view project,
                                v1::BudgetPosition& position) {
  position.set_project(std::string(project));
  std::map<std::string, v1::CurrencyPosition> totals;  // by code
  absl::Status status;
  entities.ForEach<v1::BudgetLine>(std::string(project) + "/budgetLines",
                                   [&](std::string_view, const v1::BudgetLine& line) {
                                     *position.add_budget_lines() = line;
                                     status = Add(totals[line.amount().currency_code()], line);
                                     return status.ok();
                                   });
  PRIHVAT_RETURN_IF_ERROR(status);
  for (auto& [code, total] : totals) position.add_totals()->Swap(&total);
  return absl::OkStatus();
}

}  // namespace prihvat::procurement
