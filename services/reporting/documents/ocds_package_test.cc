#include "services/reporting/documents/ocds_package.h"

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/es/entities.h"
#include "libs/ocds/merge.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/reporting/api/ocds_page.h"
#include "services/reporting/views/contracting.h"
#include "services/reporting/views/testing/story.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

namespace procurement = ::prihvat::procurement::v1;
using ocds::Json;
using testing::At;
using testing::DecimalOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kOperation;
using testing::MoneyOf;
using ::testing::Not;

constexpr char kRequisition[] = "operations/ba/requisitions/boots";
constexpr char kProcess[] = "operations/ba/sourcingProcesses/boots";
constexpr char kOrder[] = "operations/ba/purchaseOrders/boots";
constexpr char kAlfa[] = "operations/ba/suppliers/alfa";
constexpr char kBeta[] = "operations/ba/suppliers/beta";
constexpr char kLine[] = "operations/ba/projects/response/budgetLines/footwear";

// Tells procurement's commits to the view.
class Stage {
 public:
  // The budget line is the project's donor's, or says itself who pays.
  explicit Stage(const std::vector<std::pair<std::string, std::string>>& sources = {}) {
    procurement::ProjectCreated project;
    project.set_project("operations/ba/projects/response");
    project.set_display_name("Response");
    project.set_donor("organisations/eu");
    procurement::BudgetLineCreated line;
    line.set_budget_line(kLine);
    line.set_project(project.project());
    line.set_donor("organisations/eu");
    for (const auto& [donor, percent] : sources) {
      procurement::FundingShare& share = *line.add_funding_shares();
      share.set_donor(donor);
      share.set_funding_source("Grant");
      *share.mutable_percent() = DecimalOf(percent);
    }
    Tell({&project});
    Tell({&line});
    for (const char* name : {kAlfa, kBeta}) {
      procurement::SupplierRegistered supplier;
      supplier.set_supplier(name);
      supplier.set_display_name(fmt::format("{} d.o.o.", name));
      supplier.set_country_code("BA");
      supplier.set_tax_number("04200000000.0");
      Tell({&supplier});
    }
  }

  // One commit.
  void Tell(std::vector<const google::protobuf::Message*> events) {
    log::v1::Commit commit;
    commit.set_operation(kOperation);
    commit.set_principal("organisations/iom/people/amra");
    *commit.mutable_recorded_at() = ToProto(At(2024, 1, 1));  // all at the same moment
    for (const google::protobuf::Message* event : events) {
      log::v1::Event& stored = *commit.add_events();
      stored.set_type(event->GetDescriptor()->full_name());
      stored.set_payload(es::SerializeDeterministically(*event));
      *stored.mutable_effective_at() = ToProto(At(2023, 5, 1));
    }
    es::CommitContext at;
    at.topic = "prihvat.procurement";
    at.partition = 3;
    at.offset = offset_++;
    PRIHVAT_CHECK(ContractingProjection().Apply(rows_, commit, at).ok(), "cannot fold");
  }
  void Tell(const google::protobuf::Message& event) { Tell({&event}); }

  void TellRequisition(const char* name = kRequisition, const char* number = "PR-2023-0001") {
    procurement::RequisitionDrafted drafted;
    drafted.set_requisition(name);
    drafted.set_document_number(number);
    drafted.set_budget_line(kLine);
    drafted.set_purpose("Boots");
    for (int i = 1; i <= 2; ++i) {
      procurement::RequisitionLine& line = *drafted.add_lines();
      line.set_line_number(i);
      line.set_kind(procurement::LINE_KIND_GOODS_QUANTITY);
      line.set_description(fmt::format("Boots {}", i));
      *line.mutable_quantity() = DecimalOf("10.5");
      *line.mutable_estimated_unit_price() = MoneyOf("100.10");
    }
    *drafted.mutable_total() = MoneyOf("2102.10");
    Tell(drafted);
  }

  void ApproveRequisition(const char* name = kRequisition) {
    procurement::RequisitionApproved approved;
    approved.set_requisition(name);
    Tell(approved);
  }

