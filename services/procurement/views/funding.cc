#include "services/procurement/views/funding.h"

#include <string>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using Sources = std::vector<v1::FundingShare>;

absl::StatusOr<std::vector<Money>> ShareOut(const Money& whole, const Sources& sources) {
  std::vector<Decimal> weights;
  for (const v1::FundingShare& source : sources) weights.push_back(FromProto(source.percent()));
  return base::Allocate(whole, weights);
}

// How far `amount` is from the source's percentage of `whole`, rounded by itself.
absl::StatusOr<Money> RoundingDifference(const Money& amount, const Money& whole,
                                         const Decimal& percent) {
  PRIHVAT_ASSIGN_OR_RETURN(const Decimal part, CheckedMul(percent, Decimal::Exactly<1, 2>()));
  PRIHVAT_ASSIGN_OR_RETURN(const Money alone, CheckedMul(whole, part));
  return Difference(amount, alone);
}

absl::StatusOr<v1::SplitShare> TellShare(const v1::FundingShare& source, const Money& amount,
                                         const Money& whole) {
  v1::SplitShare share;
  share.set_donor(source.donor());
  share.set_funding_source(source.funding_source());
  *share.mutable_percent() = source.percent();
  *share.mutable_amount() = ToProto(amount);
  PRIHVAT_ASSIGN_OR_RETURN(const Money difference,
                           RoundingDifference(amount, whole, FromProto(source.percent())));
  *share.mutable_rounding_difference() = ToProto(difference);
  return share;
}

// What falls on each source of wholes that are shared out one by one, as the lines of a document
// are: so a source's sum is that of its shares of the lines.
class Sums {
 public:
  Sums(const Money& zero, const Sources& sources)
      : sources_(sources), total_(zero), of_sources_(sources.size(), zero) {}

  absl::Status Add(const Money& whole) {
    PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> shares, ShareOut(whole, sources_));
    for (size_t i = 0; i < shares.size(); ++i) {
      PRIHVAT_ASSIGN_OR_RETURN(of_sources_[i], CheckedAdd(of_sources_[i], shares[i]));
    }
    PRIHVAT_ASSIGN_OR_RETURN(total_, CheckedAdd(total_, whole));
    return absl::OkStatus();
  }
  const Money& total() const { return total_; }
  const std::vector<Money>& of_sources() const { return of_sources_; }

 private:
  const Sources& sources_;
  Money total_;
  std::vector<Money> of_sources_;
};

struct Line {
  int number = 0;
  std::string description;
  Money total;
};

absl::Status Split(const std::vector<Line>& lines, const Sources& sources,
                   v1::FundingSplit& split) {
  const base::Currency currency = lines.front().total.currency();
  Money total = Money::Zero(currency);
  std::vector<Money> of_sources(sources.size(), total);
  for (const Line& line : lines) {
    v1::SplitLine& shared = *split.add_lines();
    shared.set_line_number(line.number);
    shared.set_description(line.description);
    *shared.mutable_total() = ToProto(line.total);
    PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> amounts, ShareOut(line.total, sources));
    for (size_t i = 0; i < sources.size(); ++i) {
      PRIHVAT_ASSIGN_OR_RETURN(*shared.add_shares(), TellShare(sources[i], amounts[i], line.total));
      PRIHVAT_ASSIGN_OR_RETURN(of_sources[i], CheckedAdd(of_sources[i], amounts[i]));
    }
    PRIHVAT_ASSIGN_OR_RETURN(total, CheckedAdd(total, line.total));
  }
  *split.mutable_total() = ToProto(total);
  for (size_t i = 0; i < sources.size(); ++i) {
    PRIHVAT_ASSIGN_OR_RETURN(*split.add_shares(), TellShare(sources[i], of_sources[i], total));
  }
  return absl::OkStatus();
}

