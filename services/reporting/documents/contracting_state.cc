#include "services/reporting/documents/contracting_state.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/funding.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/funding.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {

namespace procurement = ::prihvat::procurement::v1;
using ocds::Json;

namespace {

std::string LastPart(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

// {"amount": 43900.00, "currency": "BAM"}: all of the currency's decimals, as text.
absl::StatusOr<Json> ValueOf(const google::type::Money& money) {
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money amount, CheckedFromProto(money));
  Json value = Json::Object();
  value.Set("amount", Json::Number(amount.AmountText()));
  value.Set("currency", money.currency_code());
  return value;
}

template <class Line>
absl::StatusOr<Json> ItemOf(const Line& line, const google::type::Money& unit_price) {
  Json item = Json::Object();
  item.Set("id", std::to_string(line.line_number()));
  item.SetUnlessEmpty("description", line.description());
  item.SetUnlessEmpty("description_bs", line.description_bs());
  PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal quantity, CheckedFromProto(line.quantity()));
  item.Set("quantity", Json::Number(quantity.ToString()));
  Json unit = Json::Object();
  unit.SetUnlessEmpty("name", line.unit());
  PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(unit_price));
  unit.Set("value", std::move(value));
  item.Set("unit", std::move(unit));
  return item;
}

template <class Lines>
std::string CategoryOf(const Lines& lines) {
  for (const auto& line : lines) {
    if (line.kind() == procurement::LINE_KIND_GOODS_SERIAL ||
        line.kind() == procurement::LINE_KIND_GOODS_QUANTITY) {
      return "goods";
    }
  }
  return lines.empty() ? "" : "services";
}

struct MethodWords {
  const char* method;
  const char* details;
  const char* criteria;
};

MethodWords WordsOf(procurement::SourcingMethod method) {
  switch (method) {
    case procurement::SOURCING_METHOD_REQUEST_FOR_QUOTATIONS:
      return {"limited", "Request for quotations (RFQ)", "priceOnly"};
    case procurement::SOURCING_METHOD_INVITATION_TO_BID:
      return {"open", "Invitation to bid (ITB)", "priceOnly"};
    case procurement::SOURCING_METHOD_REQUEST_FOR_PROPOSALS:
      return {"open", "Request for proposals (RFP)", "ratedCriteria"};
    default:
      return {"", "", ""};
  }
}

std::string WaiverWords(procurement::WaiverKind waiver) {
  switch (waiver) {
    case procurement::WAIVER_KIND_MICRO_PURCHASE:
      return "Micro purchase";
    case procurement::WAIVER_KIND_SOLE_SOURCE:
      return "Sole source";
    case procurement::WAIVER_KIND_EMERGENCY:
      return "Emergency";
    case procurement::WAIVER_KIND_CALL_OFF:
      return "Call-off";
    default:
      return "Direct order";
  }
}

std::string BidStatus(const procurement::Bid& bid, bool evaluated) {
  if (bid.state() == procurement::BID_STATE_DISQUALIFIED ||
      bid.state() == procurement::BID_STATE_UNREADABLE) {
    return "disqualified";
  }
  return evaluated ? "valid" : "pending";
}

std::string BidId(std::string_view bid, int lot) {
  return fmt::format("{}-lot-{}", LastPart(bid), lot);
}

}  // namespace

// The organisations that a process names, in the order in which it does, with their roles.
class ContractingState::Parties {
 public:
  explicit Parties(const ContractingSurroundings& around) : around_(around) {}

  // A reference to the organisation or supplier, who plays that role.
  Json Reference(std::string_view id, std::string_view role) {
    auto party = std::find_if(parties_.begin(), parties_.end(),
                              [&](const Party& known) { return known.id == id; });
    if (party == parties_.end()) {
      parties_.push_back({std::string(id), {}});
      party = std::prev(parties_.end());
    }
    if (std::find(party->roles.begin(), party->roles.end(), role) == party->roles.end()) {
      party->roles.emplace_back(role);
    }
    Json reference = Json::Object();
    reference.Set("id", id);
    reference.Set("name", NameOf(id));
    return reference;
  }

  Json ToJson() const {
    Json all = Json::Array();
    for (const Party& party : parties_) {
      Json json = Json::Object();
      json.Set("id", party.id);
      json.Set("name", NameOf(party.id));
      const auto supplier = SupplierOf(party.id);
      if (supplier && !supplier->tax_number().empty()) {
        Json identifier = Json::Object();
        identifier.Set("id", supplier->tax_number());
        identifier.Set("legalName", supplier->display_name());
        json.Set("identifier", std::move(identifier));
      }
      if (supplier && !supplier->country_code().empty()) {
        json.Set("address", Json::Object({{"countryName", Json(supplier->country_code())}}));
      }
      json.Set("roles", RolesOf(party));
      all.Add(std::move(json));
    }
    return all;
  }

