#include "services/prihvatctl/report_text.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "fmt/format.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/money.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/documents/table.h"
#include "libs/documents/text_table.h"
#include "libs/es/values.h"
#include "services/prihvatctl/message_text.h"

namespace prihvat::ctl {
namespace {

using documents::Cell;
using documents::Empty;
using documents::Number;
using documents::Table;
using documents::Text;
using google::type::Money;

// "dcpb" of "organisations/dcpb": the last id of a name.
std::string Id(std::string_view name) {
  return std::string(
      name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1));
}

Cell TextOrEmpty(std::string text) {
  return text.empty() ? Cell(Empty{}) : Cell(Text{std::move(text)});
}

// The exact amount; "" where the message holds none.
std::string Amount(const Money& money) {
  if (money.currency_code().empty()) return "";
  const auto amount = es::CheckedFromProto(money);
  return amount.ok() ? amount->AmountText()
                     : fmt::format("{}.{:09}", money.units(), std::abs(money.nanos()));
}

// As a cell of a column of money; the currency stands in another column.
Cell AmountCell(const Money& money) {
  const std::string amount = Amount(money);
  return amount.empty() ? Cell(Empty{}) : Cell(Number{amount});
}

std::string CurrencyName(const Money& money) {
  return money.currency_code() == "BAM" ? "KM" : money.currency_code();
}

// "895,900.00 KM", "EUR 458,066.40": as sentences have it.
std::string Spoken(const Money& money) {
  if (money.currency_code().empty()) return "no amount";
  std::string text = MoneyText(Amount(money), money.currency_code());
  if (money.currency_code() == "BAM") return text;
  const std::string number = text.substr(0, text.find(' '));
  return fmt::format("{} {}", money.currency_code(), number);
}

Cell DateCell(const google::type::Date& date) {
  const auto day = es::CheckedFromProto(date);
  return day.ok() ? Cell(documents::Date{*day}) : Cell(Empty{});
}

Cell DecimalCell(const std::string& text) {
  if (text.empty()) return Empty{};
  return documents::IsDecimal(text) ? Cell(Number{text}) : Cell(Text{text});
}

Cell CountCell(int64_t count) { return Number{std::to_string(count)}; }

// SERVICE_KIND_NON_FOOD_ITEMS as "non food items".
std::string EnumWords(std::string_view name, std::string_view prefix) {
  absl::string_view rest = base::ToAbsl(name);
  absl::ConsumePrefix(&rest, base::ToAbsl(prefix));
  return absl::StrReplaceAll(absl::AsciiStrToLower(rest), {{"_", " "}});
}

const char* StageText(reporting::v1::LineStage stage) {
  switch (stage) {
    case reporting::v1::LINE_STAGE_RECEIVED:
      return "received";
    case reporting::v1::LINE_STAGE_HANDED_OVER:
      return "handed over";
    case reporting::v1::LINE_STAGE_IN_USE:
      return "in use";
    case reporting::v1::LINE_STAGE_SERVICE_DELIVERED:
      return "service delivered";
    case reporting::v1::LINE_STAGE_OUT_OF_USE:
      return "out of use";
    case reporting::v1::LINE_STAGE_RETURNED:
      return "returned";
    default:
      return "";
  }
}

// Without the columns in which every row is empty.
Table WithoutEmptyColumns(const Table& table) {
  Table dense;
  dense.rows.resize(table.rows.size());
  for (size_t column = 0; column < table.header.size(); ++column) {
    const bool used = std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return !std::holds_alternative<Empty>(row[column]);
    });
    if (!used && !table.rows.empty()) continue;
    dense.header.push_back(table.header[column]);
    for (size_t row = 0; row < table.rows.size(); ++row) {
      dense.rows[row].push_back(table.rows[row][column]);
    }
  }
  return dense;
}

absl::StatusOr<std::string> Format(const Table& table, size_t max_width) {
  documents::TextTableOptions options;
  options.max_width = max_width;
  return documents::FormatTextTable(table, options);
}

// "EUR 458,066.40; the documents say EUR 458,066.39, rounding difference EUR 0.01"
std::string EuroSentence(const reporting::v1::EuroTotal& eur) {
  std::string text =
      fmt::format("{} (the documents together: {}, rounding difference {})", Spoken(eur.total()),
                  Spoken(eur.sum_of_documents()), Spoken(eur.rounding_difference()));
  if (eur.unconverted_documents() > 0) {
    text += fmt::format("; {} documents have no value in EUR", eur.unconverted_documents());
  }
  return text;
}