  template <class Event>
  void TellSourcing(procurement::SourcingState state) {
    process_.set_state(state);
    Event event;
    *event.mutable_sourcing_process() = process_;
    Tell(event);
  }

  // A process of one lot, that kAlfa is to have.
  procurement::SourcingProcess& Plan(const char* name = kProcess,
                                     const char* number = "SRC-2023-0001") {
    process_ = {};
    process_.set_name(name);
    process_.set_document_number(number);
    process_.set_requisition(kRequisition);
    process_.set_budget_line(kLine);
    process_.set_method(procurement::SOURCING_METHOD_INVITATION_TO_BID);
    procurement::Lot& lot = *process_.add_lots();
    lot.set_lot_number(1);
    *lot.mutable_estimate() = MoneyOf("2000.00");
    procurement::LotAward& award = *process_.add_recommended();
    award.set_lot_number(1);
    award.set_supplier(kAlfa);
    *award.mutable_amount() = MoneyOf("1900.00");
    TellSourcing<procurement::SourcingPlanned>(procurement::SOURCING_STATE_PLANNED);
    return process_;
  }

  procurement::OrderFacts OrderOf(const char* process, const char* requisition) {
    procurement::OrderFacts order;
    order.set_document_number("PO-2023-0001");
    order.set_budget_line(kLine);
    order.set_requisition(requisition);
    order.set_sourcing_process(process);
    order.set_supplier(kAlfa);
    order.set_display_name("Boots");
    procurement::OrderLine& line = *order.add_lines();
    line.set_line_number(1);
    line.set_kind(procurement::LINE_KIND_GOODS_QUANTITY);
    *line.mutable_quantity() = DecimalOf("19");
    *line.mutable_unit_price() = MoneyOf("100.00");
    line.set_recipient("organisations/dcpb");
    line.set_centre("operations/ba/centres/usivak");
    *order.mutable_total() = MoneyOf("1900.00");
    order.set_version(1);
    return order;
  }

  template <class Event>
  Event EventOf(const procurement::OrderFacts& order) {
    Event event;
    event.set_purchase_order(kOrder);
    *event.mutable_order() = order;
    return event;
  }

  static v1::OcdsPublisher Publisher() {
    v1::OcdsPublisher publisher;
    publisher.set_ocid_prefix("ocds-213czf");
    publisher.set_display_name("IOM");
    publisher.set_base_uri("https://data.example.org/ocds");
    (*publisher.mutable_organisation_names())["organisations/eu"] = "European Union";
    return publisher;
  }

  // A package of all that was told of the process.
  Json PackageOf(std::string_view name) const {
    return OcdsPackage(Scope(), Publisher(), /*records=*/false, ReleasesOf(name), At(2024, 1, 1));
  }

  OcdsScope Scope() const { return {kOperation, testing::Sarajevo()}; }

  std::vector<Json> ReleasesOf(std::string_view name) const {
    const auto key = ContractingProcessOf(rows_, kOperation, name);
    if (!key) return {};
    const auto releases = OcdsReleases(rows_, Scope(), Publisher(), *key);
    PRIHVAT_CHECK(releases.ok(), releases.status().ToString());
    return *releases;
  }
  Json CompiledOf(std::string_view name) const {
    const auto compiled = ocds::CompileReleases(ReleasesOf(name));
    PRIHVAT_CHECK(compiled.ok(), compiled.status().ToString());
    return *compiled;
  }

  const es::Rows& rows() const { return rows_; }

 private:
  es::MapRows rows_;
  int64_t offset_ = 0;
  procurement::SourcingProcess process_;
};

std::vector<std::string> TagsOf(const Json& release) {
  std::vector<std::string> tags;
  for (const Json& tag : release.Find("tag")->items()) tags.push_back(tag.text());
  return tags;
}

std::string OnlyText(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const char* step : path) {
    at = at->IsArray() ? &at->items()[static_cast<size_t>(std::stoi(step))] : at->Find(step);
    if (at == nullptr) return "(none)";
  }
  return at->text();
}