 private:
  struct Party {
    std::string id;
    std::vector<std::string> roles;
  };

  // In one order, so that a new role does not shuffle the others.
  static Json RolesOf(const Party& party) {
    static constexpr std::array<std::string_view, 8> kOrder = {
        "buyer",    "procuringEntity", "payer", "funder",
        "tenderer", "supplier",        "payee", "beneficiary"};
    Json roles = Json::Array();
    for (const std::string_view role : kOrder) {
      if (std::find(party.roles.begin(), party.roles.end(), role) != party.roles.end()) {
        roles.Add(role);
      }
    }
    return roles;
  }

  std::optional<procurement::SupplierRegistered> SupplierOf(std::string_view id) const {
    const auto fact = around_.reference(id);
    procurement::SupplierRegistered supplier;
    if (!fact || fact->fact().type() != supplier.GetTypeName() ||
        !supplier.ParseFromString(fact->fact().event())) {
      return std::nullopt;
    }
    return supplier;
  }

  std::string NameOf(std::string_view id) const {
    if (const auto supplier = SupplierOf(id)) return supplier->display_name();
    const auto named = around_.organisation_names.find(id);
    return named == around_.organisation_names.end() ? LastPart(id) : named->second;
  }

  const ContractingSurroundings& around_;
  std::vector<Party> parties_;
};

// ---- Facts -------------------------------------------------------------------------------------

struct ContractingState::Handlers {
  using Handler =
      std::function<bool(ContractingState&, const std::string& bytes, const std::string& actor)>;
  std::map<std::string, Handler, std::less<>> by_type;

  template <class Event>
  void On(void (*handle)(ContractingState&, const Event&, const std::string&)) {
    by_type[Event::descriptor()->full_name()] =
        [handle](ContractingState& state, const std::string& bytes, const std::string& actor) {
          Event event;
          if (!event.ParseFromString(bytes)) return false;
          handle(state, event, actor);
          return true;
        };
  }
  // The process as it is after the event, and no more.
  template <class Event>
  void OnSourcing() {
    On<Event>([](ContractingState& state, const Event& event, const std::string& actor) {
      Take(state, event.sourcing_process(), actor);
    });
  }

  static void Take(ContractingState& state, const procurement::SourcingProcess& process,
                   const std::string& actor) {
    if (state.buyer_.empty()) state.buyer_ = actor;
    state.sourcing_ = process;
  }

  static void AddBid(ContractingState& state, const procurement::Bid& bid) {
    const auto known =
        std::find_if(state.bids_.begin(), state.bids_.end(),
                     [&](const procurement::Bid& other) { return other.name() == bid.name(); });
    if (known == state.bids_.end()) {
      state.bids_.push_back(bid);
    } else {
      *known = bid;
    }
  }

