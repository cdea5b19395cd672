#include "services/handover/documents/papers.h"

#include <algorithm>
#include <vector>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/documents/form.h"
#include "libs/documents/funding_words.h"
#include "libs/documents/paper_dates.h"
#include "services/handover/documents/paper_words.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

using documents::Bilingual;
using documents::Form;
using documents::FormCell;
using documents::FormTable;

absl::CivilDay DayIn(const google::protobuf::Timestamp& time, const PaperContext& context) {
  return base::LocalDay(FromProto(time), context.zone);
}

std::string Number(const common::v1::Decimal& number) { return FromProto(number).ToString(); }

bool IsNothing(const common::v1::Decimal& number) { return FromProto(number).IsZero(); }

// "30 October 2023 · 30. 10. 2023., 09:00"
std::string TimeText(const google::protobuf::Timestamp& time, const PaperContext& context) {
  return fmt::format("{}, {}", documents::BothDates(DayIn(time, context)),
                     absl::FormatTime("%H:%M", FromProto(time), context.zone));
}

// What an item is, its numbers, and of what its quantity is a number.
struct ItemWords {
  Bilingual description;
  std::string numbers;
  std::string unit;
};

ItemWords WordsOf(const v1::HandoverItem& item, const PaperContext& context) {
  if (const auto asset = context.assets.find(item.asset()); asset != context.assets.end()) {
    return {ToText(asset->second->description()), NumbersText(*asset->second), "pcs"};
  }
  if (const auto lot = context.lots.find(item.asset_lot()); lot != context.lots.end()) {
    return {ToText(lot->second->description()), "", lot->second->unit()};
  }
  return {{std::string(IdOf(item.asset() + item.asset_lot())), ""}, "", ""};
}

// The facts that the papers of a case begin with.
void SayCase(Form& form, const v1::HandoverCase& of, const PaperContext& context) {
  form.name = of.name();
  form.number = of.delivery_note().empty() ? std::string(IdOf(of.name())) : of.delivery_note();
  if (!of.project_title().en().empty()) {
    form.facts.push_back({{"Project", "Projekat"}, ToText(of.project_title())});
  }
  if (!of.funding_source().empty()) {
    form.facts.push_back({{"Funding", "Finansiranje"}, {of.funding_source(), ""}});
  }
  form.facts.push_back({{"Given by", "Predaje"}, ToText(context.names->Of(of.giver()))});
  form.facts.push_back({{"Received by", "Prima"}, ToText(context.names->Of(of.recipient()))});
  if (!of.centre().empty()) {
    form.facts.push_back({{"Centre", "Centar"}, {std::string(IdOf(of.centre())), ""}});
  }
  if (!of.place().empty()) form.facts.push_back({{"Place", "Mjesto"}, {of.place(), ""}});
  if (of.has_scheduled_date()) {
    form.facts.push_back(
        {{"Set for", "Zakazano za"}, {documents::BothDates(FromProto(of.scheduled_date())), ""}});
  }
  std::vector<std::string> donors = {of.donors().begin(), of.donors().end()};
  if (donors.empty()) donors.push_back(of.donor());
  form.eu_funding = documents::EuFundingOf(donors);
}

void AddItem(FormTable& table, const v1::HandoverItem& item, const PaperContext& context) {
  const ItemWords words = WordsOf(item, context);
  table.rows.push_back({{{std::to_string(table.rows.size() + 1), ""}, ""},
                        {words.description, words.numbers},
                        {{Number(item.quantity()), ""}, ""},
                        {{words.unit, ""}, ""}});
}

// A line to sign on for somebody of the organisation.
void SignFor(Form& form, const Bilingual& role, const std::string& organisation,
             const PaperContext& context) {
  const v1::LocalizedText name = context.names->Of(organisation);
  form.signatures.push_back(
      {.role = {fmt::format("{}, {}", role.en, name.en()),
                fmt::format("{}, {}", role.bs, name.bs().empty() ? name.en() : name.bs())},
       .person = "",
       .signed_on = {}});
}

// Before place and day are set nothing is on its way.
bool IsScheduled(v1::HandoverCaseState state) {
  switch (state) {
    case v1::HANDOVER_CASE_STATE_DRAFTED:
    case v1::HANDOVER_CASE_STATE_DONOR_AUTHORISED:
    case v1::HANDOVER_CASE_STATE_VOIDED:
      return false;
    default:
      return true;
  }
}