TEST(OcdsPackage, NothingIsToldOfADraft) {
  Stage stage;
  stage.TellRequisition();
  EXPECT_THAT(stage.ReleasesOf(kRequisition), IsEmpty());
  stage.ApproveRequisition();
  const auto releases = stage.ReleasesOf(kRequisition);
  ASSERT_EQ(releases.size(), 1u);
  EXPECT_THAT(TagsOf(releases[0]), ElementsAre("planning"));
  EXPECT_EQ(releases[0].TextOf("ocid"), "ocds-213czf-ba-PR-2023-0001");
  EXPECT_EQ(releases[0].TextOf("id"), "prihvat.procurement-3-5");
  EXPECT_EQ(OnlyText(releases[0], {"tender", "status"}), "planning");
  EXPECT_EQ(OnlyText(releases[0], {"planning", "budget", "amount", "amount"}), "2102.10");
  EXPECT_EQ(OnlyText(releases[0], {"tender", "items", "1", "quantity"}), "10.5");
  EXPECT_EQ(OnlyText(releases[0], {"parties", "1", "name"}), "European Union");
  EXPECT_EQ(OnlyText(releases[0], {"parties", "1", "roles", "0"}), "funder");
}

TEST(OcdsPackage, E2_WhatIsGoneIsNullLeafByLeaf) {
  Stage stage;
  stage.TellRequisition();
  stage.ApproveRequisition();
  procurement::RequisitionRevised revised;
  revised.set_requisition(kRequisition);
  revised.set_purpose("Boots");
  procurement::RequisitionLine& line = *revised.add_lines();
  line.set_line_number(1);
  line.set_description("Boots 1");
  *line.mutable_quantity() = DecimalOf("10.5");
  *line.mutable_estimated_unit_price() = MoneyOf("100.10");
  *revised.mutable_total() = MoneyOf("1051.05");
  stage.Tell(revised);
  const auto releases = stage.ReleasesOf(kRequisition);
  ASSERT_EQ(releases.size(), 2u);
  EXPECT_THAT(TagsOf(releases[1]), ElementsAre("planningUpdate"));
  const Json* items = releases[1].Find("tender")->Find("items");
  ASSERT_EQ(items->items().size(), 1u);
  EXPECT_EQ(items->items()[0],
            *ocds::ParseJson(R"({"id": "2", "description": null, "quantity": null,
      "unit": {"value": {"amount": null, "currency": null}}})"));
}

TEST(OcdsPackage, ReleasesOfOneMomentHaveDatesThatOrderThem) {
  Stage stage;
  stage.TellRequisition();
  stage.ApproveRequisition();
  stage.Plan();
  const auto releases = stage.ReleasesOf(kProcess);
  ASSERT_EQ(releases.size(), 2u);
  EXPECT_EQ(releases[0].TextOf("date"), "2024-01-01T11:00:00.000000Z");
  EXPECT_EQ(releases[1].TextOf("date"), "2024-01-01T11:00:00.000001Z");
}

TEST(OcdsPackage, AnUpheldComplaintCancelsTheAwardAndTheNextOneIsAnother) {
  Stage stage;
  stage.TellRequisition();
  stage.ApproveRequisition();
  procurement::SourcingProcess& process = stage.Plan();
  stage.TellSourcing<procurement::SourcingPublished>(procurement::SOURCING_STATE_PUBLISHED);
  stage.TellSourcing<procurement::StandstillStarted>(procurement::SOURCING_STATE_STANDSTILL);
  stage.TellSourcing<procurement::ComplaintUpheld>(procurement::SOURCING_STATE_EVALUATED);
  process.mutable_recommended(0)->set_supplier(kBeta);
  stage.TellSourcing<procurement::StandstillStarted>(procurement::SOURCING_STATE_STANDSTILL);
  stage.TellSourcing<procurement::SourcingAwarded>(procurement::SOURCING_STATE_AWARDED);
  std::vector<std::vector<std::string>> tags;
  for (const Json& release : stage.ReleasesOf(kProcess)) tags.push_back(TagsOf(release));
  EXPECT_THAT(tags, ElementsAre(ElementsAre("planning"), ElementsAre("planningUpdate"),
                                ElementsAre("tender"), ElementsAre("award"),
                                ElementsAre("awardCancellation"), ElementsAre("award"),
                                ElementsAre("tenderUpdate", "awardUpdate")));
  const Json compiled = stage.CompiledOf(kProcess);
  EXPECT_EQ(OnlyText(compiled, {"awards", "0", "status"}), "cancelled");
  EXPECT_EQ(OnlyText(compiled, {"awards", "1", "status"}), "active");
  EXPECT_EQ(OnlyText(compiled, {"awards", "1", "suppliers", "0", "id"}), kBeta);
  EXPECT_EQ(OnlyText(compiled, {"tender", "status"}), "complete");
}

