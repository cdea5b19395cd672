// The stage of ProcurementSpec, with a sourcing process: its people and their keys, three
// suppliers, and short ways to its moves. Header-only, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/civil.h"
#include "libs/base/random.h"
#include "libs/base/sealed_box.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/testing/procurement_spec.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {

inline constexpr char kProcess[] = "operations/ba/sourcingProcesses/src";
inline constexpr char kOpener[] = "organisations/iom/people/opener";
inline constexpr char kSecondOpener[] = "organisations/iom/people/second-opener";
inline constexpr char kEvaluator[] = "organisations/iom/people/evaluator";
inline constexpr char kSecondEvaluator[] = "organisations/iom/people/second-evaluator";
inline constexpr char kRecommender[] = "organisations/iom/people/recommender";

class SourcingSpec : public ProcurementSpec {
 public:
  explicit SourcingSpec(std::string_view budget = "1000000.00") : ProcurementSpec(budget) {
    for (const char* id : {"alfa", "beta", "gama"}) {
      v1::RegisterSupplierRequest supplier;
      supplier.set_parent(kOperation);
      supplier.set_supplier_id(id);
      supplier.mutable_supplier()->set_display_name(std::string(id) + " d.o.o.");
      supplier.mutable_supplier()->set_country_code("BA");
      if (std::string_view(id) == "gama") {
        supplier.mutable_supplier()->set_organisation("organisations/gama");
      }
      When(supplier).ThenAccepted();
    }
    base::SeededRandom random(7);
    keys_ = {base::MakeBoxKeys(random), base::MakeBoxKeys(random)};
  }

  static std::string SupplierName(std::string_view id) {
    return std::string(kOperation) + "/suppliers/" + std::string(id);
  }
  static std::string BidName(std::string_view id) {
    return std::string(kProcess) + "/bids/" + std::string(id);
  }
  absl::Time Local(int month, int day, int hour = 12) const {
    return absl::FromCivil(absl::CivilSecond(2023, month, day, hour, 0, 0), zone());
  }

  // For two lots; bids until 20 July, 12:00.
  v1::CreateSourcingProcessRequest PlanOf(
      v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) const {
    v1::CreateSourcingProcessRequest command;
    command.set_parent(kOperation);
    command.set_sourcing_process_id("src");
    v1::SourcingProcess& process = *command.mutable_sourcing_process();
    process.set_method(method);
    process.set_display_name("Protective clothing and footwear");
    process.set_budget_line(kBudgetLine);
    for (const char* lot : {"Clothing", "Footwear"}) {
      v1::Lot& added = *process.add_lots();
      added.set_display_name(lot);
      *added.mutable_estimate() = Km("100000.00");
    }
    v1::Criterion& quality = *process.add_criteria();
    quality.set_criterion("quality");
    quality.set_display_name("Quality of the goods");
    quality.set_weight_percent(60);
    v1::Criterion& price = *process.add_criteria();
    price.set_criterion("price");
    price.set_display_name("Price");
    price.set_weight_percent(40);
    for (const auto& [person, key] : {std::pair(kOpener, 0), {kSecondOpener, 1}}) {
      v1::Opener& opener = *process.add_openers();
      opener.set_person(person);
      opener.set_public_key(keys_[key].public_key);
    }
    process.add_evaluators(kEvaluator);
    process.add_evaluators(kSecondEvaluator);
    for (const char* id : {"alfa", "beta", "gama"}) process.add_invited_suppliers(SupplierName(id));
    *process.mutable_bid_deadline() = ToProto(Local(7, 20));
    return command;
  }
  SourcingSpec& Plan(v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) {
    As(kRequester).When(PlanOf(method));
    return *this;
  }
  template <class Command>
  static Command Of() {
    Command command;
    command.set_name(kProcess);
    return command;
  }
  template <class Command>
  SourcingSpec& Do(std::string_view person = kRequester) {
    As(std::string(person)).When(Of<Command>());
    return *this;
  }
  template <class Command>
  SourcingSpec& DoWithReason(std::string_view person = kRequester) {
    Command command = Of<Command>();
    command.set_reason("as agreed");
    As(std::string(person)).When(command);
    return *this;
  }

