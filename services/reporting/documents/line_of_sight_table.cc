#include "services/reporting/documents/line_of_sight_table.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

using documents::Cell;
using documents::Empty;
using documents::Number;
using documents::Text;

constexpr const char* kHeader[] = {
    "donor",         "project",     "budget line",   "purchase order", "order number",
    "line",          "description", "goods receipt", "receipt number", "stage",
    "item",          "serial",      "VIN",           "quantity",       "unit",
    "currency",      "value",       "value EUR",     "certificate",    "certificate number",
    "handover date", "recipient",   "centre",        "people served",  "replaces certificate",
    "funding",
};
constexpr size_t kColumns = std::size(kHeader);
// Where the totals stand, under the columns that they sum.
constexpr size_t kLabelColumn = 6;
constexpr size_t kCurrencyColumn = 15;
constexpr size_t kValueColumn = 16;
constexpr size_t kValueEurColumn = 17;
constexpr size_t kPeopleColumn = 23;

Cell TextOrEmpty(const std::string& text) {
  if (text.empty()) return Empty{};
  return Text{text};
}

std::string StageText(v1::LineStage stage) {
  switch (stage) {
    case v1::LINE_STAGE_RECEIVED:
      return "received";
    case v1::LINE_STAGE_HANDED_OVER:
      return "handed over";
    case v1::LINE_STAGE_IN_USE:
      return "in use";
    case v1::LINE_STAGE_SERVICE_DELIVERED:
      return "service delivered";
    case v1::LINE_STAGE_OUT_OF_USE:
      return "out of use";
    case v1::LINE_STAGE_RETURNED:
      return "returned";
    default:
      return "";
  }
}

Cell Amount(const base::Money& money) { return Number{money.AmountText()}; }

// One name in nearly every row; those of several stand one after the other.
std::string DonorsText(const SightRow& sight) {
  if (!sight.row.donor().empty()) return sight.row.donor();
  std::string text;
  for (const std::string& donor : sight.funding.Donors())
    text += (text.empty() ? "" : "; ") + donor;
  return text;
}

// "organisations/eu (IPA II) 80 %: 136720.00; organisations/ch 20 %: 34180.00".
std::string FundingText(const v1::LineOfSightRow& row) {
  std::string text;
  for (const v1::FundingPart& part : row.funding()) {
    text += fmt::format("{}{}{} {} %: {}", text.empty() ? "" : "; ", part.donor(),
                        part.funding_source().empty() ? "" : " (" + part.funding_source() + ")",
                        part.percent().value(), FromProto(part.value()).AmountText());
  }
  return text;
}

absl::StatusOr<std::vector<Cell>> RowCells(const SightRow& sight) {
  const v1::LineOfSightRow& row = sight.row;
  Cell date = Empty{};
  if (row.has_handover_date()) {
    PRIHVAT_ASSIGN_OR_RETURN(const absl::CivilDay day, CheckedFromProto(row.handover_date()));
    date = documents::Date{day};
  }
  const Cell people = row.has_people_served() ? Cell(Number{fmt::format("{}", row.people_served())})
                                              : Cell(Empty{});
  return std::vector<Cell>{
      TextOrEmpty(DonorsText(sight)),
      TextOrEmpty(row.project()),
      TextOrEmpty(row.budget_line()),
      TextOrEmpty(row.purchase_order()),
      TextOrEmpty(row.order_number()),
      Number{fmt::format("{}", row.line_number())},
      TextOrEmpty(row.description()),
      TextOrEmpty(row.goods_receipt()),
      TextOrEmpty(row.receipt_number()),
      Text{StageText(row.stage())},
      TextOrEmpty(row.item()),
      TextOrEmpty(row.serial()),
      TextOrEmpty(row.vin()),
      Number{row.quantity().value()},
      TextOrEmpty(row.unit()),
      Text{std::string(sight.value.currency().code())},
      Amount(sight.value),
      sight.value_eur.has_value() ? Amount(*sight.value_eur) : Cell(Empty{}),
      TextOrEmpty(row.certificate()),
      TextOrEmpty(row.certificate_number()),
      date,
      TextOrEmpty(row.recipient()),
      TextOrEmpty(row.centre()),
      people,
      TextOrEmpty(row.replaced_certificate()),
      TextOrEmpty(FundingText(row)),
  };
}