TEST(OcdsPackage, BidsAreToldFromTheirOpeningOn) {
  Stage stage;
  procurement::SourcingProcess& process = stage.Plan();
  process.add_invited_suppliers(kAlfa);
  process.add_invited_suppliers(kBeta);
  stage.TellSourcing<procurement::SourcingPublished>(procurement::SOURCING_STATE_PUBLISHED);
  stage.TellSourcing<procurement::BidSubmitted>(procurement::SOURCING_STATE_PUBLISHED);
  stage.TellSourcing<procurement::BiddingClosed>(procurement::SOURCING_STATE_BIDS_CLOSED);
  for (const Json& release : stage.ReleasesOf(kProcess)) {
    EXPECT_THAT(ocds::WriteJson(release), Not(HasSubstr("suppliers/")));
  }
  procurement::BidOpened opened;
  opened.mutable_bid()->set_name(fmt::format("{}/bids/alfa", kProcess));
  opened.mutable_bid()->set_supplier(kAlfa);
  opened.mutable_bid()->set_state(procurement::BID_STATE_OPENED);
  procurement::LotOffer& offer = *opened.mutable_bid()->mutable_content()->add_offers();
  offer.set_lot_number(1);
  *offer.mutable_amount() = MoneyOf("1900.00");
  procurement::BidsOpened all;
  *all.mutable_sourcing_process() = process;
  all.set_private_key("secret");
  all.set_opener("organisations/iom/people/emina");
  stage.Tell({&all, &opened});
  const Json last = stage.ReleasesOf(kProcess).back();
  EXPECT_EQ(OnlyText(last, {"bids", "details", "0", "value", "amount"}), "1900.00");
  EXPECT_EQ(OnlyText(last, {"bids", "details", "1", "status"}), "invited");
  EXPECT_EQ(OnlyText(last, {"tender", "numberOfTenderers"}), "1");
  EXPECT_THAT(ocds::WriteJson(last), Not(HasSubstr("secret")));
  EXPECT_THAT(ocds::WriteJson(last), Not(HasSubstr("/people/")));
}

// The order of a requisition without any call: awarded as it is approved.
class OrderStage : public Stage {
 public:
  OrderStage() {
    TellRequisition();
    ApproveRequisition();
    order = OrderOf("", kRequisition);
    Tell(EventOf<procurement::PurchaseOrderApproved>(order));
  }
  procurement::GoodsReceiptPosted Receive() {
    auto receipt = EventOf<procurement::GoodsReceiptPosted>(order);
    receipt.set_receipt("operations/ba/goodsReceipts/first");
    receipt.set_document_number("GRN-2023-0001");
    procurement::PostedLine& line = *receipt.add_lines();
    line.set_line_number(1);
    line.set_unit("pair");
    *line.mutable_accepted() = DecimalOf("19");
    Tell(receipt);
    return receipt;
  }
  procurement::OrderFacts order;
};

