// The API behind a gRPC server, over a log in memory: what a caller sends and gets.
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "grpcpp/grpcpp.h"
#include "libs/access/policy.h"
#include "libs/base/bytes.h"
#include "libs/base/civil.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/testing/test_server.h"
#include "libs/runtime/service.h"
#include "libs/telemetry/rpc_metrics.h"
#include "services/procurement/api/procurement_service.h"
#include "services/procurement/definition.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/framework_spec.h"
#include "services/procurement/domain/testing/payables_spec.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using Stub = v1::ProcurementService::Stub;
using ::testing::ElementsAre;

constexpr char kApi[] = "prihvat.procurement.v1.ProcurementService";
// Who may make each call is roles_test.cc's; here everybody may, and the deciders' rules show.
constexpr char kRoles[] = ";roles=operation_manager;operations=operations/ba";

// One instance of the service with an operation, a project, a budget line of 800 KM and a supplier;
// and a client of it.
class Api : public ::testing::Test {
 protected:
  Api()
      : log_({{.name = "prihvat.procurement", .partitions = 1},
              {.name = "prihvat.handover", .partitions = 1}}),
        directory_(::testing::TempDir() + "procurement-" + base::MakeUuid(random_)),
        metrics_(registry_),
        forwarder_(grpc::InsecureChannelCredentials()),
        executor_(std::make_unique<rpc::Executor>(2)) {
    runtime::ServiceOptions options;
    options.instance = "procurement-0";
    options.address = "in-process";
    options.store_dir = directory_;
    options.partitions = 1;
    auto service = runtime::Service::Start(ProcurementDefinition(), options, log_, clock_, random_);
    PRIHVAT_CHECK(service.ok(), service.status().ToString());
    service_ = *std::move(service);
    calls_ = std::make_unique<rpc::Calls>(*service_, kApi,
                                          rpc::Environment{.clock = &clock_,
                                                           .access = &access::Policy::Default(),
                                                           .authenticator = &authenticator_,
                                                           .executor = executor_.get(),
                                                           .forwarder = &forwarder_,
                                                           .metrics = &metrics_});
    api_ = std::make_unique<ProcurementServiceImpl>(*calls_);
    grpc::ServerBuilder builder;
    builder.RegisterService(api_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::ProcurementService::NewStub(server_->InProcessChannel({}));
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (!service_->Ready() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    SetTheStage();
  }

  ~Api() override {
    server_->Shutdown();
    service_->Stop(absl::Now() + absl::Seconds(10));
    executor_.reset();
    service_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Makes the call as `person`; a mutation gets a request id of its own where it has none.
  template <class Request, class Response>
  rpc::testing::Outcome Try(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                            Request request, Response* response,
                            const std::string& person = kRequester) {
    if constexpr (requires { request.set_request_id(""); }) {
      if (request.request_id().empty()) {
        base::SystemRandom random;  // calls come from several threads
        request.set_request_id(base::MakeUuid(random));
      }
    }
    return rpc::testing::Call(
        *stub_, method, request, response,
        {.principal = person.find(';') == std::string::npos ? person + kRoles : person});
  }

  template <class Request, class Response>
  Response Do(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, const std::string& person = kRequester) {
    Response response;
    const rpc::testing::Outcome outcome = Try(method, request, &response, person);
    EXPECT_TRUE(outcome.status.ok())
        << request.GetTypeName() << ": " << outcome.status.error_message();
    return response;
  }

  void SetTheStage() {
    v1::CreateOperationRequest operation;
    operation.set_name(kOperation);
    operation.set_display_name("Bosnia and Herzegovina");
    operation.set_time_zone("Europe/Sarajevo");
    Do(&Stub::CreateOperation, operation);
    v1::CreateProjectRequest project;
    project.set_parent(kOperation);
    project.set_project_id("migration-response");
    project.mutable_project()->set_display_name("Migration response");
    project.mutable_project()->set_donor("organisations/eu");
    project.mutable_project()->set_currency("EUR");
    Do(&Stub::CreateProject, project);
    v1::CreateBudgetLineRequest line;
    line.set_parent(kProject);
    line.set_budget_line_id("equipment");
    line.mutable_budget_line()->set_display_name("Equipment");
    *line.mutable_budget_line()->mutable_amount() = Km("800.00");
    Do(&Stub::CreateBudgetLine, line);
    v1::RegisterSupplierRequest supplier;
    supplier.set_parent(kOperation);
    supplier.set_supplier_id("autokuca");
    supplier.mutable_supplier()->set_display_name("Autokuća d.o.o.");
    supplier.mutable_supplier()->set_country_code("BA");
    Do(&Stub::RegisterSupplier, supplier);
  }

  v1::PurchaseOrder Draft(const std::string& id, std::string_view quantity) {
    return Do(&Stub::CreatePurchaseOrder,
              ProcurementSpec::DraftOf({Goods(quantity, "100.00")}, id));
  }
  v1::PurchaseOrder Issued(const std::string& id, std::string_view quantity) {
    Draft(id, quantity);
    Do(&Stub::ApprovePurchaseOrder, On<v1::ApprovePurchaseOrderRequest>(id), kApprover);
    return Do(&Stub::IssuePurchaseOrder, On<v1::IssuePurchaseOrderRequest>(id));
  }
  template <class Request>
  static Request On(const std::string& id) {
    Request request;
    request.set_name(ProcurementSpec::OrderName(id));
    return request;
  }
  v1::BudgetPosition Position() {
    v1::GetBudgetPositionRequest request;
    request.set_name(kProject);
    return Do(&Stub::GetBudgetPosition, request);
  }
  std::vector<std::string> Orders(v1::ListPurchaseOrdersRequest request) {
    request.set_parent(kOperation);
    std::vector<std::string> ids;
    const v1::ListPurchaseOrdersResponse page = Do(&Stub::ListPurchaseOrders, request);
    for (const v1::PurchaseOrder& order : page.purchase_orders()) {
      ids.push_back(order.name().substr(order.name().rfind('/') + 1));
    }
    return ids;
  }

  base::SystemClock clock_;
  base::SystemRandom random_;
  event_log::testing::MemoryLog log_;
  std::string directory_;
  prometheus::Registry registry_;
  telemetry::RpcMetrics metrics_;
  rpc::InsecureDevAuthenticator authenticator_;
  rpc::Forwarder forwarder_;
  std::unique_ptr<rpc::Executor> executor_;
  std::unique_ptr<runtime::Service> service_;
  std::unique_ptr<rpc::Calls> calls_;
  std::unique_ptr<ProcurementServiceImpl> api_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(Api, FromDraftToReceiptAndBudget) {
  const v1::PurchaseOrder issued = Issued("po", "7");
  EXPECT_EQ(issued.state(), v1::PURCHASE_ORDER_STATE_ISSUED);
  EXPECT_FALSE(issued.etag().empty());
  EXPECT_THAT(issued.document_number(), ::testing::MatchesRegex("PO-[0-9]{4}-0001"));
  const v1::GoodsReceipt receipt =
      Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "2"}}), kReceiver);
  EXPECT_EQ(receipt.state(), v1::GOODS_RECEIPT_STATE_POSTED);
  EXPECT_EQ(receipt.receiver(), kReceiver);
  const v1::BudgetPosition position = Position();
  ASSERT_EQ(position.totals_size(), 1);
  EXPECT_EQ(Text(position.totals(0).committed()), "500.00 BAM");
  EXPECT_EQ(Text(position.totals(0).spent()), "200.00 BAM");
  EXPECT_EQ(Text(position.totals(0).available()), "100.00 BAM");
  v1::GetPurchaseOrderRequest get;
  get.set_name(kOrder);
  EXPECT_EQ(Do(&Stub::GetPurchaseOrder, get).state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  v1::ListGoodsReceiptsRequest receipts;
  receipts.set_parent(kOperation);
  receipts.set_purchase_order(kOrder);
  EXPECT_EQ(Do(&Stub::ListGoodsReceipts, receipts).goods_receipts_size(), 1);
  receipts.set_purchase_order(ProcurementSpec::OrderName("other"));
  EXPECT_EQ(Do(&Stub::ListGoodsReceipts, receipts).goods_receipts_size(), 0);
}

TEST_F(Api, ARejectionCarriesItsNumbers) {
  Issued("po", "7");
  v1::GoodsReceipt receipt;
  const rpc::testing::Outcome outcome =
      Try(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "7.002"}}), &receipt,
          kReceiver);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(outcome.reason, "OVER_RECEIPT");
  EXPECT_EQ(outcome.metadata.at("accepted"), "7.002");
  EXPECT_EQ(outcome.metadata.at("limit"), "7");
}