std::vector<Cell> TotalCells(std::string_view label) {
  std::vector<Cell> cells(kColumns, Empty{});
  cells[kLabelColumn] = Text{std::string(label)};
  return cells;
}

absl::Status AddEuroLine(std::string_view label, const google::type::Money& money,
                         documents::Table& table) {
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money amount, CheckedFromProto(money));
  std::vector<Cell> cells = TotalCells(label);
  cells[kValueEurColumn] = Amount(amount);
  table.rows.push_back(std::move(cells));
  return absl::OkStatus();
}

// What each donor pays, the rows shared out one by one; what that differs from the budget lines;
// and what these say.
absl::Status AddDonorLines(const v1::LineOfSight& totals, documents::Table& table) {
  for (const v1::DonorPart& part : totals.donor_parts()) {
    for (const auto& [label, money] : {std::pair("Paid by {}, row by row", &part.sum_of_rows()),
                                       {"Rounding difference of {}", &part.rounding_difference()},
                                       {"Paid by {}", &part.total()}}) {
      PRIHVAT_ASSIGN_OR_RETURN(const base::Money amount, CheckedFromProto(*money));
      std::vector<Cell> cells = TotalCells(fmt::format(fmt::runtime(label), part.donor()));
      cells[kCurrencyColumn] = Text{std::string(amount.currency().code())};
      cells[kValueColumn] = Amount(amount);
      if (money == &part.sum_of_rows() && part.has_sum_of_rows_eur()) {
        PRIHVAT_ASSIGN_OR_RETURN(const base::Money euro, CheckedFromProto(part.sum_of_rows_eur()));
        cells[kValueEurColumn] = Amount(euro);
      }
      table.rows.push_back(std::move(cells));
    }
  }
  return absl::OkStatus();
}

absl::Status AddTotals(const Sight& sight, documents::Table& table) {
  PRIHVAT_ASSIGN_OR_RETURN(const v1::LineOfSight totals, TotalsOf(sight));
  for (const v1::CurrencyValue& value : totals.values()) {
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money amount, CheckedFromProto(value.value()));
    std::vector<Cell> cells = TotalCells("Total");
    cells[kCurrencyColumn] = Text{std::string(amount.currency().code())};
    cells[kValueColumn] = Amount(amount);
    if (value.has_value_eur()) {
      PRIHVAT_ASSIGN_OR_RETURN(const base::Money euro, CheckedFromProto(value.value_eur()));
      cells[kValueEurColumn] = Amount(euro);
    }
    table.rows.push_back(std::move(cells));
  }
  PRIHVAT_RETURN_IF_ERROR(AddDonorLines(totals, table));
  PRIHVAT_RETURN_IF_ERROR(
      AddEuroLine("Sum of documents in EUR", totals.eur().sum_of_documents(), table));
  PRIHVAT_RETURN_IF_ERROR(
      AddEuroLine("Rounding difference", totals.eur().rounding_difference(), table));
  PRIHVAT_RETURN_IF_ERROR(AddEuroLine("Total in EUR", totals.eur().total(), table));
  std::vector<Cell> people = TotalCells("People served, distinct");
  people[kPeopleColumn] = Number{fmt::format("{}", totals.people_served())};
  table.rows.push_back(std::move(people));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<documents::Table> LineOfSightTable(const Sight& sight) {
  documents::Table table;
  table.header.assign(std::begin(kHeader), std::end(kHeader));
  for (const SightRow& row : sight.rows) {
    PRIHVAT_ASSIGN_OR_RETURN(std::vector<Cell> cells, RowCells(row));
    table.rows.push_back(std::move(cells));
  }
  PRIHVAT_RETURN_IF_ERROR(AddTotals(sight, table));
  return table;
}

}  // namespace prihvat::reporting
