#include "services/procurement/documents/paper_words.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/documents/paper_dates.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using documents::Bilingual;
using documents::Form;

constexpr std::string_view kEuropeanUnion = "organisations/eu";

std::string PieceText(const v1::SerialItem& piece) {
  std::string text;
  if (!piece.serial().empty()) text += piece.manufacturer() + " " + piece.serial();
  if (!piece.vin().empty()) text += (text.empty() ? "VIN " : ", VIN ") + piece.vin();
  return text;
}

// As the budget line says: "IPA II (eu) 80 % · ch 20 %"; else as the project cites it.
std::string FundingTextOf(const PaperContext& context) {
  std::string text;
  if (context.budget_line != nullptr) {
    for (const v1::FundingShare& share : context.budget_line->funding_shares()) {
      const std::string donor = IdOf(share.donor());
      text += fmt::format("{}{} {} %", text.empty() ? "" : " · ",
                          share.funding_source().empty()
                              ? donor
                              : fmt::format("{} ({})", share.funding_source(), donor),
                          Number(share.percent()));
    }
  }
  return text.empty() ? context.project->funding_source() : text;
}

}  // namespace

absl::CivilDay DayIn(const google::protobuf::Timestamp& time, const PaperContext& context) {
  return absl::ToCivilDay(FromProto(time), context.zone);
}

std::string DateText(const google::protobuf::Timestamp& time, const PaperContext& context) {
  return documents::BothDates(DayIn(time, context));
}

std::string Amount(const google::type::Money& money) { return FromProto(money).Format(); }

std::string Figure(const google::type::Money& money) {
  const std::string amount = Amount(money);
  return amount.substr(0, amount.find(' '));
}

std::string Number(const common::v1::Decimal& number) { return FromProto(number).ToString(); }

std::string SupplierName(const std::string& name, const PaperContext& context) {
  for (const v1::Supplier* supplier : context.suppliers) {
    if (supplier->name() == name) return supplier->display_name();
  }
  return IdOf(name);
}

std::string SupplierText(const std::string& name, const PaperContext& context) {
  for (const v1::Supplier* supplier : context.suppliers) {
    if (supplier->name() != name) continue;
    std::string text = fmt::format("{} ({})", supplier->display_name(), supplier->country_code());
    if (!supplier->tax_number().empty()) {
      text += fmt::format(", tax number · porezni broj {}", supplier->tax_number());
    }
    return text;
  }
  return IdOf(name);
}

std::string Words(std::string_view value, std::string_view prefix) {
  std::string words(value.substr(prefix.size()));
  for (char& c : words) c = c == '_' ? ' ' : absl::ascii_tolower(static_cast<unsigned char>(c));
  return words;
}

std::string PiecesText(const google::protobuf::RepeatedPtrField<v1::SerialItem>& pieces) {
  std::string text;
  for (const v1::SerialItem& piece : pieces) {
    text += (text.empty() ? "" : ";  ") + PieceText(piece);
  }
  return text;
}

void Sign(Form& form, const Bilingual& role,
          const google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
          const PaperContext& context) {
  for (const v1::Approval& approval : approvals) {
    form.signatures.push_back({.role = role,
                               .person = IdOf(approval.approver()),
                               .signed_on = DayIn(approval.record_time(), context)});
  }
}

void SayProject(Form& form, const PaperContext& context) {
  if (context.project == nullptr) return;
  form.facts.push_back({{"Project", "Projekat"},
                        {context.project->display_name(), context.project->display_name_bs()}});
  const std::string funding = FundingTextOf(context);
  if (!funding.empty()) form.facts.push_back({{"Funding", "Finansiranje"}, {funding, ""}});
  const std::vector<std::string> donors = DonorsOf(context);
  if (std::find(donors.begin(), donors.end(), kEuropeanUnion) != donors.end()) {
    form.eu_funding = donors.size() == 1 ? documents::EuFunding::kAll : documents::EuFunding::kPart;
  }
}

std::vector<std::string> DonorsOf(const PaperContext& context) {
  std::set<std::string> donors;
  if (context.budget_line != nullptr) {
    for (const v1::FundingShare& share : context.budget_line->funding_shares())
      donors.insert(share.donor());
  }
  if (donors.empty() && context.project != nullptr) donors.insert(context.project->donor());
  return {donors.begin(), donors.end()};
}

}  // namespace prihvat::procurement
