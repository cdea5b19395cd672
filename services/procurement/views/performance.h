// How well suppliers deliver: what was rejected, held as surplus, sent back and never came, counted
// from the events by supplier, local day and project.
//
// The view keeps a v1::PerformanceTally for each of these, and of each posted receipt what it
// counts, so that a reversal takes out exactly that. Pure functions; all rows of an operation come
// from the one partition that it lives in.
#pragma once

#include <string>
#include <string_view>

#include "libs/es/projection.h"
#include "prihvat/procurement/v1/queries.pb.h"
#include "prihvat/procurement/v1/state.pb.h"

namespace prihvat::procurement {

inline constexpr std::string_view kPerformanceView = "supplier-performance";

const es::Projection& PerformanceView();

// Where the tallies of an operation stand, and those of one supplier of it; each ends with '/'.
std::string PerformancesPrefix(std::string_view operation);
std::string PerformancesOfSupplier(std::string_view operation, std::string_view supplier);

// Adds the numbers of `more` to `sum`, or takes them out.
void AddNumbers(const v1::SupplierPerformance& more, v1::SupplierPerformance& sum, int sign = 1);

}  // namespace prihvat::procurement