bool Differs(const v1::HandoverItem& item) {
  return !IsNothing(item.refused()) || !IsNothing(item.missing());
}

FormTable Discrepancies(const v1::HandoverCase& of, const PaperContext& context) {
  FormTable table = {.title = {"What was not accepted", "Šta nije prihvaćeno"},
                     .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Listed", "Popisano"}, .figures = true},
                                 {.title = {"Unit", "Jed."}, .figures = true},
                                 {.title = {"Accepted", "Prihvaćeno"}, .figures = true},
                                 {.title = {"Refused", "Odbijeno"}, .figures = true},
                                 {.title = {"Missing", "Nedostaje"}, .figures = true}},
                     .rows = {},
                     .totals = {}};
  for (const v1::HandoverItem& item : of.items()) {
    if (!Differs(item)) continue;
    AddItem(table, item, context);
    for (const common::v1::Decimal* part : {&item.accepted(), &item.refused(), &item.missing()}) {
      table.rows.back().push_back({{Number(*part), ""}, ""});
    }
  }
  return table;
}

// What had to be so before the taker answered, and since when it was.
FormTable Readiness(const v1::ResponsibilityTransfer& transfer, const PaperContext& context) {
  FormTable table = {.title = {"Readiness", "Spremnost"},
                     .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"What must be so", "Šta mora biti ispunjeno"}},
                                 {.title = {"Done", "Ispunjeno"}}},
                     .rows = {},
                     .totals = {}};
  for (const v1::ReadinessItem& item : transfer.readiness_items()) {
    Bilingual done = {"no", "ne"};
    if (item.done()) done = {documents::BothDates(DayIn(item.record_time(), context)), ""};
    table.rows.push_back({{{std::to_string(table.rows.size() + 1), ""}, ""},
                          {ToText(item.display_name()), item.note()},
                          {done, item.mandatory() ? "" : "not mandatory · nije obavezno"}});
  }
  return table;
}

void SayDisputes(Form& form, const v1::HandoverCase& of) {
  // What is contested and how it was settled, by turns.
  for (int i = 0; i < of.dispute_notes_size(); ++i) {
    const Bilingual label =
        i % 2 == 0 ? Bilingual{"Contested", "Osporeno"} : Bilingual{"Settled", "Riješeno"};
    form.notes.push_back({label, {of.dispute_notes(i), ""}});
  }
}

}  // namespace