TEST_F(Api, INV03_F2_OfApprovalsAtOnceOneFits) {
  constexpr int kOrders = 4;
  for (int i = 0; i < kOrders; ++i) Draft(fmt::format("po{}", i), "7");
  std::vector<rpc::testing::Outcome> outcomes(kOrders);
  {
    std::vector<std::thread> officers;
    for (int i = 0; i < kOrders; ++i) {
      officers.emplace_back([&, i] {
        v1::PurchaseOrder order;
        outcomes[i] = Try(&Stub::ApprovePurchaseOrder,
                          On<v1::ApprovePurchaseOrderRequest>(fmt::format("po{}", i)), &order,
                          i % 2 == 0 ? kApprover : kSecondApprover);
      });
    }
    for (std::thread& officer : officers) officer.join();
  }
  int passed = 0;
  for (const rpc::testing::Outcome& outcome : outcomes) {
    if (outcome.status.ok()) {
      ++passed;
    } else {
      EXPECT_EQ(outcome.reason, "OVER_BUDGET");
      EXPECT_EQ(outcome.metadata.at("available"), "100.00 BAM");
    }
  }
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(Text(Position().totals(0).committed()), "700.00 BAM");
}

TEST_F(Api, INV40_ARepeatedRequestIdHasOneEffect) {
  Issued("po", "7");
  auto request = ProcurementSpec::ReceiptOf({{.accepted = "2"}}, "");
  request.set_request_id(base::MakeUuid(random_));
  const v1::GoodsReceipt first = Do(&Stub::PostGoodsReceipt, request, kReceiver);
  const v1::GoodsReceipt second = Do(&Stub::PostGoodsReceipt, request, kReceiver);
  EXPECT_EQ(first.name(), second.name());
  EXPECT_EQ(Text(Position().totals(0).spent()), "200.00 BAM");
}

TEST_F(Api, A3_TheSecondOfTwoWhoReadTheSameIsRefused) {
  const v1::PurchaseOrder read = Draft("po", "7");
  auto approve = On<v1::ApprovePurchaseOrderRequest>("po");
  approve.set_etag(read.etag());
  v1::CancelPurchaseOrderRequest cancel = On<v1::CancelPurchaseOrderRequest>("po");
  cancel.set_etag(read.etag());
  cancel.set_reason("not needed");
  Do(&Stub::ApprovePurchaseOrder, approve, kApprover);
  v1::PurchaseOrder order;
  const rpc::testing::Outcome outcome = Try(&Stub::CancelPurchaseOrder, cancel, &order);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(outcome.reason, "STALE_ETAG");
}

TEST_F(Api, ListsOrdersByTypedFilters) {
  Issued("a", "1");
  Draft("b", "1");
  Issued("c", "1");
  Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "1"}}, "grn", "c"),
     kReceiver);
  v1::ListPurchaseOrdersRequest request;
  EXPECT_THAT(Orders(request), ElementsAre("a", "b", "c"));
  request.set_only_open(true);
  EXPECT_THAT(Orders(request), ElementsAre("a"));
  request.set_only_open(false);
  request.set_state(v1::PURCHASE_ORDER_STATE_DRAFT);
  EXPECT_THAT(Orders(request), ElementsAre("b"));
  request.clear_state();
  request.set_supplier("operations/ba/suppliers/other");
  EXPECT_THAT(Orders(request), ElementsAre());
  request.set_supplier(kSupplier);
  request.set_project(kProject);
  request.set_budget_line(kBudgetLine);
  EXPECT_THAT(Orders(request), ElementsAre("a", "b", "c"));
}

TEST_F(Api, B6_ListsSuppliersByTheirNameInWhateverSpelling) {
  v1::RegisterSupplierRequest another;
  another.set_parent(kOperation);
  another.set_supplier_id("dordevic");
  another.mutable_supplier()->set_display_name("Đorđević i sinovi d.o.o.");
  another.mutable_supplier()->set_country_code("RS");
  Do(&Stub::RegisterSupplier, another);

  v1::ListSuppliersRequest list;
  list.set_parent(kOperation);
  EXPECT_EQ(Do(&Stub::ListSuppliers, list).suppliers_size(), 2);
  for (const char* query : {"Djordjevic", "dordevic", "Ђорђевић", "sinovi Đorđević"}) {
    list.set_display_name(query);
    const v1::ListSuppliersResponse found = Do(&Stub::ListSuppliers, list);
    ASSERT_EQ(found.suppliers_size(), 1) << query;
    EXPECT_EQ(found.suppliers(0).name(), "operations/ba/suppliers/dordevic");
  }
  for (const char* query : {"Djordjevic Autokuca", "Nepoznato", " "}) {
    list.set_display_name(query);
    EXPECT_EQ(Do(&Stub::ListSuppliers, list).suppliers_size(), 0) << query;
  }
}

// What is of an operation lies between the rows of two operations.
TEST_F(Api, G12_ListsTheOperationsInWhichTheCallerHasARoleAndTellsOfNoOther) {
  constexpr char kOfAll[] = "organisations/iom/people/amra;roles=operation_manager;operations=*";
  for (const auto& [id, name] : std::vector<std::pair<std::string, std::string>>{
           {"al", "Albania"}, {"me", "Crna Gora"}, {"rs", "Srbija"}}) {
    v1::CreateOperationRequest create;
    create.set_name("operations/" + id);
    create.set_display_name(name);
    create.set_time_zone("Europe/Belgrade");
    Do(&Stub::CreateOperation, create, kOfAll);
  }
  // The names of every page's operations; what no page may tell is in no token either.
  const auto listed = [&](v1::ListOperationsRequest request, const std::string& person) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 10; ++pages) {
      const v1::ListOperationsResponse page = Do(&Stub::ListOperations, request, person);
      for (const v1::Operation& operation : page.operations()) names.push_back(operation.name());
      const auto token = base::Base64UrlDecode(page.next_page_token());
      EXPECT_TRUE(token.ok());
      if (person != kOfAll) {
        EXPECT_EQ(token.value_or("").find("operations/me"), std::string::npos);
      }
      if (page.next_page_token().empty()) break;
      request.set_page_token(page.next_page_token());
    }
    return names;
  };
  const auto reader = [](const std::string& operations) {
    return "organisations/iom/people/p;roles=viewer;operations=" + operations;
  };
  v1::ListOperationsRequest request;
  EXPECT_THAT(listed(request, kOfAll),
              ElementsAre("operations/al", "operations/ba", "operations/me", "operations/rs"));
  EXPECT_THAT(listed(request, reader("operations/ba")), ElementsAre("operations/ba"));
  EXPECT_THAT(listed(request, reader("operations/xk")), ElementsAre());
  request.set_page_size(1);
  EXPECT_THAT(listed(request, kOfAll),
              ElementsAre("operations/al", "operations/ba", "operations/me", "operations/rs"));
  EXPECT_THAT(listed(request, reader("operations/ba,operations/rs")),
              ElementsAre("operations/ba", "operations/rs"));
  request.set_display_name("Црна Гора");
  EXPECT_THAT(listed(request, kOfAll), ElementsAre("operations/me"));
  EXPECT_THAT(listed(request, reader("operations/ba,operations/rs")), ElementsAre());

  v1::ListOperationsResponse none;
  const auto refused = Try(&Stub::ListOperations, request, &none,
                           "organisations/x/people/p;roles=recipient;operations=operations/ba");
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(refused.metadata.at("permission"), "procurement.operations.list");
}

