// The papers by which something is asked for: requisition, tender pack, rejection note, VAT
// exemption.
#include <algorithm>

#include "fmt/format.h"
#include "libs/documents/form.h"
#include "libs/documents/paper_dates.h"
#include "services/procurement/documents/paper_words.h"
#include "services/procurement/documents/papers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using documents::Bilingual;
using documents::Form;
using documents::FormTable;

Bilingual RequisitionState(v1::RequisitionState state) {
  switch (state) {
    case v1::REQUISITION_STATE_DRAFT:
      return {"Draft", "Nacrt"};
    case v1::REQUISITION_STATE_SUBMITTED:
      return {"Submitted, not yet approved", "Podneseno, još nije odobreno"};
    case v1::REQUISITION_STATE_RETURNED:
      return {"Returned to be changed", "Vraćeno na doradu"};
    case v1::REQUISITION_STATE_REJECTED:
      return {"Rejected", "Odbijeno"};
    case v1::REQUISITION_STATE_CANCELLED:
      return {"Cancelled", "Otkazano"};
    default:
      return {};
  }
}

FormTable RequisitionLines(const v1::Requisition& requisition) {
  FormTable table = {
      .title = {},
      .columns = {{.title = {"No.", "R. br."}, .figures = true},
                  {.title = {"What is needed", "Šta je potrebno"}},
                  {.title = {"Quantity", "Količina"}, .figures = true},
                  {.title = {"Unit", "Jed."}, .figures = true},
                  {.title = {"Estimate, each", "Procjena, po jed."}, .figures = true}},
      .rows = {},
      .totals = {}};
  for (const v1::RequisitionLine& line : requisition.lines()) {
    table.rows.push_back({{{std::to_string(line.line_number()), ""}, ""},
                          {{line.description(), line.description_bs()}, ""},
                          {{Number(line.quantity()), ""}, ""},
                          {{line.unit(), ""}, ""},
                          {{Figure(line.estimated_unit_price()), ""}, ""}});
  }
  table.totals.push_back({{"Estimated total", "Procijenjeno ukupno"}, Amount(requisition.total())});
  if (requisition.has_reserved() && !FromProto(requisition.reserved()).IsZero()) {
    table.totals.push_back({{"Reserved now", "Rezervisano sada"}, Amount(requisition.reserved())});
  }
  return table;
}

// A draft is not sent; what is over is no longer open.
Bilingual TenderState(v1::SourcingState state) {
  switch (state) {
    case v1::SOURCING_STATE_PLANNED:
      return {"Draft: not published", "Nacrt: nije objavljeno"};
    case v1::SOURCING_STATE_PUBLISHED:
      return {};
    case v1::SOURCING_STATE_CANCELLED:
      return {"Cancelled", "Otkazano"};
    default:
      return {"Closed for bids", "Zatvoreno za ponude"};
  }
}

// Quantities only: prices are the bidders' to say.
FormTable NeededLines(const v1::Requisition& requisition) {
  FormTable table = {.title = {"What is needed", "Šta je potrebno"},
                     .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Quantity", "Količina"}, .figures = true},
                                 {.title = {"Unit", "Jed."}, .figures = true}},
                     .rows = {},
                     .totals = {}};
  for (const v1::RequisitionLine& line : requisition.lines()) {
    table.rows.push_back({{{std::to_string(line.line_number()), ""}, ""},
                          {{line.description(), line.description_bs()}, ""},
                          {{Number(line.quantity()), ""}, ""},
                          {{line.unit(), ""}, ""}});
  }
  return table;
}

FormTable JudgedBy(const v1::SourcingProcess& process) {
  FormTable table = {.title = {"How offers are judged", "Kako se ponude ocjenjuju"},
                     .columns = {{.title = {"What is judged", "Šta se ocjenjuje"}},
                                 {.title = {"Weight, %", "Težina, %"}, .figures = true}},
                     .rows = {},
                     .totals = {}};
  for (const v1::Criterion& criterion : process.criteria()) {
    table.rows.push_back({{{criterion.display_name(), ""}, ""},
                          {{std::to_string(criterion.weight_percent()), ""}, ""}});
  }
  return table;
}