TEST(OcdsPackage, G13_AProcessThatFitsIntoNoMessageIsNamedWithItsSizeAndALaterOneWaits) {
  OrderStage stage;
  const std::string key = *ContractingProcessOf(stage.rows(), kOperation, kOrder);
  const auto process = ReadContractingProcess(stage.rows(), kOperation, key);
  ASSERT_TRUE(process.ok());
  v1::ExportOcdsRequest request;
  *request.mutable_publisher() = OrderStage::Publisher();
  request.set_content(v1::OCDS_CONTENT_RELEASES);
  OcdsPage page;
  const auto add = [&](const OcdsLimits& limits) {
    return AddOcdsProcess(stage.rows(), stage.Scope(), request, key, *process, limits, page);
  };
  const absl::Status large = add({.page_bytes = 100, .process_bytes = 100}).status();
  EXPECT_EQ(large.code(), absl::StatusCode::kOutOfRange);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(
      std::string(*large.GetPayload("type.googleapis.com/google.rpc.ErrorInfo"))));
  EXPECT_EQ(info.reason(), "PROCESS_TOO_LARGE");
  EXPECT_EQ(info.metadata().at("process"), kRequisition);
  EXPECT_EQ(info.metadata().at("limit"), "100");
  EXPECT_TRUE(page.items.empty());
  EXPECT_TRUE(add({.page_bytes = 100}).value());  // alone on its page, however full that is
  EXPECT_EQ(page.processes, 1);
  EXPECT_FALSE(add({.page_bytes = 100}).value());
  EXPECT_EQ(page.processes, 1);
}

TEST(OcdsPackage, AnOrderWithoutACallIsADirectAward) {
  OrderStage stage;
  const auto releases = stage.ReleasesOf(kOrder);
  ASSERT_EQ(releases.size(), 2u);
  EXPECT_THAT(TagsOf(releases[1]), ElementsAre("tender", "award", "contract"));
  EXPECT_EQ(OnlyText(releases[1], {"tender", "procurementMethod"}), "direct");
  EXPECT_EQ(OnlyText(releases[1], {"awards", "0", "id"}),
            OnlyText(releases[1], {"contracts", "0", "awardID"}));
  EXPECT_EQ(OnlyText(releases[1], {"contracts", "0", "items", "0", "beneficiary", "id"}),
            "organisations/dcpb");
  EXPECT_EQ(OnlyText(releases[1], {"contracts", "0", "items", "0", "receptionCentre"}),
            "operations/ba/centres/usivak");
  // Case X2: identifiers stay the text that they are.
  EXPECT_THAT(ocds::WriteJson(releases[1]), HasSubstr("\"id\": \"04200000000.0\""));
}

TEST(OcdsPackage, AmendmentsNameTheReleaseThatTheyAmend) {
  OrderStage stage;
  auto amended = stage.EventOf<procurement::PurchaseOrderAmended>(stage.order);
  *amended.mutable_order()->mutable_total() = MoneyOf("2000.00");
  amended.mutable_order()->set_version(2);
  *amended.mutable_previous_total() = MoneyOf("1900.00");
  amended.set_reason("One more pair");
  stage.Tell(amended);
  const auto releases = stage.ReleasesOf(kOrder);
  EXPECT_THAT(TagsOf(releases.back()), ElementsAre("contractAmendment"));
  const Json& contract = releases.back().Find("contracts")->items()[0];
  EXPECT_EQ(OnlyText(contract, {"value", "amount"}), "2000.00");
  EXPECT_EQ(OnlyText(contract, {"amendments", "0", "amendsReleaseID"}), releases[1].TextOf("id"));
  EXPECT_EQ(OnlyText(contract, {"amendments", "0", "releaseID"}), releases[2].TextOf("id"));
  EXPECT_EQ(OnlyText(contract, {"amendments", "0", "rationale"}), "One more pair");
}

TEST(OcdsPackage, AReceiptIsAMilestoneAndItsReversalTakesTheDateAway) {
  OrderStage stage;
  stage.Receive();
  EXPECT_THAT(TagsOf(stage.ReleasesOf(kOrder).back()),
              ElementsAre("contractUpdate", "implementation"));
  auto reversed = stage.EventOf<procurement::GoodsReceiptReversed>(stage.order);
  reversed.set_receipt("operations/ba/goodsReceipts/first");
  stage.Tell(reversed);
  const Json last = stage.ReleasesOf(kOrder).back();
  const Json& milestone =
      last.Find("contracts")->items()[0].Find("implementation")->Find("milestones")->items()[0];
  EXPECT_EQ(milestone.TextOf("status"), "notMet");
  ASSERT_NE(milestone.Find("dateMet"), nullptr);
  EXPECT_TRUE(milestone.Find("dateMet")->IsNull());
  const Json compiled = stage.CompiledOf(kOrder);
  EXPECT_EQ(OnlyText(compiled, {"contracts", "0", "status"}), "active");
  EXPECT_EQ(OnlyText(compiled, {"contracts", "0", "implementation", "milestones", "0", "dateMet"}),
            "(none)");
}