  void AddRequisitions() {
    On<procurement::RequisitionDrafted>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          state.plan_ = Plan{event};
          state.buyer_ = actor;
        });
    On<procurement::RequisitionRevised>(
        [](ContractingState& state, const auto& event, const std::string&) {
          if (!state.plan_) return;
          state.plan_->requisition.set_purpose(event.purpose());
          *state.plan_->requisition.mutable_lines() = event.lines();
          *state.plan_->requisition.mutable_total() = event.total();
        });
    On<procurement::RequisitionApproved>(
        [](ContractingState& state, const auto&, const std::string&) {
          if (state.plan_) state.plan_->approved = true;
        });
    On<procurement::RequisitionRejected>(
        [](ContractingState& state, const auto&, const std::string&) {
          if (state.plan_) state.plan_->ended = true;
        });
    On<procurement::RequisitionCancelled>(
        [](ContractingState& state, const auto&, const std::string&) {
          if (state.plan_) state.plan_->ended = true;
        });
  }

  void AddSourcing() {
    OnSourcing<procurement::SourcingPlanned>();
    OnSourcing<procurement::SuppliersInvited>();
    OnSourcing<procurement::BiddingClosed>();
    OnSourcing<procurement::SourcingEvaluated>();
    OnSourcing<procurement::SourcingWaived>();
    On<procurement::SourcingPublished>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.published_ = state.Now();
        });
    On<procurement::BidDeadlineExtended>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          const size_t count = state.tender_amendments_.items().size();
          state.tender_amendments_.Add(
              state.AmendmentOf(fmt::format("amendment-{}", count + 1), event.reason(),
                                fmt::format("Bids may come until {}",
                                            state.Date(event.sourcing_process().bid_deadline())),
                                state.last_tender_release_));
        });
    On<procurement::BidsOpened>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.bids_opened_ = true;
        });
    On<procurement::BidOpened>([](ContractingState& state, const auto& event, const std::string&) {
      AddBid(state, event.bid());
    });
    On<procurement::BidDisqualified>([](ContractingState& state, const auto& event,
                                        const std::string&) { AddBid(state, event.bid()); });
  }

  void AddAwards() {
    On<procurement::StandstillStarted>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.AddAwards("pending");
        });
    On<procurement::ComplaintUpheld>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.MovePendingAwards("cancelled");
        });
    On<procurement::SourcingAwarded>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          if (std::none_of(state.awards_.begin(), state.awards_.end(),
                           [](const Award& award) { return award.status == "pending"; })) {
            state.AddAwards("active");
          }
          state.MovePendingAwards("active");
        });
    On<procurement::SourcingUnsuccessful>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.MovePendingAwards("unsuccessful");
        });
    On<procurement::SourcingCancelled>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          state.MovePendingAwards("cancelled");
        });
    On<procurement::AwardRaised>(
        [](ContractingState& state, const auto& event, const std::string& actor) {
          Take(state, event.sourcing_process(), actor);
          for (Award& award : state.awards_) {
            if (award.status == "active" && award.supplier == event.supplier()) {
              award.value = event.amount();
            }
          }
        });
  }

  // The status of its contract, where an order ends.
  template <class Event>
  void OnEnd(const char* status) {
    by_type[Event::descriptor()->full_name()] =
        [status](ContractingState& state, const std::string& bytes, const std::string&) {
          Event event;
          if (!event.ParseFromString(bytes)) return false;
          if (Contract* contract = state.Update(event.purchase_order(), event.order())) {
            contract->status = status;
          }
          return true;
        };
  }

  void AddOrders() {
    On<procurement::PurchaseOrderApproved>(&Approve);
    On<procurement::PurchaseOrderIssued>(
        [](ContractingState& state, const auto& event, const std::string&) {
          state.Update(event.purchase_order(), event.order());
        });
    On<procurement::PurchaseOrderAcknowledged>(
        [](ContractingState& state, const auto& event, const std::string&) {
          if (Contract* contract = state.Update(event.purchase_order(), event.order())) {
            state.Sign(*contract);
          }
        });
    On<procurement::PurchaseOrderAmended>([](ContractingState& state, const auto& event,
                                             const std::string&) {
      Contract* contract = state.Update(event.purchase_order(), event.order());
      if (contract == nullptr) return;
      contract->amendments.Add(state.AmendmentOf(fmt::format("version-{}", event.order().version()),
                                                 event.reason(), Change(event),
                                                 contract->last_release));
    });
    OnEnd<procurement::PurchaseOrderCancelled>("cancelled");
    OnEnd<procurement::PurchaseOrderClosed>("terminated");
    OnEnd<procurement::PurchaseOrderTerminated>("terminated");
  }

  static std::string Change(const procurement::PurchaseOrderAmended& event) {
    const auto before = CheckedFromProto(event.previous_total());
    const auto after = CheckedFromProto(event.order().total());
    if (!before.ok() || !after.ok()) return "";
    return fmt::format("The total was {}, and is {}", before->Format(), after->Format());
  }

  static void Approve(ContractingState& state, const procurement::PurchaseOrderApproved& event,
                      const std::string& actor) {
    if (state.buyer_.empty()) {
      // Who approved may be of another house than who buys: the draft says who does.
      const auto drafted = state.around_.reference(event.purchase_order());
      state.buyer_ = drafted ? drafted->organisation() : actor;
    }
    Contract contract;
    contract.order = event.order();
    contract.status = "pending";
    contract.award_id = state.AwardOf(event.order().supplier());
    if (contract.award_id.empty()) {
      Award award;
      award.id = contract.award_id = state.NewAwardId();
      award.supplier = event.order().supplier();
      award.status = "active";
      award.date = state.Now();
      award.value = event.order().total();
      state.awards_.push_back(std::move(award));
    }
    state.contracts_.emplace_back(event.purchase_order(), std::move(contract));
  }

  void AddDeliveries() {
    On<procurement::GoodsReceiptPosted>(
        [](ContractingState& state, const auto& event, const std::string&) {
          Contract* contract = state.Update(event.purchase_order(), event.order());
          if (contract == nullptr) return;
          state.Sign(*contract);
          Json milestone = Json::Object();
          milestone.Set("id", LastPart(event.receipt()));
          milestone.Set("title", fmt::format("Goods receipt {}", event.document_number()));
          milestone.Set("type", "delivery");
          milestone.Set("description", Delivered(event));
          milestone.Set("status", "met");
          milestone.Set("dateMet", state.Now());
          contract->milestones.Add(std::move(milestone));
        });
    On<procurement::GoodsReturned>(
        [](ContractingState& state, const auto& event, const std::string&) {
          Contract* contract = state.Update(event.purchase_order(), event.order());
          if (contract == nullptr) return;
          for (Json& milestone : contract->milestones.items()) {
            if (milestone.TextOf("id") != LastPart(event.receipt())) continue;
            milestone.Set("description",
                          std::string(milestone.TextOf("description")) + Returned(event));
            milestone.Set("dateModified", state.Now());
          }
        });
    On<procurement::GoodsReceiptReversed>(
        [](ContractingState& state, const auto& event, const std::string&) {
          Contract* contract = state.Update(event.purchase_order(), event.order());
          if (contract == nullptr) return;
          for (Json& milestone : contract->milestones.items()) {
            if (milestone.TextOf("id") != LastPart(event.receipt())) continue;
            milestone.Set("status", "notMet");
            milestone.Set("dateModified", state.Now());
            milestone.Remove("dateMet");
          }
        });
  }

  static std::string Delivered(const procurement::GoodsReceiptPosted& event) {
    std::string text;
    for (const procurement::PostedLine& line : event.lines()) {
      text += fmt::format("{}line {}: {} {} accepted", text.empty() ? "" : "; ", line.line_number(),
                          line.accepted().value(), line.unit());
      if (!line.rejected().value().empty() && line.rejected().value() != "0") {
        text += fmt::format(", {} rejected", line.rejected().value());
      }
    }
    return text;
  }

  static std::string Returned(const procurement::GoodsReturned& event) {
    std::string text;
    for (const procurement::ReturnedLine& line : event.lines()) {
      for (const auto& [quantity, word] : {std::pair(&line.accepted(), "accepted"),
                                           {&line.rejected(), "rejected"},
                                           {&line.surplus(), "surplus"}}) {
        if (quantity->value().empty() || quantity->value() == "0") continue;
        text +=
            fmt::format("; line {}: {} {} returned", line.line_number(), quantity->value(), word);
      }
    }
    return text;
  }

  void AddPayments() {
    On<procurement::PaymentMade>(
        [](ContractingState& state, const auto& event, const std::string&) {
          const procurement::Payment& payment = event.payment();
          google::type::Money value = payment.amount();
          if (payment.kind() == procurement::PAYMENT_KIND_REFUND) value = Negated(value);
          state.payments_[payment.name()] = {payment.document_number(), value, payment.supplier()};
          std::string date = state.Now();
          if (payment.has_value_date()) {
            const auto day = CheckedFromProto(payment.value_date());
            if (day.ok()) date = state.Date(ToProto(base::DayStart(*day, state.around_.zone)));
          }
          AddTransaction(state, payment.purchase_order(), payment.document_number(), date, value);
        });
    On<procurement::PaymentReversed>([](ContractingState& state, const auto& event,
                                        const std::string&) {
      const auto paid = state.payments_.find(event.payment());
      if (paid == state.payments_.end()) return;
      AddTransaction(state, event.purchase_order(), fmt::format("{}-reversal", paid->second.number),
                     state.Now(), Negated(paid->second.value));
    });
  }

  static google::type::Money Negated(google::type::Money money) {
    money.set_units(-money.units());
    money.set_nanos(-money.nanos());
    return money;
  }

  // A transaction is never changed: what came back is one of its own, below zero, so that all of
  // them add up to what was paid.
  static void AddTransaction(ContractingState& state, const std::string& order, std::string id,
                             std::string date, const google::type::Money& money) {
    Contract* contract = state.FindContract(order);
    const auto value = ValueOf(money);
    if (contract == nullptr || !value.ok()) return;
    Json transaction = Json::Object();
    transaction.Set("id", std::move(id));
    transaction.Set("date", std::move(date));
    transaction.Set("value", *value);
    contract->transactions.Add(std::move(transaction));
  }

  static const Handlers& All() {
    static const Handlers all = [] {
      Handlers handlers;
      handlers.AddRequisitions();
      handlers.AddSourcing();
      handlers.AddAwards();
      handlers.AddOrders();
      handlers.AddDeliveries();
      handlers.AddPayments();
      return handlers;
    }();
    return all;
  }
};