FormTable OfferForm(const v1::SourcingProcess& process) {
  FormTable table = {.title = {"The offer, to be filled in", "Ponuda, ispunjava ponuđač"},
                     .columns = {{.title = {"Lot", "Lot"}},
                                 {.title = {"What is offered", "Šta se nudi"}},
                                 {.title = {"Price", "Cijena"}}},
                     .rows = {},
                     .totals = {},
                     .to_fill_in = true};
  for (const v1::Lot& lot : process.lots()) {
    table.rows.push_back({{{fmt::format("{}. {}", lot.lot_number(), lot.display_name()), ""}, ""},
                          {{"", ""}, ""},
                          {{"", ""}, ""}});
  }
  table.totals.push_back({{"Days until delivery", "Dana do isporuke"}, ""});
  return table;
}

bool IsNothing(const common::v1::Decimal& number) { return FromProto(number).IsZero(); }

Bilingual DescriptionOf(const v1::PurchaseOrder& order, int line_number) {
  for (const v1::OrderLine& line : order.lines()) {
    if (line.line_number() == line_number) return {line.description(), line.description_bs()};
  }
  return {};
}

FormTable RejectedLines(const v1::GoodsReceipt& receipt, const PaperContext& context) {
  FormTable table = {.title = {},
                     .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Delivered", "Isporučeno"}, .figures = true},
                                 {.title = {"Rejected", "Odbijeno"}, .figures = true},
                                 {.title = {"Went back", "Vraćeno"}, .figures = true}},
                     .rows = {},
                     .totals = {}};
  for (const v1::ReceiptLine& line : receipt.lines()) {
    if (IsNothing(line.rejected())) continue;
    const Bilingual description =
        context.order == nullptr ? Bilingual{} : DescriptionOf(*context.order, line.line_number());
    table.rows.push_back({{{std::to_string(line.line_number()), ""}, ""},
                          {description, PiecesText(line.rejected_serials())},
                          {{Number(line.delivered()), ""}, ""},
                          {{Number(line.rejected()), ""}, ""},
                          {{Number(line.returned_rejected()), ""}, ""}});
  }
  return table;
}

void SayOrder(Form& form, const PaperContext& context) {
  if (context.order == nullptr) return;
  form.facts.push_back(
      {{"Order", "Narudžbenica"},
       {fmt::format("{}, {}", context.order->document_number(), context.order->display_name()),
        ""}});
  form.facts.push_back(
      {{"Supplier", "Dobavljač"}, {SupplierText(context.order->supplier(), context), ""}});
}

FormTable ExemptLines(const v1::PurchaseOrder& order) {
  FormTable table = {
      .title = {},
      .columns = {{.title = {"No.", "R. br."}, .figures = true},
                  {.title = {"Goods or service", "Roba ili usluga"}},
                  {.title = {"Quantity", "Količina"}, .figures = true},
                  {.title = {"Unit", "Jed."}, .figures = true},
                  {.title = {"Value without tax", "Vrijednost bez poreza"}, .figures = true}},
      .rows = {},
      .totals = {}};
  base::Money exempt = base::Money::Zero(FromProto(order.total()).currency());
  base::Money taxes = exempt;
  for (const v1::OrderLine& line : order.lines()) {
    if (line.kind() == v1::LINE_KIND_TAX) {
      taxes = Sum(taxes, FromProto(line.total()));
      continue;
    }
    exempt = Sum(exempt, FromProto(line.total()));
    table.rows.push_back({{{std::to_string(line.line_number()), ""}, ""},
                          {{line.description(), line.description_bs()}, ""},
                          {{Number(line.quantity()), ""}, ""},
                          {{line.unit(), ""}, ""},
                          {{Figure(line.total()), ""}, ""}});
  }
  table.totals.push_back(
      {{"Value to be exempt", "Vrijednost za oslobađanje"}, Amount(ToProto(exempt))});
  if (!taxes.IsZero()) {
    table.totals.push_back(
        {{"Taxes that the order has", "Porezi u narudžbenici"}, Amount(ToProto(taxes))});
  }
  return table;
}

}  // namespace