TEST(OcdsPackage, WhatWentBackIsSaidOfTheReceipt) {
  OrderStage stage;
  stage.Receive();
  auto returned = stage.EventOf<procurement::GoodsReturned>(stage.order);
  returned.set_receipt("operations/ba/goodsReceipts/first");
  procurement::ReturnedLine& line = *returned.add_lines();
  line.set_line_number(1);
  *line.mutable_accepted() = DecimalOf("2.5");
  *line.mutable_rejected() = DecimalOf("0");
  *line.mutable_surplus() = DecimalOf("1");
  stage.Tell(returned);
  const Json compiled = stage.CompiledOf(kOrder);
  EXPECT_EQ(
      OnlyText(compiled, {"contracts", "0", "implementation", "milestones", "0", "description"}),
      "line 1: 19 pair accepted; line 1: 2.5 accepted returned; line 1: 1 surplus returned");
  EXPECT_EQ(OnlyText(compiled, {"contracts", "0", "implementation", "milestones", "0", "status"}),
            "met");
}

TEST(OcdsPackage, TransactionsAddUpToWhatWasPaid) {
  OrderStage stage;
  int number = 0;
  for (const auto& [kind, amount] : {std::pair(procurement::PAYMENT_KIND_INVOICE, "1000.01"),
                                     {procurement::PAYMENT_KIND_INVOICE, "900.02"},
                                     {procurement::PAYMENT_KIND_REFUND, "0.03"}}) {
    procurement::PaymentMade paid;
    procurement::Payment& payment = *paid.mutable_payment();
    payment.set_name(fmt::format("operations/ba/payments/{}", ++number));
    payment.set_document_number(fmt::format("PAY-2023-000{}", number));
    payment.set_kind(kind);
    payment.set_purchase_order(kOrder);
    *payment.mutable_amount() = MoneyOf(amount);
    stage.Tell(paid);
  }
  procurement::PaymentReversed reversed;
  reversed.set_payment("operations/ba/payments/2");
  reversed.set_purchase_order(kOrder);
  stage.Tell(reversed);
  const Json compiled = stage.CompiledOf(kOrder);
  const Json& transactions =
      *compiled.Find("contracts")->items()[0].Find("implementation")->Find("transactions");
  std::vector<std::string> amounts;
  for (const Json& transaction : transactions.items()) {
    amounts.push_back(OnlyText(transaction, {"value", "amount"}));
  }
  EXPECT_THAT(amounts, ElementsAre("1000.01", "900.02", "-0.03", "-900.02"));
  EXPECT_EQ(transactions.items()[3].TextOf("id"), "PAY-2023-0002-reversal");
}

TEST(OcdsPackage, ASecondCallForARequisitionIsAProcessOfItsOwn) {
  Stage stage;
  stage.TellRequisition();
  stage.ApproveRequisition();
  stage.Plan();
  stage.TellSourcing<procurement::SourcingUnsuccessful>(procurement::SOURCING_STATE_UNSUCCESSFUL);
  stage.Plan("operations/ba/sourcingProcesses/again", "SRC-2023-0002");
  const Json first = stage.CompiledOf(kRequisition);
  const Json second = stage.CompiledOf("operations/ba/sourcingProcesses/again");
  EXPECT_EQ(OnlyText(first, {"tender", "status"}), "unsuccessful");
  EXPECT_EQ(second.TextOf("ocid"), "ocds-213czf-ba-SRC-2023-0002");
  EXPECT_EQ(OnlyText(second, {"tender", "status"}), "planned");
  EXPECT_EQ(OnlyText(second, {"relatedProcesses", "0", "identifier"}), first.TextOf("ocid"));
}