std::vector<Cell> LineOfSightCells(const reporting::v1::LineOfSightRow& row) {
  return {TextOrEmpty(Id(row.budget_line())),
          TextOrEmpty(row.order_number()),
          CountCell(row.line_number()),
          TextOrEmpty(row.description()),
          TextOrEmpty(row.vin().empty() ? row.serial() : row.vin()),
          DecimalCell(row.quantity().value()),
          TextOrEmpty(row.unit()),
          AmountCell(row.value()),
          TextOrEmpty(CurrencyName(row.value())),
          AmountCell(row.value_eur()),
          TextOrEmpty(StageText(row.stage())),
          TextOrEmpty(row.certificate_number()),
          DateCell(row.handover_date()),
          TextOrEmpty(Id(row.recipient())),
          TextOrEmpty(Id(row.centre())),
          row.has_people_served() ? CountCell(row.people_served()) : Cell(Empty{})};
}

// The name in front, then a position in one currency.
std::vector<Cell> PositionCells(Cell name, const reporting::v1::BudgetPosition& position) {
  return {std::move(name),
          TextOrEmpty(CurrencyName(position.budget())),
          AmountCell(position.budget()),
          AmountCell(position.reserved()),
          AmountCell(position.committed()),
          AmountCell(position.spent()),
          AmountCell(position.available()),
          AmountCell(position.handed_over()),
          AmountCell(position.passed_on()),
          AmountCell(position.spent_by_agencies())};
}

std::vector<Cell> MovementCells(const reporting::v1::CentreMovements& movements) {
  return {CountCell(movements.arrivals()),      CountCell(movements.births()),
          CountCell(movements.transfers_in()),  CountCell(movements.leave_returns()),
          CountCell(movements.exits()),         CountCell(movements.deaths()),
          CountCell(movements.transfers_out()), CountCell(movements.leave_departures())};
}

Table DaysOf(const reporting::v1::CentreSummary& report) {
  Table table;
  table.header = {"day",           "opening",          "arrivals",      "births",
                  "transfers in",  "leave returns",    "exits",         "deaths",
                  "transfers out", "leave departures", "present at end"};
  for (const auto& day : report.days()) {
    std::vector<Cell> cells = {DateCell(day.date()), CountCell(day.opening())};
    for (Cell& cell : MovementCells(day.movements())) cells.push_back(std::move(cell));
    cells.push_back(CountCell(day.closing()));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table ServicesOf(const reporting::v1::CentreSummary& report) {
  Table table;
  table.header = {"agency", "service", "deliveries", "quantity", "unit", "contacts"};
  for (const auto& service : report.services()) {
    table.rows.push_back({Text{Id(service.agency())},
                          Text{EnumWords(service.kind(), "SERVICE_KIND_")},
                          CountCell(service.deliveries()), DecimalCell(service.quantity().value()),
                          TextOrEmpty(service.unit()), CountCell(service.contacts())});
  }
  return table;
}

}  // namespace

absl::StatusOr<std::string> LineOfSightText(const reporting::v1::LineOfSight& report,
                                            size_t max_width) {
  Table table;
  table.header = {"budget line", "order", "line",   "what",  "serial or VIN", "quantity",
                  "unit",        "value", "in",     "EUR",   "stage",         "certificate",
                  "handed over", "to",    "centre", "people"};
  for (const auto& row : report.rows()) table.rows.push_back(LineOfSightCells(row));
  PRIHVAT_ASSIGN_OR_RETURN(std::string text, Format(WithoutEmptyColumns(table), max_width));
  text += fmt::format("\n{} rows\n", report.row_count());
  for (const auto& value : report.values()) {
    text += fmt::format("total {}", Spoken(value.value()));
    if (value.has_value_eur() && value.value().currency_code() != "EUR") {
      text += fmt::format(" = {}", Spoken(value.value_eur()));
    }
    text += "\n";
  }
  for (const auto& part : report.donor_parts()) {
    text += fmt::format("paid by {}: {} (the rows together: {}, rounding difference {})\n",
                        Id(part.donor()), Spoken(part.total()), Spoken(part.sum_of_rows()),
                        Spoken(part.rounding_difference()));
  }
  text += fmt::format("in all {}\n", EuroSentence(report.eur()));
  text += fmt::format("people served: {}\n", report.people_served());
  return text;
}

absl::StatusOr<std::string> DonorSummaryText(const reporting::v1::DonorSummary& report,
                                             size_t max_width) {
  Table lines;
  lines.header = {"budget line", "in",        "budget",      "reserved",  "committed",
                  "spent",       "available", "handed over", "passed on", "spent by agencies"};
  for (const auto& line : report.budget_lines()) {
    const std::string name =
        line.display_name().empty() ? Id(line.budget_line()) : line.display_name();
    lines.rows.push_back(PositionCells(Text{name}, line.position()));
    for (const auto& source : line.funding()) {
      const std::string of =
          fmt::format("- {}{}, {} %", Id(source.donor()),
                      source.funding_source().empty() ? "" : " (" + source.funding_source() + ")",
                      source.percent().value());
      lines.rows.push_back(PositionCells(Text{of}, source.position()));
    }
  }
  for (const auto& donor : report.donors()) {
    lines.rows.push_back(PositionCells(Text{"total of " + Id(donor.donor())}, donor.position()));
  }
  for (const auto& total : report.totals()) {
    lines.rows.push_back(PositionCells(Text{"total"}, total));
  }
  Table certificates;
  certificates.header = {"certificate", "handed over", "to", "items", "value", "in", "EUR"};
  for (const auto& certificate : report.certificates()) {
    certificates.rows.push_back(
        {Text{certificate.certificate_number()}, DateCell(certificate.effective_date()),
         Text{Id(certificate.recipient())}, CountCell(certificate.item_count()),
         AmountCell(certificate.value()), Text{CurrencyName(certificate.value())},
         AmountCell(certificate.value_eur())});
  }
  PRIHVAT_ASSIGN_OR_RETURN(const std::string lines_text,
                           Format(WithoutEmptyColumns(lines), max_width));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string certificates_text, Format(certificates, max_width));
  std::string text =
      fmt::format("donor: {}\n\n{}\n{}\n", report.donor().empty() ? "several" : Id(report.donor()),
                  lines_text, certificates_text);
  for (const auto& total : report.totals()) {
    text += fmt::format("handed over {}\n", Spoken(total.handed_over()));
  }
  text += fmt::format("handed over in all {}\n", EuroSentence(report.handed_over_eur()));
  return text;
}

