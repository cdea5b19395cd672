// Random but plausible work on two budget lines: whatever is asked in whatever order, the rules
// hold after every command, money is where the orders say, and the log alone remakes the state.
// PRIHVAT_SEED=n repeats one history.
#include <cstdlib>
#include <map>
#include <random>

#include "fmt/format.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;

class History {
 public:
  explicit History(uint64_t seed) : random_(seed) { spec_.AddBudgetLine("services", "3000.00"); }

  // One command, whose rejection leaves no trace.
  void Step() {
    const std::string before = Fingerprint();
    command_ = "";
    Act();
    ++(spec_.decision().accepted() ? accepted_ : rejected_);
    if (!spec_.decision().accepted()) {
      EXPECT_EQ(Fingerprint(), before) << command_;
      ++reasons_[spec_.decision().rejection().reason().id];
    }
    Record();
  }

  void Check() const {
    SCOPED_TRACE(command_);
    CheckBudget();
    const es::View view(spec_.rows());
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view, const v1::PurchaseOrder& order) {
                                      CheckOrder(order);
                                      return true;
                                    });
  }

  // The events, folded anew onto the stage of another history, give the same rows.
  void CheckRefold() const {
    es::MapRows rows;
    const ProcurementSpec stage = [] {
      ProcurementSpec fresh(kBudget);
      fresh.AddBudgetLine("services", "3000.00");
      return fresh;
    }();
    for (const auto& [key, value] : stage.rows().map()) rows.Put(key, value);
    es::Entities entities(rows);
    es::EventContext context;
    context.operation = kOperation;
    context.recorded_at = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec_.zone());
    for (const auto& [type, payload] : log_) {
      ASSERT_TRUE(ProcurementDecider().Evolve(entities, type, payload, context).ok()) << type;
    }
    for (const es::DocumentNumber& number : numbers_) {
      es::FoldDocumentNumber(entities, kOperation, number);
    }
    EXPECT_EQ(rows.map(), spec_.rows().map());
  }

  int accepted() const { return accepted_; }
  int rejected() const { return rejected_; }
  const std::map<std::string, int>& reasons() const { return reasons_; }

 private:
  static constexpr char kBudget[] = "5000.00";

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  // 0.001 .. `most`, sometimes whole.
  std::string Quantity(int most) {
    const int thousandths = 1 + Below(most * 1000);
    if (Below(2) == 0) return std::to_string(1 + thousandths / 1000);
    return fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
  }
  std::string Price() { return fmt::format("{}.{:02}", Below(60), Below(100)); }
  std::string Person() {
    constexpr const char* kPeople[] = {kRequester, kApprover, kSecondApprover, kReceiver};
    return kPeople[Below(4)];
  }
  std::string OrderId() { return "po" + std::to_string(Below(8)); }
  // Mostly one for which `fits`, where there is one.
  template <class Fits>
  std::string OrderFor(Fits fits) {
    std::vector<std::string> fitting;
    const es::View view(spec_.rows());
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view name, const v1::PurchaseOrder& order) {
                                      if (fits(order))
                                        fitting.emplace_back(name.substr(name.rfind('/') + 1));
                                      return true;
                                    });
    if (fitting.empty() || Below(8) == 0) return OrderId();
    return fitting[Below(static_cast<int>(fitting.size()))];
  }
  std::string OrderIn(v1::PurchaseOrderState state) {
    return OrderFor([&](const v1::PurchaseOrder& order) { return order.state() == state; });
  }
  std::string ReceiptId() { return "grn" + std::to_string(Below(24)); }
  std::string RequisitionName() {
    return std::string(kOperation) + "/requisitions/pr" + std::to_string(Below(4));
  }
  std::string BudgetLineName() {
    return std::string(kProject) +
           (Below(3) == 0 ? "/budgetLines/services" : "/budgetLines/equipment");
  }
  v1::OrderLine AnyLine() {
    if (Below(3) == 0) return Pieces(std::to_string(1 + Below(4)), Price());
    return Goods(Quantity(30), Price(), Below(2) == 0 ? "0" : "5");
  }

  template <class Command>
  void Send(Command command) {
    command_ = Command::descriptor()->name() + " {" + command.ShortDebugString() + "}";
    // Mostly the person whose duty it is.
    const std::string& name = Command::descriptor()->name();
    std::string person = kRequester;
    if (name.starts_with("Approve")) person = Below(2) == 0 ? kApprover : kSecondApprover;
    if (name.starts_with("Post") || name.starts_with("Return")) person = kReceiver;
    spec_.As(Below(6) == 0 ? Person() : person).When(command);
  }
  template <class Command>
  void SendOrderMove(const std::string& order) {
    Command command;
    command.set_name(ProcurementSpec::OrderName(order));
    Send(std::move(command));
  }
  template <class Command>
  void SendOrderEnd() {
    Command command;
    command.set_name(ProcurementSpec::OrderName(OrderId()));
    command.set_reason("as agreed");
    Send(std::move(command));
  }

  void Act() {
    switch (Below(24)) {
      case 0:
      case 1:
        return Draft();
      case 2:
      case 3:
      case 4:
        return SendOrderMove<v1::ApprovePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_DRAFT));
      case 5:
      case 6:
        return SendOrderMove<v1::IssuePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_APPROVED));
      case 7:
        return SendOrderMove<v1::AcknowledgePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_ISSUED));
      case 8:
        return Amend();
      case 9:
        return SendOrderMove<v1::ApprovePurchaseOrderAmendmentRequest>(
            OrderFor([](const v1::PurchaseOrder& order) { return order.has_pending_amendment(); }));
      case 10:
        return SendOrderEnd<v1::SuspendPurchaseOrderRequest>();
      case 11:
        return SendOrderMove<v1::ResumePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_SUSPENDED));
      case 12:
        return Below(4) == 0 ? SendOrderEnd<v1::CancelPurchaseOrderRequest>() : Receive();
      case 13:
        return Below(4) == 0 ? SendOrderEnd<v1::ClosePurchaseOrderRequest>() : Receive();
      case 14:
        return Below(4) == 0 ? SendOrderEnd<v1::TerminatePurchaseOrderRequest>() : Return();
      case 15:
      case 16:
      case 17:
      case 18:
        return Receive();
      case 19:
      case 20:
        return Return();
      case 21:
        return Requisition();
      case 22:
        return RequisitionMove();
      default:
        return SendOrderEnd<v1::DropPurchaseOrderAmendmentRequest>();
    }
  }
  void Draft() {
    std::vector<v1::OrderLine> lines;
    for (int i = 1 + Below(2); i > 0; --i) lines.push_back(AnyLine());
    auto command = ProcurementSpec::DraftOf(lines, OrderId(),
                                            Below(3) == 0 ? RequisitionName() : std::string());
    command.mutable_purchase_order()->set_budget_line(BudgetLineName());
    Send(std::move(command));
  }
  void Amend() {
    v1::AmendPurchaseOrderRequest command;
    command.set_name(ProcurementSpec::OrderName(
        OrderFor([](const v1::PurchaseOrder& order) { return HoldsCommitment(order.state()); })));
    command.set_reason("needs changed");
    v1::OrderLineChange& change = *command.add_changes();
    change.set_line_number(1 + Below(2));
    *change.mutable_quantity() = Number(Quantity(30));
    if (Below(3) == 0) *change.mutable_unit_price() = Km(Price());
    if (Below(4) == 0) *command.add_added_lines() = AnyLine();
    Send(std::move(command));
  }
  void Receive() {
    const std::string id =
        OrderFor([](const v1::PurchaseOrder& order) { return IsOpenForReceipt(order.state()); });
    Delivered delivered{.line = 1 + Below(2)};
    if (IsForSerials(id, delivered.line)) {
      for (int i = Below(3); i >= 0; --i) {
        delivered.serials.push_back("S" + std::to_string(Below(20)));
      }
      delivered.accepted = std::to_string(delivered.serials.size());
    } else {
      delivered.accepted = Quantity(20);
    }
    if (Below(3) == 0) {
      delivered.rejected = std::to_string(1 + Below(5));
      delivered.reason = "wet";
    }
    if (Below(4) == 0) delivered.surplus = std::to_string(1 + Below(3));
    Send(ProcurementSpec::ReceiptOf({delivered}, ReceiptId(), id));
  }
  bool IsForSerials(const std::string& order_id, int number) const {
    const es::View view(spec_.rows());
    const auto* order = view.Find<v1::PurchaseOrder>(ProcurementSpec::OrderName(order_id));
    return order != nullptr && number <= order->lines_size() &&
           order->lines(number - 1).kind() == v1::LINE_KIND_GOODS_SERIAL;
  }
  void Return() {
    v1::ReturnGoodsRequest command;
    command.set_name(std::string(kOperation) + "/goodsReceipts/" + ReceiptId());
    command.set_reason("faulty");
    v1::GoodsToReturn& line = *command.add_lines();
    line.set_line_number(1 + Below(2));
    switch (Below(4)) {
      case 0:
        *line.mutable_rejected() = Number(std::to_string(1 + Below(3)));
        break;
      case 1:
        *line.mutable_accepted() = Number("1");
        *line.add_serials() = Serial("S" + std::to_string(Below(12)));
        break;
      default:
        *line.mutable_accepted() = Number(Quantity(8));
    }
    Send(std::move(command));
  }
  void Requisition() {
    v1::CreateRequisitionRequest command;
    const std::string name = RequisitionName();
    command.set_parent(kOperation);
    command.set_requisition_id(name.substr(name.rfind('/') + 1));
    command.mutable_requisition()->set_budget_line(BudgetLineName());
    command.mutable_requisition()->set_purpose("Boots");
    v1::RequisitionLine& line = *command.mutable_requisition()->add_lines();
    line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
    line.set_description("boots");
    line.set_unit("pair");
    *line.mutable_quantity() = Number(Quantity(30));
    *line.mutable_estimated_unit_price() = Km(Price());
    Send(std::move(command));
  }
  template <class Command>
  void SendRequisitionMove() {
    Command command;
    command.set_name(RequisitionName());
    Send(std::move(command));
  }
  void RequisitionMove() {
    v1::CancelRequisitionRequest cancel;
    cancel.set_name(RequisitionName());
    cancel.set_reason("not needed");
    switch (Below(6)) {
      case 0:
      case 1:
        return SendRequisitionMove<v1::SubmitRequisitionRequest>();
      case 2:
      case 3:
      case 4:
        return SendRequisitionMove<v1::ApproveRequisitionRequest>();
      default:
        return Send(std::move(cancel));
    }
  }

  void Record() {
    if (!spec_.decision().accepted()) return;
    for (const es::NewEvent& event : spec_.decision().events()) {
      log_.emplace_back(event.message->GetDescriptor()->full_name(),
                        event.message->SerializeAsString());
    }
    numbers_.insert(numbers_.end(), spec_.numbers().begin(), spec_.numbers().end());
  }
  std::string Fingerprint() const {
    std::string all;
    for (const auto& [key, value] : spec_.rows().map()) all += key + value;
    return all;
  }

  void CheckBudget() const {
    const es::View view(spec_.rows());
    std::map<std::string, Money> reserved, committed, spent;
    const auto add = [](std::map<std::string, Money>& to, const std::string& line,
                        const google::type::Money& amount) {
      auto& total = to.try_emplace(line, Money::Zero(base::Currency::Bam())).first->second;
      total = Sum(total, MoneyOf(amount));
    };
    view.ForEach<v1::Requisition>(std::string(kOperation) + "/requisitions",
                                  [&](std::string_view, const v1::Requisition& requisition) {
                                    add(reserved, requisition.budget_line(),
                                        requisition.reserved());
                                    return true;
                                  });
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view, const v1::PurchaseOrder& order) {
                                      add(committed, order.budget_line(), order.committed());
                                      add(spent, order.budget_line(), order.spent());
                                      return true;
                                    });
    view.ForEach<v1::BudgetLine>(
        std::string(kProject) + "/budgetLines", [&](std::string_view, const v1::BudgetLine& line) {
          for (auto* totals : {&reserved, &committed, &spent}) {
            totals->try_emplace(line.name(), Money::Zero(base::Currency::Bam()));
          }
          EXPECT_EQ(MoneyOf(line.reserved()), reserved[line.name()]) << line.name();
          EXPECT_EQ(MoneyOf(line.committed()), committed[line.name()]) << line.name();
          EXPECT_EQ(MoneyOf(line.spent()), spent[line.name()]) << line.name();
          const Money used =
              Sum(Sum(MoneyOf(line.reserved()), MoneyOf(line.committed())), MoneyOf(line.spent()));
          EXPECT_LE(used.minor(), MoneyOf(line.amount()).minor()) << line.name();  // INV-03
          return true;
        });
  }

  static void CheckOrder(const v1::PurchaseOrder& order) {
    SCOPED_TRACE(order.name());
    const bool was_approved = !MoneyOf(order.approved_total()).IsZero();
    if (was_approved) {  // INV-05
      EXPECT_LE(MoneyOf(order.total()).minor(), MoneyOf(order.approved_total()).minor());
    }
    if (order.state() == v1::PURCHASE_ORDER_STATE_CANCELLED) {
      EXPECT_EQ(order.receipts(), 0);  // INV-11
    }
    if (HasEnded(order.state())) {
      EXPECT_FALSE(IsOutstanding(order));
      EXPECT_TRUE(MoneyOf(order.committed()).IsZero());
    }
    Money spent = Money::Zero(base::Currency::Bam());
    for (const v1::OrderLine& line : order.lines()) {
      const Decimal kept = KeptOf(line);
      EXPECT_FALSE(kept.IsNegative());
      // INV-07, at the quantity that was ordered when it came: an amendment never goes below.
      const Decimal ordered = DecimalOf(line.quantity());
      EXPECT_LE(kept, ordered > kept ? ordered : LimitOf(line)) << line.ShortDebugString();
      spent = Sum(spent, MoneyOf(line.spent()));
      EXPECT_EQ(MoneyOf(line.spent()), *CheckedMul(MoneyOf(line.unit_price()), kept));
    }
    EXPECT_EQ(MoneyOf(order.spent()), spent);
  }

  std::mt19937_64 random_;
  ProcurementSpec spec_{kBudget};
  std::string command_;
  std::vector<std::pair<std::string, std::string>> log_;
  std::vector<es::DocumentNumber> numbers_;
  int accepted_ = 0;
  int rejected_ = 0;
  std::map<std::string, int> reasons_;
};

