#include "services/reporting/views/line_of_sight.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/centre_facts.h"
#include "services/reporting/views/purchases.h"
#include "services/reporting/views/transfers.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

// A row being made, with where its item is used.
struct Draft {
  SightRow sight;
  std::vector<Use> uses;
};

// Everything that rows are made from.
struct Material {
  Purchases purchases;
  Transfers transfers;
};

std::string KeyOf(const v1::LineOfSightRow& row) {
  // No part of a key holds a zero byte, so that keys sort as the parts do, one after the other.
  std::string key;
  for (const std::string& part :
       {row.budget_line(), row.purchase_order(), fmt::format("{:010d}", row.line_number()),
        row.goods_receipt(), row.serial(), row.vin(), row.item(), row.certificate()}) {
    key += part;
    key.push_back('\0');
  }
  return key;
}

void SetPurchase(const ReceivedLine& received, v1::LineOfSightRow& row) {
  row.set_project(received.project);
  row.set_budget_line(received.budget_line);
  row.set_purchase_order(received.purchase_order);
  row.set_order_number(received.order_number);
  row.set_line_number(received.line.line_number());
  row.set_description(received.line.description());
  row.set_goods_receipt(received.receipt);
  row.set_receipt_number(received.receipt_number);
  row.set_unit(received.line.unit());
}

// Of a thing that handover knows and procurement (with this cut in time) does not.
void SetProvenance(const handover::v1::HandedOverItem& item, v1::LineOfSightRow& row) {
  row.set_project(item.provenance().project());
  row.set_budget_line(item.provenance().budget_line());
  row.set_purchase_order(item.provenance().purchase_order());
  row.set_line_number(item.provenance().line_number());
  row.set_description(item.description().en());
  row.set_goods_receipt(item.provenance().receipt());
  row.set_receipt_number(item.provenance().receipt_number());
  row.set_unit(item.unit());
}

Draft DraftOf(const ReceivedLine& received, v1::LineStage stage, const base::Decimal& quantity,
              const base::Money& value) {
  Draft draft;
  SetPurchase(received, draft.sight.row);
  draft.sight.funding = received.funding;
  draft.sight.row.set_stage(stage);
  *draft.sight.row.mutable_quantity() = ToProto(quantity);
  draft.sight.value = value;
  draft.sight.document = received.receipt;
  return draft;
}

absl::StatusOr<Draft> DraftOf(const Transferred& transferred, const Material& material) {
  Draft draft;
  v1::LineOfSightRow& row = draft.sight.row;
  const handover::v1::HandedOverItem& item = transferred.item;
  const auto received = material.purchases.received.find(
      {item.provenance().receipt(), item.provenance().line_number()});
  if (received != material.purchases.received.end()) {
    SetPurchase(received->second, row);
    draft.sight.funding = received->second.funding;
  } else {
    SetProvenance(item, row);
    PRIHVAT_ASSIGN_OR_RETURN(draft.sight.funding, FundingOf(item.provenance()));
  }
  const CertificateFacts& certificate =
      material.transfers.certificates.at(transferred.handover_case);
  row.set_stage(v1::LINE_STAGE_HANDED_OVER);
  row.set_item(item.asset().empty() ? item.asset_lot() : item.asset());
  row.set_serial(item.serial());
  row.set_vin(item.vin());
  *row.mutable_quantity() = ToProto(transferred.quantity);
  row.set_certificate(certificate.name);
  row.set_certificate_number(certificate.number);
  row.set_replaced_certificate(certificate.replaced);
  *row.mutable_handover_time() = ToProto(certificate.title_time);
  *row.mutable_handover_date() = ToProto(certificate.title_day);
  row.set_recipient(certificate.recipient);
  draft.sight.value = transferred.value;
  draft.sight.value_eur = transferred.value_eur;
  draft.sight.document = certificate.name;
  draft.uses = transferred.uses;
  return draft;
}

// A piece that a certificate handed over and that went back to the supplier since: the
// certificate's row stays, and this one takes its value off again.
Draft DraftOfReturned(const ReceivedLine& received, const Transferred& gone) {
  Draft draft =
      DraftOf(received, v1::LINE_STAGE_RETURNED, base::Decimal::FromInt(-1), gone.value.Negated());
  draft.sight.row.set_item(gone.item.asset());
  draft.sight.row.set_serial(gone.item.serial());
  draft.sight.row.set_vin(gone.item.vin());
  return draft;
}

