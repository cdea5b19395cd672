#include "services/procurement/documents/papers.h"

#include <algorithm>
#include <map>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/documents/form.h"
#include "libs/documents/paper_dates.h"
#include "services/procurement/documents/paper_words.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using documents::Bilingual;
using documents::Form;
using documents::FormCell;
using documents::FormTable;

Bilingual OrderState(v1::PurchaseOrderState state) {
  switch (state) {
    case v1::PURCHASE_ORDER_STATE_DRAFT:
      return {"Draft: not valid", "Nacrt: nije važeće"};
    case v1::PURCHASE_ORDER_STATE_APPROVED:
      return {"Approved, not yet sent", "Odobreno, još nije poslano"};
    case v1::PURCHASE_ORDER_STATE_SUSPENDED:
      return {"Suspended", "Obustavljeno"};
    case v1::PURCHASE_ORDER_STATE_CANCELLED:
      return {"Cancelled", "Otkazano"};
    case v1::PURCHASE_ORDER_STATE_TERMINATED:
      return {"Terminated", "Raskinuto"};
    default:
      return {};
  }
}

// Its tolerance, in which version it was changed, and whom it is for.
std::string FineOf(const v1::OrderLine& line, const PaperContext& context) {
  std::vector<std::string> parts;
  if (!FromProto(line.tolerance_percent()).IsZero()) {
    parts.push_back(fmt::format("± {} %", Number(line.tolerance_percent())));
  }
  if (line.has_tolerance_waiver()) {
    parts.push_back(fmt::format("up to · do {}", Number(line.tolerance_waiver().ceiling())));
  }
  if (line.changed_in_version() > 0) {
    parts.push_back(fmt::format("changed in · izmijenjeno u: v{}", line.changed_in_version()));
  }
  if (!line.recipient().empty()) {
    parts.push_back(fmt::format("for · za: {}", OrganisationWords(line.recipient(), context).en));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Which version of an order the supplier has agreed to, where that matters.
void SayAcknowledged(Form& form, const v1::PurchaseOrder& order) {
  if (order.acknowledged_version() == 0 || order.version() == 1) return;
  const int agreed = order.acknowledged_version();
  form.facts.push_back({{"Supplier agreed to", "Dobavljač saglasan sa"},
                        {fmt::format("version {} of {}", agreed, order.version()),
                         fmt::format("verzijom {} od {}", agreed, order.version())}});
  if (agreed == order.version()) return;
  form.notes.push_back(
      {{"To be acknowledged", "Za potvrdu"},
       {fmt::format("What was changed after version {} is received once the supplier has agreed to "
                    "it: please confirm version {}.",
                    agreed, order.version()),
        fmt::format("Što je izmijenjeno nakon verzije {} prima se tek uz saglasnost dobavljača: "
                    "molimo potvrdite verziju {}.",
                    agreed, order.version())}});
}

void SayAgreement(Form& form, const PaperContext& context) {
  if (context.agreement == nullptr) return;
  const std::string& reference = context.agreement->supplier_reference();
  form.facts.push_back(
      {{"Framework agreement", "Okvirni sporazum"},
       {reference.empty() ? context.agreement->document_number()
                          : fmt::format("{} ({})", context.agreement->document_number(), reference),
        ""}});
}

// Of which lines of the receipt more may be accepted than tolerated, and why.
void SayWaivers(Form& form, const v1::GoodsReceipt& receipt, const PaperContext& context) {
  if (context.order == nullptr) return;
  for (const v1::ReceiptLine& line : receipt.lines()) {
    if (line.line_number() > context.order->lines_size()) continue;
    const v1::OrderLine& ordered = context.order->lines(line.line_number() - 1);
    if (!ordered.has_tolerance_waiver()) continue;
    const v1::ToleranceWaiver& waiver = ordered.tolerance_waiver();
    form.notes.push_back(
        {{fmt::format("Line {}: up to {} may be accepted, by {}", line.line_number(),
                      Number(waiver.ceiling()), IdOf(waiver.waiver())),
          fmt::format("Stavka {}: može se primiti do {}, odobrio/la {}", line.line_number(),
                      Number(waiver.ceiling()), IdOf(waiver.waiver()))},
         {waiver.reason(), ""}});
  }
}

FormTable OrderLines(const v1::PurchaseOrder& order, const PaperContext& context) {
  FormTable table = {.columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Quantity", "Količina"}, .figures = true},
                                 {.title = {"Unit", "Jed."}, .figures = true},
                                 {.title = {"Price", "Cijena"}, .figures = true},
                                 {.title = {"Total", "Ukupno"}, .figures = true}}};
  for (const v1::OrderLine& line : order.lines()) {
    table.rows.push_back({{{std::to_string(line.line_number()), ""}, ""},
                          {{line.description(), line.description_bs()}, FineOf(line, context)},
                          {{Number(line.quantity()), ""}, ""},
                          {{line.unit(), ""}, ""},
                          {{Figure(line.unit_price()), ""}, ""},
                          {{Figure(line.total()), ""}, ""}});
  }
  table.totals.push_back({{"Total", "Ukupno"}, Amount(order.total())});
  return table;
}

struct ReceiptWords {
  Bilingual state;
  bool inspected = true;  // whether it is said what became of the goods
};

ReceiptWords WordsOf(v1::GoodsReceiptState state) {
  switch (state) {
    case v1::GOODS_RECEIPT_STATE_COUNTING:
      return {{"Counted, not yet inspected", "Prebrojano, još nije pregledano"}, false};
    case v1::GOODS_RECEIPT_STATE_INSPECTED:
      return {{"Inspected, not yet posted", "Pregledano, još nije knjiženo"}};
    case v1::GOODS_RECEIPT_STATE_REVERSED:
      return {{"Reversed", "Stornirano"}};
    case v1::GOODS_RECEIPT_STATE_ABANDONED:
      return {{"Abandoned", "Poništeno prije knjiženja"}};
    default:
      return {};
  }
}

Bilingual Describe(const v1::ReceiptLine& line, const v1::PurchaseOrder* order) {
  if (order == nullptr || line.line_number() > order->lines_size()) return {};
  const v1::OrderLine& ordered = order->lines(line.line_number() - 1);
  return {ordered.description(), ordered.description_bs()};
}

FormTable ReceiptLines(const v1::GoodsReceipt& receipt, const PaperContext& context,
                       bool inspected) {
  FormTable table = {.columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Delivered", "Isporučeno"}, .figures = true}}};
  if (inspected) {
    table.columns.push_back({.title = {"Accepted", "Primljeno"}, .figures = true});
    table.columns.push_back({.title = {"Rejected", "Odbijeno"}, .figures = true});
    table.columns.push_back({.title = {"Held", "Višak"}, .figures = true});
  }
  for (const v1::ReceiptLine& line : receipt.lines()) {
    auto& row = table.rows.emplace_back();
    row = {{{std::to_string(line.line_number()), ""}, ""},
           {Describe(line, context.order), PiecesText(line.serials())},
           {{Number(line.delivered()), ""}, ""}};
    if (!inspected) continue;
    for (const common::v1::Decimal* part : {&line.accepted(), &line.rejected(), &line.surplus()}) {
      row.push_back({{Number(*part), ""}, ""});
    }
  }
  return table;
}

void SayRejections(Form& form, const v1::GoodsReceipt& receipt) {
  for (const v1::ReceiptLine& line : receipt.lines()) {
    if (line.rejection_reason().empty()) continue;
    std::string text = line.rejection_reason();
    if (!line.rejected_serials().empty()) text += ": " + PiecesText(line.rejected_serials());
    form.notes.push_back(
        {{fmt::format("Line {}: why {} were rejected", line.line_number(), Number(line.rejected())),
          fmt::format("Stavka {}: zašto je {} odbijeno", line.line_number(),
                      Number(line.rejected()))},
         {text, ""}});
  }
  for (const std::string& warning : receipt.warnings()) {
    form.notes.push_back({{"To be looked at", "Provjeriti"}, {warning, ""}});
  }
  for (const std::string* reason : {&receipt.reversal_reason(), &receipt.abandonment_reason()}) {
    if (!reason->empty()) form.notes.push_back({{"Reason", "Razlog"}, {*reason, ""}});
  }
}

Form SourcingForm(const v1::SourcingProcess& process, const PaperContext& context) {
  Form form;
  form.name = process.name();
  form.number = process.document_number();
  form.date = DayIn(process.update_time(), context);
  SayProject(form, context);
  form.facts.push_back({{"Purchase", "Nabavka"}, {process.display_name(), ""}});
  if (process.waiver() == v1::WAIVER_KIND_UNSPECIFIED) {
    form.facts.push_back({{"Method", "Postupak"}, MethodWords(process.method())});
    form.facts.push_back(
        {{"Bids until", "Ponude do"}, {DateText(process.bid_deadline(), context), ""}});
  } else {
    form.facts.push_back(
        {{"Without competition", "Bez nadmetanja"}, WaiverWords(process.waiver())});
    SayAgreement(form, context);
  }
  return form;
}

std::string LotName(const v1::SourcingProcess& process, int number) {
  if (number < 1 || number > process.lots_size()) return std::to_string(number);
  return fmt::format("{}. {}", number, process.lots(number - 1).display_name());
}

bool BidsAreOpen(v1::SourcingState state) {
  switch (state) {
    case v1::SOURCING_STATE_PLANNED:
    case v1::SOURCING_STATE_PUBLISHED:
    case v1::SOURCING_STATE_BIDS_CLOSED:
    case v1::SOURCING_STATE_WAIVED:
      return false;
    default:
      return true;
  }
}

// All bids, those too that were not ranked, and why.
FormTable BidsTable(const PaperContext& context) {
  FormTable table = {.title = {"Bids", "Ponude"},
                     .columns = {{.title = {"Bidder", "Ponuđač"}},
                                 {.title = {"State", "Stanje"}},
                                 {.title = {"Received", "Zaprimljeno"}, .figures = true},
                                 {.title = {"Days", "Dana"}, .figures = true}}};
  for (const v1::Bid* bid : context.bids) {
    const absl::Time received = FromProto(bid->receive_time());
    table.rows.push_back(
        {{{SupplierName(bid->supplier(), context), ""}, bid->state_note()},
         {BidStateWords(bid->state()), ""},
         {{absl::FormatTime("%Y-%m-%d %H:%M", received, context.zone), ""}, ""},
         {{bid->has_content() ? std::to_string(bid->content().delivery_days()) : "–", ""}, ""}});
  }
  return table;
}

FormTable RankingTable(const v1::SourcingProcess& process, int lot, const PaperContext& context) {
  const std::string name = LotName(process, lot);
  FormTable table = {.title = {"Lot " + name, "Lot " + name},
                     .columns = {{.title = {"Rank", "Rang"}, .figures = true},
                                 {.title = {"Bidder", "Ponuđač"}},
                                 {.title = {"Points", "Bodovi"}, .figures = true},
                                 {.title = {"Price", "Cijena"}, .figures = true}}};
  table.title.bs.clear();
  for (const v1::RankedOffer& offer : process.ranking()) {
    if (offer.lot_number() != lot) continue;
    table.rows.push_back({{{std::to_string(offer.rank()), ""}, ""},
                          {{SupplierName(offer.supplier(), context), ""}, ""},
                          {{offer.has_points() ? Number(offer.points()) : "–", ""}, ""},
                          {{Amount(offer.amount()), ""}, ""}});
  }
  return table;
}

FormTable CriteriaTable(const v1::SourcingProcess& process) {
  FormTable table = {.title = {"Criteria", "Kriteriji"},
                     .columns = {{.title = {"What is judged", "Šta se ocjenjuje"}},
                                 {.title = {"Weight, %", "Težina, %"}, .figures = true}}};
  for (const v1::Criterion& criterion : process.criteria()) {
    table.rows.push_back({{{criterion.display_name(), ""}, ""},
                          {{std::to_string(criterion.weight_percent()), ""}, ""}});
  }
  return table;
}

FormTable AwardTable(const v1::SourcingProcess& process, const PaperContext& context) {
  FormTable table = {.title = {"Recommended", "Preporučeno"},
                     .columns = {{.title = {"Lot", "Lot"}},
                                 {.title = {"Supplier", "Dobavljač"}},
                                 {.title = {"Amount", "Iznos"}, .figures = true}}};
  base::Money total = FromProto(process.recommended(0).amount());
  total = base::Money::Zero(total.currency());
  for (const v1::LotAward& award : process.recommended()) {
    table.rows.push_back({{{LotName(process, award.lot_number()), ""}, ""},
                          {{SupplierName(award.supplier(), context), ""}, ""},
                          {{Amount(award.amount()), ""}, ""}});
    total = Sum(total, FromProto(award.amount()));
  }
  table.totals.push_back({{"Total", "Ukupno"}, Amount(ToProto(total))});
  return table;
}

}  // namespace

absl::StatusOr<std::string> RenderOrder(const v1::PurchaseOrder& order,
                                        const PaperContext& context) {
  Form form;
  form.name = order.name();
  form.number = order.version() > 1
                    ? fmt::format("{} v{}", order.document_number(), order.version())
                    : order.document_number();
  form.date = DayIn(order.update_time(), context);
  form.title = {"Purchase Order", "Narudžbenica"};
  form.state = OrderState(order.state());
  SayProject(form, context);
  form.facts.push_back({{"Supplier", "Dobavljač"}, {SupplierText(order.supplier(), context), ""}});
  form.facts.push_back({{"Subject", "Predmet"}, {order.display_name(), ""}});
  if (!order.supplier_reference().empty()) {
    form.facts.push_back(
        {{"Supplier's reference", "Oznaka dobavljača"}, {order.supplier_reference(), ""}});
  }
  SayAgreement(form, context);
  SayAcknowledged(form, order);
  if (!FromProto(order.retention_percent()).IsZero()) {
    form.facts.push_back(
        {{"Retention", "Zadržani iznos"}, {Number(order.retention_percent()) + " %", ""}});
  }
  form.tables.push_back(OrderLines(order, context));
  form.notes.push_back(
      {{"Delivery", "Isporuka"},
       {"Deliver with a delivery note that cites this order's number. What exceeds the quantity "
        "and its tolerance is not accepted.",
        "Isporučiti uz otpremnicu koja navodi broj ove narudžbenice. Što prelazi količinu i njeno "
        "odstupanje ne prima se."}});
  Sign(form, {"Approved by", "Odobrio/la"}, order.approvals(), context);
  form.signatures.push_back({.role = {"For the supplier", "Za dobavljača"}});
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderReceivingReport(const v1::GoodsReceipt& receipt,
                                                  const PaperContext& context) {
  const ReceiptWords words = WordsOf(receipt.state());
  Form form;
  form.name = receipt.name();
  form.number = receipt.document_number();
  form.date =
      DayIn(receipt.has_count_time() ? receipt.count_time() : receipt.receipt_time(), context);
  form.title = {"Receiving Report", "Zapisnik o prijemu"};
  form.state = words.state;
  SayProject(form, context);
  if (context.order != nullptr) {
    form.facts.push_back(
        {{"Order", "Narudžbenica"},
         {fmt::format("{}, {}", context.order->document_number(), context.order->display_name()),
          ""}});
    form.facts.push_back(
        {{"Supplier", "Dobavljač"}, {SupplierText(context.order->supplier(), context), ""}});
  }
  if (!receipt.delivery_note().empty()) {
    form.facts.push_back({{"Delivery note", "Otpremnica"}, {receipt.delivery_note(), ""}});
  }
  // What is abandoned after its count was never inspected.
  const bool inspected =
      words.inspected && (receipt.has_inspect_time() || receipt.has_receipt_time());
  form.tables.push_back(ReceiptLines(receipt, context, inspected));
  if (receipt.has_value()) {
    form.tables.back().totals.push_back(
        {{"Value of what was accepted", "Vrijednost primljenog"}, Amount(receipt.value())});
  }
  SayRejections(form, receipt);
  SayWaivers(form, receipt, context);
  const auto sign = [&](const Bilingual& role, const std::string& person, bool done,
                        const google::protobuf::Timestamp& time) {
    documents::FormSignature& signature = form.signatures.emplace_back();
    signature.role = role;
    signature.person = IdOf(person);
    if (done) signature.signed_on = DayIn(time, context);
  };
  const std::string& counter = receipt.counter().empty() ? receipt.receiver() : receipt.counter();
  const std::string& inspector =
      receipt.inspector().empty() ? receipt.receiver() : receipt.inspector();
  const bool in_one = !receipt.has_count_time();
  sign({"Counted by", "Prebrojao/la"}, counter, true,
       in_one ? receipt.receipt_time() : receipt.count_time());
  sign({"Inspected by", "Pregledao/la"}, inspector, inspected,
       receipt.has_inspect_time() ? receipt.inspect_time() : receipt.receipt_time());
  form.signatures.push_back({.role = {"For the supplier", "Za dobavljača"}});
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderBidAnalysis(const v1::SourcingProcess& process,
                                              const PaperContext& context) {
  if (!BidsAreOpen(process.state())) {
    return absl::FailedPreconditionError(
        fmt::format("{}: its bids are not open", process.document_number()));
  }
  Form form = SourcingForm(process, context);
  form.title = {"Bid Analysis", "Analiza ponuda"};
  form.tables.push_back(BidsTable(context));
  if (!process.criteria().empty()) form.tables.push_back(CriteriaTable(process));
  for (int lot = 1; lot <= process.lots_size(); ++lot) {
    form.tables.push_back(RankingTable(process, lot, context));
  }
  for (const v1::ConflictDeclaration& declaration : process.conflict_declarations()) {
    std::string related;
    for (const std::string& supplier : declaration.suppliers()) {
      related += (related.empty() ? "" : ", ") + SupplierName(supplier, context);
    }
    form.notes.push_back(
        {{"Declaration of " + IdOf(declaration.person()), "Izjava: " + IdOf(declaration.person())},
         {related.empty()
              ? declaration.statement()
              : fmt::format("{} – related to · u vezi sa: {}", declaration.statement(), related),
          ""}});
  }
  for (const std::string& evaluator : process.evaluators()) {
    form.signatures.push_back({.role = {"Evaluator", "Ocjenjivač"}, .person = IdOf(evaluator)});
  }
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderAwardMemo(const v1::SourcingProcess& process,
                                            const PaperContext& context) {
  if (process.recommended().empty()) {
    return absl::FailedPreconditionError(
        fmt::format("{}: nothing is recommended yet", process.document_number()));
  }
  Form form = SourcingForm(process, context);
  form.title = {"Award Memorandum", "Odluka o dodjeli"};
  if (process.approvals_size() < process.approvals_needed()) {
    form.state = {fmt::format("{} of {} approvals given", process.approvals_size(),
                              process.approvals_needed()),
                  fmt::format("dato {} od {} odobrenja", process.approvals_size(),
                              process.approvals_needed())};
  }
  form.tables.push_back(AwardTable(process, context));
  if (!process.justification().empty()) {
    form.notes.push_back({{"Justification", "Obrazloženje"}, {process.justification(), ""}});
  }
  if (process.has_standstill_end_time()) {
    form.notes.push_back({{"Standstill until", "Mirovanje do"},
                          {DateText(process.standstill_end_time(), context), ""}});
  }
  for (const v1::SourcingComplaint& complaint : process.complaints()) {
    form.notes.push_back(
        {{fmt::format("Complaint {} of {}", complaint.complaint_number(),
                      SupplierName(complaint.supplier(), context)),
          fmt::format("Žalba {}, {}", complaint.complaint_number(),
                      SupplierName(complaint.supplier(), context))},
         {complaint.resolved()
              ? fmt::format("{} – {}: {}", complaint.text(),
                            complaint.upheld() ? "upheld · usvojena" : "rejected · odbijena",
                            complaint.answer())
              : complaint.text() + " – open · u toku",
          ""}});
  }
  form.signatures.push_back(
      {.role = {"Recommended by", "Preporučio/la"}, .person = IdOf(process.recommender())});
  Sign(form, {"Approved by", "Odobrio/la"}, process.approvals(), context);
  for (int i = process.approvals_size(); i < process.approvals_needed(); ++i) {
    form.signatures.push_back({.role = {"Approved by", "Odobrio/la"}});
  }
  return documents::RenderForm(form);
}

}  // namespace prihvat::procurement
