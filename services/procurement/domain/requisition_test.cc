#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

class Requisitions : public ::testing::Test {
 protected:
  static v1::CreateRequisitionRequest Drafting(std::string_view quantity, std::string_view price,
                                               std::string_view id = "pr") {
    v1::CreateRequisitionRequest command;
    command.set_parent(kOperation);
    command.set_requisition_id(std::string(id));
    v1::Requisition& requisition = *command.mutable_requisition();
    requisition.set_budget_line(kBudgetLine);
    requisition.set_purpose("Footwear for border police");
    v1::RequisitionLine& line = *requisition.add_lines();
    line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
    line.set_description("boots");
    line.set_unit("pair");
    *line.mutable_quantity() = Number(quantity);
    *line.mutable_estimated_unit_price() = Km(price);
    return command;
  }
  template <class Command>
  static Command On(std::string_view id = "pr") {
    Command command;
    command.set_name(std::string(kOperation) + "/requisitions/" + std::string(id));
    return command;
  }
  template <class Command>
  static Command OnWithReason(std::string_view id = "pr") {
    Command command = On<Command>(id);
    command.set_reason("as agreed");
    return command;
  }
  // A requisition that was submitted.
  void Submitted(std::string_view quantity, std::string_view price, std::string_view id = "pr") {
    spec_.As(kRequester).When(Drafting(quantity, price, id)).ThenAccepted();
    spec_.When(On<v1::SubmitRequisitionRequest>(id)).ThenAccepted();
  }
  void Approved(std::string_view quantity, std::string_view price, std::string_view id = "pr") {
    Submitted(quantity, price, id);
    spec_.As(kApprover).When(On<v1::ApproveRequisitionRequest>(id)).ThenAccepted();
  }
  v1::Requisition Requisition(std::string_view id = "pr") {
    return spec_.Entity<v1::Requisition>(std::string(kOperation) + "/requisitions/" +
                                         std::string(id));
  }

  ProcurementSpec spec_{"1000.00"};
};

TEST_F(Requisitions, AreNumberedWithoutGaps) {
  spec_.When(Drafting("1", "1.00", "a")).ThenAccepted();
  EXPECT_EQ(Requisition("a").document_number(), "PR-2023-0001");
  spec_.When(Drafting("0", "1.00", "b")).ThenRejectedField("requisition.lines[0].quantity");
  spec_.When(Drafting("1", "1.00", "b")).ThenAccepted();
  EXPECT_EQ(Requisition("b").document_number(), "PR-2023-0002");
}

TEST_F(Requisitions, TheNumberIsTheIdWhereNoneIsGiven) {
  spec_.When(Drafting("1", "1.00", "")).ThenAccepted();
  EXPECT_EQ(spec_.decision().resource(), "operations/ba/requisitions/PR-2023-0001");
}

TEST_F(Requisitions, ATakenNumberAsIdDoesNotStopTheNext) {
  spec_.When(Drafting("1", "1.00", "PR-2023-0002")).ThenAccepted();
  spec_.When(Drafting("1", "1.00", "")).ThenAccepted();
  EXPECT_NE(spec_.decision().resource(), "operations/ba/requisitions/PR-2023-0002");
  EXPECT_EQ(spec_.Event<v1::RequisitionDrafted>().document_number(), "PR-2023-0002");
}

TEST_F(Requisitions, ApprovalReservesTheTotal) {
  Submitted("10", "60.50");
  v1::BudgetMoved moved;
  moved.set_budget_line(kBudgetLine);
  moved.set_project(kProject);
  moved.set_cause(kRequisition);
  moved.set_kind(v1::BUDGET_MOVE_KIND_RESERVED);
  *moved.mutable_reserved_change() = Km("605.00");
  *moved.mutable_committed_change() = Km("0.00");
  *moved.mutable_spent_change() = Km("0.00");
  *moved.mutable_reserved() = Km("605.00");
  *moved.mutable_committed() = Km("0.00");
  *moved.mutable_spent() = Km("0.00");
  v1::RequisitionBudgetReserved reserved;
  reserved.set_requisition(kRequisition);
  *reserved.mutable_amount() = Km("605.00");
  v1::RequisitionApproved approved;
  approved.set_requisition(kRequisition);
  approved.set_approver(kApprover);
  spec_.As(kApprover).When(On<v1::ApproveRequisitionRequest>()).Then(moved, reserved, approved);
  EXPECT_EQ(spec_.Position(), "605.00/0.00/0.00");
  EXPECT_EQ(Text(spec_.Budget().available()), "395.00 BAM");
  EXPECT_EQ(Requisition().state(), v1::REQUISITION_STATE_APPROVED);
}

TEST_F(Requisitions, INV03_TwoThatDoNotBothFit) {
  Submitted("7", "100.00", "a");
  Submitted("7", "100.00", "b");
  spec_.As(kApprover).When(On<v1::ApproveRequisitionRequest>("a")).ThenAccepted();
  spec_.When(On<v1::ApproveRequisitionRequest>("b"))
      .ThenRejected("OVER_BUDGET", {{"amount", "1,000.00 BAM"},
                                    {"reserved", "700.00 BAM"},
                                    {"available", "300.00 BAM"},
                                    {"wanted", "700.00 BAM"}});
  EXPECT_EQ(spec_.Position(), "700.00/0.00/0.00");
}

