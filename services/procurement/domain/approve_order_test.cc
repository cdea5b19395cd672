// Drafting and approving orders.
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

TEST(DraftOrder, IsComputedAndNumbered) {
  ProcurementSpec spec;
  spec.Draft({Goods("1000", "100.90", "2"), Goods("3.5", "20.01")}).ThenAccepted();
  const v1::PurchaseOrder order = spec.Order();
  EXPECT_EQ(order.document_number(), "PO-2023-0001");
  EXPECT_EQ(order.state(), v1::PURCHASE_ORDER_STATE_DRAFT);
  EXPECT_EQ(order.version(), 1);
  EXPECT_EQ(Text(order.lines(0).total()), "100900.00 BAM");
  EXPECT_EQ(Text(order.lines(1).total()), "70.04 BAM");  // 70.035, half-up
  EXPECT_EQ(Text(order.total()), "100970.04 BAM");
  EXPECT_EQ(order.lines(1).line_number(), 2);
  EXPECT_EQ(Text(order.lines(1).outstanding()), "3.5");
  EXPECT_EQ(order.requester(), kRequester);
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");  // a draft promises nothing
}

TEST(DraftOrder, ItsEventCarriesProjectBudgetLineAndLines) {
  ProcurementSpec spec;
  spec.Draft({Pieces("2", "72500.00")}).ThenAccepted();
  const auto event = spec.Event<v1::PurchaseOrderDrafted>();
  EXPECT_EQ(event.order().project(), kProject);
  EXPECT_EQ(event.order().budget_line(), kBudgetLine);
  EXPECT_EQ(event.order().currency(), "BAM");
  ASSERT_EQ(event.order().lines_size(), 1);
  EXPECT_EQ(event.order().lines(0).recipient(), "organisations/dcpb");
}

TEST(DraftOrder, DropsWhatOnlyTheServiceMayFillIn) {
  auto line = Goods("10", "1.00");
  *line.mutable_accepted() = Number("9");
  *line.mutable_cancelled() = Number("1");
  line.set_line_number(7);
  ProcurementSpec spec;
  spec.Draft({line}).ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine().accepted()), "0");
  EXPECT_EQ(Text(spec.OrderLine().outstanding()), "10");
  EXPECT_EQ(spec.OrderLine().line_number(), 1);
}

TEST(DraftOrder, NamesTheFieldThatIsWrong) {
  ProcurementSpec spec;
  spec.Draft({}).ThenRejectedField("purchase_order.lines");
  spec.Draft({Goods("1", "1.00"), Goods("0", "1.00")})
      .ThenRejectedField("purchase_order.lines[1].quantity");
  spec.Draft({Goods("-1", "1.00")}).ThenRejectedField("purchase_order.lines[0].quantity");
  spec.Draft({Goods("1e3", "1.00")}).ThenRejectedField("purchase_order.lines[0].quantity");
  spec.Draft({Goods("0.00001", "1.00")}).ThenRejectedField("purchase_order.lines[0].quantity");
  spec.Draft({Goods("1000000001", "1.00")}).ThenRejectedField("purchase_order.lines[0].quantity");
  spec.Draft({Pieces("1.5", "1.00")}).ThenRejectedField("purchase_order.lines[0].quantity");
  spec.Draft({Goods("1", "-1.00")}).ThenRejectedField("purchase_order.lines[0].unit_price");
  spec.Draft({Line(v1::LINE_KIND_UNSPECIFIED, "1", "1.00")})
      .ThenRejectedField("purchase_order.lines[0].kind");
  auto line = Goods("1", "1.00");
  line.clear_description();
  spec.Draft({line}).ThenRejectedField("purchase_order.lines[0].description");
  line = Goods("1", "1.00");
  line.clear_unit();
  spec.Draft({line}).ThenRejectedField("purchase_order.lines[0].unit");
  line = Goods("1", "1.00");
  line.set_recipient("dcpb");
  spec.Draft({line}).ThenRejectedField("purchase_order.lines[0].recipient");
  line = Goods("1", "1.00");
  line.set_centre("operations/rs/centres/x");
  spec.Draft({line}).ThenRejectedField("purchase_order.lines[0].centre");
}

TEST(DraftOrder, RefusesAmountsThatCannotBeHeld) {
  ProcurementSpec()
      .Draft({Goods("1000000000", "9999999999999999.00")})
      .ThenRejectedField("purchase_order.lines");
}

TEST(DraftOrder, RefusesATolerancePolicyDoesNotHave) {
  ProcurementSpec spec;
  spec.Draft({Goods("1", "1.00", "10.1")})
      .ThenRejected("TOLERANCE_TOO_HIGH",
                    {{"tolerance_percent", "10.1"}, {"max_tolerance_percent", "10"}});
  spec.Draft({Goods("1", "1.00", "10")}).ThenAccepted();
}