// What of the document is shared out; the rest of `split` is filled in.
absl::StatusOr<std::vector<Line>> LinesOf(const es::View& entities, std::string_view name,
                                          v1::FundingSplit& split) {
  std::vector<Line> lines;
  const auto of = [&](const std::string& number, const std::string& budget_line) {
    split.set_document(std::string(name));
    split.set_document_number(number);
    split.set_budget_line(budget_line);
  };
  if (const auto* order = entities.Find<v1::PurchaseOrder>(name)) {
    of(order->document_number(), order->budget_line());
    for (const v1::OrderLine& line : order->lines()) {
      lines.push_back({line.line_number(), line.description(), FromProto(line.total())});
    }
  } else if (const auto* requisition = entities.Find<v1::Requisition>(name)) {
    of(requisition->document_number(), requisition->budget_line());
    for (const v1::RequisitionLine& line : requisition->lines()) {
      PRIHVAT_ASSIGN_OR_RETURN(Money total, CheckedMul(FromProto(line.estimated_unit_price()),
                                                       FromProto(line.quantity())));
      lines.push_back({line.line_number(), line.description(), total});
    }
  } else if (const auto* process = entities.Find<v1::SourcingProcess>(name)) {
    if (process->recommended().empty()) {
      return absl::FailedPreconditionError(
          fmt::format("{}: nothing is recommended yet", process->document_number()));
    }
    of(process->document_number(), process->budget_line());
    for (const v1::LotAward& award : process->recommended()) {
      const int i = award.lot_number() - 1;
      lines.push_back({award.lot_number(),
                       i >= 0 && i < process->lots_size() ? process->lots(i).display_name() : "",
                       FromProto(award.amount())});
    }
  } else if (const auto* line = entities.Find<v1::BudgetLine>(name)) {
    of("", line->name());
    lines.push_back({1, line->display_name(), FromProto(line->amount())});
  } else {
    return absl::NotFoundError(fmt::format("{} is not there", name));
  }
  return lines;
}

}  // namespace

std::vector<v1::FundingShare> SourcesOf(const es::View& entities, const v1::BudgetLine& line) {
  if (!line.funding_shares().empty()) {
    return {line.funding_shares().begin(), line.funding_shares().end()};
  }
  v1::FundingShare all;
  const std::string& name = line.name();
  if (const auto* project =
          entities.Find<v1::Project>(name.substr(0, name.find("/budgetLines/")))) {
    all.set_donor(project->donor());
    all.set_funding_source(project->funding_source());
  }
  *all.mutable_percent() = ToProto(Decimal::FromInt(100));
  return {all};
}

absl::Status FillFundingSplit(const es::View& entities, std::string_view name,
                              v1::FundingSplit& split) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Line> lines, LinesOf(entities, name, split));
  const auto* budget_line = entities.Find<v1::BudgetLine>(split.budget_line());
  if (budget_line == nullptr) {
    return absl::NotFoundError(fmt::format("{} is not there", split.budget_line()));
  }
  return Split(lines, SourcesOf(entities, *budget_line), split);
}

absl::StatusOr<std::vector<v1::FunderShare>> FunderSharesOf(const es::View& entities,
                                                            const v1::PurchaseOrder& order) {
  const auto* budget_line = entities.Find<v1::BudgetLine>(order.budget_line());
  if (budget_line == nullptr)
    return absl::NotFoundError(fmt::format("{} is not there", order.budget_line()));
  const Sources sources = SourcesOf(entities, *budget_line);
  const Money zero = Money::Zero(FromProto(order.total()).currency());
  Sums amount(zero, sources), committed(zero, sources), spent(zero, sources);
  for (const v1::OrderLine& line : order.lines()) {
    const Money of_line = FromProto(line.total());
    const Money spent_of_line = FromProto(line.spent());
    PRIHVAT_RETURN_IF_ERROR(amount.Add(of_line));
    PRIHVAT_RETURN_IF_ERROR(spent.Add(spent_of_line));
    if (HoldsCommitment(order.state()) && spent_of_line.minor() < of_line.minor())
      PRIHVAT_RETURN_IF_ERROR(committed.Add(Difference(of_line, spent_of_line)));
  }
  std::vector<v1::FunderShare> shares;
  for (size_t i = 0; i < sources.size(); ++i) {
    PRIHVAT_ASSIGN_OR_RETURN(v1::SplitShare of_source,
                             TellShare(sources[i], amount.of_sources()[i], amount.total()));
    v1::FunderShare& share = shares.emplace_back();
    share.set_purchase_order(order.name());
    share.set_document_number(order.document_number());
    share.set_donor(of_source.donor());
    share.set_funding_source(of_source.funding_source());
    share.mutable_percent()->Swap(of_source.mutable_percent());
    share.mutable_amount()->Swap(of_source.mutable_amount());
    share.mutable_rounding_difference()->Swap(of_source.mutable_rounding_difference());
    *share.mutable_committed() = ToProto(committed.of_sources()[i]);
    *share.mutable_spent() = ToProto(spent.of_sources()[i]);
    share.set_budget_line(order.budget_line());
    share.set_project(order.project());
    share.set_supplier(order.supplier());
  }
  return shares;
}

}  // namespace prihvat::procurement