TEST_F(Requisitions, TheWholeLineMayBeReserved) {
  Approved("10", "100.00");
  EXPECT_EQ(Text(spec_.Budget().available()), "0.00 BAM");
}

TEST_F(Requisitions, INV10_TheRequesterDoesNotApprove) {
  Submitted("1", "1.00");
  spec_.As(kRequester)
      .When(On<v1::ApproveRequisitionRequest>())
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", kRequester}});
}

TEST_F(Requisitions, CancellingAndRejectingFreeTheMoney) {
  Approved("2", "100.00", "a");
  Approved("3", "100.00", "b");
  EXPECT_EQ(spec_.Position(), "500.00/0.00/0.00");
  spec_.When(OnWithReason<v1::CancelRequisitionRequest>("a")).ThenAccepted();
  EXPECT_EQ(spec_.Position(), "300.00/0.00/0.00");
  spec_.When(OnWithReason<v1::RejectRequisitionRequest>("b")).ThenAccepted();
  EXPECT_EQ(spec_.Position(), "0.00/0.00/0.00");
  EXPECT_EQ(Requisition("b").state(), v1::REQUISITION_STATE_REJECTED);
  EXPECT_EQ(Text(Requisition("b").reserved()), "0.00 BAM");
}

TEST_F(Requisitions, INV10_WhoRevisedItAsksForItTooAndDoesNotApprove) {
  const std::string reviser = "organisations/iom/people/reviser";
  Submitted("10", "10.00");
  spec_.As(kApprover).When(OnWithReason<v1::ReturnRequisitionRequest>()).ThenAccepted();
  spec_.As(reviser).When(On<v1::ReviseRequisitionRequest>()).ThenAccepted();
  EXPECT_EQ(spec_.Event<v1::RequisitionRevised>().reviser(), reviser);
  spec_.When(On<v1::SubmitRequisitionRequest>()).ThenAccepted();
  for (const std::string& person : {std::string(kRequester), reviser}) {
    spec_.As(person)
        .When(On<v1::ApproveRequisitionRequest>())
        .ThenRejected("DUTIES_NOT_SEPARATE",
                      {{"actor", person}, {"duties", "requester, approver"}});
  }
  spec_.As(kApprover).When(On<v1::ApproveRequisitionRequest>()).ThenAccepted();

  // Nor do they approve the order, or receive its goods where two people do not suffice.
  const std::string buyer = "organisations/iom/people/buyer";
  spec_.As(buyer)
      .When(ProcurementSpec::DraftOf({Goods("10", "10.00")}, "po", kRequisition))
      .ThenAccepted();
  spec_.Approve(reviser).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec_.Approve().ThenAccepted();
}

TEST(RequisitionsOfMuch, INV10_WhoRevisedItDoesNotReceiveItsGoods) {
  ProcurementSpec spec;
  const std::string reviser = "organisations/iom/people/reviser";
  v1::PurchaseOrderDrafted drafted;
  spec.Draft({Goods("10", "5000.00")}).ThenAccepted();
  drafted = spec.Event<v1::PurchaseOrderDrafted>();
  drafted.add_revisers(reviser);
  spec.Given(drafted);
  spec.Approve().ThenAccepted();
  spec.Issue().ThenAccepted();
  spec.As(reviser)
      .When(ProcurementSpec::ReceiptOf({{.accepted = "10"}}))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", reviser}});
}

TEST_F(Requisitions, AReturnedOneIsRevisedAndSubmittedAgain) {
  Submitted("2", "100.00");
  spec_.As(kApprover).When(On<v1::ReturnRequisitionRequest>()).ThenRejectedField("reason");
  spec_.When(OnWithReason<v1::ReturnRequisitionRequest>()).ThenAccepted();
  EXPECT_EQ(Requisition().state_note(), "as agreed");
  auto revise = On<v1::ReviseRequisitionRequest>();
  *revise.add_lines() = Drafting("3", "100.00").requisition().lines(0);
  spec_.As(kRequester).When(revise).ThenAccepted();
  EXPECT_EQ(Requisition().state(), v1::REQUISITION_STATE_DRAFT);
  EXPECT_EQ(Text(Requisition().total()), "300.00 BAM");
  EXPECT_EQ(Requisition().purpose(), "Footwear for border police");
  spec_.When(On<v1::SubmitRequisitionRequest>()).ThenAccepted();
}

