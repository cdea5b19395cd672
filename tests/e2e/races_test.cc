// The domain's invariants when many callers ask at the same moment (G7), and commits that are seen
// whole or not at all (G4): real programs, on the embedded log in one process and on Kafka with two
// instances of a service, one of which forwards.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/handover/v1/service.grpc.pb.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using handover::v1::HandoverService;
using procurement::v1::ProcurementService;
using reception::v1::ReceptionService;
using ::testing::Each;
using ::testing::SizeIs;
namespace fs = std::filesystem;

absl::Time Soon() { return absl::Now() + absl::Seconds(120); }

// Each request of a test has an id of its own.
std::string FreshRequestId() {
  static std::atomic<int> number = 0;
  return fmt::format("00000000-0000-4000-8000-{:012}", ++number);
}

template <class Request>
Request Parse(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  request.set_request_id(FreshRequestId());
  return request;
}

// Of IOM, or a full name.
std::string PrincipalOf(const std::string& person) {
  return (person.find('/') == std::string::npos ? "organisations/iom/people/" : "") + person +
         ";roles=operation_manager,importer;operations=operations/ba";
}

enum class Deployment { kEmbedded, kKafka };

// The programs of one deployment, with the scenario of races.yaml played into them.
class Programs {
 public:
  Programs(Deployment deployment, const fs::path& directory) : directory_(directory) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    if (deployment == Deployment::kEmbedded) {
      const auto prihvatd = Start("prihvatd", {"--data-dir=" + (directory_ / "data").string()});
      for (const char* service : {"procurement", "handover", "reception"})
        addresses_[service] = {prihvatd, prihvatd};
    } else {
      auto broker = event_log::testing::KafkaBroker::Start(1);
      EXPECT_TRUE(broker.ok()) << broker.status();
      if (!broker.ok()) return;
      broker_ = *std::move(broker);
      for (const char* service : {"procurement", "handover", "reception"}) {
        for (int number = 0; number < 2; ++number)
          addresses_[service].push_back(StartOnKafka(service, number));
      }
    }
    Play();
  }
  ~Programs() {
    for (const auto& server : servers_) server->process().Signal(SIGTERM);
    for (const auto& server : servers_) EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
    broker_.reset();
    fs::remove_all(directory_);
  }

  // Caller number `n`, on a connection of its own, at one instance or the other.
  Caller At(const std::string& service, int n, const std::string& person = "amra") const {
    const auto& addresses = addresses_.at(service);
    return {NewChannel(addresses[static_cast<size_t>(n) % addresses.size()]), PrincipalOf(person)};
  }

  // kill -9 of the only program, and its start on the same address.
  void KillAndRestart() {
    const std::string address = servers_.at(0)->address();
    servers_.at(0)->process().Kill();
    servers_.clear();
    Start("prihvatd", {"--data-dir=" + (directory_ / "data").string()}, address);
  }

 private:
  std::string Start(const std::string& program, std::vector<std::string> flags,
                    const std::string& listen = "") {
    auto started = ServerProcess::Start(program, std::move(flags), listen);
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return "";
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    servers_.push_back(*std::move(started));
    return servers_.back()->address();
  }
  std::string StartOnKafka(const std::string& service, int number) {
    const std::string instance = fmt::format("{}-{}", service, number);
    return Start("prihvat-" + service,
                 {"--log=kafka", "--brokers=" + broker_->bootstrap(),
                  "--data-dir=" + (directory_ / instance).string(), "--instance=" + instance});
  }
  void Play() {
    std::string servers;
    for (const auto& [service, addresses] : addresses_)
      servers += fmt::format("{}{}={}", servers.empty() ? "" : ",", service, addresses.front());
    const auto ended =
        RunToEnd("prihvatctl", {"play", PRIHVAT_RACES, "--server=" + servers}, Soon());
    ASSERT_TRUE(ended.ok()) << ended.status();
    ASSERT_EQ(ended->status, 0) << ended->out << ended->err;
  }

  const fs::path directory_;
  std::unique_ptr<event_log::testing::KafkaBroker> broker_;
  std::vector<std::unique_ptr<ServerProcess>> servers_;
  std::map<std::string, std::vector<std::string>> addresses_;  // by service: of its instances
};