TEST(DraftOrder, RefusesAnotherCurrency) {
  auto line = Goods("1", "1.00");
  line.mutable_unit_price()->set_currency_code("EUR");
  ProcurementSpec().Draft({line}).ThenRejected("CURRENCY_MISMATCH", {{"currency", "BAM"}});
}

TEST(ApproveOrder, CommitsTheTotal) {
  ProcurementSpec spec("800.00");
  spec.Draft({Goods("7", "100.00")}).Approve().ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_APPROVED);
  EXPECT_EQ(spec.Position(), "0.00/700.00/0.00");
  EXPECT_EQ(Text(spec.Order().approved_total()), "700.00 BAM");
  const auto moved = spec.Event<v1::BudgetMoved>();
  EXPECT_EQ(moved.kind(), v1::BUDGET_MOVE_KIND_COMMITTED);
  EXPECT_EQ(moved.cause(), kOrder);
}

TEST(ApproveOrder, INV03_F2_TwoThatDoNotBothFit) {
  ProcurementSpec spec("800.00");
  spec.Draft({Goods("7", "100.00")}, "a").Draft({Goods("7", "100.00")}, "b");
  spec.Approve(kApprover, "a").ThenAccepted();
  spec.Approve(kSecondApprover, "b")
      .ThenRejected("OVER_BUDGET", {{"amount", "800.00 BAM"},
                                    {"committed", "700.00 BAM"},
                                    {"available", "100.00 BAM"},
                                    {"wanted", "700.00 BAM"}});
  EXPECT_EQ(spec.Position(), "0.00/700.00/0.00");
  spec.Cancel("a").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  spec.Approve(kSecondApprover, "b").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/700.00/0.00");
}

TEST(ApproveOrder, INV10_NeitherRequesterNorBuyerApproves) {
  ProcurementSpec spec;
  spec.Draft({Goods("1", "100.00")})
      .Approve(kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE",
                    {{"actor", kRequester}, {"duties", "requester, approver"}});
}

TEST(ApproveOrder, INV10_ARequisitionsRequesterDoesNotApproveItsOrder) {
  ProcurementSpec spec;
  v1::CreateRequisitionRequest draft;
  draft.set_parent(kOperation);
  draft.set_requisition_id("pr");
  draft.mutable_requisition()->set_budget_line(kBudgetLine);
  draft.mutable_requisition()->set_purpose("Boots");
  v1::RequisitionLine& line = *draft.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("boots");
  line.set_unit("pair");
  *line.mutable_quantity() = Number("1");
  *line.mutable_estimated_unit_price() = Km("100.00");
  v1::SubmitRequisitionRequest submit;
  submit.set_name(kRequisition);
  v1::ApproveRequisitionRequest approve;
  approve.set_name(kRequisition);
  constexpr char kOfficer[] = "organisations/iom/people/field-officer";
  spec.As(kOfficer).When(draft).When(submit).As(kApprover).When(approve).ThenAccepted();
  spec.Draft({Goods("1", "100.00")}, "po", kRequisition).ThenAccepted();
  EXPECT_EQ(spec.Order().requester(), kOfficer);
  EXPECT_EQ(spec.Order().buyer(), kRequester);
  spec.Approve(kOfficer).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec.Approve(kRequester).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "buyer, approver"}});
  spec.Approve(kApprover).ThenAccepted();
}

TEST(ApproveOrder, ALargeOrderNeedsTwoPeople) {
  ProcurementSpec spec;
  spec.Draft({Pieces("10", "72500.00")}).ThenAccepted();  // EUR 370,686.61
  EXPECT_EQ(spec.Order().approvals_needed(), 2);
  spec.Approve(kApprover).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_DRAFT);
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  spec.Approve(kApprover).ThenRejected("APPROVAL_ALREADY_GIVEN", {{"actor", kApprover}});
  spec.Issue().ThenRejected("WRONG_STATE", {{"state", "a draft"}});
  spec.Approve(kSecondApprover).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_APPROVED);
  EXPECT_EQ(spec.Order().approvals_size(), 2);
  EXPECT_EQ(spec.Position(), "0.00/725000.00/0.00");
}

TEST(ApproveOrder, OnlyADraft) {
  ProcurementSpec spec;
  spec.Ordered({Goods("1", "1.00")})
      .Approve(kSecondApprover)
      .ThenRejected("WRONG_STATE", {{"state", "issued"}});
}

TEST(ApproveOrder, A3_AStaleEtagIsRefused) {
  ProcurementSpec spec;
  spec.Draft({Goods("1", "1.00")});
  v1::ApprovePurchaseOrderRequest approve;
  approve.set_name(kOrder);
  approve.set_etag(es::EtagOf(spec.Order()));
  spec.As(kApprover).When(approve).ThenAccepted();
  v1::IssuePurchaseOrderRequest issue;
  issue.set_name(kOrder);
  issue.set_etag(approve.etag());
  spec.When(issue).ThenRejected("STALE_ETAG", {{"name", kOrder}});
}

}  // namespace
}  // namespace prihvat::procurement