TEST_F(Api, ListsRequisitionsByTypedFilters) {
  v1::CreateRequisitionRequest create;
  create.set_parent(kOperation);
  create.set_requisition_id("pr");
  create.mutable_requisition()->set_budget_line(kBudgetLine);
  create.mutable_requisition()->set_purpose("Boots");
  v1::RequisitionLine& line = *create.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("boots");
  line.set_unit("pair");
  *line.mutable_quantity() = Number("1");
  *line.mutable_estimated_unit_price() = Km("100.00");
  Do(&Stub::CreateRequisition, create);
  v1::ListRequisitionsRequest request;
  request.set_parent(kOperation);
  request.set_state(v1::REQUISITION_STATE_DRAFT);
  request.set_project(kProject);
  EXPECT_EQ(Do(&Stub::ListRequisitions, request).requisitions_size(), 1);
  request.set_state(v1::REQUISITION_STATE_APPROVED);
  EXPECT_EQ(Do(&Stub::ListRequisitions, request).requisitions_size(), 0);
}

TEST_F(Api, INV04_ASealedBidIsShownToNobody) {
  const SourcingSpec sealing;  // for its keys
  auto plan = sealing.PlanOf();
  v1::SourcingProcess& process = *plan.mutable_sourcing_process();
  process.clear_invited_suppliers();
  *process.mutable_bid_deadline() = ToProto(absl::Now() + absl::Hours(1));
  Do(&Stub::CreateSourcingProcess, plan);
  v1::PublishSourcingProcessRequest publish;
  publish.set_name(kProcess);
  Do(&Stub::PublishSourcingProcess, publish);
  v1::SubmitBidRequest bid;
  bid.set_parent(kProcess);
  bid.set_bid_id("b");
  bid.mutable_bid()->set_supplier(kSupplier);
  bid.mutable_bid()->set_sealed_content(sealing.Sealed("90000.00", ""));
  EXPECT_FALSE(Do(&Stub::SubmitBid, bid).has_content());
  v1::GetBidRequest get;
  get.set_name(SourcingSpec::BidName("b"));
  const v1::Bid got = Do(&Stub::GetBid, get, kOpener);
  EXPECT_FALSE(got.has_content());
  EXPECT_EQ(got.sealed_digest().size(), 64u);
  v1::ListBidsRequest list;
  list.set_parent(kProcess);
  const v1::ListBidsResponse bids = Do(&Stub::ListBids, list, kOpener);
  ASSERT_EQ(bids.bids_size(), 1);
  EXPECT_EQ(bids.SerializeAsString().find("as specified"), std::string::npos);
  v1::SourcingProcess opened;
  auto open = SourcingSpec::Of<v1::OpenBidsRequest>();
  open.set_private_key(sealing.keys()[0].private_key);
  EXPECT_EQ(Try(&Stub::OpenBids, open, &opened, kOpener).reason, "WRONG_STATE");
}

// An agreement for 500 KM with the stage's supplier, at 100 KM a pair, since yesterday.
class CallOffs : public Api {
 protected:
  CallOffs() {
    const SourcingSpec sealing;  // for its keys
    auto plan = sealing.PlanOf();
    plan.mutable_sourcing_process()->clear_invited_suppliers();
    *plan.mutable_sourcing_process()->mutable_bid_deadline() =
        ToProto(absl::Now() + absl::Hours(1));
    Do(&Stub::CreateSourcingProcess, plan);
    auto waive = SourcingSpec::Of<v1::WaiveSourcingRequest>();
    waive.set_waiver(v1::WAIVER_KIND_SOLE_SOURCE);
    waive.set_justification("only they make them");
    v1::LotAward& award = *waive.add_awards();
    award.set_lot_number(1);
    award.set_supplier(kSupplier);
    *award.mutable_amount() = Km("600.00");
    Do(&Stub::WaiveSourcing, waive);
    Do(&Stub::AwardSourcing, SourcingSpec::Of<v1::AwardSourcingRequest>(), kApprover);
    auto agreement = FrameworkSpec::AgreementOf("500.00");
    v1::FrameworkAgreement& wanted = *agreement.mutable_framework_agreement();
    wanted.set_supplier(kSupplier);
    *wanted.mutable_start_date() = ToProto(today_ - 1);
    *wanted.mutable_end_date() = ToProto(today_ + 300);
    *wanted.mutable_lines(0)->mutable_unit_price() = Km("100.00");
    Do(&Stub::CreateFrameworkAgreement, agreement);
    v1::ApproveFrameworkAgreementRequest approve;
    approve.set_name(kAgreement);
    Do(&Stub::ApproveFrameworkAgreement, approve, kApprover);
  }
  void CallOff(const std::string& id, std::string_view quantity) {
    auto command = FrameworkSpec::CallOffOf(quantity, id);
    command.mutable_purchase_order()->set_supplier(kSupplier);
    Do(&Stub::CreatePurchaseOrder, command);
  }
  int Agreements(const v1::ListFrameworkAgreementsRequest& request) {
    return Do(&Stub::ListFrameworkAgreements, request).framework_agreements_size();
  }
  const absl::CivilDay today_ = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone());
};

TEST_F(CallOffs, G7_INV05_OfThoseApprovedAtOnceNoMoreThanTheCeiling) {
  constexpr int kOrders = 4;
  for (int i = 0; i < kOrders; ++i) CallOff(fmt::format("po{}", i), "3");
  std::vector<rpc::testing::Outcome> outcomes(kOrders);
  {
    std::vector<std::thread> officers;
    for (int i = 0; i < kOrders; ++i) {
      officers.emplace_back([&, i] {
        v1::PurchaseOrder order;
        outcomes[i] = Try(&Stub::ApprovePurchaseOrder,
                          On<v1::ApprovePurchaseOrderRequest>(fmt::format("po{}", i)), &order,
                          i % 2 == 0 ? kApprover : kSecondApprover);
      });
    }
    for (std::thread& officer : officers) officer.join();
  }
  int passed = 0;
  for (const rpc::testing::Outcome& outcome : outcomes) {
    if (outcome.status.ok()) {
      ++passed;
    } else {
      EXPECT_EQ(outcome.reason, "ABOVE_CEILING");
      EXPECT_EQ(outcome.metadata.at("available"), "200.00 BAM");
    }
  }
  EXPECT_EQ(passed, 1) << "300 of 500; two would be 600, for which the budget line has enough";
  v1::GetFrameworkAgreementRequest get;
  get.set_name(kAgreement);
  EXPECT_EQ(Text(Do(&Stub::GetFrameworkAgreement, get).called_off()), "300.00 BAM");
}

TEST_F(CallOffs, AgreementsAndTheirOrdersAreListedByTypedFilters) {
  CallOff("within", "1");
  Draft("beside", "1");
  v1::ListPurchaseOrdersRequest orders;
  orders.set_framework_agreement(kAgreement);
  EXPECT_THAT(Orders(orders), ElementsAre("within"));
  v1::ListFrameworkAgreementsRequest request;
  request.set_parent(kOperation);
  EXPECT_EQ(Agreements(request), 1);
  request.set_state(v1::FRAMEWORK_AGREEMENT_STATE_SUSPENDED);
  EXPECT_EQ(Agreements(request), 0);
  request.set_state(v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE);
  request.set_supplier(kSupplier);
  request.set_sourcing_process(kProcess);
  *request.mutable_date() = ToProto(today_ + 300);
  EXPECT_EQ(Agreements(request), 1);
  *request.mutable_date() = ToProto(today_ + 301);
  EXPECT_EQ(Agreements(request), 0);
  *request.mutable_date() = ToProto(today_ - 2);
  EXPECT_EQ(Agreements(request), 0);
  request.clear_date();
  request.set_supplier("operations/ba/suppliers/other");
  EXPECT_EQ(Agreements(request), 0);
}

TEST_F(Api, ListsOrdersThatWaitForTheSuppliersWord) {
  Issued("po", "3");
  Issued("other", "1");
  Do(&Stub::AcknowledgePurchaseOrder, On<v1::AcknowledgePurchaseOrderRequest>("po"));
  v1::ListPurchaseOrdersRequest request;
  request.set_only_unacknowledged(true);
  EXPECT_THAT(Orders(request), ElementsAre());
  auto amend = On<v1::AmendPurchaseOrderRequest>("po");
  amend.set_reason("fewer");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("2");
  Do(&Stub::AmendPurchaseOrder, amend);
  EXPECT_THAT(Orders(request), ElementsAre("po"));
  auto acknowledge = On<v1::AcknowledgePurchaseOrderRequest>("po");
  acknowledge.set_version(2);
  EXPECT_EQ(Do(&Stub::AcknowledgePurchaseOrder, acknowledge).acknowledged_version(), 2);
  EXPECT_THAT(Orders(request), ElementsAre());
}