// All at the same moment; the answers by caller.
template <class Response>
std::vector<Answer<Response>> AtOnce(int callers, std::function<Answer<Response>(int)> call) {
  std::vector<Answer<Response>> answers(static_cast<size_t>(callers));
  std::barrier start(callers);
  std::vector<std::thread> threads;
  for (int n = 0; n < callers; ++n) {
    threads.emplace_back([&, n] {
      start.arrive_and_wait();
      answers[static_cast<size_t>(n)] = call(n);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answers;
}

template <class Response>
int Accepted(const std::vector<Answer<Response>>& answers) {
  int accepted = 0;
  for (const auto& answer : answers) accepted += answer.ok();
  return accepted;
}

// Why the others were refused.
template <class Response>
std::vector<std::string> Refusals(const std::vector<Answer<Response>>& answers) {
  std::vector<std::string> reasons;
  for (const auto& answer : answers) {
    if (!answer.ok()) reasons.push_back(answer.failure.reason);
  }
  return reasons;
}

// What all of them have seen.
template <class Response>
std::string TokenOf(const std::vector<Answer<Response>>& answers) {
  std::string token;
  for (const auto& answer : answers) token = MergeTokens(token, answer.token);
  return token;
}

// A receipt of the order, of a piece for each serial.
procurement::v1::PostGoodsReceiptRequest Receipt(const std::string& id, const std::string& order,
                                                 const std::vector<std::string>& serials) {
  std::string pieces;
  for (const std::string& serial : serials)
    pieces += fmt::format("serials {{ serial: '{}' manufacturer: 'Primjer' }} ", serial);
  return Parse<procurement::v1::PostGoodsReceiptRequest>(fmt::format(
      R"(parent: 'operations/ba' goods_receipt_id: '{}'
         goods_receipt {{ purchase_order: 'operations/ba/purchaseOrders/{}' delivery_note: '{}'
           lines {{ line_number: 1 accepted {{ value: '{}' }} {} }} }})",
      id, order, id, serials.size(), pieces));
}

// The assets that each receipt has become, by its id, as one page of one caller shows them.
std::map<std::string, int> AssetsByReceipt(const Caller& caller) {
  handover::v1::ListAssetsRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(1000);
  const auto answer = caller.Call(&HandoverService::Stub::ListAssets, list);
  std::map<std::string, int> assets;
  for (const auto& asset : answer.response.assets()) {
    const std::string id = asset.name().substr(asset.name().rfind('/') + 1);
    ++assets[id.substr(0, id.find("-1-"))];  // RECEIPT-LINE-PIECE
  }
  return assets;
}

class Races : public ::testing::TestWithParam<Deployment> {
 protected:
  // Started once a deployment: the races do not meet.
  void SetUp() override {
    auto& programs = programs_[GetParam()];
    if (programs == nullptr)
      programs = std::make_unique<Programs>(
          GetParam(),
          fs::path(::testing::TempDir()) /
              fmt::format("prihvat_races_{}_{}", static_cast<int>(GetParam()), getpid()));
  }
  static void TearDownTestSuite() { programs_.clear(); }

  // Any thread.
  const Programs& At() const { return *programs_.at(GetParam()); }

 private:
  static std::map<Deployment, std::unique_ptr<Programs>> programs_;
};
std::map<Deployment, std::unique_ptr<Programs>> Races::programs_;

INSTANTIATE_TEST_SUITE_P(, Races, ::testing::Values(Deployment::kEmbedded, Deployment::kKafka),
                         [](const auto& info) {
                           return info.param == Deployment::kEmbedded ? "Embedded" : "Kafka";
                         });

TEST_P(Races, G7_INV03_F2_OneOfManyApprovalsThatDoNotFitTogetherPasses) {
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(6, [&](int n) {
    return At()
        .At("procurement", n, fmt::format("approver-{}", n % 2))
        .Call(&ProcurementService::Stub::ApprovePurchaseOrder,
              Parse<procurement::v1::ApprovePurchaseOrderRequest>(
                  fmt::format("name: 'operations/ba/purchaseOrders/scarce-{}'", n + 1)));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("OVER_BUDGET"));
  procurement::v1::GetBudgetLineRequest get;
  get.set_name("operations/ba/projects/races/budgetLines/scarce");
  const auto line = At().At("procurement", 0)
                        .WithToken(TokenOf(answers))
                        .Call(&ProcurementService::Stub::GetBudgetLine, get);
  EXPECT_EQ(line.response.committed().units(), 700);
  EXPECT_EQ(line.response.available().units(), 100);
}

TEST_P(Races, G7_INV05_OfCallOffsApprovedAtOnceNoMoreThanTheCeilingPass) {
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(6, [&](int n) {
    return At()
        .At("procurement", n, fmt::format("approver-{}", n % 2))
        .Call(&ProcurementService::Stub::ApprovePurchaseOrder,
              Parse<procurement::v1::ApprovePurchaseOrderRequest>(
                  fmt::format("name: 'operations/ba/purchaseOrders/call-off-{}'", n + 1)));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("ABOVE_CEILING"));
  procurement::v1::GetFrameworkAgreementRequest get;
  get.set_name("operations/ba/frameworkAgreements/kits");
  const auto agreement = At().At("procurement", 0)
                             .WithToken(TokenOf(answers))
                             .Call(&ProcurementService::Stub::GetFrameworkAgreement, get);
  EXPECT_EQ(agreement.response.called_off().units(), 700);
  EXPECT_EQ(agreement.response.available().units(), 100);
}

TEST_P(Races, G7_INV05_OfOrdersApprovedAtOnceNoMoreThanTheAwardPass) {
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(6, [&](int n) {
    return At()
        .At("procurement", n, fmt::format("approver-{}", n % 2))
        .Call(&ProcurementService::Stub::ApprovePurchaseOrder,
              Parse<procurement::v1::ApprovePurchaseOrderRequest>(
                  fmt::format("name: 'operations/ba/purchaseOrders/tents-{}'", n + 1)));
  });
  EXPECT_EQ(Accepted(answers), 1) << "700 of 800; two would be 1,400";
  EXPECT_THAT(Refusals(answers), Each("ABOVE_AWARD"));
}

TEST_P(Races, G7_INV09_PaymentsAtOnceNeverExceedTheInvoice) {
  const auto answers = AtOnce<procurement::v1::Payment>(6, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::PaySupplierInvoice,
              Parse<procurement::v1::PaySupplierInvoiceRequest>(fmt::format(
                  R"(name: 'operations/ba/supplierInvoices/paid' payment_id: 'paid-{}'
                     amount {{ currency_code: 'BAM' units: 400 }})",
                  n)));
  });
  EXPECT_EQ(Accepted(answers), 2) << "400 + 400 of 1,000; a third would make 1,200";
  EXPECT_THAT(Refusals(answers), Each("MORE_THAN_PAYABLE"));
}

TEST_P(Races, G7_INV09_OfInvoicesMatchedAtOnceNoMoreThanWasAcceptedIsPayable) {
  const auto answers = AtOnce<procurement::v1::SupplierInvoice>(6, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::MatchSupplierInvoice,
              Parse<procurement::v1::MatchSupplierInvoiceRequest>(
                  fmt::format("name: 'operations/ba/supplierInvoices/billed-{}'", n + 1)));
  });
  std::map<procurement::v1::SupplierInvoiceState, int> states;
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.ok()) << answer.failure.reason;
    ++states[answer.response.state()];
  }
  EXPECT_EQ(states[procurement::v1::SUPPLIER_INVOICE_STATE_MATCHED], 2)
      << "4 + 4 of 10; a third would make 12";
  EXPECT_EQ(states[procurement::v1::SUPPLIER_INVOICE_STATE_BLOCKED], 4);
}