absl::Status ContractingState::Apply(const v1::ContractingFact& fact) {
  const auto handler = Handlers::All().by_type.find(fact.fact().type());
  if (handler == Handlers::All().by_type.end()) return absl::OkStatus();
  effective_ = fact.fact().effective_time();
  if (!handler->second(*this, fact.fact().event(), fact.organisation())) {
    return absl::DataLossError(
        fmt::format("{} at offset {} cannot be parsed", fact.fact().type(), fact.record_offset()));
  }
  return absl::OkStatus();
}

void ContractingState::Released(const Json& changes) {
  if (changes.Find("tender") != nullptr) last_tender_release_ = release_id_;
  const Json* contracts = changes.Find("contracts");
  if (contracts == nullptr) return;
  for (auto& [name, contract] : contracts_) {
    for (const Json& changed : contracts->items()) {
      if (changed.TextOf("id") == contract.order.document_number()) {
        contract.last_release = release_id_;
      }
    }
  }
}

std::string ContractingState::Date(const google::protobuf::Timestamp& time) const {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%S%Ez", FromProto(time), around_.zone);
}

std::string ContractingState::NewAwardId() { return fmt::format("award-{}", awards_.size() + 1); }

// One for each supplier that the process chose, with all its lots.
void ContractingState::AddAwards(std::string_view status) {
  const size_t first = awards_.size();
  for (const procurement::LotAward& lot : sourcing_->recommended()) {
    const auto known = std::find_if(awards_.begin() + static_cast<ptrdiff_t>(first), awards_.end(),
                                    [&](const Award& a) { return a.supplier == lot.supplier(); });
    if (known != awards_.end()) {
      known->lots.push_back(lot);
      const auto sum = CheckedFromProto(known->value);
      const auto more = CheckedFromProto(lot.amount());
      if (!sum.ok() || !more.ok()) continue;
      const auto both = base::CheckedAdd(*sum, *more);
      if (both.ok()) known->value = ToProto(*both);
      continue;
    }
    Award award;
    award.id = NewAwardId();
    award.supplier = lot.supplier();
    award.status = std::string(status);
    award.date = Now();
    award.value = lot.amount();
    award.lots = {lot};
    awards_.push_back(std::move(award));
  }
}