// A release that was published stays as it was, whatever is said later.
TEST(OcdsPackage, ALongerLogOnlyAddsReleases) {
  OrderStage stage;
  const auto before = stage.ReleasesOf(kOrder);
  stage.Receive();
  stage.TellRequisition("operations/ba/requisitions/other", "PR-2023-0002");
  const auto after = stage.ReleasesOf(kOrder);
  ASSERT_EQ(after.size(), before.size() + 1);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i], before[i]);
}

TEST(OcdsPackage, APublisherThatCannotStandInAPackageIsRefusedByField) {
  v1::OcdsPublisher publisher = Stage::Publisher();
  EXPECT_EQ(PublisherProblem(publisher), "");
  publisher.set_policy_uri("policy.html");
  EXPECT_THAT(PublisherProblem(publisher), HasSubstr("policy_uri: "));
  publisher.set_base_uri("https://data.example.org/");
  EXPECT_THAT(PublisherProblem(publisher), HasSubstr("base_uri: "));
  publisher.clear_display_name();
  EXPECT_THAT(PublisherProblem(publisher), HasSubstr("display_name: "));
  for (const char* prefix : {"", "ocds-213CZF", "ocds-213czf-", "213czf"}) {
    publisher.set_ocid_prefix(prefix);
    EXPECT_THAT(PublisherProblem(publisher), HasSubstr("ocid_prefix: ")) << prefix;
  }
}

// Of a plan that two donors pay for, both are funders, and the breakdown of the budget adds up to
// the plan: its lines, of 1,051.05 KM each, shared out one by one.
TEST(OcdsPackage, INV02_ABudgetOfSeveralDonorsIsBrokenDown) {
  Stage stage({{"organisations/eu", "66.6667"}, {"organisations/ch", "33.3333"}});
  stage.TellRequisition();
  stage.ApproveRequisition();
  const Json package = stage.PackageOf(kRequisition);
  ASSERT_EQ(package.Find("releases")->items().size(), 1u);
  const Json& release = package.Find("releases")->items().front();
  const Json& budget = *release.Find("planning")->Find("budget");
  EXPECT_EQ(budget.Find("amount")->Find("amount")->text(), "2102.10");
  std::vector<std::string> said;
  for (const Json& part : budget.Find("budgetBreakdown")->items()) {
    said.push_back(fmt::format("{}: {} from {} ({})", part.TextOf("id"),
                               part.Find("amount")->Find("amount")->text(),
                               part.Find("sourceParty")->TextOf("id"), part.TextOf("description")));
  }
  EXPECT_THAT(said, ElementsAre("1: 1401.40 from organisations/eu (Grant, 66.6667 %)",
                                "2: 700.70 from organisations/ch (Grant, 33.3333 %)"));
  std::vector<std::string> funders;
  for (const Json& party : release.Find("parties")->items()) {
    for (const Json& role : party.Find("roles")->items()) {
      if (role.text() == "funder") funders.emplace_back(party.TextOf("id"));
    }
  }
  EXPECT_THAT(funders, ElementsAre("organisations/eu", "organisations/ch"));
  const auto breakdowns = [](const Json& of) {
    const auto& items = of.Find("extensions")->items();
    return std::count_if(items.begin(), items.end(), [](const Json& extension) {
      return extension.text().find("budget_breakdown") != std::string::npos;
    });
  };
  EXPECT_EQ(breakdowns(package), 1);

  Stage alone;
  alone.TellRequisition();
  alone.ApproveRequisition();
  const Json of_one = alone.PackageOf(kRequisition);
  EXPECT_EQ(of_one.Find("releases")
                ->items()
                .front()
                .Find("planning")
                ->Find("budget")
                ->Find("budgetBreakdown"),
            nullptr);
  EXPECT_EQ(breakdowns(of_one), 0);
}

}  // namespace
}  // namespace prihvat::reporting