TEST_P(Races, G7_INV07_ReceiptsAtOnceNeverExceedTheOrderAndEachBecomesItsAssets) {
  const auto answers = AtOnce<procurement::v1::GoodsReceipt>(6, [&](int n) {
    std::vector<std::string> serials;
    for (int piece = 0; piece < 4; ++piece) serials.push_back(fmt::format("TEN-{}-{}", n, piece));
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::PostGoodsReceipt,
              Receipt(fmt::format("ten{}", n), "ten", serials));
  });
  EXPECT_EQ(Accepted(answers), 2) << "4 + 4 of 10; a third would make 12";
  EXPECT_THAT(Refusals(answers), Each("OVER_RECEIPT"));
  // The same by the process that makes assets of receipts.
  const auto assets = AssetsByReceipt(At().At("handover", 1).WithToken(TokenOf(answers)));
  for (int n = 0; n < 6; ++n) {
    const auto made = assets.find(fmt::format("ten{}", n));
    EXPECT_EQ(made == assets.end() ? 0 : made->second,
              answers[static_cast<size_t>(n)].ok() ? 4 : 0);
  }
}

TEST_P(Races, G7_INV12_A2_OneSerialIsReceivedOnce) {
  const auto answers = AtOnce<procurement::v1::GoodsReceipt>(8, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::PostGoodsReceipt,
              Receipt(fmt::format("twin{}", n), fmt::format("twins-{}", 1 + n % 2), {"TWIN-1"}));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("SERIAL_TAKEN"));
}

TEST_P(Races, G7_INV12_A2_AReturnedSerialIsReceivedAgainOnce) {
  const auto first = At().At("procurement", 0)
                         .Call(&ProcurementService::Stub::PostGoodsReceipt,
                               Receipt("again", "again-1", {"AGAIN-1"}));
  ASSERT_TRUE(first.ok()) << first.failure.message;
  const auto returned = At().At("procurement", 1)
                            .Call(&ProcurementService::Stub::ReturnGoods,
                                  Parse<procurement::v1::ReturnGoodsRequest>(
                                      R"(name: 'operations/ba/goodsReceipts/again' reason: 'Faulty'
                 lines { line_number: 1 accepted { value: '1' }
                         serials { serial: 'AGAIN-1' manufacturer: 'Primjer' } })"));
  ASSERT_TRUE(returned.ok()) << returned.failure.message;
  const auto answers = AtOnce<procurement::v1::GoodsReceipt>(8, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::PostGoodsReceipt,
              Receipt(fmt::format("again{}", n), fmt::format("again-{}", 1 + n % 2), {"AGAIN-1"}));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("SERIAL_TAKEN"));
  // Of the two assets with that number, the first is gone and the other is live.
  handover::v1::ListAssetsRequest list;
  list.set_parent("operations/ba");
  list.set_page_size(1000);
  const auto assets = At().At("handover", 1)
                          .WithToken(MergeTokens(returned.token, TokenOf(answers)))
                          .Call(&HandoverService::Stub::ListAssets, list);
  int live = 0;
  int gone = 0;
  for (const auto& asset : assets.response.assets()) {
    if (asset.serial() != "AGAIN-1") continue;
    ++(asset.state() == handover::v1::ASSET_STATE_RETURNED_TO_SUPPLIER ? gone : live);
  }
  EXPECT_EQ(live, 1);
  EXPECT_EQ(gone, 1);
}