absl::StatusOr<std::string> RenderRequisition(const v1::Requisition& requisition,
                                              const PaperContext& context) {
  Form form;
  form.name = requisition.name();
  form.number = requisition.document_number();
  form.date = DayIn(requisition.update_time(), context);
  form.title = {"Requisition", "Zahtjev za nabavku"};
  form.state = RequisitionState(requisition.state());
  SayProject(form, context);
  if (context.budget_line != nullptr) {
    form.facts.push_back(
        {{"Budget line", "Budžetska linija"},
         {context.budget_line->display_name(), context.budget_line->display_name_bs()}});
  }
  form.facts.push_back({{"Purpose", "Svrha"}, {requisition.purpose(), ""}});
  form.tables.push_back(RequisitionLines(requisition));
  if (!requisition.state_note().empty()) {
    form.notes.push_back({{"Reason", "Razlog"}, {requisition.state_note(), ""}});
  }
  form.signatures.push_back({.role = {"Requested by", "Podnio/la"},
                             .person = IdOf(requisition.requester()),
                             .signed_on = DayIn(requisition.create_time(), context)});
  for (const std::string& reviser : requisition.revisers()) {
    form.signatures.push_back(
        {.role = {"Revised by", "Izmijenio/la"}, .person = IdOf(reviser), .signed_on = {}});
  }
  form.signatures.push_back({.role = {"Approved by", "Odobrio/la"},
                             .person = IdOf(requisition.approver()),
                             .signed_on = {}});
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderTenderPack(const v1::SourcingProcess& process,
                                             const PaperContext& context) {
  if (process.method() == v1::SOURCING_METHOD_UNSPECIFIED ||
      process.waiver() != v1::WAIVER_KIND_UNSPECIFIED) {
    return absl::FailedPreconditionError(
        fmt::format("{}: it is not put to competition", process.document_number()));
  }
  Form form;
  form.name = process.name();
  form.number = process.document_number();
  form.date = DayIn(process.update_time(), context);
  form.title = MethodWords(process.method());
  form.state = TenderState(process.state());
  SayProject(form, context);
  form.facts.push_back({{"Purchase", "Nabavka"}, {process.display_name(), ""}});
  form.facts.push_back(
      {{"Bids until", "Ponude do"},
       {fmt::format("{}, {}", DateText(process.bid_deadline(), context),
                    absl::FormatTime("%H:%M %Ez", FromProto(process.bid_deadline()), context.zone)),
        ""}});
  if (context.requisition != nullptr) form.tables.push_back(NeededLines(*context.requisition));
  if (!process.criteria().empty()) form.tables.push_back(JudgedBy(process));
  form.tables.push_back(OfferForm(process));
  form.notes.push_back(
      {{"How to bid", "Kako dostaviti ponudu"},
       {fmt::format("A bid is sealed for all {} openers and handed in before the deadline; nobody "
                    "reads it before they open it together. It may be taken back until then. A bid "
                    "that comes later is refused.",
                    process.openers_size()),
        fmt::format("Ponuda se pečati za svih {} članova koji je otvaraju i predaje prije roka; "
                    "niko je ne čita prije nego što je zajedno otvore. Do tada se može povući. "
                    "Ponuda koja stigne kasnije odbija se.",
                    process.openers_size())}});
  form.signatures.push_back(
      {.role = {"For the bidder", "Za ponuđača"}, .person = "", .signed_on = {}});
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderRejectionNote(const v1::GoodsReceipt& receipt,
                                                const PaperContext& context) {
  const bool any =
      std::any_of(receipt.lines().begin(), receipt.lines().end(),
                  [](const v1::ReceiptLine& line) { return !IsNothing(line.rejected()); });
  const bool stands = receipt.state() == v1::GOODS_RECEIPT_STATE_INSPECTED ||
                      receipt.state() == v1::GOODS_RECEIPT_STATE_POSTED;
  if (!any || !stands) {
    return absl::FailedPreconditionError(
        fmt::format("{}: nothing of it is rejected", receipt.document_number()));
  }
  Form form;
  form.name = receipt.name();
  form.number = receipt.document_number();
  form.date =
      DayIn(receipt.has_inspect_time() ? receipt.inspect_time() : receipt.receipt_time(), context);
  form.title = {"Rejection Note", "Obavijest o odbijanju robe"};
  if (receipt.state() == v1::GOODS_RECEIPT_STATE_INSPECTED) {
    form.state = {"Inspected, not yet posted", "Pregledano, još nije knjiženo"};
  }
  SayProject(form, context);
  SayOrder(form, context);
  if (!receipt.delivery_note().empty()) {
    form.facts.push_back({{"Delivery note", "Otpremnica"}, {receipt.delivery_note(), ""}});
  }
  form.tables.push_back(RejectedLines(receipt, context));
  for (const v1::ReceiptLine& line : receipt.lines()) {
    if (IsNothing(line.rejected())) continue;
    form.notes.push_back({{fmt::format("Line {}: why", line.line_number()),
                           fmt::format("Stavka {}: razlog", line.line_number())},
                          {line.rejection_reason(), ""}});
  }
  form.notes.push_back(
      {{"What follows", "Šta slijedi"},
       {"What is rejected is not paid for and stays the supplier's, to be taken back or replaced. "
        "The order stays open for what is missing.",
        "Odbijena roba se ne plaća i ostaje vlasništvo dobavljača, koji je preuzima ili mijenja. "
        "Narudžbenica ostaje otvorena za ono što nedostaje."}});
  const std::string& inspector =
      receipt.inspector().empty() ? receipt.receiver() : receipt.inspector();
  form.signatures.push_back({.role = {"Inspected by", "Pregledao/la"},
                             .person = IdOf(inspector),
                             .signed_on = form.date});
  form.signatures.push_back(
      {.role = {"For the supplier", "Za dobavljača"}, .person = "", .signed_on = {}});
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderVatExemption(const v1::PurchaseOrder& order,
                                               const PaperContext& context) {
  if (order.state() == v1::PURCHASE_ORDER_STATE_DRAFT ||
      order.state() == v1::PURCHASE_ORDER_STATE_CANCELLED) {
    return absl::FailedPreconditionError(
        fmt::format("{}: it is not approved, or was cancelled", order.document_number()));
  }
  Form form;
  form.name = order.name();
  form.number = order.document_number();
  form.date = DayIn(order.update_time(), context);
  form.title = {"Request for VAT Exemption", "Zahtjev za oslobađanje od PDV-a"};
  SayProject(form, context);
  if (context.project != nullptr) {
    Bilingual donors;
    for (const std::string& donor : DonorsOf(context)) {
      const Bilingual name = OrganisationWords(donor, context);
      donors.en += (donors.en.empty() ? "" : ", ") + name.en;
      donors.bs += (donors.bs.empty() ? "" : ", ") + (name.bs.empty() ? name.en : name.bs);
    }
    if (donors.bs == donors.en) donors.bs.clear();
    form.facts.push_back({{"Paid by", "Plaća"}, donors});
  }
  SayOrder(form, context);
  if (order.has_vat_exemption()) {
    const v1::VatExemption& exemption = order.vat_exemption();
    form.state = {"Decided on", "Odlučeno"};
    form.facts.push_back({{"Decision", "Odluka"},
                          {fmt::format("{}, {}, {}", exemption.reference(), exemption.authority(),
                                       documents::BothDates(FromProto(exemption.decision_date()))),
                           ""}});
  }
  form.tables.push_back(ExemptLines(order));
  form.notes.push_back(
      {{"Request", "Zahtjev"},
       {"What is listed is bought for the project above and paid from the funding named with it. "
        "That it be exempt from value added tax, excise and road fees is asked for by the "
        "instruction that is in force for this funding.",
        "Navedeno se nabavlja za gore navedeni projekat i plaća iz navedenih sredstava. Traži se "
        "oslobađanje od poreza na dodanu vrijednost, akciza i putarina prema instrukciji koja "
        "važi za ova sredstva."}});
  Sign(form, {"Order approved by", "Narudžbu odobrio/la"}, order.approvals(), context);
  form.signatures.push_back(
      {.role = {"For the authority", "Za nadležni organ"}, .person = "", .signed_on = {}});
  return documents::RenderForm(form);
}

}  // namespace prihvat::procurement