TEST(Properties, INV03_INV05_INV07_INV11_HoldAfterEveryCommand) {
  const char* one = std::getenv("PRIHVAT_SEED");
  const uint64_t first = one == nullptr ? 1 : std::strtoull(one, nullptr, 10);
  const uint64_t last = one == nullptr ? 40 : first;
  int accepted = 0;
  std::map<std::string, int> reasons;
  for (uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE(fmt::format("PRIHVAT_SEED={} repeats it", seed));
    History history(seed);
    for (int step = 0; step < 250; ++step) {
      history.Step();
      history.Check();
      if (::testing::Test::HasFailure()) return;
    }
    history.CheckRefold();
    if (::testing::Test::HasFailure()) return;
    accepted += history.accepted();
    for (const auto& [reason, count] : history.reasons()) reasons[reason] += count;
  }
  if (one != nullptr) return;
  // The histories are worth something: much is accepted, and each rule is met.
  EXPECT_GT(accepted, 2000);
  for (const char* reason :
       {"OVER_BUDGET", "OVER_RECEIPT", "SERIAL_TAKEN", "ORDER_HAS_RECEIPTS", "DUTIES_NOT_SEPARATE",
        "BELOW_RECEIVED", "RETURN_TOO_MUCH", "PRICE_IS_FIXED", "WRONG_STATE"}) {
    EXPECT_GT(reasons[reason], 0) << reason;
  }
}

}  // namespace
}  // namespace prihvat::procurement