// Of one order at the same moment: it is counted, or it is cancelled.
TEST_P(Races, G7_INV11_RECEIPT_OPEN_AnOrderIsCountedOrCancelled) {
  constexpr int kOrders = 3;
  struct Outcome {
    Answer<procurement::v1::GoodsReceipt> counted;
    Answer<procurement::v1::PurchaseOrder> cancelled;
  };
  std::vector<Outcome> outcomes(kOrders);
  std::barrier start(2 * kOrders);
  std::vector<std::thread> threads;
  for (int n = 0; n < kOrders; ++n) {
    const std::string order = fmt::format("operations/ba/purchaseOrders/halt-{}", n + 1);
    auto& outcome = outcomes[static_cast<size_t>(n)];
    threads.emplace_back([&, n, order] {
      const auto count = Parse<procurement::v1::CountGoodsReceiptRequest>(fmt::format(
          R"(parent: 'operations/ba' goods_receipt_id: 'halt-{}'
             goods_receipt {{ purchase_order: '{}' delivery_note: 'H'
               lines {{ line_number: 1 delivered {{ value: '2' }} }} }})",
          n, order));
      const Caller caller = At().At("procurement", n);
      start.arrive_and_wait();
      outcome.counted = caller.Call(&ProcurementService::Stub::CountGoodsReceipt, count);
    });
    threads.emplace_back([&, n, order] {
      const auto cancel = Parse<procurement::v1::CancelPurchaseOrderRequest>(
          fmt::format("name: '{}' reason: 'Not needed'", order));
      const Caller caller = At().At("procurement", n + 1, "davor");
      start.arrive_and_wait();
      outcome.cancelled = caller.Call(&ProcurementService::Stub::CancelPurchaseOrder, cancel);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Outcome& outcome : outcomes) {
    EXPECT_NE(outcome.counted.ok(), outcome.cancelled.ok());
    const Failure& refused =
        outcome.counted.ok() ? outcome.cancelled.failure : outcome.counted.failure;
    EXPECT_EQ(refused.reason, outcome.counted.ok() ? "RECEIPT_OPEN" : "WRONG_STATE");
  }
}

// One person approves more of an order and receives it, at the same moment, on two connections:
// they have one duty afterwards.
TEST_P(Races, G7_INV10_OnePersonHasOneDutyOfAnOrder) {
  constexpr int kOrders = 3;
  std::vector<std::string> names;
  for (int n = 0; n < kOrders; ++n) {
    names.push_back(fmt::format("operations/ba/purchaseOrders/duties-{}", n + 1));
    const auto asked = At().At("procurement", n, "davor")
                           .Call(&ProcurementService::Stub::AmendPurchaseOrder,
                                 Parse<procurement::v1::AmendPurchaseOrderRequest>(fmt::format(
                                     R"(name: '{}' reason: 'More are needed'
                 changes {{ line_number: 1 quantity {{ value: '15' }} }})",
                                     names.back())));
    ASSERT_TRUE(asked.ok()) << asked.failure.message;
  }
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(2 * kOrders, [&](int n) {
    const std::string& name = names[static_cast<size_t>(n / 2)];
    const Caller caller = At().At("procurement", n / 2 + n % 2, "tarik");
    if (n % 2 == 0) {
      return caller.Call(&ProcurementService::Stub::ApprovePurchaseOrderAmendment,
                         Parse<procurement::v1::ApprovePurchaseOrderAmendmentRequest>(
                             fmt::format("name: '{}'", name)));
    }
    const auto received = caller.Call(&ProcurementService::Stub::PostGoodsReceipt,
                                      Parse<procurement::v1::PostGoodsReceiptRequest>(fmt::format(
                                          R"(parent: 'operations/ba' goods_receipt_id: 'duties-{}'
               goods_receipt {{ purchase_order: '{}' delivery_note: 'D'
                 lines {{ line_number: 1 accepted {{ value: '1' }} }} }})",
                                          n, name)));
    Answer<procurement::v1::PurchaseOrder> answer;
    answer.failure = received.failure;
    answer.token = received.token;
    return answer;
  });
  EXPECT_EQ(Accepted(answers), kOrders);
  EXPECT_THAT(Refusals(answers), Each("DUTIES_NOT_SEPARATE"));
  for (size_t n = 0; n < names.size(); ++n) {
    EXPECT_NE(answers[2 * n].ok(), answers[2 * n + 1].ok()) << names[n];
  }
}

TEST_P(Races, G7_NoMoreGoesBackThanWasAccepted) {
  const auto answers = AtOnce<procurement::v1::GoodsReceipt>(5, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::ReturnGoods,
              Parse<procurement::v1::ReturnGoodsRequest>(
                  R"(name: 'operations/ba/goodsReceipts/sacks' reason: 'Wet'
               lines { line_number: 1 accepted { value: '4' } })"));
  });
  EXPECT_EQ(Accepted(answers), 2) << "4 + 4 of 10; a third would make 12";
  EXPECT_THAT(Refusals(answers), Each("RETURN_TOO_MUCH"));
}