// A kept piece that stands on no certificate.
Draft DraftOfPiece(const ReceivedLine& received, const procurement::v1::SerialItem& piece,
                   const base::Money& value, const Transfers& transfers) {
  Draft draft = DraftOf(received, v1::LINE_STAGE_RECEIVED, base::Decimal::FromInt(1), value);
  draft.sight.row.set_serial(piece.serial());
  draft.sight.row.set_vin(piece.vin());
  const auto asset = transfers.assets.find(
      KeyOfPiece(received.receipt, received.line.line_number(), piece.serial(), piece.vin()));
  if (asset == transfers.assets.end()) return draft;
  draft.sight.row.set_item(asset->second);
  const auto uses = transfers.own_uses.find(asset->second);
  if (uses != transfers.own_uses.end()) draft.uses = uses->second;
  if (transfers.put_into_use.contains(asset->second)) {
    const bool over = transfers.out_of_use.contains(asset->second);
    draft.sight.row.set_stage(over ? v1::LINE_STAGE_OUT_OF_USE : v1::LINE_STAGE_IN_USE);
  }
  return draft;
}

// The pieces of a line that stand on no certificate, without `parts`, which do. All rows of the
// line sum to what is kept of it, also where a piece went back that had been handed over.
absl::Status AddSerials(const ReceivedLine& received, const Material& material,
                        const std::vector<const Transferred*>& parts, std::vector<Draft>& drafts) {
  std::map<SerialKey, const procurement::v1::SerialItem*> pieces;  // kept, on no certificate
  for (const procurement::v1::SerialItem& piece : received.serials) {
    pieces[KeyOfPiece(received.receipt, received.line.line_number(), piece.serial(), piece.vin())] =
        &piece;
  }
  base::Money rest = received.value;
  for (const Transferred* part : parts) {
    const bool kept = pieces.erase(KeyOfPiece(received.receipt, received.line.line_number(),
                                              part->item.serial(), part->item.vin())) > 0;
    if (kept) {
      PRIHVAT_ASSIGN_OR_RETURN(rest, base::CheckedSub(rest, part->value));
    } else {
      drafts.push_back(DraftOfReturned(received, *part));
    }
  }
  if (pieces.empty()) {
    if (!rest.IsZero()) {
      drafts.push_back(DraftOf(received, v1::LINE_STAGE_RECEIVED, base::Decimal(), rest));
    }
    return absl::OkStatus();
  }
  const std::vector<int64_t> weights(pieces.size(), 1);
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<base::Money> values, base::Allocate(rest, weights));
  size_t next = 0;
  for (const auto& [key, piece] : pieces) {
    drafts.push_back(DraftOfPiece(received, *piece, values[next++], material.transfers));
  }
  return absl::OkStatus();
}

