#include "services/procurement/documents/paper_words.h"

#include <set>

#include "fmt/format.h"
#include "libs/documents/funding_words.h"
#include "libs/documents/paper_dates.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using documents::Bilingual;
using documents::Form;

std::string PieceText(const v1::SerialItem& piece) {
  std::string text;
  if (!piece.serial().empty()) text += piece.manufacturer() + " " + piece.serial();
  if (!piece.vin().empty()) text += (text.empty() ? "VIN " : ", VIN ") + piece.vin();
  return text;
}

// As the budget line says: "IPA II (eu) 80 % · ch 20 %"; else as the project cites it.
std::string FundingTextOf(const PaperContext& context) {
  std::vector<std::string> texts;
  if (context.budget_line != nullptr) {
    for (const v1::FundingShare& share : context.budget_line->funding_shares()) {
      texts.push_back(documents::FundingShareText(OrganisationWords(share.donor(), context).en,
                                                  share.funding_source(), Number(share.percent())));
    }
  }
  return texts.empty() ? context.project->funding_source() : documents::FundingTexts(texts);
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

Bilingual OrganisationWords(const std::string& organisation, const PaperContext& context) {
  for (const v1::Organisation* known : context.organisations) {
    if (known->organisation() == organisation) {
      return {known->display_name(), known->display_name_bs()};
    }
  }
  return {IdOf(organisation), ""};
}

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

Bilingual MethodWords(v1::SourcingMethod method) {
  switch (method) {
    case v1::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS:
      return {"Request for Quotations", "Zahtjev za dostavu ponuda"};
    case v1::SOURCING_METHOD_INVITATION_TO_BID:
      return {"Invitation to Bid", "Poziv na nadmetanje"};
    default:
      return {"Request for Proposals", "Zahtjev za prijedloge"};
  }
}

Bilingual WaiverWords(v1::WaiverKind waiver) {
  switch (waiver) {
    case v1::WAIVER_KIND_MICRO_PURCHASE:
      return {"Micro purchase", "Nabavka male vrijednosti"};
    case v1::WAIVER_KIND_SOLE_SOURCE:
      return {"Sole source", "Jedini mogući dobavljač"};
    case v1::WAIVER_KIND_EMERGENCY:
      return {"Emergency", "Hitna nabavka"};
    default:
      return {"Call-off from a framework", "Narudžba po okvirnom sporazumu"};
  }
}

Bilingual BidStateWords(v1::BidState state) {
  switch (state) {
    case v1::BID_STATE_SEALED:
      return {"sealed", "zapečaćena"};
    case v1::BID_STATE_OPENED:
      return {"opened", "otvorena"};
    case v1::BID_STATE_WITHDRAWN:
      return {"withdrawn", "povučena"};
    case v1::BID_STATE_DISQUALIFIED:
      return {"disqualified", "isključena"};
    default:
      return {"unreadable", "nečitljiva"};
  }
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
  form.eu_funding = documents::EuFundingOf(DonorsOf(context));
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