absl::StatusOr<std::string> RenderDeliveryNote(const v1::HandoverCase& of,
                                               const PaperContext& context) {
  if (!IsScheduled(of.state())) {
    return absl::FailedPreconditionError(
        fmt::format("{} has no place and day, or was voided", of.name()));
  }
  Form form;
  SayCase(form, of, context);
  form.title = {"Delivery Note", "Otpremnica"};
  const bool brought = of.has_delivery_time();
  form.date = brought ? DayIn(of.delivery_time(), context) : FromProto(of.scheduled_date());
  if (!brought) form.state = {"Not yet delivered", "Još nije isporučeno"};
  if (brought) {
    form.facts.push_back(
        {{"Delivered", "Isporučeno"}, {TimeText(of.delivery_time(), context), ""}});
  }
  FormTable table = {.title = {"What is brought", "Šta se isporučuje"},
                     .columns = {{.title = {"No.", "R. br."}, .figures = true},
                                 {.title = {"Description", "Opis"}},
                                 {.title = {"Quantity", "Količina"}, .figures = true},
                                 {.title = {"Unit", "Jed."}, .figures = true}},
                     .rows = {},
                     .totals = {}};
  for (const v1::HandoverItem& item : of.items()) AddItem(table, item, context);
  form.tables.push_back(std::move(table));
  form.notes.push_back(
      {{"What a signature says", "Šta potpis znači"},
       {"That the items came. They are counted afterwards; ownership passes by the donation "
        "certificate only.",
        "Da su predmeti stigli. Broje se naknadno; vlasništvo prelazi tek potvrdom o donaciji."}});
  SignFor(form, {"Delivered by", "Isporučio/la"}, of.giver(), context);
  SignFor(form, {"Received by", "Preuzeo/la"}, of.recipient(), context);
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderDiscrepancyNote(const v1::HandoverCase& of,
                                                  const PaperContext& context) {
  if (!of.has_count_time() || std::none_of(of.items().begin(), of.items().end(), &Differs)) {
    return absl::FailedPreconditionError(
        fmt::format("of {} nothing was refused or missing", of.name()));
  }
  Form form;
  SayCase(form, of, context);
  form.title = {"Discrepancy Note", "Zapisnik o neslaganju"};
  form.date = DayIn(of.count_time(), context);
  if (of.state() == v1::HANDOVER_CASE_STATE_DISPUTED) {
    form.state = {"The count is contested", "Brojanje je osporeno"};
  }
  if (of.state() == v1::HANDOVER_CASE_STATE_VOIDED) form.state = {"Voided", "Poništeno"};
  form.facts.push_back({{"Counted", "Prebrojano"}, {TimeText(of.count_time(), context), ""}});
  form.tables.push_back(Discrepancies(of, context));
  int line = 0;
  for (const v1::HandoverItem& item : of.items()) {
    if (!Differs(item)) continue;
    ++line;
    form.notes.push_back(
        {{fmt::format("Line {}: why", line), fmt::format("Stavka {}: razlog", line)},
         {item.discrepancy(), ""}});
  }
  SayDisputes(form, of);
  SignFor(form, {"For the giver", "Za davaoca"}, of.giver(), context);
  SignFor(form, {"For the recipient", "Za primaoca"}, of.recipient(), context);
  return documents::RenderForm(form);
}

absl::StatusOr<std::string> RenderResponsibilityProtocol(const v1::ResponsibilityTransfer& transfer,
                                                         const PaperContext& context) {
  if (transfer.protocol_number().empty()) {
    return absl::FailedPreconditionError(fmt::format("{} has not taken effect", transfer.name()));
  }
  Form form;
  form.name = transfer.name();
  form.number = transfer.protocol_number();
  form.title = {"Protocol on the Transfer of Responsibility", "Zapisnik o prenosu odgovornosti"};
  const bool reverted = transfer.state() == v1::RESPONSIBILITY_TRANSFER_STATE_REVERTED;
  // What went back went from the taker to the giver.
  const std::string& from = reverted ? transfer.taker() : transfer.giver();
  const std::string& to = reverted ? transfer.giver() : transfer.taker();
  const google::protobuf::Timestamp& since =
      reverted ? transfer.state_time() : transfer.transfer_time();
  form.date = DayIn(since, context);
  if (reverted) form.state = {"It went back to who had it before", "Vraćeno prethodnom nosiocu"};
  form.facts.push_back({{"Centre", "Centar"}, {std::string(IdOf(transfer.centre())), ""}});
  form.facts.push_back({{"Function", "Funkcija"}, ToText(context.function)});
  form.facts.push_back({{"Given by", "Predaje"}, ToText(context.names->Of(from))});
  form.facts.push_back({{"Taken over by", "Preuzima"}, ToText(context.names->Of(to))});
  form.facts.push_back({{"Agreement", "Sporazum"}, {transfer.agreement(), ""}});
  if (transfer.has_parallel_run_time() && !reverted) {
    form.facts.push_back({{"Parallel run since", "Paralelni rad od"},
                          {TimeText(transfer.parallel_run_time(), context), ""}});
  }
  form.facts.push_back({{"Answers from", "Odgovara od"}, {TimeText(since, context), ""}});
  if (!transfer.readiness().empty()) {
    form.notes.push_back({{"Readiness", "Spremnost"}, {transfer.readiness(), ""}});
  }
  if (!transfer.readiness_items().empty()) form.tables.push_back(Readiness(transfer, context));
  if (!transfer.review().empty()) {
    form.notes.push_back({{"Review", "Preispitivanje"}, {transfer.review(), ""}});
  }
  form.notes.push_back(
      {{"What it says", "Šta potvrđuje"},
       {"Until the moment above the body that gives answered for the function, from it on the one "
        "that takes over, without gap and overlap.",
        "Do navedenog trenutka za funkciju je odgovarao onaj ko predaje, a od tog trenutka onaj ko "
        "preuzima, bez prekida i preklapanja."}});
  SignFor(form, {"Given by", "Predao/la"}, from, context);
  SignFor(form, {"Taken over by", "Preuzeo/la"}, to, context);
  return documents::RenderForm(form);
}

}  // namespace prihvat::handover