absl::StatusOr<std::string> FundingSplitText(const procurement::v1::FundingSplit& split,
                                             size_t max_width) {
  Table table;
  table.header = {"line", "what", "donor", "source", "percent", "amount", "rounding", "currency"};
  const auto add = [&](const std::string& line, const std::string& what,
                       const procurement::v1::SplitShare& share) {
    table.rows.push_back({DecimalCell(line), TextOrEmpty(what), TextOrEmpty(Id(share.donor())),
                          TextOrEmpty(share.funding_source()), DecimalCell(share.percent().value()),
                          AmountCell(share.amount()), AmountCell(share.rounding_difference()),
                          Text{CurrencyName(share.amount())}});
  };
  for (const procurement::v1::SplitLine& line : split.lines()) {
    for (const procurement::v1::SplitShare& share : line.shares()) {
      add(std::to_string(line.line_number()), line.description(), share);
    }
  }
  for (const procurement::v1::SplitShare& share : split.shares()) add("", "total", share);
  documents::TextTableOptions options;
  options.max_width = max_width;
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text,
                           documents::FormatTextTable(WithoutEmptyColumns(table), options));
  return fmt::format("{}{}: {}\n{}", split.document(),
                     split.document_number().empty() ? "" : ", " + split.document_number(),
                     Spoken(split.total()), text);
}

absl::StatusOr<std::string> CentreSummaryText(const reporting::v1::CentreSummary& report,
                                              size_t max_width) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string days, Format(DaysOf(report), max_width));
  PRIHVAT_ASSIGN_OR_RETURN(const std::string services, Format(ServicesOf(report), max_width));
  std::string text =
      fmt::format("{} ({})\n\n{}\npresent at the start {}, at the end {}; {} nights, {} persons\n",
                  report.display_name(), Id(report.centre()), days, report.opening(),
                  report.closing(), report.nights(), report.persons());
  for (const auto& exit : report.exit_reasons()) {
    text += fmt::format("exits, {}: {}\n", EnumWords(exit.reason(), "EXIT_REASON_"), exit.count());
  }
  if (report.services_size() > 0) text += "\n" + services;
  return text;
}

}  // namespace prihvat::ctl
