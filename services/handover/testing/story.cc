#include "services/handover/testing/story.h"

#include "libs/base/money.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover::testing {
namespace {

google::type::Money Amount(std::string_view amount, std::string_view currency) {
  const auto money = base::Money::Parse(amount, currency);
  EXPECT_TRUE(money.ok()) << money.status();
  return ToProto(*money);
}

v1::RegisterReceivedGoodsRequest Received(const std::string& receipt, int line) {
  v1::RegisterReceivedGoodsRequest command;
  command.set_operation("operations/ba");
  v1::Provenance& from = *command.mutable_provenance();
  from.set_receipt(receipt);
  from.set_receipt_number("GRN-2023-0001");
  from.set_purchase_order("operations/ba/purchaseOrders/po-1");
  from.set_line_number(line);
  from.set_project("operations/ba/projects/measure");
  from.set_budget_line("operations/ba/projects/measure/budgetLines/equipment");
  from.set_supplier("operations/ba/suppliers/s-1");
  from.set_donor(kEu);
  from.set_agency(kIom);
  return command;
}

}  // namespace

google::type::Money Km(std::string_view amount) { return Amount(amount, "BAM"); }
google::type::Money Eur(std::string_view amount) { return Amount(amount, "EUR"); }

common::v1::Decimal Number(std::string_view value) {
  common::v1::Decimal out;
  out.set_value(std::string(value));
  return out;
}

google::type::Date Day(int year, int month, int day) {
  google::type::Date out;
  out.set_year(year);
  out.set_month(month);
  out.set_day(day);
  return out;
}

v1::RegisterReceivedGoodsRequest ReceivedPieces(const std::vector<std::string>& serials,
                                                std::string_view value,
                                                const std::string& receipt) {
  v1::RegisterReceivedGoodsRequest command = Received(receipt, 1);
  command.mutable_description()->set_en("Radio set");
  command.mutable_description()->set_bs("Radio-stanica");
  command.set_unit("pcs");
  command.set_serialised(true);
  for (const std::string& serial : serials) {
    v1::ReceivedSerial& piece = *command.add_serials();
    piece.set_serial(serial);
    piece.set_manufacturer("Škoda");
  }
  *command.mutable_accepted() = Number(std::to_string(serials.size()));
  *command.mutable_value() = Km(value);
  *command.mutable_unit_price() = Km(value);
  return command;
}

v1::RegisterReceivedGoodsRequest ReceivedVehicles(const std::vector<std::string>& vins,
                                                  std::string_view value,
                                                  const std::string& receipt) {
  v1::RegisterReceivedGoodsRequest command = ReceivedPieces(vins, value, receipt);
  command.mutable_description()->set_en("All-terrain vehicle");
  command.mutable_description()->set_bs("Terensko vozilo");
  for (v1::ReceivedSerial& piece : *command.mutable_serials()) {
    piece.set_vin(piece.serial());
    piece.clear_serial();
  }
  return command;
}

v1::RegisterReceivedGoodsRequest ReceivedLot(std::string_view quantity, std::string_view value,
                                             std::string_view unit_price,
                                             const std::string& receipt) {
  v1::RegisterReceivedGoodsRequest command = Received(receipt, 2);
  command.mutable_description()->set_en("Protective footwear");
  command.mutable_description()->set_bs("Zaštitna obuća");
  command.set_unit("pair");
  *command.mutable_accepted() = Number(quantity);
  *command.mutable_value() = Km(value);
  *command.mutable_unit_price() = Km(unit_price);
  return command;
}

std::string AssetOf(int piece, std::string_view receipt) { return AssetName(receipt, 1, piece); }
std::string LotOf(std::string_view receipt) { return LotName(receipt, 2); }

