// What may be told to everybody about a contracting process, as OCDS 1.1 has it.
//
// No person is named: only organisations. What bids say is told from their opening on, who is
// recommended from the standstill on, a requisition and an order from their approval on. Free text
// is told only where the standard asks for the reason of a public decision: a requisition's
// purpose, why a deadline was moved, why an order was amended, why there was no competition.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/money.h"
#include "libs/ocds/json.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "prihvat/reporting/v1/state.pb.h"

namespace prihvat::reporting {

// What a process's facts do not say themselves.
struct ContractingSurroundings {
  std::string ocid;
  absl::TimeZone zone;  // dates of business are written in it
  // What was said when a project, budget line, supplier or order was created.
  std::function<std::optional<v1::ContractingFact>(std::string_view name)> reference;
  // Names for people, by "organisations/eu"; where there is none, the last part of the id.
  std::map<std::string, std::string, std::less<>> organisation_names;
};

// Fold a process's facts in order; ask for the content after each commit. One thread.
class ContractingState {
 public:
  explicit ContractingState(ContractingSurroundings surroundings)
      : around_(std::move(surroundings)) {}

  // The next facts belong to the release of that id.
  void BeginRelease(std::string release_id) { release_id_ = std::move(release_id); }
  // DATA_LOSS for a fact that cannot be parsed. Facts of other types change nothing.
  absl::Status Apply(const v1::ContractingFact& fact);
  // A release with these changes was made: later amendments say that they amend it.
  void Released(const ocds::Json& changes);

  // The members of a release from `parties` on, as they are now; INVALID_ARGUMENT for an amount
  // that is none.
  absl::StatusOr<ocds::Json> Content() const;

 private:
  using Json = ocds::Json;
  struct Plan {
    procurement::v1::RequisitionDrafted requisition;
    bool approved = false;
    bool ended = false;
  };
  struct Award {
    std::string id;
    std::string supplier;
    std::string status;
    std::string date;
    google::type::Money value;
    std::vector<procurement::v1::LotAward> lots;
  };
  struct Contract {
    std::string award_id;
    procurement::v1::OrderFacts order;
    std::string status;
    std::string date_signed;
    Json amendments;
    Json milestones;
    Json transactions;
    std::string last_release;
  };
  struct Paid {
    std::string number;
    google::type::Money value;
    std::string supplier;
  };
  class Parties;
  struct Handlers;
  friend struct Handlers;

  std::string Date(const google::protobuf::Timestamp& time) const;
  std::string Now() const { return Date(effective_); }
  std::string NewAwardId();
  void AddAwards(std::string_view status);
  void MovePendingAwards(std::string_view status);
  Contract* FindContract(const std::string& order);
  // Takes over what an event says of an approved order; nullptr for another.
  Contract* Update(const std::string& name, const procurement::v1::OrderFacts& order);
  void Sign(Contract& contract);
  Json AmendmentOf(std::string id, std::string_view rationale, std::string_view description,
                   std::string_view amends) const;

  std::string BudgetLineName() const;
  std::string TenderStatus() const;
  std::string AwardOf(std::string_view supplier) const;
  absl::StatusOr<Json> Planning(Parties& parties) const;
  absl::Status AddFunders(const procurement::v1::BudgetLineCreated& line, Json& budget,
                          Parties& parties) const;
  absl::StatusOr<Json> Tender(Parties& parties) const;
  absl::Status AddSourcing(Json& tender, Parties& parties) const;
  absl::StatusOr<Json> Bids(Parties& parties) const;
  absl::StatusOr<Json> Awards(Parties& parties) const;
  absl::StatusOr<Json> Contracts(Parties& parties) const;
  absl::StatusOr<Json> Items(const procurement::v1::OrderFacts& order, Parties& parties) const;

  ContractingSurroundings around_;
  std::string release_id_;
  google::protobuf::Timestamp effective_;

  std::string buyer_;
  std::optional<Plan> plan_;
  std::optional<procurement::v1::SourcingProcess> sourcing_;
  std::string published_;
  Json tender_amendments_;
  std::string last_tender_release_;
  bool bids_opened_ = false;
  std::vector<procurement::v1::Bid> bids_;
  std::vector<Award> awards_;
  std::vector<std::pair<std::string, Contract>> contracts_;  // by order, as they were approved
  std::map<std::string, Paid> payments_;
};

}  // namespace prihvat::reporting