void ContractingState::MovePendingAwards(std::string_view status) {
  for (Award& award : awards_) {
    if (award.status != "pending") continue;
    award.status = std::string(status);
    award.date = Now();
  }
}

ContractingState::Contract* ContractingState::FindContract(const std::string& order) {
  const auto found = std::find_if(contracts_.begin(), contracts_.end(),
                                  [&](const auto& known) { return known.first == order; });
  return found == contracts_.end() ? nullptr : &found->second;
}

ContractingState::Contract* ContractingState::Update(const std::string& name,
                                                     const procurement::OrderFacts& order) {
  Contract* contract = FindContract(name);
  if (contract != nullptr) contract->order = order;
  return contract;
}

// The supplier agreed: by words, or by delivering.
void ContractingState::Sign(Contract& contract) {
  if (contract.status != "pending") return;
  contract.status = "active";
  contract.date_signed = Now();
}

Json ContractingState::AmendmentOf(std::string id, std::string_view rationale,
                                   std::string_view description, std::string_view amends) const {
  Json amendment = Json::Object();
  amendment.Set("id", std::move(id));
  amendment.Set("date", Now());
  amendment.SetUnlessEmpty("rationale", rationale);
  amendment.SetUnlessEmpty("description", description);
  amendment.SetUnlessEmpty("amendsReleaseID", amends);
  amendment.Set("releaseID", release_id_);
  return amendment;
}

// ---- Content -----------------------------------------------------------------------------------

std::string ContractingState::BudgetLineName() const {
  if (plan_) return plan_->requisition.budget_line();
  if (sourcing_) return sourcing_->budget_line();
  return contracts_.empty() ? "" : contracts_.front().second.order.budget_line();
}

std::string ContractingState::AwardOf(std::string_view supplier) const {
  const auto found = std::find_if(awards_.begin(), awards_.end(), [&](const Award& award) {
    return award.status == "active" && award.supplier == supplier;
  });
  return found == awards_.end() || !sourcing_ ? "" : found->id;
}

std::string ContractingState::TenderStatus() const {
  if (!sourcing_) {
    if (!contracts_.empty()) return "complete";
    return plan_ && plan_->ended ? "cancelled" : "planning";
  }
  switch (sourcing_->state()) {
    case procurement::SOURCING_STATE_PLANNED:
      return "planned";
    case procurement::SOURCING_STATE_AWARDED:
      return "complete";
    case procurement::SOURCING_STATE_UNSUCCESSFUL:
      return "unsuccessful";
    case procurement::SOURCING_STATE_CANCELLED:
      return "cancelled";
    default:
      return "active";
  }
}