// What of a line without serials stands on no certificate: without `parts`, which do.
absl::Status AddRest(const ReceivedLine& received, const Material& material,
                     const std::vector<const Transferred*>& parts, std::vector<Draft>& drafts) {
  base::Decimal rest = received.kept;
  base::Money value = received.value;
  for (const Transferred* part : parts) {
    PRIHVAT_ASSIGN_OR_RETURN(rest, base::CheckedSub(rest, part->quantity));
    PRIHVAT_ASSIGN_OR_RETURN(value, base::CheckedSub(value, part->value));
  }
  // Less than nothing is shown as that: more was handed over than was kept, and the sums stay true.
  if (rest.IsZero() && value.IsZero()) return absl::OkStatus();
  Draft draft = DraftOf(
      received, rest.IsNegative() ? v1::LINE_STAGE_RETURNED : v1::LINE_STAGE_RECEIVED, rest, value);
  const auto lot = material.transfers.lots.find({received.receipt, received.line.line_number()});
  if (lot != material.transfers.lots.end()) draft.sight.row.set_item(lot->second);
  drafts.push_back(std::move(draft));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Draft>> DraftRows(const Material& material) {
  std::vector<Draft> drafts;
  std::map<ReceivedLineKey, std::vector<const Transferred*>> parts;
  for (const Transferred& transferred : material.transfers.transferred) {
    const handover::v1::Provenance& from = transferred.item.provenance();
    parts[{from.receipt(), from.line_number()}].push_back(&transferred);
    PRIHVAT_ASSIGN_OR_RETURN(Draft draft, DraftOf(transferred, material));
    drafts.push_back(std::move(draft));
  }
  for (const auto& [key, received] : material.purchases.received) {
    switch (received.line.kind()) {
      case procurement::v1::LINE_KIND_SERVICE:
        if (!received.kept.IsZero()) {
          drafts.push_back(
              DraftOf(received, v1::LINE_STAGE_SERVICE_DELIVERED, received.kept, received.value));
        }
        break;
      case procurement::v1::LINE_KIND_GOODS_SERIAL:
        PRIHVAT_RETURN_IF_ERROR(AddSerials(received, material, parts[key], drafts));
        break;
      default:
        PRIHVAT_RETURN_IF_ERROR(AddRest(received, material, parts[key], drafts));
    }
  }
  for (Draft& draft : drafts) draft.sight.key = KeyOf(draft.sight.row);
  std::sort(drafts.begin(), drafts.end(),
            [](const Draft& a, const Draft& b) { return a.sight.key < b.sight.key; });
  return drafts;
}

// Gives the rows of every document that has no values in EUR yet their shares of its total.
absl::Status ConvertDocuments(std::vector<Draft>& drafts) {
  std::map<std::pair<std::string, base::Currency>, std::vector<SightRow*>> documents;
  for (Draft& draft : drafts) {
    if (draft.sight.value_eur.has_value()) continue;
    documents[{draft.sight.document, draft.sight.value.currency()}].push_back(&draft.sight);
  }
  for (const auto& [document, rows] : documents) {
    const base::Currency currency = document.second;
    if (currency == base::Currency::Eur()) {
      for (SightRow* row : rows) row->value_eur = row->value;
    } else if (currency == base::Currency::Bam()) {
      std::vector<base::Money> lines;
      for (const SightRow* row : rows) lines.push_back(row->value);
      PRIHVAT_ASSIGN_OR_RETURN(const base::ExactRate peg,
                               base::ExactRate::Peg(currency, base::Currency::Eur()));
      PRIHVAT_ASSIGN_OR_RETURN(const base::ConvertedDocument converted,
                               base::ConvertDocument(lines, peg, base::Currency::Eur()));
      for (size_t i = 0; i < rows.size(); ++i) rows[i]->value_eur = converted.lines[i];
    }
  }
  return absl::OkStatus();
}

bool Matches(const Draft& draft, const v1::LineOfSightFilter& filter) {
  const v1::LineOfSightRow& row = draft.sight.row;
  const auto is = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  const bool serial =
      filter.serial().empty() || filter.serial() == row.serial() || filter.serial() == row.vin();
  const bool centre = filter.centre().empty() ||
                      std::any_of(draft.uses.begin(), draft.uses.end(),
                                  [&](const Use& use) { return use.centre == filter.centre(); });
  // By its own name, or that of the one which it replaced.
  const bool certificate = is(filter.certificate(), row.certificate()) ||
                           is(filter.certificate(), row.replaced_certificate());
  const bool pays = filter.donor().empty() || draft.sight.funding.HasDonor(filter.donor());
  return is(filter.project(), row.project()) && pays && is(filter.item(), row.item()) &&
         certificate && is(filter.recipient(), row.recipient()) && serial && centre;
}

// Who paid how much of the row; the row's own value is what `donor` paid, or all where it is empty.
absl::Status TellFunding(const std::string& donor, SightRow& sight) {
  sight.whole = sight.value;
  sight.row.set_donor(donor.empty() ? sight.funding.OnlyDonor() : donor);
  PRIHVAT_ASSIGN_OR_RETURN(sight.parts, sight.funding.Parts(sight.value));
  if (sight.value_eur.has_value()) {
    PRIHVAT_ASSIGN_OR_RETURN(sight.parts_eur, sight.funding.Parts(*sight.value_eur));
    PRIHVAT_ASSIGN_OR_RETURN(sight.value_eur, sight.funding.PartOf(donor, *sight.value_eur));
    *sight.row.mutable_value_eur() = ToProto(*sight.value_eur);
  }
  PRIHVAT_ASSIGN_OR_RETURN(sight.value, sight.funding.PartOf(donor, sight.value));
  *sight.row.mutable_value() = ToProto(sight.value);
  if (!sight.funding.named()) return absl::OkStatus();
  for (size_t i = 0; i < sight.parts.size(); ++i) {
    const FundingSource& source = sight.funding.sources()[i];
    if (!donor.empty() && source.donor != donor) continue;
    v1::FundingPart& part = *sight.row.add_funding();
    part.set_donor(source.donor);
    part.set_funding_source(source.funding_source);
    *part.mutable_percent() = ToProto(source.percent);
    *part.mutable_value() = ToProto(sight.parts[i]);
    if (!sight.parts_eur.empty()) *part.mutable_value_eur() = ToProto(sight.parts_eur[i]);
  }
  return absl::OkStatus();
}

absl::Status CountPeople(Draft& draft, PeopleServed& people) {
  if (draft.uses.empty()) return absl::OkStatus();
  PRIHVAT_ASSIGN_OR_RETURN(const int64_t served, people.Count(draft.uses));
  draft.sight.row.set_people_served(served);
  draft.sight.row.set_centre(draft.uses.back().centre);
  return absl::OkStatus();
}

// Documents of one currency: what each is worth in it, and in the euros that it was signed with.
struct InTwoCurrencies {
  std::vector<base::Money> originals;
  std::vector<base::Money> euros;
};

// With the rounding difference of a currency with a fixed rate. Without one, and in EUR itself,
// each document keeps its own and nothing is left over.
absl::StatusOr<base::CrossDocumentTotal> TotalOf(base::Currency currency,
                                                 const InTwoCurrencies& documents) {
  const base::Currency eur = base::Currency::Eur();
  if (const auto peg = base::ExactRate::Peg(currency, eur); peg.ok()) {
    return base::TotalAcrossDocuments(documents.originals, documents.euros, *peg);
  }
  base::CrossDocumentTotal total;
  PRIHVAT_ASSIGN_OR_RETURN(total.original, base::CheckedSum(documents.originals, currency));
  PRIHVAT_ASSIGN_OR_RETURN(total.converted, base::CheckedSum(documents.euros, eur));
  total.sum_of_documents = total.converted;
  total.rounding_difference = base::Money::Zero(eur);
  return total;
}

// What one donor pays in one currency.
struct PaidByDonor {
  explicit PaidByDonor(base::Currency currency) : rows(base::Money::Zero(currency)), total(rows) {}
  base::Money rows;
  base::Money total;
  std::optional<base::Money> rows_eur;
};
using PaidByDonors = std::map<std::pair<std::string, base::Currency>, PaidByDonor>;

PaidByDonor& PaidBy(const std::string& donor, base::Currency currency, PaidByDonors& paid) {
  return paid.try_emplace({donor, currency}, currency).first->second;
}

// Each donor's parts of the rows, and beside them its part of each budget line's rows together.
absl::StatusOr<PaidByDonors> SumUpDonors(const Sight& sight) {
  PaidByDonors paid;
  std::map<std::pair<std::string, base::Currency>, std::pair<base::Money, const Funding*>> lines;
  for (const SightRow& row : sight.rows) {
    const base::Currency currency = row.whole.currency();
    auto& [sum, funding] = lines
                               .try_emplace({row.row.budget_line(), currency},
                                            base::Money::Zero(currency), &row.funding)
                               .first->second;
    PRIHVAT_ASSIGN_OR_RETURN(sum, base::CheckedAdd(sum, row.whole));
    for (size_t i = 0; i < row.parts.size(); ++i) {
      PaidByDonor& donor = PaidBy(row.funding.sources()[i].donor, currency, paid);
      PRIHVAT_ASSIGN_OR_RETURN(donor.rows, base::CheckedAdd(donor.rows, row.parts[i]));
      if (row.parts_eur.empty()) continue;
      if (!donor.rows_eur) donor.rows_eur = base::Money::Zero(base::Currency::Eur());
      PRIHVAT_ASSIGN_OR_RETURN(donor.rows_eur, base::CheckedAdd(*donor.rows_eur, row.parts_eur[i]));
    }
  }
  for (const auto& [line, of_line] : lines) {
    const auto& [sum, funding] = of_line;
    PRIHVAT_ASSIGN_OR_RETURN(const std::vector<base::Money> parts, funding->Parts(sum));
    for (size_t i = 0; i < parts.size(); ++i) {
      PaidByDonor& donor = PaidBy(funding->sources()[i].donor, line.second, paid);
      PRIHVAT_ASSIGN_OR_RETURN(donor.total, base::CheckedAdd(donor.total, parts[i]));
    }
  }
  return paid;
}

absl::Status AddDonorParts(const Sight& sight, v1::LineOfSight& totals) {
  const bool named = std::any_of(sight.rows.begin(), sight.rows.end(),
                                 [](const SightRow& row) { return row.funding.named(); });
  if (!named) return absl::OkStatus();
  PRIHVAT_ASSIGN_OR_RETURN(const PaidByDonors paid, SumUpDonors(sight));
  for (const auto& [key, of_donor] : paid) {
    if (!sight.donor.empty() && key.first != sight.donor) continue;
    v1::DonorPart& part = *totals.add_donor_parts();
    part.set_donor(key.first);
    *part.mutable_sum_of_rows() = ToProto(of_donor.rows);
    *part.mutable_total() = ToProto(of_donor.total);
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money difference,
                             base::CheckedSub(of_donor.total, of_donor.rows));
    *part.mutable_rounding_difference() = ToProto(difference);
    if (of_donor.rows_eur) *part.mutable_sum_of_rows_eur() = ToProto(*of_donor.rows_eur);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Sight> SeeLineOfSight(const Journals& journals, const ReportScope& scope,
                                     const v1::LineOfSightFilter& filter) {
  Material material;
  PRIHVAT_ASSIGN_OR_RETURN(material.purchases,
                           ReadPurchases(journals.money, scope.operation, scope.cut));
  if (!filter.project().empty() &&
      !material.purchases.donor_of_project.contains(filter.project())) {
    return absl::NotFoundError(fmt::format("there is no {}", filter.project()));
  }
  PRIHVAT_ASSIGN_OR_RETURN(material.transfers, ReadTransfers(journals.handovers, scope.operation,
                                                             scope.zone, scope.cut));
  PRIHVAT_ASSIGN_OR_RETURN(std::vector<Draft> drafts, DraftRows(material));
  PRIHVAT_RETURN_IF_ERROR(ConvertDocuments(drafts));

  Sight sight;
  sight.donor = filter.donor();
  PeopleServed people(journals.centres, scope.cut);
  for (Draft& draft : drafts) {
    if (!Matches(draft, filter)) continue;
    PRIHVAT_RETURN_IF_ERROR(CountPeople(draft, people));
    PRIHVAT_RETURN_IF_ERROR(TellFunding(filter.donor(), draft.sight));
    sight.rows.push_back(std::move(draft.sight));
  }
  sight.people_served = people.CountAll();
  return sight;
}

absl::StatusOr<v1::EuroTotal> TotalInEuro(const std::vector<DocumentValue>& values) {
  std::map<base::Currency, InTwoCurrencies> by_currency;
  std::set<std::string> unconverted;
  for (const DocumentValue& value : values) {
    if (!value.value_eur.has_value()) {
      unconverted.insert(value.document);
      continue;
    }
    InTwoCurrencies& documents = by_currency[value.value.currency()];
    documents.originals.push_back(value.value);
    documents.euros.push_back(*value.value_eur);
  }
  base::Money total = base::Money::Zero(base::Currency::Eur());
  base::Money of_documents = total;
  for (const auto& [currency, documents] : by_currency) {
    PRIHVAT_ASSIGN_OR_RETURN(const base::CrossDocumentTotal sum, TotalOf(currency, documents));
    PRIHVAT_ASSIGN_OR_RETURN(total, base::CheckedAdd(total, sum.converted));
    PRIHVAT_ASSIGN_OR_RETURN(of_documents, base::CheckedAdd(of_documents, sum.sum_of_documents));
  }
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money difference, base::CheckedSub(total, of_documents));
  v1::EuroTotal result;
  *result.mutable_total() = ToProto(total);
  *result.mutable_sum_of_documents() = ToProto(of_documents);
  *result.mutable_rounding_difference() = ToProto(difference);
  result.set_unconverted_documents(static_cast<int32_t>(unconverted.size()));
  return result;
}

absl::StatusOr<v1::LineOfSight> TotalsOf(const Sight& sight) {
  v1::LineOfSight totals;
  totals.set_row_count(static_cast<int32_t>(sight.rows.size()));
  totals.set_people_served(sight.people_served);
  std::map<base::Currency, base::Money> by_currency;
  std::vector<DocumentValue> values;
  for (const SightRow& row : sight.rows) {
    const base::Currency currency = row.value.currency();
    base::Money& sum = by_currency.try_emplace(currency, base::Money::Zero(currency)).first->second;
    PRIHVAT_ASSIGN_OR_RETURN(sum, base::CheckedAdd(sum, row.value));
    values.push_back({row.document, row.value, row.value_eur});
  }
  for (const auto& [currency, sum] : by_currency) {
    v1::CurrencyValue& value = *totals.add_values();
    *value.mutable_value() = ToProto(sum);
    PRIHVAT_ASSIGN_OR_RETURN(const std::optional<base::Money> euro, InEuro(sum));
    if (euro.has_value()) *value.mutable_value_eur() = ToProto(*euro);
  }
  PRIHVAT_ASSIGN_OR_RETURN(*totals.mutable_eur(), TotalInEuro(values));
  PRIHVAT_RETURN_IF_ERROR(AddDonorParts(sight, totals));
  return totals;
}

}  // namespace prihvat::reporting