TEST_F(Api, ListsReceiptsByTypedFilters) {
  Issued("po", "3");
  auto post = ProcurementSpec::ReceiptOf({{.accepted = "1"}}, "one");
  *post.mutable_effective_time() = ToProto(absl::Now() - absl::Hours(1));
  const v1::GoodsReceipt posted = Do(&Stub::PostGoodsReceipt, post, kReceiver);
  EXPECT_EQ(posted.supplier(), kSupplier);
  v1::CountGoodsReceiptRequest count;
  count.set_parent(kOperation);
  count.set_goods_receipt_id("two");
  count.mutable_goods_receipt()->set_purchase_order(kOrder);
  count.mutable_goods_receipt()->add_lines()->set_line_number(1);
  *count.mutable_goods_receipt()->mutable_lines(0)->mutable_delivered() = Number("1");
  const v1::GoodsReceipt counted = Do(&Stub::CountGoodsReceipt, count, kReceiver);
  const auto found = [&](const v1::ListGoodsReceiptsRequest& request) {
    std::vector<std::string> ids;
    const v1::ListGoodsReceiptsResponse page = Do(&Stub::ListGoodsReceipts, request);
    for (const v1::GoodsReceipt& receipt : page.goods_receipts()) {
      ids.push_back(receipt.name().substr(receipt.name().rfind('/') + 1));
    }
    return ids;
  };
  v1::ListGoodsReceiptsRequest request;
  request.set_parent(kOperation);
  EXPECT_THAT(found(request), ElementsAre("one", "two"));
  request.set_state(v1::GOODS_RECEIPT_STATE_COUNTING);
  EXPECT_THAT(found(request), ElementsAre("two"));
  request.clear_state();
  request.set_supplier(kSupplier);
  request.set_project(kProject);
  EXPECT_THAT(found(request), ElementsAre("one", "two"));
  request.set_supplier("operations/ba/suppliers/other");
  EXPECT_THAT(found(request), ElementsAre());
  request.clear_supplier();
  *request.mutable_end_time() = counted.count_time();
  EXPECT_THAT(found(request), ElementsAre("one"));
  request.clear_end_time();
  *request.mutable_start_time() = counted.count_time();
  EXPECT_THAT(found(request), ElementsAre("two"));
}

TEST_F(Api, HowWellSuppliersDeliverIsListedByTypedFilters) {
  Issued("po", "5");
  Do(&Stub::PostGoodsReceipt,
     ProcurementSpec::ReceiptOf({{.accepted = "1", .rejected = "1", .reason = "wet"}}, "one"),
     kReceiver);
  const auto found = [&](const v1::ListSupplierPerformancesRequest& request) {
    return Do(&Stub::ListSupplierPerformances, request);
  };
  v1::ListSupplierPerformancesRequest request;
  request.set_parent(kOperation);
  const auto page = found(request);
  ASSERT_EQ(page.supplier_performances_size(), 1);
  EXPECT_EQ(page.supplier_performances(0).supplier(), kSupplier);
  EXPECT_EQ(page.supplier_performances(0).lines_with_rejections(), 1);
  request.set_supplier(kSupplier);
  request.set_project(kProject);
  *request.mutable_start_date() = ToProto(absl::CivilDay(2020, 1, 1));
  EXPECT_EQ(found(request).supplier_performances_size(), 1);
  *request.mutable_end_date() = ToProto(absl::CivilDay(2020, 1, 2));
  EXPECT_EQ(found(request).supplier_performances_size(), 0);
  request.clear_end_date();
  request.set_project("operations/ba/projects/other");
  EXPECT_EQ(found(request).supplier_performances_size(), 0);
  request.clear_project();
  request.set_supplier("operations/ba/suppliers/other");
  EXPECT_EQ(found(request).supplier_performances_size(), 0);
}

TEST_F(Api, ListsSuppliersByCountryAndScreening) {
  v1::RegisterSupplierRequest another;
  another.set_parent(kOperation);
  another.set_supplier_id("screened");
  another.mutable_supplier()->set_display_name("Primjer");
  another.mutable_supplier()->set_country_code("RS");
  Do(&Stub::RegisterSupplier, another);
  v1::ScreenSupplierRequest screen;
  screen.set_name("operations/ba/suppliers/screened");
  screen.mutable_screening()->set_result(v1::SCREENING_RESULT_CLEAR);
  *screen.mutable_screening()->mutable_screening_date() = ToProto(absl::CivilDay(2023, 5, 31));
  screen.mutable_screening()->set_lists("EU consolidated list");
  Do(&Stub::ScreenSupplier, screen);
  const auto found = [&](const v1::ListSuppliersRequest& request) {
    std::vector<std::string> ids;
    const v1::ListSuppliersResponse page = Do(&Stub::ListSuppliers, request);
    for (const v1::Supplier& supplier : page.suppliers()) {
      ids.push_back(supplier.name().substr(supplier.name().rfind('/') + 1));
    }
    return ids;
  };
  v1::ListSuppliersRequest request;
  request.set_parent(kOperation);
  request.set_country_code("RS");
  EXPECT_THAT(found(request), ElementsAre("screened"));
  request.clear_country_code();
  request.set_screening_result(v1::SCREENING_RESULT_CLEAR);
  EXPECT_THAT(found(request), ElementsAre("screened"));
  request.set_screening_result(v1::SCREENING_RESULT_MATCH);
  EXPECT_THAT(found(request), ElementsAre());
  request.clear_screening_result();
  *request.mutable_screened_before() = ToProto(absl::CivilDay(2023, 5, 31));
  EXPECT_THAT(found(request), ElementsAre("autokuca"));
  *request.mutable_screened_before() = ToProto(absl::CivilDay(2023, 6, 1));
  EXPECT_THAT(found(request), ElementsAre("autokuca", "screened"));
}