absl::StatusOr<Json> ContractingState::Planning(Parties& parties) const {
  Json planning = Json::Object();
  Json budget = Json::Object();
  procurement::BudgetLineCreated line;
  const std::string name = BudgetLineName();
  if (const auto fact = around_.reference(name)) line.ParseFromString(fact->fact().event());
  budget.SetUnlessEmpty("id", name);
  budget.SetUnlessEmpty("description", line.display_name());
  budget.SetUnlessEmpty("description_bs", line.display_name_bs());
  if (plan_) {
    planning.SetUnlessEmpty("rationale", plan_->requisition.purpose());
    PRIHVAT_ASSIGN_OR_RETURN(Json amount, ValueOf(plan_->requisition.total()));
    budget.Set("amount", std::move(amount));
  }
  procurement::ProjectCreated project;
  if (const auto fact = around_.reference(line.project())) {
    project.ParseFromString(fact->fact().event());
  }
  budget.SetUnlessEmpty("project", project.display_name());
  budget.SetUnlessEmpty("project_bs", project.display_name_bs());
  budget.SetUnlessEmpty("projectID", line.project());
  PRIHVAT_RETURN_IF_ERROR(AddFunders(line, budget, parties));
  planning.SetUnlessEmpty("budget", std::move(budget));
  return planning;
}

// Who pays. Of a line that names its sources, how much of the plan each of them does, by the budget
// breakdown extension: the plan's lines shared out one by one, as procurement's own split of it.
absl::Status ContractingState::AddFunders(const procurement::BudgetLineCreated& line, Json& budget,
                                          Parties& parties) const {
  if (line.funding_shares().empty()) {
    if (!line.donor().empty()) parties.Reference(line.donor(), "funder");
    return absl::OkStatus();
  }
  PRIHVAT_ASSIGN_OR_RETURN(const Funding funding, FundingOf(line));
  std::optional<base::SharedSum> plan;
  if (plan_) {
    std::vector<base::Decimal> percents;
    for (const FundingSource& source : funding.sources()) percents.push_back(source.percent);
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money total, CheckedFromProto(plan_->requisition.total()));
    plan.emplace(total.currency(), percents);
    for (const procurement::RequisitionLine& each : plan_->requisition.lines()) {
      PRIHVAT_ASSIGN_OR_RETURN(const base::Money price,
                               CheckedFromProto(each.estimated_unit_price()));
      PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal quantity, CheckedFromProto(each.quantity()));
      PRIHVAT_ASSIGN_OR_RETURN(const base::Money amount, base::CheckedMul(price, quantity));
      PRIHVAT_RETURN_IF_ERROR(plan->Add(amount));
    }
  }
  Json breakdown = Json::Array();
  for (size_t i = 0; i < funding.sources().size(); ++i) {
    const FundingSource& source = funding.sources()[i];
    Json json = Json::Object();
    json.Set("id", std::to_string(i + 1));
    json.Set("description",
             fmt::format("{}{}{} %", source.funding_source,
                         source.funding_source.empty() ? "" : ", ", source.percent.ToString()));
    if (plan) {
      PRIHVAT_ASSIGN_OR_RETURN(Json amount, ValueOf(ToProto(plan->parts()[i])));
      json.Set("amount", std::move(amount));
    }
    json.Set("sourceParty", parties.Reference(source.donor, "funder"));
    breakdown.Add(std::move(json));
  }
  budget.Set("budgetBreakdown", std::move(breakdown));
  return absl::OkStatus();
}

absl::StatusOr<Json> ContractingState::Tender(Parties& parties) const {
  Json tender = Json::Object();
  tender.Set("id", around_.ocid);
  if (sourcing_) {
    tender.SetUnlessEmpty("title", sourcing_->display_name());
  } else if (!contracts_.empty()) {
    tender.SetUnlessEmpty("title", contracts_.front().second.order.display_name());
  } else if (plan_) {
    tender.SetUnlessEmpty("title", plan_->requisition.purpose());
  }
  tender.Set("status", TenderStatus());
  if (!buyer_.empty()) tender.Set("procuringEntity", parties.Reference(buyer_, "procuringEntity"));
  if (plan_) {
    Json items = Json::Array();
    for (const procurement::RequisitionLine& line : plan_->requisition.lines()) {
      PRIHVAT_ASSIGN_OR_RETURN(Json item, ItemOf(line, line.estimated_unit_price()));
      items.Add(std::move(item));
    }
    tender.SetUnlessEmpty("items", std::move(items));
    tender.SetUnlessEmpty("mainProcurementCategory", CategoryOf(plan_->requisition.lines()));
    PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(plan_->requisition.total()));
    tender.Set("value", std::move(value));
  }
  if (sourcing_) {
    PRIHVAT_RETURN_IF_ERROR(AddSourcing(tender, parties));
  } else if (!contracts_.empty()) {
    const procurement::OrderFacts& order = contracts_.front().second.order;
    tender.Set("procurementMethod", "direct");
    tender.Set("procurementMethodDetails", WaiverWords(procurement::WAIVER_KIND_UNSPECIFIED));
    tender.SetUnlessEmpty("mainProcurementCategory", CategoryOf(order.lines()));
  }
  tender.SetUnlessEmpty("amendments", tender_amendments_);
  return tender;
}

