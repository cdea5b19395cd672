// What managers watch of money: each project's, by currency.
#pragma once

#include <vector>

#include "libs/es/figures.h"

namespace prihvat::procurement {

// By operation, project and currency: prihvat_project_budget, _reserved, _committed, _spent, _paid,
// each in units of the currency.
std::vector<base::Statistic> ProcurementFigures(const es::FigureSource& source);

}  // namespace prihvat::procurement