TEST_F(Api, INV37_MoneyFromDonorsAndToAgenciesIsListedByTypedFilters) {
  v1::EnterFundingAgreementRequest enter;
  enter.set_parent(kProject);
  enter.set_funding_agreement_id("delegation");
  v1::FundingAgreement& agreement = *enter.mutable_funding_agreement();
  agreement.set_donor("organisations/eu");
  agreement.set_agreement_number("IPA/2018/404-174");
  agreement.set_display_name("Special measure");
  *agreement.mutable_amount() = Km("800.00");
  *agreement.mutable_start_date() = ToProto(absl::CivilDay(2023, 1, 1));
  *agreement.mutable_end_date() = ToProto(absl::CivilDay(2030, 12, 31));
  Do(&Stub::EnterFundingAgreement, enter);
  v1::RecordFundingTrancheRequest tranche;
  tranche.set_name(std::string(kProject) + "/fundingAgreements/delegation");
  *tranche.mutable_tranche()->mutable_amount() = Km("500.00");
  *tranche.mutable_tranche()->mutable_receive_date() = ToProto(absl::CivilDay(2023, 1, 31));
  tranche.mutable_tranche()->set_reference("B-1");
  Do(&Stub::RecordFundingTranche, tranche);
  v1::CorrectFundingTrancheRequest anew;
  anew.set_name(tranche.name());
  anew.set_tranche_number(1);
  *anew.mutable_amount() = Km("50.00");
  anew.set_reason("a nought too many");
  EXPECT_EQ(Text(Do(&Stub::CorrectFundingTranche, anew).received()), "50.00 BAM");
  v1::ListFundingAgreementsRequest agreements;
  agreements.set_parent(kProject);
  agreements.set_donor("organisations/eu");
  EXPECT_EQ(Do(&Stub::ListFundingAgreements, agreements).funding_agreements_size(), 1);
  agreements.set_donor("organisations/ch");
  EXPECT_EQ(Do(&Stub::ListFundingAgreements, agreements).funding_agreements_size(), 0);

  v1::CreateAgencyTransferRequest create;
  create.set_parent(kOperation);
  create.set_agency_transfer_id("at");
  v1::AgencyTransfer& transfer = *create.mutable_agency_transfer();
  transfer.set_budget_line(kBudgetLine);
  transfer.set_agency("organisations/unhcr");
  transfer.set_purpose("Legal aid");
  *transfer.mutable_amount() = Km("300.00");
  const std::string name = Do(&Stub::CreateAgencyTransfer, create).name();
  v1::ApproveAgencyTransferRequest approve;
  approve.set_name(name);
  Do(&Stub::ApproveAgencyTransfer, approve, kApprover);
  v1::PayAgencyTransferRequest pay;
  pay.set_name(name);
  *pay.mutable_amount() = Km("200.00");
  pay.set_reference("B-1");
  Do(&Stub::PayAgencyTransfer, pay, kPayer);
  // A disbursement is paid, and not spent.
  EXPECT_EQ(Text(Position().totals(0).committed()), "300.00 BAM");
  EXPECT_EQ(Text(Position().totals(0).spent()), "0.00 BAM");
  EXPECT_EQ(Text(Position().totals(0).paid()), "200.00 BAM");
  v1::RecordAgencyExpenditureRequest report;
  report.set_name(name);
  *report.mutable_expenditure()->mutable_amount() = Km("150.00");
  *report.mutable_expenditure()->mutable_period_end_date() = ToProto(absl::CivilDay(2023, 1, 31));
  report.mutable_expenditure()->set_reference("FR-1");
  Do(&Stub::RecordAgencyExpenditure, report, kPayer);
  v1::CorrectAgencyExpenditureRequest correct;
  correct.set_name(name);
  correct.set_report_number(1);
  *correct.mutable_amount() = Km("15.00");
  correct.set_reason("a nought too many");
  EXPECT_EQ(Text(Do(&Stub::CorrectAgencyExpenditure, correct, kPayer).reported()), "15.00 BAM");
  EXPECT_EQ(Text(Position().totals(0).committed()), "285.00 BAM");
  EXPECT_EQ(Text(Position().totals(0).spent()), "15.00 BAM");
  v1::ListAgencyTransfersRequest transfers;
  transfers.set_parent(kOperation);
  transfers.set_only_excess(true);
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 0);
  // More than the agency got is reported, and stands where somebody sees it.
  correct.set_report_number(2);
  *correct.mutable_amount() = Km("200.01");
  EXPECT_EQ(Text(Do(&Stub::CorrectAgencyExpenditure, correct, kPayer).excess()), "0.01 BAM");
  EXPECT_EQ(Text(Position().totals(0).spent()), "200.00 BAM");
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 1);
  transfers.set_state(v1::AGENCY_TRANSFER_STATE_CLOSED);  // borne by the agency
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 0);
  transfers.set_state(v1::AGENCY_TRANSFER_STATE_APPROVED);  // to be seen to
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 1);
  transfers.clear_only_excess();
  transfers.set_agency("organisations/unhcr");
  transfers.set_project(kProject);
  transfers.set_budget_line(kBudgetLine);
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 1);
  transfers.set_agency("organisations/unicef");
  EXPECT_EQ(Do(&Stub::ListAgencyTransfers, transfers).agency_transfers_size(), 0);
}

TEST_F(Api, FromInvoiceToPayment) {
  Issued("po", "7");
  Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "7"}}), kReceiver);
  Do(&Stub::RegisterSupplierInvoice,
     PayablesSpec::InvoiceOf({{.quantity = "7", .amount = "700.00"}}));
  v1::MatchSupplierInvoiceRequest match;
  match.set_name(PayablesSpec::InvoiceName());
  EXPECT_EQ(Do(&Stub::MatchSupplierInvoice, match).state(), v1::SUPPLIER_INVOICE_STATE_MATCHED);
  v1::ApproveSupplierInvoiceRequest approve;
  approve.set_name(PayablesSpec::InvoiceName());
  Do(&Stub::ApproveSupplierInvoice, approve, kApprover);
  v1::PaySupplierInvoiceRequest pay;
  pay.set_name(PayablesSpec::InvoiceName());
  *pay.mutable_amount() = Km("700.00");
  const v1::Payment payment = Do(&Stub::PaySupplierInvoice, pay, kPayer);
  EXPECT_EQ(payment.kind(), v1::PAYMENT_KIND_INVOICE);
  EXPECT_EQ(Text(Position().totals(0).paid()), "700.00 BAM");
  v1::ListSupplierInvoicesRequest list;
  list.set_parent(kOperation);
  list.set_state(v1::SUPPLIER_INVOICE_STATE_PAID);
  EXPECT_EQ(Do(&Stub::ListSupplierInvoices, list).supplier_invoices_size(), 1);
  list.set_state(v1::SUPPLIER_INVOICE_STATE_BLOCKED);
  EXPECT_EQ(Do(&Stub::ListSupplierInvoices, list).supplier_invoices_size(), 0);
}

TEST_F(Api, INV09_OfPaymentsAtOnceNoMoreThanIsPayable) {
  Issued("po", "7");
  Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "7"}}), kReceiver);
  Do(&Stub::RegisterSupplierInvoice,
     PayablesSpec::InvoiceOf({{.quantity = "7", .amount = "700.00"}}));
  v1::MatchSupplierInvoiceRequest match;
  match.set_name(PayablesSpec::InvoiceName());
  Do(&Stub::MatchSupplierInvoice, match);
  v1::ApproveSupplierInvoiceRequest approve;
  approve.set_name(PayablesSpec::InvoiceName());
  Do(&Stub::ApproveSupplierInvoice, approve, kApprover);
  std::vector<rpc::testing::Outcome> outcomes(4);
  {
    std::vector<std::thread> payers;
    for (rpc::testing::Outcome& outcome : outcomes) {
      payers.emplace_back([&] {
        v1::PaySupplierInvoiceRequest pay;
        pay.set_name(PayablesSpec::InvoiceName());
        *pay.mutable_amount() = Km("400.00");
        v1::Payment payment;
        outcome = Try(&Stub::PaySupplierInvoice, pay, &payment, kPayer);
      });
    }
    for (std::thread& payer : payers) payer.join();
  }
  int passed = 0;
  for (const rpc::testing::Outcome& outcome : outcomes) {
    passed += outcome.status.ok() ? 1 : 0;
    EXPECT_EQ(outcome.reason, outcome.status.ok() ? "" : "MORE_THAN_PAYABLE");
  }
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(Text(Position().totals(0).paid()), "400.00 BAM");
}

TEST_F(Api, PricesAreFoundByItemSupplierAndDay) {
  Issued("a", "1");
  Issued("b", "2");
  v1::ListPriceRecordsRequest list;
  list.set_parent(kOperation);
  const auto count = [&] { return Do(&Stub::ListPriceRecords, list).price_records_size(); };
  const v1::ListPriceRecordsResponse all = Do(&Stub::ListPriceRecords, list);
  ASSERT_EQ(all.price_records_size(), 2);
  EXPECT_EQ(Text(all.price_records(1).unit_price()), "100.00 BAM");
  EXPECT_EQ(Text(all.price_records(1).quantity()), "2");
  const google::type::Date today = all.price_records(0).date();
  EXPECT_GT(today.year(), 2000);

  list.set_page_size(1);
  const v1::ListPriceRecordsResponse first = Do(&Stub::ListPriceRecords, list);
  ASSERT_EQ(first.price_records_size(), 1);
  list.set_page_token(first.next_page_token());
  const v1::ListPriceRecordsResponse second = Do(&Stub::ListPriceRecords, list);
  ASSERT_EQ(second.price_records_size(), 1);
  EXPECT_EQ(second.price_records(0).source(), ProcurementSpec::OrderName("b"));
  EXPECT_EQ(second.next_page_token(), "");
  list.clear_page_token();
  list.clear_page_size();

  for (const char* words : {"footwear", "Zastitna obuca", "заштитна"}) {
    list.set_item(words);
    EXPECT_EQ(count(), 2) << words;
  }
  list.set_item("protective gloves");
  EXPECT_EQ(count(), 0);
  list.clear_item();
  list.set_supplier(ProcurementSpec::OrderName("a"));
  EXPECT_EQ(count(), 0);
  list.set_supplier(kSupplier);
  list.set_currency("EUR");
  EXPECT_EQ(count(), 0);
  list.set_currency("BAM");
  list.set_origin(v1::PRICE_ORIGIN_BID);
  EXPECT_EQ(count(), 0);
  list.clear_origin();
  *list.mutable_start_date() = today;
  EXPECT_EQ(count(), 2);
  *list.mutable_end_date() = ToProto(FromProto(today) + 1);
  *list.mutable_start_date() = ToProto(FromProto(today) + 1);
  // Where the test began before midnight.
  EXPECT_LE(count(), 1);
  *list.mutable_end_date() = ToProto(FromProto(today) - 1);
  v1::ListPriceRecordsResponse none;
  EXPECT_EQ(Try(&Stub::ListPriceRecords, list, &none).reason, "INVALID_FIELD");
  list.clear_start_date();
  EXPECT_EQ(count(), 0);
  list.set_parent("operations/none");
  EXPECT_FALSE(Try(&Stub::ListPriceRecords, list, &none).status.ok());
}