absl::Status ContractingState::AddSourcing(Json& tender, Parties& parties) const {
  const procurement::SourcingProcess& process = *sourcing_;
  const MethodWords words = WordsOf(process.method());
  const bool waived = process.waiver() != procurement::WAIVER_KIND_UNSPECIFIED;
  tender.Set("procurementMethod", waived ? "direct" : words.method);
  tender.Set("procurementMethodDetails", waived ? WaiverWords(process.waiver()) : words.details);
  if (waived) tender.SetUnlessEmpty("procurementMethodRationale", process.justification());
  if (!waived) {
    tender.SetUnlessEmpty("awardCriteria", words.criteria);
    std::string criteria;
    for (const procurement::Criterion& each : process.criteria()) {
      criteria += fmt::format("{}{} {} %", criteria.empty() ? "" : ", ", each.display_name(),
                              each.weight_percent());
    }
    tender.SetUnlessEmpty("awardCriteriaDetails", criteria);
    Json period = Json::Object();
    period.SetUnlessEmpty("startDate", published_);
    if (process.has_bid_deadline()) period.Set("endDate", Date(process.bid_deadline()));
    tender.SetUnlessEmpty("tenderPeriod", std::move(period));
  }
  std::optional<base::Money> sum;
  Json lots = Json::Array();
  for (const procurement::Lot& lot : process.lots()) {
    Json json = Json::Object();
    json.Set("id", std::to_string(lot.lot_number()));
    json.SetUnlessEmpty("title", lot.display_name());
    json.Set("status", TenderStatus());
    PRIHVAT_ASSIGN_OR_RETURN(const base::Money estimate, CheckedFromProto(lot.estimate()));
    PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(lot.estimate()));
    json.Set("value", std::move(value));
    lots.Add(std::move(json));
    if (sum) {
      PRIHVAT_ASSIGN_OR_RETURN(sum, base::CheckedAdd(*sum, estimate));
    } else {
      sum = estimate;
    }
  }
  tender.SetUnlessEmpty("lots", std::move(lots));
  if (sum) {
    PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(ToProto(*sum)));
    tender.Set("value", std::move(value));
  }
  if (bids_opened_) {
    Json tenderers = Json::Array();
    for (const procurement::Bid& bid : bids_) {
      tenderers.Add(parties.Reference(bid.supplier(), "tenderer"));
    }
    tender.Set("numberOfTenderers", Json::Integer(static_cast<int64_t>(bids_.size())));
    tender.SetUnlessEmpty("tenderers", std::move(tenderers));
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> ContractingState::Bids(Parties& parties) const {
  Json details = Json::Array();
  if (!bids_opened_) return details;
  const bool evaluated = sourcing_->ranking_size() > 0;
  for (const procurement::Bid& bid : bids_) {
    const auto head = [&](std::string id) {
      Json json = Json::Object();
      json.Set("id", std::move(id));
      json.Set("date", Date(bid.receive_time()));
      json.Set("status", BidStatus(bid, evaluated));
      json.Set("tenderers", Json::Array({parties.Reference(bid.supplier(), "tenderer")}));
      return json;
    };
    if (bid.content().offers().empty()) details.Add(head(LastPart(bid.name())));
    for (const procurement::LotOffer& offer : bid.content().offers()) {
      Json json = head(BidId(bid.name(), offer.lot_number()));
      PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(offer.amount()));
      json.Set("value", std::move(value));
      json.Set("relatedLots", Json::Array({Json(std::to_string(offer.lot_number()))}));
      details.Add(std::move(json));
    }
  }
  // Who was asked and did not bid; before the opening that would help those who collude.
  for (const std::string& invited : sourcing_->invited_suppliers()) {
    if (std::any_of(bids_.begin(), bids_.end(),
                    [&](const procurement::Bid& bid) { return bid.supplier() == invited; })) {
      continue;
    }
    Json json = Json::Object();
    json.Set("id", fmt::format("invited-{}", LastPart(invited)));
    json.Set("status", "invited");
    json.Set("tenderers", Json::Array({parties.Reference(invited, "tenderer")}));
    details.Add(std::move(json));
  }
  return details;
}

