// The view of contracting processes: which events of procurement belong to which one, in the order
// in which they were told. Releases of OCDS are made from it.
//
// A contracting process is one call for bids with the orders from its awards, or one order without
// any call. It begins with the requisition where there is one; the first sourcing process or order
// for a requisition goes on with the requisition's process, each later one begins its own. What an
// event belongs to is settled when it is folded, by what was folded before, and never changes: so a
// release that was published stays as it was.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/es/projection.h"
#include "libs/es/rows.h"
#include "prihvat/reporting/v1/state.pb.h"

namespace prihvat::reporting {

inline constexpr std::string_view kContractingView = "contracting";

const es::Projection& ContractingProjection();

// The key of the contracting process that a requisition, sourcing process or order belongs to.
std::optional<std::string> ContractingProcessOf(const es::Rows& rows, std::string_view operation,
                                                std::string_view name);

// The process at `key`. DATA_LOSS where there is none.
absl::StatusOr<v1::ContractingProcess> ReadContractingProcess(const es::Rows& rows,
                                                              std::string_view operation,
                                                              std::string_view key);

// Visits processes in the order in which they began, those with a key above `after`, until `visit`
// returns false or an error ends it.
absl::Status VisitContractingProcesses(
    const es::Rows& rows, std::string_view operation, std::string_view after,
    const std::function<absl::StatusOr<bool>(const std::string& key,
                                             const v1::ContractingProcess& process)>& visit);

// Visits the facts of a process in the order in which they were told.
absl::Status VisitContractingFacts(
    const es::Rows& rows, std::string_view operation, std::string_view key,
    const std::function<absl::Status(const v1::ContractingFact&)>& visit);

// What was said when a project, budget line, supplier or order was created; nothing where it is not
// known.
std::optional<v1::ContractingFact> ReadReference(const es::Rows& rows, std::string_view operation,
                                                 std::string_view name);

}  // namespace prihvat::reporting