  // What is sealed for both openers: one price for each lot, "" for none.
  std::string Sealed(std::string_view first, std::string_view second) const {
    v1::BidContent content;
    for (const auto& [number, price] : {std::pair(1, first), {2, second}}) {
      if (price.empty()) continue;
      v1::LotOffer& offer = *content.add_offers();
      offer.set_lot_number(number);
      *offer.mutable_amount() = Km(price);
      offer.set_description("as specified");
    }
    return Sealed(content.SerializeAsString());
  }
  std::string Sealed(const std::string& content) const {
    return base::SealBox(base::SealBox(content, keys_[0].public_key).value(), keys_[1].public_key)
        .value();
  }
  SourcingSpec& Bid(std::string_view id, const std::string& sealed) {
    v1::SubmitBidRequest command;
    command.set_parent(kProcess);
    command.set_bid_id(std::string(id));
    command.mutable_bid()->set_supplier(SupplierName(id));
    command.mutable_bid()->set_sealed_content(sealed);
    As("organisations/iom/people/clerk").When(command);
    return *this;
  }
  SourcingSpec& Open(std::string_view person, int key) {
    auto command = Of<v1::OpenBidsRequest>();
    command.set_private_key(keys_[key].private_key);
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& Declare(std::string_view person, const std::vector<std::string>& suppliers = {}) {
    auto command = Of<v1::DeclareConflictRequest>();
    command.set_statement("I know what I must tell");
    for (const std::string& id : suppliers) command.add_suppliers(SupplierName(id));
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& Score(std::string_view bid, int lot, std::string_view quality,
                      std::string_view price, std::string_view person) {
    v1::ScoreBidRequest command;
    command.set_name(BidName(bid));
    command.set_lot_number(lot);
    for (const auto& [criterion, score] : {std::pair("quality", quality), {"price", price}}) {
      v1::CriterionScore& added = *command.add_scores();
      added.set_criterion(criterion);
      *added.mutable_score() = Number(score);
    }
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& Disqualify(std::string_view bid, std::string_view person = kEvaluator) {
    v1::DisqualifyBidRequest command;
    command.set_name(BidName(bid));
    command.set_reason("no samples");
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& Recommend(const std::vector<std::string>& bids, std::string_view why = "",
                          std::string_view person = kRecommender) {
    auto command = Of<v1::RecommendAwardRequest>();
    for (size_t i = 0; i < bids.size(); ++i) {
      v1::RecommendedLot& lot = *command.add_lots();
      lot.set_lot_number(static_cast<int>(i) + 1);
      lot.set_bid(BidName(bids[i]));
    }
    command.set_justification(std::string(why));
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& Complain(std::string_view supplier = "beta") {
    auto command = Of<v1::FileComplaintRequest>();
    command.set_supplier(SupplierName(supplier));
    command.set_text("our samples were not looked at");
    As("organisations/iom/people/clerk").When(command);
    return *this;
  }
  SourcingSpec& Resolve(bool upheld, int number = 1, std::string_view person = kApprover) {
    auto command = Of<v1::ResolveComplaintRequest>();
    command.set_complaint_number(number);
    command.set_upheld(upheld);
    command.set_answer("looked at again");
    As(std::string(person)).When(command);
    return *this;
  }
  SourcingSpec& AtLocal(int month, int day, int hour = 12) {
    At(Local(month, day, hour));
    return *this;
  }

  // Up to each state, each from the one before. alfa: 90,000 and 80,000; beta: 85,000 and 95,000;
  // gama: 70,000 for the first lot.
  SourcingSpec& Published(v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) {
    Plan(method).ThenAccepted();
    Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
    return *this;
  }
  SourcingSpec& BidsClosed(v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) {
    Published(method);
    return BidAndClose();
  }
  SourcingSpec& BidAndClose() {
    Bid("alfa", Sealed("90000.00", "80000.00")).ThenAccepted();
    Bid("beta", Sealed("85000.00", "95000.00")).ThenAccepted();
    Bid("gama", Sealed("70000.00", "")).ThenAccepted();
    AtLocal(7, 20).Do<v1::CloseBiddingRequest>().ThenAccepted();
    return *this;
  }
  SourcingSpec& Opened(v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) {
    BidsClosed(method);
    return OpenBoth();
  }
  SourcingSpec& OpenBoth() {
    Open(kOpener, 0).ThenAccepted();
    Open(kSecondOpener, 1).ThenAccepted();
    return *this;
  }
  // gama is left out; alfa is first in both lots by points.
  SourcingSpec& Evaluated(v1::SourcingMethod method = v1::SOURCING_METHOD_REQUEST_FOR_PROPOSALS) {
    Opened(method);
    return Evaluate();
  }
  SourcingSpec& Evaluate() {
    for (const char* person : {kEvaluator, kSecondEvaluator}) Declare(person).ThenAccepted();
    Disqualify("gama").ThenAccepted();
    for (const char* person : {kEvaluator, kSecondEvaluator}) {
      for (const int lot : {1, 2}) {
        Score("alfa", lot, "90", "80", person).ThenAccepted();
        Score("beta", lot, "70.5", "85", person).ThenAccepted();
      }
    }
    Do<v1::CompleteEvaluationRequest>(kEvaluator).ThenAccepted();
    return *this;
  }
  SourcingSpec& Standstill() {
    Evaluated();
    Recommend({"alfa", "alfa"}).ThenAccepted();  // 170,000.00 KM, EUR 86,919.62
    Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
    Do<v1::StartStandstillRequest>().ThenAccepted();
    return *this;
  }
  SourcingSpec& Awarded() {
    Standstill();
    AtLocal(7, 31, 0).Do<v1::AwardSourcingRequest>().ThenAccepted();
    return *this;
  }

  v1::SourcingProcess Process() const { return Entity<v1::SourcingProcess>(kProcess); }
  v1::Bid BidOf(std::string_view id) const { return Entity<v1::Bid>(BidName(id)); }
  const std::vector<base::BoxKeys>& keys() const { return keys_; }

 private:
  std::vector<base::BoxKeys> keys_;
};

}  // namespace prihvat::procurement
