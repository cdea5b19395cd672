// How money of a budget line moves: budget -> reserved -> committed -> spent, and back.
#pragma once

#include <string_view>

#include "libs/base/money.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// What is added to each part; negative where it falls. All of the budget line's currency.
struct BudgetChange {
  base::Money reserved;
  base::Money committed;
  base::Money spent;
  base::Money paid;  // no part of the sum

  bool IsNothing() const {
    return reserved.IsZero() && committed.IsZero() && spent.IsZero() && paid.IsZero();
  }
};

// No change, in that currency; fill in what moves.
BudgetChange NoChange(base::Currency currency);

// The event of that move, or OVER_BUDGET: reserved + committed + spent never exceeds the line's
// amount (INV-03). What does not raise the sum always fits. `cause` is the requisition, order or
// receipt.
Checked<v1::BudgetMoved> MoveBudget(const v1::BudgetLine& line, std::string_view cause,
                                    v1::BudgetMoveKind kind, const BudgetChange& change);

// What is left of the line.
base::Money AvailableOf(const v1::BudgetLine& line);

// The project that a budget line stands under.
std::string ProjectOf(std::string_view budget_line);

}  // namespace prihvat::procurement
