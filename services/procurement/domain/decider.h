// The decider of procurement: all its commands and events. See the files beside it, one for each
// part of the work.
#pragma once

#include "libs/es/decider.h"

namespace prihvat::procurement {

const es::Decider& ProcurementDecider();

// The parts that ProcurementDecider is put together from.
void AddOperations(es::Decider& decider);      // operation.cc
void AddProjects(es::Decider& decider);        // project.cc: projects, budget lines, their money
void AddSuppliers(es::Decider& decider);       // supplier.cc
void AddRequisitions(es::Decider& decider);    // requisition.cc
void AddOrderDrafts(es::Decider& decider);     // draft_order.cc
void AddOrderApprovals(es::Decider& decider);  // approve_order.cc
void AddOrderMoves(es::Decider& decider);      // order_moves.cc: issue, suspend, cancel, close ...
void AddAmendments(es::Decider& decider);      // amend_order.cc
void AddReceipts(es::Decider& decider);        // receive_goods.cc
void AddReturns(es::Decider& decider);         // return_goods.cc

}  // namespace prihvat::procurement