// A lot is sent back by some and promised by others, and procurement's books follow.
TEST_P(Races, G7_G8_T3_WhatGoesBackOfALotIsPromisedToNobody) {
  const std::string lot = "operations/ba/assetLots/backs-1";
  handover::v1::GetAssetLotRequest get;
  get.set_name(lot);
  const absl::Time deadline = Soon();
  while (!At().At("handover", 0).Call(&HandoverService::Stub::GetAssetLot, get).ok())
    ASSERT_LT(absl::Now(), deadline) << "no lot was made of the receipt";
  std::atomic<int> sent_back = 0;
  const auto answers = AtOnce<handover::v1::AssetLot>(6, [&](int n) {
    const Caller caller = At().At("handover", n / 2);
    if (n % 2 == 0) {
      auto returned = caller.Call(&HandoverService::Stub::ReturnAssetLotToSupplier,
                                  Parse<handover::v1::ReturnAssetLotToSupplierRequest>(fmt::format(
                                      "name: '{}' quantity {{ value: '4' }} reason: 'Wet'", lot)));
      sent_back += returned.ok();
      return returned;
    }
    const auto promised = caller.Call(&HandoverService::Stub::CreateHandoverCase,
                                      Parse<handover::v1::CreateHandoverCaseRequest>(fmt::format(
                                          R"(parent: 'operations/ba' handover_case_id: 'backs-{}'
               handover_case {{ recipient: 'organisations/dcpb' giver: 'organisations/eu'
                 items {{ asset_lot: '{}' quantity {{ value: '4' }} }} }})",
                                          n, lot)));
    Answer<handover::v1::AssetLot> answer;
    answer.failure = promised.failure;
    answer.token = promised.token;
    return answer;
  });
  EXPECT_EQ(Accepted(answers), 2) << "4 + 4 of 10; a third would make 12";
  EXPECT_THAT(Refusals(answers), Each("LOT_EXCEEDED"));
  procurement::v1::GetPurchaseOrderRequest order;
  order.set_name("operations/ba/purchaseOrders/backs");
  const std::string gone = std::to_string(4 * sent_back);
  std::string told;
  while (told != gone) {
    ASSERT_LT(absl::Now(), deadline) << "procurement says " << told << " of " << gone;
    const auto found =
        At().At("procurement", 0).Call(&ProcurementService::Stub::GetPurchaseOrder, order);
    ASSERT_EQ(found.response.lines_size(), 1) << found.failure.message;
    told = found.response.lines(0).returned_accepted().value();
  }
}

TEST_P(Races, G7_A8_OrdersCreatedAtOnceHaveNumbersOfTheirOwn) {
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(10, [&](int n) {
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::CreatePurchaseOrder,
              Parse<procurement::v1::CreatePurchaseOrderRequest>(
                  R"(parent: 'operations/ba'
               purchase_order {
                 budget_line: 'operations/ba/projects/races/budgetLines/goods'
                 supplier: 'operations/ba/suppliers/primjer' display_name: 'Blankets'
                 lines { kind: LINE_KIND_GOODS_QUANTITY description: 'Blanket' unit: 'piece'
                         quantity { value: '1' }
                         unit_price { currency_code: 'BAM' units: 1 } } })"));
  });
  EXPECT_EQ(Accepted(answers), 10) << ::testing::PrintToString(Refusals(answers));
  std::set<std::string> names, numbers;
  for (const auto& answer : answers) {
    names.insert(answer.response.name());
    numbers.insert(answer.response.document_number());
  }
  EXPECT_THAT(names, SizeIs(10));
  EXPECT_THAT(numbers, SizeIs(10));
}

TEST_P(Races, G7_INV20_INV21_OneBedTakesOnePersonAndOnePersonOneBed) {
  const auto check_in = [&](int n, int person, int bed) {
    return At()
        .At("reception", n)
        .Call(&ReceptionService::Stub::CheckIn,
              Parse<reception::v1::CheckInRequest>(fmt::format(
                  R"(parent: 'operations/ba' stay_id: 'S{0:02}-{1:02}'
               person: 'operations/ba/persons/P{0:02}' centre: 'operations/ba/centres/usivak'
               bed: 'operations/ba/centres/usivak/beds/B{1:02}' origin: STAY_ORIGIN_ARRIVAL)",
                  person, bed)));
  };
  const auto into_one_bed = AtOnce<reception::v1::Stay>(
      8, [&](int n) { return check_in(n, /*person=*/1 + n, /*bed=*/1); });
  EXPECT_EQ(Accepted(into_one_bed), 1);
  EXPECT_THAT(Refusals(into_one_bed), Each("BED_TAKEN"));
  const auto one_person = AtOnce<reception::v1::Stay>(
      8, [&](int n) { return check_in(n, /*person=*/20, /*bed=*/10 + n); });
  EXPECT_EQ(Accepted(one_person), 1);
  EXPECT_THAT(Refusals(one_person), Each("OPEN_STAY"));
  reception::v1::ListStaysRequest list;
  list.set_parent("operations/ba");
  const auto stays = At().At("reception", 0)
                         .WithToken(MergeTokens(TokenOf(into_one_bed), TokenOf(one_person)))
                         .Call(&ReceptionService::Stub::ListStays, list);
  EXPECT_EQ(stays.response.stays_size(), 2);
}

constexpr char kHeadOfGiver[] = "organisations/eu/people/head";
constexpr char kHeadOfRecipient[] = "organisations/dcpb/people/head";

// Cases of one of the gifts each.
class Gifts {
 public:
  explicit Gifts(const Programs& programs) : programs_(programs) {}

  static std::string Named(const std::string& id) { return "operations/ba/handoverCases/" + id; }