TEST_F(Requisitions, MovesThatAreNotOpenSayWhichAre) {
  spec_.When(Drafting("1", "1.00")).ThenAccepted();
  spec_.When(On<v1::ApproveRequisitionRequest>())
      .ThenRejected("WRONG_STATE", {{"state", "a draft"}, {"open_moves", "submit, cancel"}});
  spec_.When(OnWithReason<v1::ReturnRequisitionRequest>()).ThenRejected("WRONG_STATE");
  spec_.When(OnWithReason<v1::RejectRequisitionRequest>()).ThenRejected("WRONG_STATE");
  spec_.When(On<v1::ReviseRequisitionRequest>()).ThenRejected("WRONG_STATE");
  spec_.When(OnWithReason<v1::CancelRequisitionRequest>()).ThenAccepted();
  spec_.When(OnWithReason<v1::CancelRequisitionRequest>())
      .ThenRejected("WRONG_STATE", {{"open_moves", "none"}});
  spec_.When(On<v1::SubmitRequisitionRequest>()).ThenRejected("WRONG_STATE");
}

TEST_F(Requisitions, A3_AStaleEtagIsRefused) {
  spec_.When(Drafting("1", "1.00")).ThenAccepted();
  const std::string etag = es::EtagOf(Requisition());
  auto submit = On<v1::SubmitRequisitionRequest>();
  submit.set_etag(etag);
  spec_.When(submit).ThenAccepted();
  auto cancel = OnWithReason<v1::CancelRequisitionRequest>();
  cancel.set_etag(etag);
  spec_.When(cancel).ThenRejected("STALE_ETAG", {{"etag", etag}});
  cancel.set_etag(es::EtagOf(Requisition()));
  spec_.When(cancel).ThenAccepted();
}

TEST_F(Requisitions, RefusesAnAmountOfAnotherCurrency) {
  auto command = Drafting("1", "1.00");
  command.mutable_requisition()
      ->mutable_lines(0)
      ->mutable_estimated_unit_price()
      ->set_currency_code("EUR");
  spec_.When(command).ThenRejected("CURRENCY_MISMATCH", {{"currency", "BAM"}});
}

TEST_F(Requisitions, RefusesNamesOfOtherThings) {
  auto submit = On<v1::SubmitRequisitionRequest>();
  submit.set_name(kSupplier);
  spec_.When(submit).ThenRejectedField("name");
  submit.set_name("operations/rs/requisitions/pr");
  spec_.When(submit).ThenRejectedField("name");
  submit.set_name("operations/ba/requisitions/none");
  spec_.When(submit).ThenRejected("NOT_FOUND");
  auto command = Drafting("1", "1.00");
  command.mutable_requisition()->set_budget_line(kProject);
  spec_.When(command).ThenRejectedField("requisition.budget_line");
}

TEST_F(Requisitions, AnOrderTakesItsPlaceAndItsMoney) {
  Approved("6", "100.00");
  spec_.Draft({Goods("5", "110.00")}, "po", kRequisition).ThenAccepted();
  EXPECT_EQ(spec_.Position(), "600.00/0.00/0.00");
  spec_.Approve().ThenAccepted();
  EXPECT_EQ(spec_.Position(), "0.00/550.00/0.00");
  EXPECT_EQ(Requisition().state(), v1::REQUISITION_STATE_FULFILLED);
  EXPECT_EQ(Requisition().purchase_order(), kOrder);
  spec_.When(OnWithReason<v1::CancelRequisitionRequest>()).ThenRejected("WRONG_STATE");
}

TEST_F(Requisitions, AnOrderMayCostMoreThanWasReservedWhileItFits) {
  Approved("6", "100.00");
  spec_.Draft({Goods("10", "100.01")}, "dear", kRequisition)
      .Approve(kApprover, "dear")
      .ThenRejected("OVER_BUDGET", {{"available", "400.00 BAM"}, {"wanted", "400.10 BAM"}});
  EXPECT_EQ(Requisition().state(), v1::REQUISITION_STATE_APPROVED);
  spec_.Draft({Goods("10", "100.00")}, "po", kRequisition).Approve().ThenAccepted();
  EXPECT_EQ(spec_.Position(), "0.00/1000.00/0.00");
}

TEST_F(Requisitions, OnlyOneOrderTakesItsPlace) {
  Approved("6", "100.00");
  spec_.Draft({Goods("1", "100.00")}, "a", kRequisition).ThenAccepted();
  spec_.Draft({Goods("1", "100.00")}, "b", kRequisition).ThenAccepted();
  spec_.Approve(kApprover, "a").ThenAccepted();
  spec_.Approve(kApprover, "b").ThenRejected("WRONG_STATE", {{"state", "fulfilled"}});
}

TEST_F(Requisitions, AnOrderIsChargedToTheSameBudgetLine) {
  Approved("1", "100.00");
  spec_.AddBudgetLine("other", "500.00");
  auto draft = ProcurementSpec::DraftOf({Goods("1", "100.00")}, "po", kRequisition);
  draft.mutable_purchase_order()->set_budget_line(std::string(kProject) + "/budgetLines/other");
  spec_.When(draft).ThenRejected("REQUISITION_MISMATCH",
                                 {{"requisition_budget_line", kBudgetLine}});
}

}  // namespace
}  // namespace prihvat::procurement