TEST_F(Api, LeadTimesOfOrdersAndOfSuppliers) {
  Issued("a", "1");
  Issued("b", "2");
  Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "2"}}, "grn", "b"),
     kReceiver);
  v1::ListLeadTimesRequest list;
  list.set_parent(kOperation);
  const v1::ListLeadTimesResponse all = Do(&Stub::ListLeadTimes, list);
  ASSERT_EQ(all.lead_times_size(), 2);
  EXPECT_FALSE(all.lead_times(0).has_days_to_first_receipt());
  EXPECT_TRUE(all.lead_times(1).has_days_to_complete());
  list.set_only_complete(true);
  ASSERT_EQ(Do(&Stub::ListLeadTimes, list).lead_times_size(), 1);
  list.set_kind(v1::LINE_KIND_SERVICE);
  EXPECT_EQ(Do(&Stub::ListLeadTimes, list).lead_times_size(), 0);

  v1::ListSupplierLeadTimesRequest summary;
  summary.set_parent(kOperation);
  const v1::ListSupplierLeadTimesResponse told = Do(&Stub::ListSupplierLeadTimes, summary);
  ASSERT_EQ(told.supplier_lead_times_size(), 1);
  EXPECT_EQ(told.supplier_lead_times(0).supplier(), kSupplier);
  EXPECT_EQ(told.supplier_lead_times(0).kind(), v1::LINE_KIND_GOODS_QUANTITY);
  EXPECT_EQ(told.supplier_lead_times(0).orders(), 2);
  EXPECT_EQ(told.supplier_lead_times(0).orders_complete(), 1);
  summary.set_project("operations/ba/projects/other");
  EXPECT_EQ(Do(&Stub::ListSupplierLeadTimes, summary).supplier_lead_times_size(), 0);
}