  // So that both sides may sign.
  void MakeCounted(const std::string& id) const {
    const Caller caller = programs_.At("handover", 0);
    handover::v1::GetAssetLotRequest get;
    get.set_name("operations/ba/assetLots/gifts-1");  // which a process makes of the receipt
    const absl::Time deadline = Soon();
    while (!caller.Call(&HandoverService::Stub::GetAssetLot, get).ok())
      ASSERT_LT(absl::Now(), deadline) << "no lot was made of the receipt";
    Do(caller, &HandoverService::Stub::CreateHandoverCase,
       Parse<handover::v1::CreateHandoverCaseRequest>(fmt::format(
           R"(parent: 'operations/ba' handover_case_id: '{}'
              handover_case {{ recipient: 'organisations/dcpb' giver: 'organisations/eu'
                giver_mandate: 'operations/ba/mandates/giver'
                recipient_mandate: 'operations/ba/mandates/recipient'
                conditions {{ en: 'None' bs: 'Nema' }}
                items {{ asset_lot: 'operations/ba/assetLots/gifts-1' quantity {{ value: '1' }} }} }})",
           id)));
    Do(caller, &HandoverService::Stub::AuthoriseHandoverCase,
       Parse<handover::v1::AuthoriseHandoverCaseRequest>(
           fmt::format("name: '{}' authorised_by: 'EU' authorisation_reference: 'A'", Named(id))));
    Do(caller, &HandoverService::Stub::ScheduleHandoverCase,
       Parse<handover::v1::ScheduleHandoverCaseRequest>(
           fmt::format("name: '{}' place: 'Here' scheduled_date {{ year: 2024 month: 1 day: 20 }}",
                       Named(id))));
    Do(caller, &HandoverService::Stub::RecordDelivery,
       Parse<handover::v1::RecordDeliveryRequest>(
           fmt::format("name: '{}' delivery_note: 'D'", Named(id))));
    Do(caller, &HandoverService::Stub::RecordCount,
       Parse<handover::v1::RecordCountRequest>(fmt::format("name: '{}'", Named(id))));
  }
  void MakeSigned(const std::string& id) const {
    MakeCounted(id);
    for (const bool is_giver : {true, false}) {
      const auto answer = Sign(0, id, is_giver);
      ASSERT_TRUE(answer.ok()) << answer.failure.message;
    }
  }
  Answer<handover::v1::HandoverCase> Sign(int n, const std::string& id, bool is_giver) const {
    return programs_.At("handover", n, is_giver ? kHeadOfGiver : kHeadOfRecipient)
        .Call(&HandoverService::Stub::SignHandoverCase,
              Parse<handover::v1::SignHandoverCaseRequest>(
                  fmt::format("name: '{}' party: {}", Named(id), PartyOf(is_giver))));
  }
  static std::string PartyOf(bool is_giver) {
    return is_giver ? "HANDOVER_PARTY_GIVER" : "HANDOVER_PARTY_RECIPIENT";
  }
  Answer<handover::v1::HandoverCase> MakeEffective(int n, const std::string& id) const {
    return programs_.At("handover", n)
        .Call(&HandoverService::Stub::MakeHandoverEffective,
              Parse<handover::v1::MakeHandoverEffectiveRequest>(
                  fmt::format("name: '{}'", Named(id))));
  }
  handover::v1::Certificate CertificateNamed(const std::string& name,
                                             const std::string& token) const {
    handover::v1::GetCertificateRequest get;
    get.set_name(name);
    return programs_.At("handover", 1)
        .WithToken(token)
        .Call(&HandoverService::Stub::GetCertificate, get)
        .response;
  }

 private:
  template <class Method, class Request>
  static void Do(const Caller& caller, Method method, const Request& request) {
    const auto answer = caller.Call(method, request);
    ASSERT_TRUE(answer.ok()) << answer.failure.message;
  }

  const Programs& programs_;
};

// Each side from three connections, while others want it to take effect.
TEST_P(Races, G7_INV15_EachSideSignsOnceAndNothingTakesEffectBefore) {
  const Gifts gifts(At());
  gifts.MakeCounted("signed");
  const auto answers = AtOnce<handover::v1::HandoverCase>(9, [&](int n) {
    return n < 6 ? gifts.Sign(n / 2, "signed", n % 2 == 0) : gifts.MakeEffective(n, "signed");
  });
  std::map<handover::v1::HandoverParty, int> signatures;
  std::set<std::string> people;
  const auto after = gifts.MakeEffective(1, "signed");  // where nobody came after both had signed
  handover::v1::GetHandoverCaseRequest get;
  get.set_name(Gifts::Named("signed"));
  const auto found = At().At("handover", 1)
                         .WithToken(MergeTokens(TokenOf(answers), after.token))
                         .Call(&HandoverService::Stub::GetHandoverCase, get);
  EXPECT_EQ(found.response.state(), handover::v1::HANDOVER_CASE_STATE_EFFECTIVE);
  for (const auto& signature : found.response.signatures()) {
    ++signatures[signature.party()];
    people.insert(signature.person());
  }
  EXPECT_THAT(signatures, SizeIs(2));
  EXPECT_THAT(people, SizeIs(2));
  int signed_by[2] = {0, 0};
  int effective = after.ok() ? 1 : 0;
  for (size_t n = 0; n < answers.size(); ++n) {
    if (answers[n].ok()) ++(n < 6 ? signed_by[n % 2] : effective);
    if (!answers[n].ok() || n < 6) continue;
    EXPECT_EQ(answers[n].response.signatures_size(), 2);
  }
  EXPECT_EQ(signed_by[0], 1);
  EXPECT_EQ(signed_by[1], 1);
  EXPECT_EQ(effective, 1);
  EXPECT_EQ(found.response.signatures_size(), 2);
}

