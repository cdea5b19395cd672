#include "services/procurement/views/funding.h"

#include <optional>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "libs/base/funding.h"
#include "libs/base/status_macros.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using Sources = std::vector<v1::FundingShare>;

std::vector<Decimal> PercentsOf(const Sources& sources) {
  std::vector<Decimal> percents;
  for (const v1::FundingShare& source : sources) percents.push_back(FromProto(source.percent()));
  return percents;
}

absl::StatusOr<v1::SplitShare> TellShare(const v1::FundingShare& source, const Money& amount,
                                         const Money& whole) {
  v1::SplitShare share;
  share.set_donor(source.donor());
  share.set_funding_source(source.funding_source());
  *share.mutable_percent() = source.percent();
  *share.mutable_amount() = ToProto(amount);
  PRIHVAT_ASSIGN_OR_RETURN(const Money difference,
                           base::RoundingDifference(amount, whole, FromProto(source.percent())));
  *share.mutable_rounding_difference() = ToProto(difference);
  return share;
}

struct Line {
  int number = 0;
  std::string description;
  Money total;
  // Of an order.
  std::optional<Money> committed;
  std::optional<Money> spent;
};

// What is promised still of an order's line.
Money CommittedOf(const v1::PurchaseOrder& order, const v1::OrderLine& line) {
  const Money total = FromProto(line.total());
  const Money spent = FromProto(line.spent());
  const bool promised = HoldsCommitment(order.state()) && spent.minor() < total.minor();
  return promised ? Difference(total, spent) : Money::Zero(total.currency());
}

// Each source's part of `whole`, by `set` into the shares, which are in the order of the sources.
template <class Set>
absl::Status TellParts(const Money& whole, const std::vector<Decimal>& percents,
                       google::protobuf::RepeatedPtrField<v1::SplitShare>& shares,
                       base::SharedSum& sum, Set set) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> parts, base::ShareOut(whole, percents));
  for (int i = 0; i < shares.size(); ++i) *set(shares[i]) = ToProto(parts[static_cast<size_t>(i)]);
  return sum.Add(whole);
}

google::type::Money* Committed(v1::SplitShare& share) { return share.mutable_committed(); }
google::type::Money* Spent(v1::SplitShare& share) { return share.mutable_spent(); }

absl::Status Split(const std::vector<Line>& lines, const Sources& sources,
                   v1::FundingSplit& split) {
  const base::Currency currency = lines.front().total.currency();
  const std::vector<Decimal> percents = PercentsOf(sources);
  base::SharedSum total(currency, percents), committed = total, spent = total;
  for (const Line& line : lines) {
    v1::SplitLine& shared = *split.add_lines();
    shared.set_line_number(line.number);
    shared.set_description(line.description);
    *shared.mutable_total() = ToProto(line.total);
    PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> amounts,
                             base::ShareOut(line.total, percents));
    for (size_t i = 0; i < sources.size(); ++i) {
      PRIHVAT_ASSIGN_OR_RETURN(*shared.add_shares(), TellShare(sources[i], amounts[i], line.total));
    }
    PRIHVAT_RETURN_IF_ERROR(total.Add(line.total));
    if (!line.committed || !line.spent) continue;
    *shared.mutable_committed() = ToProto(*line.committed);
    *shared.mutable_spent() = ToProto(*line.spent);
    PRIHVAT_RETURN_IF_ERROR(
        TellParts(*line.committed, percents, *shared.mutable_shares(), committed, &Committed));
    PRIHVAT_RETURN_IF_ERROR(
        TellParts(*line.spent, percents, *shared.mutable_shares(), spent, &Spent));
  }
  *split.mutable_total() = ToProto(total.total());
  const bool of_order = lines.front().committed.has_value();
  if (of_order) {
    *split.mutable_committed() = ToProto(committed.total());
    *split.mutable_spent() = ToProto(spent.total());
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    PRIHVAT_ASSIGN_OR_RETURN(v1::SplitShare share,
                             TellShare(sources[i], total.parts()[i], total.total()));
    if (of_order) {
      *share.mutable_committed() = ToProto(committed.parts()[i]);
      *share.mutable_spent() = ToProto(spent.parts()[i]);
    }
    split.add_shares()->Swap(&share);
  }
  return absl::OkStatus();
}