v1::GrantMandateRequest Mandate(const std::string& id, const std::string& person,
                                const google::type::Date& from, const google::type::Date& until) {
  v1::GrantMandateRequest command;
  command.set_parent("operations/ba");
  command.set_mandate_id(id);
  v1::Mandate& mandate = *command.mutable_mandate();
  mandate.set_organisation(std::string(OrganisationOf(person)));
  mandate.mutable_organisation_display_name()->set_en("Body " + mandate.organisation());
  mandate.set_person(person);
  mandate.set_person_display_name("Name of " + id);
  mandate.mutable_title()->set_en("Director");
  *mandate.mutable_valid_from() = from;
  *mandate.mutable_valid_until() = until;
  mandate.set_reference("decision 1");
  return command;
}

v1::CreateHandoverCaseRequest Case(const std::vector<v1::HandoverItem>& items,
                                   const std::string& id) {
  v1::CreateHandoverCaseRequest command;
  command.set_parent("operations/ba");
  command.set_handover_case_id(id);
  v1::HandoverCase& wanted = *command.mutable_handover_case();
  wanted.set_recipient(kDcpb);
  wanted.set_giver(kEu);
  wanted.set_giver_mandate("operations/ba/mandates/eu");
  wanted.set_recipient_mandate("operations/ba/mandates/july");
  wanted.mutable_items()->Add(items.begin(), items.end());
  return command;
}

v1::HandoverItem Asset(int piece, std::string_view receipt) {
  v1::HandoverItem item;
  item.set_asset(AssetOf(piece, receipt));
  return item;
}

v1::HandoverItem Lot(std::string_view quantity, std::string_view receipt) {
  v1::HandoverItem item;
  item.set_asset_lot(LotOf(receipt));
  *item.mutable_quantity() = Number(quantity);
  return item;
}

v1::SignHandoverCaseRequest Signed(v1::HandoverParty party, const std::string& name) {
  auto command = To<v1::SignHandoverCaseRequest>(name);
  command.set_party(party);
  return command;
}

Story::Story() : testkit::DeciderSpec(HandoverDecider()) {
  v1::OperationRegistered operation;
  operation.set_operation("operations/ba");
  operation.set_time_zone("Europe/Sarajevo");
  Given(operation);
  v1::ProjectRegistered project;
  project.set_project("operations/ba/projects/measure");
  project.mutable_display_name()->set_en("Individual measure");
  project.mutable_display_name()->set_bs("Pojedinačna mjera");
  project.set_funding_source("European Union");
  Given(project);
  At(absl::CivilSecond(2023, 7, 1, 8, 0, 0));
  Do(Mandate("eu", kEuHead, Day(2023, 1, 1), Day(2023, 12, 31)));
  Do(Mandate("march", kMarchDirector, Day(2022, 1, 1), Day(2023, 6, 30)));
  Do(Mandate("july", kJulyDirector, Day(2023, 7, 1), Day(2024, 6, 30)));
}

Story& Story::Do(const google::protobuf::Message& command) {
  When(command).ThenAccepted();
  return *this;
}

Story& Story::DoAs(const std::string& person, const google::protobuf::Message& command) {
  As(person);
  Do(command);
  As("organisations/iom/people/clerk");
  return *this;
}

Story& Story::Brought(const std::string& name) {
  auto authorise = To<v1::AuthoriseHandoverCaseRequest>(name);
  authorise.set_authorised_by("Head of Cooperation");
  authorise.set_authorisation_reference("letter 12");
  Do(authorise);
  auto schedule = To<v1::ScheduleHandoverCaseRequest>(name);
  schedule.set_place("Sarajevo");
  *schedule.mutable_scheduled_date() = Day(2023, 7, 13);
  Do(schedule);
  return Do(To<v1::RecordDeliveryRequest>(name));
}

Story& Story::Counted(const std::string& name) {
  Brought(name);
  return Do(To<v1::RecordCountRequest>(name));
}

Story& Story::SignedByBoth(const std::string& name) {
  Counted(name);
  DoAs(kEuHead, Signed(v1::HANDOVER_PARTY_GIVER, name));
  return DoAs(kJulyDirector, Signed(v1::HANDOVER_PARTY_RECIPIENT, name));
}

Story& Story::Effective(const std::string& name) {
  SignedByBoth(name);
  return Do(To<v1::MakeHandoverEffectiveRequest>(name));
}

}  // namespace prihvat::handover::testing