// Of one case at the same moment: the title passes, or it is voided.
TEST_P(Races, G7_INV18_WhatTookEffectIsNotVoided) {
  constexpr int kCases = 3;
  const Gifts gifts(At());
  for (int n = 0; n < kCases; ++n) gifts.MakeSigned(fmt::format("voided-{}", n));
  const auto answers = AtOnce<handover::v1::HandoverCase>(2 * kCases, [&](int n) {
    const std::string id = fmt::format("voided-{}", n / 2);
    if (n % 2 == 0) return gifts.MakeEffective(n / 2, id);
    return At()
        .At("handover", n / 2 + 1)
        .Call(&HandoverService::Stub::VoidHandoverCase,
              Parse<handover::v1::VoidHandoverCaseRequest>(
                  fmt::format("name: '{}' reason: 'In error'", Gifts::Named(id))));
  });
  EXPECT_EQ(Accepted(answers), kCases);
  EXPECT_THAT(Refusals(answers), Each("WRONG_STATE"));
  for (size_t n = 0; n < kCases; ++n) EXPECT_NE(answers[2 * n].ok(), answers[2 * n + 1].ok());
}

// Corrections drawn up at once follow one another; what was in force stays as it is, to the byte,
// and one replaces it.
TEST_P(Races, G7_INV18_OfCorrectionsAtOnceOneReplacesTheCertificate) {
  const Gifts gifts(At());
  gifts.MakeSigned("corrected");
  const auto effective = gifts.MakeEffective(0, "corrected");
  ASSERT_TRUE(effective.ok()) << effective.failure.message;
  const std::string old_name = effective.response.certificate();
  const auto before = gifts.CertificateNamed(old_name, effective.token);
  const auto drawn_up = AtOnce<handover::v1::Certificate>(4, [&](int n) {
    return At()
        .At("handover", n)
        .Call(&HandoverService::Stub::CorrectHandoverCase,
              Parse<handover::v1::CorrectHandoverCaseRequest>(fmt::format(
                  "name: '{}' reason: 'The place' place: 'P{}'", Gifts::Named("corrected"), n)));
  });
  EXPECT_EQ(Accepted(drawn_up), 4) << ::testing::PrintToString(Refusals(drawn_up));
  std::string waiting;
  for (const auto& answer : drawn_up) {
    const auto now = gifts.CertificateNamed(answer.response.name(), TokenOf(drawn_up));
    EXPECT_EQ(now.corrects(), old_name);
    EXPECT_EQ(now.corrects_sha256(), before.canonical_sha256());
    if (now.voided()) continue;
    EXPECT_EQ(waiting, "") << "two wait";
    waiting = now.name();
  }
  const auto answers = AtOnce<handover::v1::Certificate>(6, [&](int n) {
    const bool is_giver = n % 2 == 0;
    return At()
        .At("handover", n / 2, is_giver ? kHeadOfGiver : kHeadOfRecipient)
        .Call(&HandoverService::Stub::SignCorrectiveCertificate,
              Parse<handover::v1::SignCorrectiveCertificateRequest>(
                  fmt::format("name: '{}' party: {}", waiting, Gifts::PartyOf(is_giver))));
  });
  EXPECT_EQ(Accepted(answers), 2);
  EXPECT_THAT(Refusals(answers), Each("ALREADY_SIGNED"));
  const auto after = gifts.CertificateNamed(old_name, TokenOf(answers));
  EXPECT_EQ(after.corrected_by(), waiting);
  EXPECT_EQ(after.canonical_sha256(), before.canonical_sha256());
  EXPECT_EQ(after.place(), before.place());
  EXPECT_EQ(gifts.CertificateNamed(waiting, TokenOf(answers)).signatures_size(), 2);
}

TEST_P(Races, G7_INV19_OfTransfersOfOneFunctionAtOnceOneTakesEffect) {
  const auto answers = AtOnce<handover::v1::ResponsibilityTransfer>(4, [&](int n) {
    return At()
        .At("handover", n)
        .Call(&HandoverService::Stub::MakeResponsibilityTransferEffective,
              Parse<handover::v1::MakeResponsibilityTransferEffectiveRequest>(
                  fmt::format("name: 'operations/ba/responsibilityTransfers/security-{}'", n + 1)));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("NOT_RESPONSIBLE"));
  handover::v1::ListResponsibilitiesRequest list;
  list.set_parent("operations/ba/centres/usivak");
  const auto found = At().At("handover", 1)
                         .WithToken(TokenOf(answers))
                         .Call(&HandoverService::Stub::ListResponsibilities, list);
  ASSERT_EQ(found.response.responsibilities_size(), 1) << found.failure.message;
  const auto& periods = found.response.responsibilities(0).periods();
  ASSERT_EQ(periods.size(), 2);
  // No gap, no overlap.
  EXPECT_EQ(periods[0].end_time().seconds(), periods[1].start_time().seconds());
  EXPECT_EQ(periods[0].end_time().nanos(), periods[1].start_time().nanos());
  EXPECT_FALSE(periods[1].has_end_time());
  for (const auto& answer : answers) {
    if (answer.ok()) {
      EXPECT_EQ(periods[1].body(), answer.response.taker());
    }
  }
}

TEST_P(Races, G7_T3_StockIsPromisedOnce) {
  // A process makes the lot of the receipt.
  const std::string lot = "operations/ba/assetLots/kits-1";
  handover::v1::GetAssetLotRequest get;
  get.set_name(lot);
  const absl::Time deadline = Soon();
  while (!At().At("handover", 0).Call(&HandoverService::Stub::GetAssetLot, get).ok())
    ASSERT_LT(absl::Now(), deadline) << "no lot was made of the receipt";
  const auto answers = AtOnce<handover::v1::HandoverCase>(6, [&](int n) {
    return At()
        .At("handover", n)
        .Call(&HandoverService::Stub::CreateHandoverCase,
              Parse<handover::v1::CreateHandoverCaseRequest>(fmt::format(
                  R"(parent: 'operations/ba' handover_case_id: 'kits-{}'
               handover_case {{ recipient: 'organisations/dcpb' giver: 'organisations/eu'
                 conditions {{ en: 'None' bs: 'Nema' }}
                 items {{ asset_lot: '{}' quantity {{ value: '5' }} }} }})",
                  n, lot)));
  });
  EXPECT_EQ(Accepted(answers), 1);
  EXPECT_THAT(Refusals(answers), Each("LOT_EXCEEDED"));
}