// Where the money of a budget line stands: each of its figures shared out once.
absl::Status TellPosition(const v1::BudgetLine& line, const Sources& sources,
                          v1::FundingSplit& split) {
  const std::vector<Decimal> percents = PercentsOf(sources);
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> reserved,
                           base::ShareOut(FromProto(line.reserved()), percents));
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> committed,
                           base::ShareOut(FromProto(line.committed()), percents));
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> spent,
                           base::ShareOut(FromProto(line.spent()), percents));
  *split.mutable_reserved() = line.reserved();
  *split.mutable_committed() = line.committed();
  *split.mutable_spent() = line.spent();
  for (int i = 0; i < split.shares_size(); ++i) {
    v1::SplitShare& share = *split.mutable_shares(i);
    *share.mutable_reserved() = ToProto(reserved[static_cast<size_t>(i)]);
    *share.mutable_committed() = ToProto(committed[static_cast<size_t>(i)]);
    *share.mutable_spent() = ToProto(spent[static_cast<size_t>(i)]);
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
      lines.push_back({line.line_number(), line.description(), FromProto(line.total()),
                       CommittedOf(*order, line), FromProto(line.spent())});
    }
  } else if (const auto* requisition = entities.Find<v1::Requisition>(name)) {
    of(requisition->document_number(), requisition->budget_line());
    for (const v1::RequisitionLine& line : requisition->lines()) {
      PRIHVAT_ASSIGN_OR_RETURN(Money total, CheckedMul(FromProto(line.estimated_unit_price()),
                                                       FromProto(line.quantity())));
      lines.push_back({line.line_number(), line.description(), total, std::nullopt, std::nullopt});
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
                       FromProto(award.amount()), std::nullopt, std::nullopt});
    }
  } else if (const auto* line = entities.Find<v1::BudgetLine>(name)) {
    of("", line->name());
    lines.push_back(
        {1, line->display_name(), FromProto(line->amount()), std::nullopt, std::nullopt});
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
  const Sources sources = SourcesOf(entities, *budget_line);
  PRIHVAT_RETURN_IF_ERROR(Split(lines, sources, split));
  return name == budget_line->name() ? TellPosition(*budget_line, sources, split)
                                     : absl::OkStatus();
}

absl::StatusOr<std::vector<v1::FunderShare>> FunderSharesOf(const es::View& entities,
                                                            const v1::PurchaseOrder& order) {
  const auto* budget_line = entities.Find<v1::BudgetLine>(order.budget_line());
  if (budget_line == nullptr)
    return absl::NotFoundError(fmt::format("{} is not there", order.budget_line()));
  const Sources sources = SourcesOf(entities, *budget_line);
  base::SharedSum amount(FromProto(order.total()).currency(), PercentsOf(sources));
  base::SharedSum committed = amount, spent = amount;
  for (const v1::OrderLine& line : order.lines()) {
    PRIHVAT_RETURN_IF_ERROR(amount.Add(FromProto(line.total())));
    PRIHVAT_RETURN_IF_ERROR(spent.Add(FromProto(line.spent())));
    PRIHVAT_RETURN_IF_ERROR(committed.Add(CommittedOf(order, line)));
  }
  std::vector<v1::FunderShare> shares;
  for (size_t i = 0; i < sources.size(); ++i) {
    PRIHVAT_ASSIGN_OR_RETURN(v1::SplitShare of_source,
                             TellShare(sources[i], amount.parts()[i], amount.total()));
    v1::FunderShare& share = shares.emplace_back();
    share.set_purchase_order(order.name());
    share.set_document_number(order.document_number());
    share.set_donor(of_source.donor());
    share.set_funding_source(of_source.funding_source());
    share.mutable_percent()->Swap(of_source.mutable_percent());
    share.mutable_amount()->Swap(of_source.mutable_amount());
    share.mutable_rounding_difference()->Swap(of_source.mutable_rounding_difference());
    *share.mutable_committed() = ToProto(committed.parts()[i]);
    *share.mutable_spent() = ToProto(spent.parts()[i]);
    share.set_budget_line(order.budget_line());
    share.set_project(order.project());
    share.set_supplier(order.supplier());
  }
  return shares;
}

}  // namespace prihvat::procurement
