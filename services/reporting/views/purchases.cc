#include "services/reporting/views/purchases.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

namespace procurement = ::prihvat::procurement::v1;

// Adds a change that may not have been said, which is none.
absl::Status AddChange(bool said, const google::type::Money& change, base::Money& sum) {
  if (!said) return absl::OkStatus();
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money money, CheckedFromProto(change));
  PRIHVAT_ASSIGN_OR_RETURN(sum, base::CheckedAdd(sum, money));
  return absl::OkStatus();
}

absl::Status AddBudgetLine(const procurement::BudgetLineCreated& event, Purchases& purchases) {
  BudgetLine& line = purchases.budget_lines[event.budget_line()];
  line.project = event.project();
  line.display_name = event.display_name();
  PRIHVAT_ASSIGN_OR_RETURN(line.funding, FundingOf(event));
  PRIHVAT_ASSIGN_OR_RETURN(line.budget, CheckedFromProto(event.amount()));
  const base::Money zero = base::Money::Zero(line.budget.currency());
  line.reserved = line.committed = line.spent = zero;
  line.passed_on = line.spent_by_agencies = zero;
  return absl::OkStatus();
}

absl::Status MoveBudget(const procurement::BudgetMoved& event, Purchases& purchases) {
  const auto found = purchases.budget_lines.find(event.budget_line());
  // With a cut by time of effect a move may be in and its line, told to take effect later, not.
  if (found == purchases.budget_lines.end()) return absl::OkStatus();
  BudgetLine& line = found->second;
  PRIHVAT_RETURN_IF_ERROR(
      AddChange(event.has_reserved_change(), event.reserved_change(), line.reserved));
  PRIHVAT_RETURN_IF_ERROR(
      AddChange(event.has_committed_change(), event.committed_change(), line.committed));
  PRIHVAT_RETURN_IF_ERROR(AddChange(event.has_spent_change(), event.spent_change(), line.spent));
  if (event.cause().find("/agencyTransfers/") == std::string::npos) return absl::OkStatus();
  PRIHVAT_RETURN_IF_ERROR(AddChange(event.has_paid_change(), event.paid_change(), line.passed_on));
  return AddChange(event.has_spent_change(), event.spent_change(), line.spent_by_agencies);
}

absl::Status AddReceipt(const procurement::GoodsReceiptPosted& event, Purchases& purchases) {
  for (const procurement::PostedLine& line : event.lines()) {
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal accepted, CheckedFromProto(line.accepted()));
    if (accepted.IsZero()) continue;  // all rejected or surplus: nobody's money
    ReceivedLine received;
    received.receipt = event.receipt();
    received.receipt_number = event.document_number();
    received.purchase_order = event.purchase_order();
    received.order_number = event.order().document_number();
    received.project = event.project();
    received.budget_line = event.budget_line();
    PRIHVAT_ASSIGN_OR_RETURN(received.funding, FundingOf(line));
    received.line = line;
    received.kept = accepted;
    PRIHVAT_ASSIGN_OR_RETURN(received.value, CheckedFromProto(line.value()));
    received.serials.assign(line.serials().begin(), line.serials().end());
    purchases.received[{event.receipt(), line.line_number()}] = std::move(received);
  }
  return absl::OkStatus();
}

bool SameItem(const procurement::SerialItem& a, const procurement::SerialItem& b) {
  return a.serial() == b.serial() && a.vin() == b.vin() && a.manufacturer() == b.manufacturer();
}

// Of GoodsReturned, and of GoodsReceiptReversed.
template <class Event>
absl::Status TakeBack(const Event& event, Purchases& purchases) {
  for (const procurement::ReturnedLine& line : event.lines()) {
    const auto found = purchases.received.find({event.receipt(), line.line_number()});
    if (found == purchases.received.end()) continue;
    ReceivedLine& received = found->second;
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal returned, CheckedFromProto(line.accepted()));
    PRIHVAT_ASSIGN_OR_RETURN(received.kept, base::CheckedSub(received.kept, returned));
    if (line.has_value()) {
      PRIHVAT_ASSIGN_OR_RETURN(const base::Money value, CheckedFromProto(line.value()));
      PRIHVAT_ASSIGN_OR_RETURN(received.value, base::CheckedSub(received.value, value));
    }
    for (const procurement::SerialItem& gone : line.serials()) {
      const auto item =
          std::find_if(received.serials.begin(), received.serials.end(),
                       [&](const procurement::SerialItem& kept) { return SameItem(kept, gone); });
      if (item != received.serials.end()) received.serials.erase(item);
    }
  }
  return absl::OkStatus();
}

// Procurement reckons what is spent over all receipts of an order's line, so that rounding never
// adds up; where all of one receipt went back, a minor unit may stand there still. It belongs to
// what is kept of the same line, from the last receipt of it.
absl::Status SettleCents(Purchases& purchases) {
  std::map<std::pair<std::string, int>, std::vector<ReceivedLine*>> order_lines;
  for (auto& [key, received] : purchases.received) {
    order_lines[{received.purchase_order, received.line.line_number()}].push_back(&received);
  }
  for (const auto& [order_line, receipts] : order_lines) {
    const auto kept =
        std::find_if(receipts.rbegin(), receipts.rend(),
                     [](const ReceivedLine* received) { return !received->kept.IsZero(); });
    ReceivedLine* const target = kept != receipts.rend() ? *kept : receipts.back();
    for (ReceivedLine* received : receipts) {
      if (received == target || !received->kept.IsZero()) continue;
      PRIHVAT_ASSIGN_OR_RETURN(target->value, base::CheckedAdd(target->value, received->value));
      received->value = base::Money::Zero(received->value.currency());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Purchases> ReadPurchases(const es::Rows& money, const std::string& operation,
                                        const TimeCut& cut) {
  Purchases purchases;
  FactReader reader;
  reader.On<procurement::ProjectCreated>(
      [&](const procurement::ProjectCreated& event, const FactTime&) {
        purchases.donor_of_project[event.project()] = event.donor();
        return absl::OkStatus();
      });
  reader.On<procurement::BudgetLineCreated>(
      [&](const procurement::BudgetLineCreated& event, const FactTime&) {
        return AddBudgetLine(event, purchases);
      });
  reader.On<procurement::BudgetMoved>([&](const procurement::BudgetMoved& event, const FactTime&) {
    return MoveBudget(event, purchases);
  });
  reader.On<procurement::GoodsReceiptPosted>(
      [&](const procurement::GoodsReceiptPosted& event, const FactTime&) {
        return AddReceipt(event, purchases);
      });
  reader.On<procurement::GoodsReturned>(
      [&](const procurement::GoodsReturned& event, const FactTime&) {
        return TakeBack(event, purchases);
      });
  reader.On<procurement::GoodsReceiptReversed>(
      [&](const procurement::GoodsReceiptReversed& event, const FactTime&) {
        return TakeBack(event, purchases);
      });
  PRIHVAT_RETURN_IF_ERROR(reader.Read(money, operation, cut));
  PRIHVAT_RETURN_IF_ERROR(SettleCents(purchases));
  return purchases;
}

}  // namespace prihvat::reporting