TEST_P(Races, G7_A3_OfManyWhoChangeWhatTheyReadOneSucceeds) {
  const std::string name = "operations/ba/purchaseOrders/many";
  procurement::v1::GetPurchaseOrderRequest get;
  get.set_name(name);
  const std::string etag = At().At("procurement", 0)
                               .Call(&ProcurementService::Stub::GetPurchaseOrder, get)
                               .response.etag();
  const auto answers = AtOnce<procurement::v1::PurchaseOrder>(6, [&](int n) {
    auto request = Parse<procurement::v1::AcknowledgePurchaseOrderRequest>(
        fmt::format("name: '{}' etag: '{}' supplier_reference: 'REF-{}'", name, etag, n));
    return At()
        .At("procurement", n)
        .Call(&ProcurementService::Stub::AcknowledgePurchaseOrder, request);
  });
  EXPECT_EQ(Accepted(answers), 1);
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.ok() || answer.failure.code == grpc::StatusCode::ABORTED ||
                answer.failure.code == grpc::StatusCode::FAILED_PRECONDITION)
        << answer.failure.reason;
  }
}

// A receipt of ten pieces is one commit of procurement and, by the process, one of handover with
// ten events. Whoever looks, while they come and while the program is killed, finds all ten or
// none.
TEST(Commits, G4_AReceiptsAssetsAreSeenAllOrNone) {
  constexpr int kReceipts = 30;
  constexpr int kPieces = 10;
  Programs programs(Deployment::kEmbedded,
                    fs::path(::testing::TempDir()) / fmt::format("prihvat_commits_{}", getpid()));
  std::atomic<bool> done = false;
  std::atomic<int> looks = 0;
  std::atomic<int> receipts_seen = 0;
  std::thread reader([&] {
    while (!done) {
      const auto assets =
          AssetsByReceipt(programs.At("handover", 0).WithDeadline(absl::Seconds(5)));
      for (const auto& [receipt, pieces] : assets)
        EXPECT_EQ(pieces, kPieces) << "G4: a part of " << receipt << " was seen";
      ++looks;
      receipts_seen = std::max(receipts_seen.load(), static_cast<int>(assets.size()));
    }
  });
  std::atomic<int> next = 0;
  std::atomic<int> posted = 0;
  const auto post_all = [&] {
    for (int n = next++; n < kReceipts; n = next++) {
      std::vector<std::string> serials;
      for (int piece = 0; piece < kPieces; ++piece)
        serials.push_back(fmt::format("MANY-{}-{}", n, piece));
      const auto request = Receipt(fmt::format("many{}", n), "many", serials);
      const absl::Time deadline = Soon();
      while (absl::Now() < deadline) {
        // The same request id until it is answered: a repeat after a kill changes nothing.
        const auto answer = programs.At("procurement", 0)
                                .WithDeadline(absl::Seconds(5))
                                .Call(&ProcurementService::Stub::PostGoodsReceipt, request);
        if (answer.ok()) break;
        ASSERT_TRUE(answer.failure.code == grpc::StatusCode::UNAVAILABLE ||
                    answer.failure.code == grpc::StatusCode::DEADLINE_EXCEEDED)
            << answer.failure.reason << " " << answer.failure.message;
      }
      ++posted;
    }
  };
  std::vector<std::thread> writers;
  for (int n = 0; n < 3; ++n) writers.emplace_back(post_all);
  const absl::Time deadline = Soon();
  for (const int kill_after : {8, 16, 24}) {
    while (posted < kill_after && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
    programs.KillAndRestart();
  }
  for (std::thread& writer : writers) writer.join();
  std::map<std::string, int> assets;
  while (assets.size() < kReceipts && absl::Now() < deadline)
    assets = AssetsByReceipt(programs.At("handover", 0));
  done = true;
  reader.join();
  EXPECT_THAT(assets, SizeIs(kReceipts));
  for (const auto& [receipt, pieces] : assets) EXPECT_EQ(pieces, kPieces) << receipt;
  EXPECT_GT(looks, 3);
  EXPECT_GT(receipts_seen, 0);
}

}  // namespace
}  // namespace prihvat::e2e
