#include "services/procurement/views/figures.h"

#include <string>
#include <string_view>

#include "libs/es/entities.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/ids.h"
#include "services/procurement/views/budget_position.h"

namespace prihvat::procurement {
namespace {

// For a picture; what is exact stands in the budget position.
double Units(const google::type::Money& money) {
  return static_cast<double>(money.units()) + money.nanos() * 1e-9;
}

}  // namespace

std::vector<base::Statistic> ProcurementFigures(const es::FigureSource& source) {
  std::vector<base::Statistic> figures;
  const es::View entities(source.entities);
  for (const std::string& operation : es::OperationsOf(source.entities)) {
    entities.ForEach<v1::Project>(operation + "/projects", [&](std::string_view name,
                                                               const v1::Project&) {
      v1::BudgetPosition position;
      // Sums too large to be said are told by the budget position itself.
      if (!FillBudgetPosition(entities, name, position).ok()) return true;
      for (const v1::CurrencyPosition& total : position.totals()) {
        const auto add = [&](const char* metric, const char* help,
                             const google::type::Money& money) {
          figures.push_back({metric,
                             help,
                             false,
                             {{"operation", IdOf(operation)},
                              {"project", IdOf(name)},
                              {"currency", money.currency_code()}},
                             Units(money)});
        };
        add("prihvat_project_budget", "All that the project's budget lines hold.", total.amount());
        add("prihvat_project_reserved", "Of it: held by approved requisitions.", total.reserved());
        add("prihvat_project_committed", "Of it: promised to suppliers, not yet received.",
            total.committed());
        add("prihvat_project_spent", "Of it: received and accepted.", total.spent());
        add("prihvat_project_paid", "Paid to suppliers, of what is committed and spent.",
            total.paid());
      }
      return true;
    });
  }
  return figures;
}

}  // namespace prihvat::procurement