TEST_F(Api, LeadTimesOfSuppliersComeInPagesThatReadNoOrders) {
  v1::RegisterSupplierRequest other;
  other.set_parent(kOperation);
  other.set_supplier_id("other");
  other.mutable_supplier()->set_display_name("Other d.o.o.");
  other.mutable_supplier()->set_country_code("BA");
  const std::string second = Do(&Stub::RegisterSupplier, other).name();
  for (int n = 0; n < 4; ++n) {
    auto draft =
        ProcurementSpec::DraftOf({Goods("1", "1.00"), Pieces("1", "1.00")}, fmt::format("po{}", n));
    if (n == 3) draft.mutable_purchase_order()->set_supplier(second);
    Do(&Stub::CreatePurchaseOrder, draft);
    const std::string id = fmt::format("po{}", n);
    Do(&Stub::ApprovePurchaseOrder, On<v1::ApprovePurchaseOrderRequest>(id), kApprover);
    Do(&Stub::IssuePurchaseOrder, On<v1::IssuePurchaseOrderRequest>(id));
  }
  v1::ListSupplierLeadTimesRequest list;
  list.set_parent(kOperation);
  list.set_page_size(1);
  std::vector<std::string> told;
  do {
    const v1::ListSupplierLeadTimesResponse page = Do(&Stub::ListSupplierLeadTimes, list);
    ASSERT_EQ(page.supplier_lead_times_size(), 1);
    const v1::SupplierLeadTime& row = page.supplier_lead_times(0);
    told.push_back(
        fmt::format("{} {} {}", row.supplier(), static_cast<int>(row.kind()), row.orders()));
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty() && told.size() < 9);
  std::vector<std::string> expected;
  for (const auto& [supplier, orders] : {std::pair(second, 1), {std::string(kSupplier), 3}}) {
    for (const v1::LineKind kind : {v1::LINE_KIND_GOODS_SERIAL, v1::LINE_KIND_GOODS_QUANTITY})
      expected.push_back(fmt::format("{} {} {}", supplier, static_cast<int>(kind), orders));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(told, expected);
  list.clear_page_token();
  list.clear_page_size();
  list.set_supplier(second);
  list.set_kind(v1::LINE_KIND_GOODS_SERIAL);
  const v1::ListSupplierLeadTimesResponse one = Do(&Stub::ListSupplierLeadTimes, list);
  ASSERT_EQ(one.supplier_lead_times_size(), 1);
  EXPECT_EQ(one.supplier_lead_times(0).orders(), 1);
}

TEST_F(Api, INV02_FundersSharesAreToldToTheCent) {
  v1::CreateBudgetLineRequest line;
  line.set_parent(kProject);
  line.set_budget_line_id("shared");
  line.mutable_budget_line()->set_display_name("Shared");
  *line.mutable_budget_line()->mutable_amount() = Km("800.00");
  for (const auto& [donor, percent] : {std::pair("eu", "66.6667"), {"ch", "33.3333"}}) {
    v1::FundingShare& share = *line.mutable_budget_line()->add_funding_shares();
    share.set_donor(fmt::format("organisations/{}", donor));
    *share.mutable_percent() = Number(percent);
  }
  Do(&Stub::CreateBudgetLine, line);
  auto draft = ProcurementSpec::DraftOf({Goods("1", "100.01")}, "shared");
  draft.mutable_purchase_order()->set_budget_line(std::string(kProject) + "/budgetLines/shared");
  Do(&Stub::CreatePurchaseOrder, draft);
  Draft("alone", "1");

  v1::ListFunderSharesRequest list;
  list.set_parent(kOperation);
  EXPECT_EQ(Do(&Stub::ListFunderShares, list).funder_shares_size(), 3);
  list.set_donor("organisations/ch");
  const v1::ListFunderSharesResponse swiss = Do(&Stub::ListFunderShares, list);
  ASSERT_EQ(swiss.funder_shares_size(), 1);
  EXPECT_EQ(Text(swiss.funder_shares(0).amount()), "33.34 BAM");
  list.clear_donor();
  list.set_page_size(1);  // an order: all its shares on one page
  const v1::ListFunderSharesResponse first = Do(&Stub::ListFunderShares, list);
  EXPECT_EQ(first.funder_shares_size(), 1);
  list.set_page_token(first.next_page_token());
  EXPECT_EQ(Do(&Stub::ListFunderShares, list).funder_shares_size(), 2);

  v1::GetFundingSplitRequest get;
  get.set_name(ProcurementSpec::OrderName("shared"));
  const v1::FundingSplit split = Do(&Stub::GetFundingSplit, get);
  ASSERT_EQ(split.shares_size(), 2);
  EXPECT_EQ(Text(split.shares(0).amount()), "66.67 BAM");
  get.set_name(kSupplier);
  v1::FundingSplit none;
  EXPECT_EQ(Try(&Stub::GetFundingSplit, get, &none).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// What each source promised and spent of each line, as callers are told it: every row and every
// column adds up to the cent.
TEST_F(Api, INV02_WhatEachSourcePromisedAndSpentOfEachLineAddsUp) {
  v1::CreateBudgetLineRequest create;
  create.set_parent(kProject);
  create.set_budget_line_id("thirds");
  create.mutable_budget_line()->set_display_name("Thirds");
  *create.mutable_budget_line()->mutable_amount() = Km("1000.00");
  for (const auto& [donor, percent] :
       {std::pair("eu", "33.3334"), {"ch", "33.3333"}, {"no", "33.3333"}}) {
    v1::FundingShare& share = *create.mutable_budget_line()->add_funding_shares();
    share.set_donor(fmt::format("organisations/{}", donor));
    *share.mutable_percent() = Number(percent);
  }
  const v1::BudgetLine line = Do(&Stub::CreateBudgetLine, create);
  auto draft =
      ProcurementSpec::DraftOf({Goods("7", "1.01"), Goods("3", "0.01"), Goods("9", "2.05")});
  draft.mutable_purchase_order()->set_budget_line(line.name());
  Do(&Stub::CreatePurchaseOrder, draft);
  Do(&Stub::ApprovePurchaseOrder, On<v1::ApprovePurchaseOrderRequest>("po"), kApprover);
  Do(&Stub::IssuePurchaseOrder, On<v1::IssuePurchaseOrderRequest>("po"));
  Do(&Stub::PostGoodsReceipt,
     ProcurementSpec::ReceiptOf({{.accepted = "4", .line = 1},
                                 {.accepted = "1", .line = 2},
                                 {.accepted = "9", .line = 3}}),
     kReceiver);

  v1::GetFundingSplitRequest get;
  get.set_name(kOrder);
  const v1::FundingSplit split = Do(&Stub::GetFundingSplit, get);
  ASSERT_EQ(split.lines_size(), 3);
  EXPECT_EQ(Text(split.committed()), "3.05 BAM");
  EXPECT_EQ(Text(split.spent()), "22.50 BAM");
  EXPECT_EQ(Text(split.lines(0).shares(0).spent()), "1.35 BAM");
  EXPECT_EQ(Text(split.lines(0).shares(1).spent()), "1.35 BAM");
  EXPECT_EQ(Text(split.lines(0).shares(2).spent()), "1.34 BAM");
  const auto sum = [](const auto& shares, auto figure) {
    base::Money all = base::Money::Zero(base::Currency::Bam());
    for (const v1::SplitShare& share : shares) all = Sum(all, FromProto(figure(share)));
    return all;
  };
  const auto amount = [](const v1::SplitShare& share) { return share.amount(); };
  const auto committed = [](const v1::SplitShare& share) { return share.committed(); };
  const auto spent = [](const v1::SplitShare& share) { return share.spent(); };
  for (const v1::SplitLine& each : split.lines()) {
    EXPECT_EQ(sum(each.shares(), amount), FromProto(each.total()));
    EXPECT_EQ(sum(each.shares(), committed), FromProto(each.committed()));
    EXPECT_EQ(sum(each.shares(), spent), FromProto(each.spent()));
  }
  EXPECT_EQ(sum(split.shares(), committed), FromProto(split.committed()));
  EXPECT_EQ(sum(split.shares(), spent), FromProto(split.spent()));
  v1::ListFunderSharesRequest list;
  list.set_parent(kOperation);
  const v1::ListFunderSharesResponse listed = Do(&Stub::ListFunderShares, list);
  ASSERT_EQ(listed.funder_shares_size(), 3);
  for (int source = 0; source < 3; ++source) {
    std::vector<v1::SplitShare> of_lines;
    for (const v1::SplitLine& each : split.lines()) of_lines.push_back(each.shares(source));
    EXPECT_EQ(sum(of_lines, amount), FromProto(split.shares(source).amount()));
    EXPECT_EQ(sum(of_lines, committed), FromProto(split.shares(source).committed()));
    EXPECT_EQ(sum(of_lines, spent), FromProto(split.shares(source).spent()));
    EXPECT_EQ(Text(listed.funder_shares(source).committed()),
              Text(split.shares(source).committed()));
    EXPECT_EQ(Text(listed.funder_shares(source).spent()), Text(split.shares(source).spent()));
  }

  // The budget line's own figures, each shared out once.
  get.set_name(line.name());
  const v1::FundingSplit position = Do(&Stub::GetFundingSplit, get);
  EXPECT_EQ(Text(position.spent()), "22.50 BAM");
  EXPECT_EQ(sum(position.shares(), spent), FromProto(position.spent()));
  EXPECT_EQ(sum(position.shares(), committed), FromProto(position.committed()));
  EXPECT_EQ(Text(position.shares(0).spent()), "7.50 BAM");
  EXPECT_EQ(Text(position.shares(2).committed()), "1.01 BAM");
  EXPECT_EQ(Text(position.shares(0).reserved()), "0.00 BAM");
}

TEST_F(Api, WarrantiesAreListedByTheirEnd) {
  v1::OrderLine line = Goods("2", "100.00");
  line.set_warranty_months(24);
  Do(&Stub::CreatePurchaseOrder, ProcurementSpec::DraftOf({line}));
  Do(&Stub::ApprovePurchaseOrder, On<v1::ApprovePurchaseOrderRequest>("po"), kApprover);
  Do(&Stub::IssuePurchaseOrder, On<v1::IssuePurchaseOrderRequest>("po"));
  Do(&Stub::PostGoodsReceipt, ProcurementSpec::ReceiptOf({{.accepted = "2"}}), kReceiver);
  v1::ListWarrantyItemsRequest list;
  list.set_parent(kOperation);
  const auto count = [&] { return Do(&Stub::ListWarrantyItems, list).warranty_items_size(); };
  const v1::ListWarrantyItemsResponse all = Do(&Stub::ListWarrantyItems, list);
  ASSERT_EQ(all.warranty_items_size(), 1);
  const v1::WarrantyItem& item = all.warranty_items(0);
  const absl::CivilDay end = FromProto(item.warranty_end_date());
  EXPECT_EQ(
      end, absl::CivilDay(absl::CivilMonth(FromProto(item.receipt_date())) + 24) + (end.day() - 1));
  *list.mutable_end_date() = ToProto(end);
  EXPECT_EQ(count(), 1);
  *list.mutable_start_date() = ToProto(end);
  EXPECT_EQ(count(), 1);
  *list.mutable_start_date() = ToProto(end - 30);
  *list.mutable_end_date() = ToProto(end - 1);
  EXPECT_EQ(count(), 0);
  *list.mutable_end_date() = ToProto(end + 30);
  *list.mutable_start_date() = ToProto(end + 1);
  EXPECT_EQ(count(), 0);
  list.clear_start_date();
  list.set_item("obuca");
  EXPECT_EQ(count(), 1);
  list.set_recipient("organisations/other");
  EXPECT_EQ(count(), 0);
}

TEST_F(Api, PapersAreGivenOutAsPdf) {
  Issued("po", "7");
  Do(&Stub::PostGoodsReceipt,
     ProcurementSpec::ReceiptOf({{.accepted = "1", .rejected = "1", .reason = "torn"}}), kReceiver);
  v1::RenderRejectionNoteRequest note;
  note.set_name(kReceipt);
  const v1::PaperResponse rejection = Do(&Stub::RenderRejectionNote, note);
  EXPECT_EQ(rejection.content().substr(0, 5), "%PDF-");
  EXPECT_EQ(rejection.content_type(), "application/pdf");
  EXPECT_THAT(rejection.file_name(), ::testing::MatchesRegex("GRN-[0-9]{4}-0001-rejection.pdf"));
  const auto exempt = On<v1::RenderVatExemptionRequest>("po");
  EXPECT_EQ(Do(&Stub::RenderVatExemption, exempt).content().substr(0, 5), "%PDF-");
  Draft("other", "1");
  v1::PaperResponse none;
  EXPECT_EQ(Try(&Stub::RenderVatExemption, On<v1::RenderVatExemptionRequest>("other"), &none)
                .status.error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  v1::RenderTenderPackRequest pack;
  pack.set_name(kProcess);
  EXPECT_EQ(Try(&Stub::RenderTenderPack, pack, &none).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::RenderRequisitionRequest requisition;
  requisition.set_name(kRequisition);
  EXPECT_EQ(Try(&Stub::RenderRequisition, requisition, &none).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(Api, PagesOfAPackageGoOnWhereTheLastOneEnded) {
  v1::EnterPublishedPackageRequest enter;
  enter.set_parent(kOperation);
  enter.set_published_package_id("p");
  v1::PublishedPackage& package = *enter.mutable_published_package();
  package.set_content(v1::PUBLISHED_CONTENT_RELEASES);
  package.mutable_metadata()->mutable_publisher()->set_name("EJN");
  package.set_file_digest(std::string(64, 'a'));
  package.set_release_count(6);
  Do(&Stub::EnterPublishedPackage, enter);
  // Of two processes in turn: their records are of places 1, 3, 5 and 2, 4, 6.
  for (int place = 1; place <= 6; ++place) {
    v1::ImportPublishedReleaseRequest import;
    import.set_parent(std::string(kOperation) + "/publishedPackages/p");
    import.set_place(place);
    v1::OcdsRelease& content = *import.mutable_content();
    content.set_ocid(fmt::format("ocds-{}", place % 2 == 1 ? "b" : "a"));
    content.mutable_id()->set_text(fmt::format("r{}", place));
    content.set_date(fmt::format("2024-01-0{}T00:00:00Z", place));
    content.add_tag("tender");
    Do(&Stub::ImportPublishedRelease, import);
  }
  const auto pages = [&](v1::PublishedContent content, int size) {
    v1::RenderPublishedPackageRequest request;
    request.set_name(std::string(kOperation) + "/publishedPackages/p");
    request.set_content(content);
    request.set_page_size(size);
    std::vector<int> releases;
    do {
      const auto page = Do(&Stub::RenderPublishedPackage, request);
      releases.push_back(page.release_count());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && releases.size() < 10);
    return releases;
  };
  EXPECT_THAT(pages(v1::PUBLISHED_CONTENT_RELEASES, 4), ElementsAre(4, 2));
  EXPECT_THAT(pages(v1::PUBLISHED_CONTENT_RELEASES, 3), ElementsAre(3, 3));
  EXPECT_THAT(pages(v1::PUBLISHED_CONTENT_RECORDS, 1), ElementsAre(3, 3));
  EXPECT_THAT(pages(v1::PUBLISHED_CONTENT_RECORDS, 2), ElementsAre(6));
}

TEST_F(Api, ThePolicyInForceIsShownAlsoWhereNoneWasAdopted) {
  v1::GetProcurementPolicyInForceRequest request;
  request.set_parent(kOperation);
  const v1::ProcurementPolicy policy = Do(&Stub::GetProcurementPolicyInForce, request);
  EXPECT_EQ(policy.name(), "");
  EXPECT_EQ(policy.standstill_days(), 10);
  request.mutable_date()->set_month(13);
  v1::ProcurementPolicy none;
  const auto refused = Try(&Stub::GetProcurementPolicyInForce, request, &none);
  EXPECT_EQ(refused.reason, "INVALID_FIELD");
  ASSERT_EQ(refused.bad_request.field_violations_size(), 1);
  EXPECT_EQ(refused.bad_request.field_violations(0).field(), "date");
}

TEST_F(Api, INV10_ARoleDoesItsOwnPartOnly) {
  const auto with = [](const std::string& role) {
    return "organisations/iom/people/p;roles=" + role + ";operations=operations/ba";
  };
  Draft("po", "1");
  const auto approve = On<v1::ApprovePurchaseOrderRequest>("po");
  v1::PurchaseOrder order;
  for (const char* role : {"procurement_officer", "finance_officer", "logistics_officer"}) {
    const auto outcome = Try(&Stub::ApprovePurchaseOrder, approve, &order, with(role));
    EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << role;
    EXPECT_EQ(outcome.reason, "PERMISSION_DENIED") << role;
  }
  EXPECT_TRUE(Try(&Stub::ApprovePurchaseOrder, approve, &order, with("approver")).status.ok());
  const auto draft = ProcurementSpec::DraftOf({Goods("1", "100.00")}, "other");
  EXPECT_EQ(Try(&Stub::CreatePurchaseOrder, draft, &order, with("approver")).reason,
            "PERMISSION_DENIED");
  // Who buys does not adopt the policy that they are judged by.
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  v1::ProcurementPolicy policy;
  EXPECT_EQ(Try(&Stub::AdoptProcurementPolicy, adopt, &policy, with("procurement_officer")).reason,
            "PERMISSION_DENIED");
}

TEST_F(Api, AProjectThatIsNotThereHasNoPosition) {
  v1::GetBudgetPositionRequest request;
  request.set_name("operations/ba/projects/none");
  v1::BudgetPosition position;
  EXPECT_EQ(Try(&Stub::GetBudgetPosition, request, &position).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
  request.set_name(kSupplier);
  EXPECT_EQ(Try(&Stub::GetBudgetPosition, request, &position).status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(Api, INV07_AnApproverLetsMoreOfALineBeAccepted) {
  Issued("po", "5");
  const auto six = ProcurementSpec::ReceiptOf({{.accepted = "6"}});
  v1::GoodsReceipt receipt;
  const auto refused = Try(&Stub::PostGoodsReceipt, six, &receipt, kReceiver);
  EXPECT_EQ(refused.reason, "OVER_RECEIPT");
  EXPECT_EQ(refused.metadata.at("limit"), "5");
  auto waive = On<v1::WaiveToleranceRequest>("po");
  waive.set_line_number(1);
  *waive.mutable_ceiling() = Number("6");
  waive.set_reason("the maker packs by six");
  v1::PurchaseOrder order;
  EXPECT_EQ(Try(&Stub::WaiveTolerance, waive, &order, kRequester).reason, "DUTIES_NOT_SEPARATE");
  *waive.mutable_ceiling() = Number("7");
  const auto too_much = Try(&Stub::WaiveTolerance, waive, &order, kApprover);
  EXPECT_EQ(too_much.reason, "TOLERANCE_TOO_HIGH");
  EXPECT_EQ(too_much.metadata.at("limit"), "6.25");
  *waive.mutable_ceiling() = Number("6");
  EXPECT_EQ(
      Do(&Stub::WaiveTolerance, waive, kApprover).lines(0).tolerance_waiver().ceiling().value(),
      "6");
  Do(&Stub::PostGoodsReceipt, six, kReceiver);
}

// A version from before today comes as an approved import only.
TEST_F(Api, INV34_ThePolicySaysHowFarBackOneTellsAndWhatTaxesAre) {
  const absl::CivilDay today = absl::ToCivilDay(clock_.Now(), *base::LoadZone("Europe/Sarajevo"));
  v1::AdoptProcurementPolicyRequest adopt;
  adopt.set_parent(kOperation);
  *adopt.mutable_procurement_policy() = BuiltInPolicy();
  *adopt.mutable_procurement_policy()->mutable_valid_from() = ToProto(today - 20);
  adopt.mutable_procurement_policy()->set_backdating_days(5);
  v1::TaxRate& vat = *adopt.mutable_procurement_policy()->add_tax_rates();
  vat.set_tax("VAT");
  *vat.mutable_percent() = Number("17");
  v1::ProcurementPolicy policy;
  EXPECT_EQ(Try(&Stub::AdoptProcurementPolicy, adopt, &policy).reason, "POLICY_REACHES_BACK");
  adopt.set_request_id(base::MakeUuid(random_));
  const auto imported =
      rpc::testing::Call(*stub_, &Stub::AdoptProcurementPolicy, adopt, &policy,
                         {.principal = std::string(kRequester) +
                                       ";roles=operation_manager,importer;operations=operations/ba",
                          .metadata = {{"x-prihvat-import", "old-papers"}}});
  ASSERT_TRUE(imported.status.ok()) << imported.status.error_message();

  auto draft = ProcurementSpec::DraftOf(
      {Goods("3", "33.33"), Line(v1::LINE_KIND_TAX, "1", "17.01")}, "taxed");
  v1::PurchaseOrder order;
  const auto too_high = Try(&Stub::CreatePurchaseOrder, draft, &order);
  EXPECT_EQ(too_high.reason, "TAX_TOO_HIGH");
  EXPECT_EQ(too_high.metadata.at("limit"), "17.00 BAM");
  draft = ProcurementSpec::DraftOf({Goods("3", "33.33"), Line(v1::LINE_KIND_TAX, "1", "17.00")},
                                   "taxed");
  Do(&Stub::CreatePurchaseOrder, draft);

  auto late = ProcurementSpec::DraftOf({Goods("1", "1.00")}, "late");
  *late.mutable_effective_time() = ToProto(clock_.Now() - absl::Hours(7 * 24));
  const auto too_far = Try(&Stub::CreatePurchaseOrder, late, &order);
  EXPECT_EQ(too_far.reason, "BACKDATED_TOO_FAR");
  EXPECT_EQ(too_far.metadata.at("limit_days"), "5");
}

}  // namespace
}  // namespace prihvat::procurement