absl::StatusOr<Json> ContractingState::Awards(Parties& parties) const {
  Json awards = Json::Array();
  for (const Award& award : awards_) {
    Json json = Json::Object();
    json.Set("id", award.id);
    json.Set("status", award.status);
    json.Set("date", award.date);
    PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(award.value));
    json.Set("value", std::move(value));
    json.Set("suppliers", Json::Array({parties.Reference(award.supplier, "supplier")}));
    Json lots = Json::Array();
    Json bids = Json::Array();
    for (const procurement::LotAward& lot : award.lots) {
      lots.Add(std::to_string(lot.lot_number()));
      if (!lot.bid().empty()) bids.Add(BidId(lot.bid(), lot.lot_number()));
    }
    json.SetUnlessEmpty("relatedLots", std::move(lots));
    json.SetUnlessEmpty("relatedBids", std::move(bids));
    awards.Add(std::move(json));
  }
  return awards;
}

absl::StatusOr<Json> ContractingState::Items(const procurement::OrderFacts& order,
                                             Parties& parties) const {
  Json items = Json::Array();
  for (const procurement::OrderLine& line : order.lines()) {
    PRIHVAT_ASSIGN_OR_RETURN(Json item, ItemOf(line, line.unit_price()));
    // Our extension: docs/standards/ocds-beneficiary.
    if (!line.recipient().empty()) {
      item.Set("beneficiary", parties.Reference(line.recipient(), "beneficiary"));
    }
    item.SetUnlessEmpty("receptionCentre", line.centre());
    items.Add(std::move(item));
  }
  return items;
}

absl::StatusOr<Json> ContractingState::Contracts(Parties& parties) const {
  Json contracts = Json::Array();
  for (const auto& [name, contract] : contracts_) {
    Json json = Json::Object();
    json.Set("id", contract.order.document_number());
    json.Set("awardID", contract.award_id);
    json.SetUnlessEmpty("title", contract.order.display_name());
    json.Set("status", contract.status);
    PRIHVAT_ASSIGN_OR_RETURN(Json value, ValueOf(contract.order.total()));
    json.Set("value", std::move(value));
    PRIHVAT_ASSIGN_OR_RETURN(Json items, Items(contract.order, parties));
    json.SetUnlessEmpty("items", std::move(items));
    json.SetUnlessEmpty("dateSigned", contract.date_signed);
    json.SetUnlessEmpty("amendments", contract.amendments);
    Json implementation = Json::Object();
    Json transactions = Json::Array();
    for (Json transaction : contract.transactions.items()) {
      transaction.Set("payer", parties.Reference(buyer_, "payer"));
      transaction.Set("payee", parties.Reference(contract.order.supplier(), "payee"));
      transactions.Add(std::move(transaction));
    }
    implementation.SetUnlessEmpty("transactions", std::move(transactions));
    implementation.SetUnlessEmpty("milestones", contract.milestones);
    json.SetUnlessEmpty("implementation", std::move(implementation));
    contracts.Add(std::move(json));
  }
  return contracts;
}

absl::StatusOr<Json> ContractingState::Content() const {
  Json content = Json::Object();
  if (!(plan_ && plan_->approved) && !sourcing_ && contracts_.empty()) return content;
  Parties parties(around_);
  Json buyer;
  if (!buyer_.empty()) buyer = parties.Reference(buyer_, "buyer");
  PRIHVAT_ASSIGN_OR_RETURN(Json planning, Planning(parties));
  PRIHVAT_ASSIGN_OR_RETURN(Json tender, Tender(parties));
  PRIHVAT_ASSIGN_OR_RETURN(Json bids, Bids(parties));
  PRIHVAT_ASSIGN_OR_RETURN(Json awards, Awards(parties));
  PRIHVAT_ASSIGN_OR_RETURN(Json contracts, Contracts(parties));
  content.Set("parties", parties.ToJson());
  if (!buyer.IsNull()) content.Set("buyer", std::move(buyer));
  content.SetUnlessEmpty("planning", std::move(planning));
  content.Set("tender", std::move(tender));
  if (!bids.IsEmpty()) content.Set("bids", Json::Object({{"details", std::move(bids)}}));
  content.SetUnlessEmpty("awards", std::move(awards));
  content.SetUnlessEmpty("contracts", std::move(contracts));
  return content;
}

}  // namespace prihvat::reporting
