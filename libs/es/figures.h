// Domain figures: what operations and managers act on, made of folded state, for metrics. Pure;
// without personal data; their labels are names of centres, projects and the like.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "libs/base/statistic.h"
#include "libs/es/rows.h"

namespace prihvat::es {

// What figures are made of: folded state at one moment.
struct FigureSource {
  const Rows& entities;
  // The rows of the active version of a view; nullptr while it is being built.
  absl::FunctionRef<const Rows*(std::string_view name)> view;
  absl::Time now;
};
using Figures = std::vector<base::Statistic> (*)(const FigureSource& source);

// "operations/ba" and so on: whose entities there are, by name. Costs a seek or two each.
std::vector<std::string> OperationsOf(const Rows& entities);

}  // namespace prihvat::es
