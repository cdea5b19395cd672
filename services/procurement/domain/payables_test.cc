// Invoices, credit notes, advances, payments.
#include "services/procurement/domain/testing/payables_spec.h"

namespace prihvat::procurement {
namespace {

constexpr auto kMatched = v1::SUPPLIER_INVOICE_STATE_MATCHED;
constexpr auto kBlocked = v1::SUPPLIER_INVOICE_STATE_BLOCKED;
constexpr auto kPayable = v1::SUPPLIER_INVOICE_STATE_PAYABLE;
constexpr auto kPaid = v1::SUPPLIER_INVOICE_STATE_PAID;

v1::MatchException FirstException(const PayablesSpec& spec, std::string_view id = "inv") {
  const v1::SupplierInvoice invoice = spec.Invoice(id);
  EXPECT_GT(invoice.exceptions_size(), 0);
  return invoice.exceptions_size() > 0 ? invoice.exceptions(0) : v1::MatchException();
}

// An order of 25 at 10.00, all of it accepted.
class Invoices : public ::testing::Test {
 protected:
  Invoices() {
    spec_.Ordered({Goods("25", "10.00")});
    spec_.Receive({{.accepted = "25"}}).ThenAccepted();
  }
  PayablesSpec spec_;
};

TEST_F(Invoices, FromRegistrationToPayment) {
  spec_.Register({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().document_number(), "SI-2023-0001");
  EXPECT_EQ(spec_.Invoice().supplier(), kSupplier);
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "0");  // what came in is not what matched
  spec_.Match().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kMatched);
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "25");
  EXPECT_EQ(Text(spec_.OrderLine().invoiced_value()), "250.00 BAM");
  spec_.Pay("250.00").ThenRejected("WRONG_STATE", {{"state", "matched"}});
  spec_.ApproveInvoice().ThenAccepted();
  EXPECT_EQ(spec_.Due(), "250.00/0.00/250.00");
  EXPECT_EQ(spec_.Position(), "0.00/0.00/250.00");  // spent when it was accepted
  spec_.Pay("250.00").ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
  EXPECT_EQ(spec_.Payment().document_number(), "PAY-2023-0001");
  EXPECT_EQ(spec_.Position(), "0.00/0.00/250.00");
  EXPECT_EQ(spec_.PaidOfBudget(), "250.00 BAM");
}

TEST_F(Invoices, PaymentInParts) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Pay("100.00", "one").ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPayable);
  EXPECT_EQ(spec_.Due(), "250.00/100.00/150.00");
  spec_.Pay("150.01", "two")
      .ThenRejected("MORE_THAN_PAYABLE", {{"amount", "150.01 BAM"}, {"limit", "150.00 BAM"}});
  spec_.Pay("150.00", "two").ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
  spec_.Pay("0.01", "three").ThenRejected("WRONG_STATE", {{"state", "paid"}});
  EXPECT_EQ(spec_.PaidOfBudget(), "250.00 BAM");
}

TEST_F(Invoices, TheSuppliersNumberComesInOnce) {
  spec_.Register({{.quantity = "1", .amount = "10.00"}}).ThenAccepted();
  auto again = PayablesSpec::InvoiceOf({{.quantity = "2", .amount = "20.00"}}, "other");
  again.mutable_supplier_invoice()->set_supplier_number(" r- INV");  // case and blanks say nothing
  spec_.When(again).ThenRejected("DUPLICATE_DOCUMENT", {{"document", PayablesSpec::InvoiceName()}});
  // One that went back may come again.
  spec_.WithReason<v1::RejectSupplierInvoiceRequest>().ThenAccepted();
  spec_.When(again).ThenAccepted();
}

TEST_F(Invoices, AnotherSupplierMayHaveTheSameNumber) {
  v1::RegisterSupplierRequest supplier;
  supplier.set_parent(kOperation);
  supplier.set_supplier_id("other");
  supplier.mutable_supplier()->set_display_name("Other d.o.o.");
  supplier.mutable_supplier()->set_country_code("BA");
  spec_.When(supplier).ThenAccepted();
  auto draft = ProcurementSpec::DraftOf({Goods("1", "10.00")}, "po2");
  draft.mutable_purchase_order()->set_supplier("operations/ba/suppliers/other");
  spec_.As(kRequester).When(draft).ThenAccepted();
  spec_.Register({{.quantity = "1", .amount = "10.00"}}).ThenAccepted();
  auto same = PayablesSpec::InvoiceOf({{.quantity = "1", .amount = "10.00"}}, "inv2", "po2");
  same.mutable_supplier_invoice()->set_supplier_number("R-inv");
  spec_.When(same).ThenAccepted();
}

TEST_F(Invoices, INV09_MoreThanWasAcceptedIsBlocked) {
  spec_.Register({{.quantity = "25.1", .amount = "250.00"}}).ThenAccepted();
  spec_.Match().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kBlocked);
  EXPECT_EQ(FirstException(spec_).kind(), v1::MATCH_EXCEPTION_KIND_QUANTITY);
  EXPECT_EQ(FirstException(spec_).invoiced(), "25.1 piece");
  EXPECT_EQ(FirstException(spec_).limit(), "25 piece");
  spec_.Match().ThenRejected("INVOICE_DOES_NOT_MATCH",
                             {{"exception", "MATCH_EXCEPTION_KIND_QUANTITY"},
                              {"invoiced", "25.1 piece"},
                              {"limit", "25 piece"}});
  spec_.ApproveInvoice().ThenRejected("WRONG_STATE", {{"state", "blocked"}});
}

TEST_F(Invoices, INV09_MoreMoneyThanThePriceIsBlocked) {
  // Within what all 25 are worth, and still too much for two.
  spec_.Register({{.quantity = "2", .amount = "20.01"}}).ThenAccepted();
  spec_.Match().ThenAccepted();
  EXPECT_EQ(FirstException(spec_).kind(), v1::MATCH_EXCEPTION_KIND_PRICE);
  EXPECT_EQ(FirstException(spec_).limit(), "20.00 BAM");
}

TEST_F(Invoices, INV09_OverAllInvoices) {
  spec_.Payable({{.quantity = "20", .amount = "200.00"}}, "one");
  spec_.Register({{.quantity = "6", .amount = "60.00"}}, "two").ThenAccepted();
  spec_.Match("two").ThenAccepted();
  EXPECT_EQ(FirstException(spec_, "two").invoiced(), "26 piece");
  spec_.Payable({{.quantity = "5", .amount = "50.00"}}, "three");
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "25");
}

TEST_F(Invoices, INV09_TwoLinesOfOneInvoiceOnOneOrderLineCountTogether) {
  spec_.Register({{.quantity = "20", .amount = "200.00"}, {.quantity = "6", .amount = "60.00"}})
      .ThenAccepted();
  spec_.Match().ThenAccepted();
  EXPECT_EQ(FirstException(spec_).line_number(), 2);
  EXPECT_EQ(FirstException(spec_).invoiced(), "26 piece");
}

TEST(InvoiceRounding, INV09_TheCentThatRoundingAddsIsNotPayable) {
  PayablesSpec spec;
  spec.Ordered({Goods("1", "0.33")});
  spec.Receive({{.accepted = "1"}}).ThenAccepted();
  spec.Payable({{.quantity = "0.5", .amount = "0.17"}}, "one");  // 0.165, half-up
  spec.Register({{.quantity = "0.5", .amount = "0.17"}}, "two").ThenAccepted();
  spec.Match("two").ThenAccepted();
  EXPECT_EQ(FirstException(spec, "two").kind(), v1::MATCH_EXCEPTION_KIND_VALUE);
  EXPECT_EQ(FirstException(spec, "two").invoiced(), "0.34 BAM");
  EXPECT_EQ(FirstException(spec, "two").limit(), "0.33 BAM");
  spec.Payable({{.quantity = "0.5", .amount = "0.16"}}, "three");
}

TEST_F(Invoices, INV09_P5_TheNetOfReturnsIsWhatMatches) {
  spec_.Return({.accepted = "5"}).ThenAccepted();
  EXPECT_EQ(Text(spec_.OrderLine().accepted()), "25");  // gross, for the audit
  EXPECT_EQ(Text(spec_.OrderLine().returned_accepted()), "5");
  spec_.Register({{.quantity = "25", .amount = "250.00"}}, "gross").ThenAccepted();
  spec_.Match("gross").ThenAccepted();
  EXPECT_EQ(FirstException(spec_, "gross").limit(), "20 piece");
  spec_.Payable({{.quantity = "20", .amount = "200.00"}}, "net");
}

TEST_F(Invoices, INV09_AReturnStopsWhatIsPayableNoLonger) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Return({.accepted = "5"}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kBlocked);
  EXPECT_EQ(spec_.Due(), "250.00/0.00/0.00");
  spec_.Pay("1.00").ThenRejected("WRONG_STATE", {{"state", "blocked"}});
  spec_.Match().ThenRejected("INVOICE_DOES_NOT_MATCH", {{"limit", "20 piece"}});
  spec_.Credit({{.quantity = "5", .amount = "50.00"}}).ThenAccepted();
  spec_.Match().ThenAccepted();
  spec_.ApproveInvoice().ThenAccepted();
  EXPECT_EQ(spec_.Due(), "200.00/0.00/200.00");
}

TEST_F(Invoices, INV09_AReturnBeforeApprovalIsSeenByIt) {
  spec_.Register({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  spec_.Match().ThenAccepted();
  spec_.Return({.accepted = "1"}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kMatched);
  spec_.ApproveInvoice().ThenRejected("INVOICE_DOES_NOT_MATCH", {{"limit", "24 piece"}});
}

TEST_F(Invoices, INV09_OfAPaidInvoiceTheReturnIsDueBackByTheCreditNote) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}}).Pay("250.00").ThenAccepted();
  spec_.Return({.accepted = "5"}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
  spec_.Credit({{.quantity = "5", .amount = "50.00"}}).ThenAccepted();
  EXPECT_EQ(Text(spec_.Invoice().amounts().refund_due()), "50.00 BAM");
  spec_.Refund("50.01").ThenRejected("MORE_THAN_DUE_BACK", {{"limit", "50.00 BAM"}});
  spec_.Refund("50.00").ThenAccepted();
  EXPECT_EQ(spec_.Due(), "200.00/200.00/0.00");
  EXPECT_EQ(spec_.PaidOfBudget(), "200.00 BAM");
  EXPECT_EQ(spec_.Position(), "0.00/50.00/200.00");
}

TEST(InvoiceKinds, INV09_FreightAndTaxesMatchTheirOwnLines) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "10.00"), Line(v1::LINE_KIND_FREIGHT, "1", "40.00"),
                Line(v1::LINE_KIND_TAX, "1", "17.00")});
  spec.Receive({{.accepted = "10"}, {.accepted = "1", .line = 2}}).ThenAccepted();
  // Freight on the line of goods, where there is room for its money.
  spec.Register({{.quantity = "4", .amount = "40.00", .kind = v1::LINE_KIND_FREIGHT}}, "wrong")
      .ThenAccepted();
  spec.Match("wrong").ThenAccepted();
  EXPECT_EQ(FirstException(spec, "wrong").kind(), v1::MATCH_EXCEPTION_KIND_KIND);
  spec.Payable({{.quantity = "10", .amount = "100.00"},
                {.quantity = "1", .amount = "40.00", .line = 2, .kind = v1::LINE_KIND_FREIGHT}});
  // The tax did not fall due yet.
  spec.Register({{.quantity = "1", .amount = "17.00", .line = 3, .kind = v1::LINE_KIND_TAX}}, "tax")
      .ThenAccepted();
  spec.Match("tax").ThenAccepted();
  EXPECT_EQ(FirstException(spec, "tax").limit(), "0 piece");
  spec.Receive({{.accepted = "1", .line = 3}}, "due").ThenAccepted();
  spec.Match("tax").ThenAccepted();
}

TEST(InvoiceOrders, P7_WhatCameStaysPayableWhenTheRestIsCancelled) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  spec.Receive({{.accepted = "6"}}).ThenAccepted();
  spec.Close().ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/60.00");
  spec.Payable({{.quantity = "6", .amount = "60.00"}}).Pay("60.00").ThenAccepted();
  spec.Register({{.quantity = "4", .amount = "40.00"}}, "rest").ThenAccepted();
  spec.Match("rest").ThenAccepted();
  EXPECT_EQ(spec.Invoice("rest").state(), kBlocked);
}

TEST(InvoiceOrders, F2_TheInvoiceTakesNothingMoreOffTheBudgetLine) {
  PayablesSpec spec("800.00");
  spec.Ordered({Goods("7", "100.00")});
  spec.Receive({{.accepted = "7"}}).ThenAccepted();
  spec.Payable({{.quantity = "7", .amount = "700.00"}}).Pay("700.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/700.00");
  spec.Draft({Goods("2", "100.00")}, "second");
  spec.Approve(kApprover, "second").ThenRejected("OVER_BUDGET", {{"available", "100.00 BAM"}});
}

TEST_F(Invoices, AreRecordedAsTheyCameAndRefusedOnlyWhereTheyMakeNoSense) {
  auto command = PayablesSpec::InvoiceOf({{.quantity = "25", .amount = "250.00"}});
  *command.mutable_supplier_invoice()->mutable_total() = Km("250.01");
  spec_.When(command).ThenRejected("INVOICE_DOES_NOT_ADD_UP",
                                   {{"lines", "250.00 BAM"}, {"total", "250.01 BAM"}});
  spec_.Register({{.quantity = "1", .amount = "1.00", .line = 2}})
      .ThenRejectedField("supplier_invoice.lines[0].order_line");
  spec_.Register({{.quantity = "0", .amount = "1.00"}})
      .ThenRejectedField("supplier_invoice.lines[0].quantity");
  spec_.Register({{.quantity = "1", .amount = "-1.00"}})
      .ThenRejectedField("supplier_invoice.lines[0].amount");
  spec_
      .Register({{.quantity = "1", .amount = "1.00"},
                 {.quantity = "1", .amount = "1.00", .currency = "EUR"}})
      .ThenRejectedField("supplier_invoice.lines[1].amount");
  spec_.Register({}).ThenRejectedField("supplier_invoice.lines");
  command = PayablesSpec::InvoiceOf({{.quantity = "25", .amount = "250.00"}});
  command.mutable_supplier_invoice()->clear_invoice_date();
  spec_.When(command).ThenRejectedField("supplier_invoice.invoice_date");
  spec_.Register({{.quantity = "999", .amount = "99999.00"}}).ThenAccepted();
}

TEST_F(Invoices, OfAmountsBeyondAllMeasureBlockAndHarmNothing) {
  for (const char* id : {"one", "two"}) {
    spec_
        .Register({{.quantity = "1", .amount = "9999999999999999.99"},
                   {.quantity = "1", .amount = "0.00"}},
                  id)
        .ThenAccepted();
    spec_.Match(id).ThenAccepted();
    EXPECT_EQ(spec_.Invoice(id).state(), kBlocked);
  }
  spec_
      .Register({{.quantity = "1", .amount = "9999999999999999.99"},
                 {.quantity = "1", .amount = "9999999999999999.99"}},
                "three")
      .ThenRejectedField("supplier_invoice.lines");
  spec_.Register({{.quantity = "1", .amount = "9999999999999999.99", .currency = "EUR"}}, "four")
      .ThenAccepted();
  EXPECT_FALSE(spec_.Invoice("four").amounts().has_converted_total());
  spec_.Match("four").ThenAccepted();
}

TEST_F(Invoices, MovesOfTheirStates) {
  spec_.Register({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  spec_.ApproveInvoice().ThenRejected("WRONG_STATE", {{"state", "received"}});
  spec_.WithReason<v1::BlockSupplierInvoiceRequest>().ThenRejected("WRONG_STATE");
  spec_.Match().ThenAccepted();
  spec_.Match().ThenRejected("WRONG_STATE", {{"state", "matched"}});
  spec_.WithReason<v1::RejectSupplierInvoiceRequest>().ThenRejected("WRONG_STATE");
  spec_.ApproveInvoice().ThenAccepted();
  spec_.WithReason<v1::BlockSupplierInvoiceRequest>().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state_note(), "as agreed");
  spec_.Match().ThenAccepted();
  spec_.ApproveInvoice().ThenAccepted();
  spec_.Pay("100.00").ThenAccepted();
  spec_.WithReason<v1::BlockSupplierInvoiceRequest>().ThenAccepted();
  spec_.WithReason<v1::RejectSupplierInvoiceRequest>().ThenRejected("INVOICE_HAS_PAYMENTS",
                                                                    {{"paid", "100.00 BAM"}});
  spec_.Reverse().ThenAccepted();
  spec_.WithReason<v1::RejectSupplierInvoiceRequest>().ThenAccepted();
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "0");
}

TEST_F(Invoices, A3_AStaleEtagIsRefused) {
  spec_.Register({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  v1::MatchSupplierInvoiceRequest match;
  match.set_name(PayablesSpec::InvoiceName());
  match.set_etag(es::EtagOf(spec_.Invoice()));
  spec_.When(match).ThenAccepted();
  v1::ApproveSupplierInvoiceRequest approve;
  approve.set_name(PayablesSpec::InvoiceName());
  approve.set_etag(match.etag());
  spec_.As(kApprover).When(approve).ThenRejected("STALE_ETAG");
}

// ---- Separation of duties ----

// Above EUR 5,000.
class FourPeople : public ::testing::Test {
 protected:
  FourPeople() {
    spec_.Ordered({Goods("100", "100.00")});
    spec_.Receive({{.accepted = "100"}}).ThenAccepted();
    spec_.Register({{.quantity = "100", .amount = "10000.00"}}).ThenAccepted();
    spec_.Match().ThenAccepted();
  }
  PayablesSpec spec_;
};

TEST_F(FourPeople, INV10_RequesterAndReceiverDoNotApproveTheInvoice) {
  spec_.ApproveInvoice(kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec_.ApproveInvoice(kReceiver).ThenRejected("DUTIES_NOT_SEPARATE",
                                               {{"duties", "receiver, approver"}});
  spec_.ApproveInvoice(kSecondApprover).ThenAccepted();
}

TEST_F(FourPeople, INV10_ThePayerIsTheFourth) {
  spec_.ApproveInvoice(kSecondApprover).ThenAccepted();
  const std::pair<const char*, const char*> others[] = {{kRequester, "requester, payer"},
                                                        {kApprover, "approver, payer"},
                                                        {kSecondApprover, "approver, payer"},
                                                        {kReceiver, "receiver, payer"}};
  for (const auto& [person, duties] : others) {
    spec_.Pay("1.00", "no", "inv", person)
        .ThenRejected("DUTIES_NOT_SEPARATE", {{"actor", person}, {"duties", duties}});
  }
  spec_.Pay("1.00").ThenAccepted();
  // And from now on takes no other duty.
  spec_.ReverseReceipt("grn", kPayer)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "payer, receiver"}});
}

TEST(TwoPeople, INV10_SufficeUpToAnAmount) {
  PayablesSpec spec;
  spec.Ordered({Goods("1", "9779.15")});  // EUR 5,000.00
  spec.As(kRequester).When(ProcurementSpec::ReceiptOf({{.accepted = "1"}})).ThenAccepted();
  spec.Register({{.quantity = "1", .amount = "9779.15"}}).ThenAccepted();
  spec.Match().ThenAccepted();
  spec.ApproveInvoice(kApprover).ThenAccepted();
  spec.Pay("9779.15", "pay", "inv", kRequester).ThenAccepted();
}

TEST(TwoPeople, INV10_WhatTwoDidKeepsASmallOrderSmall) {
  PayablesSpec spec;
  spec.Ordered({Goods("2", "1000.00")});
  spec.As(kRequester).When(ProcurementSpec::ReceiptOf({{.accepted = "1"}})).ThenAccepted();
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("more people came");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("100");
  spec.As(kRequester)
      .When(amend)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "receiver, requester"}});
  spec.As("organisations/iom/people/buyer").When(amend).ThenAccepted();
  v1::ApprovePurchaseOrderAmendmentRequest approve;
  approve.set_name(kOrder);
  spec.As(kApprover).When(approve).ThenRejected("DUTIES_NOT_SEPARATE");
  spec.As(kSecondApprover)
      .When(approve)
      .ThenRejected("DUTIES_NOT_SEPARATE",
                    {{"actor", kRequester}, {"duties", "requester, receiver"}});
}

// ---- Credit notes ----

TEST_F(Invoices, ACreditNoteOfAPartLeavesTheRestPayable) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Credit({{.quantity = "5", .amount = "50.00"}}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPayable);
  EXPECT_EQ(spec_.Due(), "200.00/0.00/200.00");
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "20");
  EXPECT_EQ(Text(spec_.OrderLine().invoiced_value()), "200.00 BAM");
  // What was credited may be invoiced anew.
  spec_.Payable({{.quantity = "5", .amount = "50.00"}}, "again");
  spec_.Pay("200.00").ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
}

TEST_F(Invoices, ACreditNoteOfTheWholeEndsIt) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Credit({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), v1::SUPPLIER_INVOICE_STATE_CREDIT_NOTED);
  EXPECT_EQ(Text(spec_.OrderLine().invoiced()), "0");
  spec_.Pay("1.00").ThenRejected("WRONG_STATE", {{"state", "credited"}});
  spec_.Credit({{.quantity = "1", .amount = "1.00"}}, "cn2").ThenRejected("WRONG_STATE");
}

TEST_F(Invoices, ACreditNoteThatLeavesNothingOpenSettlesIt) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}}).Pay("200.00").ThenAccepted();
  spec_.Credit({{.quantity = "5", .amount = "50.00"}}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
}

TEST_F(Invoices, ACreditNoteIsWithinTheInvoiceAndComesInOnce) {
  spec_.Register({{.quantity = "25", .amount = "250.00"}}).ThenAccepted();
  spec_.Credit({{.quantity = "1", .amount = "10.00"}})
      .ThenRejected("WRONG_STATE", {{"state", "received"}});
  spec_.Match().ThenAccepted();
  spec_.Credit({{.quantity = "1", .amount = "250.01"}})
      .ThenRejected("CREDIT_TOO_MUCH", {{"left", "250.00 BAM"}});
  spec_.Credit({{.quantity = "26", .amount = "10.00"}})
      .ThenRejected("CREDIT_TOO_MUCH", {{"left", "25"}});
  spec_.Credit({{.quantity = "25", .amount = "10.00"}})
      .ThenRejectedField("credit_note.lines[0].quantity");
  spec_.Credit({{.quantity = "1", .amount = "10.00", .line = 2}})
      .ThenRejectedField("credit_note.lines[0].invoice_line");
  spec_.Credit({{.quantity = "1", .amount = "10.00"}}).ThenAccepted();
  auto again = spec_.Entity<v1::CreditNote>("operations/ba/creditNotes/cn");
  v1::RegisterCreditNoteRequest command;
  command.set_parent(kOperation);
  *command.mutable_credit_note() = again;
  spec_.When(command).ThenRejected("DUPLICATE_DOCUMENT");
}

TEST_F(Invoices, INV09_CreditedQuantityWithoutItsMoneyStopsThePayment) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Credit({{.quantity = "5", .amount = "1.00"}}).ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kBlocked);
  EXPECT_EQ(FirstException(spec_).kind(), v1::MATCH_EXCEPTION_KIND_PRICE);
  EXPECT_EQ(FirstException(spec_).invoiced(), "249.00 BAM");
}

TEST_F(Invoices, ABlockedOneIsSentBackAndNotCreditedWholly) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.WithReason<v1::BlockSupplierInvoiceRequest>().ThenAccepted();
  spec_.Credit({{.quantity = "25", .amount = "250.00"}})
      .ThenRejected("WRONG_STATE", {{"state", "blocked"}});
}

// ---- Retention and advances ----

TEST(Retention, IsHeldBackUntilReleased) {
  PayablesSpec spec;
  auto draft = ProcurementSpec::DraftOf({Goods("25", "10.00")});
  *draft.mutable_purchase_order()->mutable_retention_percent() = Number("10.001");
  spec.As(kRequester).When(draft).ThenRejectedField("purchase_order.retention_percent");
  *draft.mutable_purchase_order()->mutable_retention_percent() = Number("5");
  spec.As(kRequester).When(draft).ThenAccepted();
  spec.Approve().ThenAccepted();
  spec.Issue().ThenAccepted();
  spec.Receive({{.accepted = "25"}}).ThenAccepted();
  spec.Payable({{.quantity = "25", .amount = "250.00"}});
  EXPECT_EQ(spec.Due(), "237.50/0.00/237.50");
  spec.Pay("237.50").ThenAccepted();
  EXPECT_EQ(spec.Invoice().state(), kPayable);  // something is held back
  spec.Pay("0.01", "more").ThenRejected("MORE_THAN_PAYABLE", {{"limit", "0.00 BAM"}});
  spec.On<v1::ReleaseRetentionRequest>("inv", kApprover).ThenAccepted();
  EXPECT_EQ(spec.Due(), "250.00/237.50/12.50");
  spec.On<v1::ReleaseRetentionRequest>("inv", kApprover)
      .ThenRejected("NOTHING_RETAINED", {{"retained", "12.50 BAM"}});
  spec.Pay("12.50", "rest").ThenAccepted();
  EXPECT_EQ(spec.Invoice().state(), kPaid);
}

class Advances : public ::testing::Test {
 protected:
  Advances() { spec_.Ordered({Goods("100", "100.00")}); }
  PayablesSpec spec_;
};

TEST_F(Advances, INV09_ArePaidBeforeDeliveryAndRecoveredByInvoices) {
  spec_.RequestAdvance("3000.00").ThenAccepted();
  spec_.PayAdvance().ThenRejected("WRONG_STATE", {{"state", "requested"}});
  spec_.ApproveAdvance().ThenAccepted();
  spec_.PayAdvance().ThenAccepted();
  EXPECT_EQ(spec_.Advance().state(), v1::ADVANCE_STATE_PAID);
  EXPECT_EQ(spec_.PaidOfBudget(), "3000.00 BAM");
  EXPECT_EQ(spec_.Position(), "0.00/10000.00/0.00");  // committed still
  spec_.Receive({{.accepted = "20"}}, "first").ThenAccepted();
  spec_.Payable({{.quantity = "20", .amount = "2000.00"}}, "one");
  // The advance covers it.
  EXPECT_EQ(spec_.Invoice("one").state(), kPaid);
  EXPECT_EQ(spec_.Due("one"), "0.00/0.00/0.00");
  EXPECT_EQ(Text(spec_.Advance().outstanding()), "1000.00 BAM");
  spec_.Receive({{.accepted = "80"}}, "second").ThenAccepted();
  spec_.Payable({{.quantity = "80", .amount = "8000.00"}}, "two");
  EXPECT_EQ(spec_.Due("two"), "7000.00/0.00/7000.00");
  EXPECT_EQ(spec_.Advance().state(), v1::ADVANCE_STATE_RECOVERED);
  spec_.Pay("7000.00", "pay", "two").ThenAccepted();
  EXPECT_EQ(spec_.PaidOfBudget(), "10000.00 BAM");
}

TEST_F(Advances, AreWithinPolicysShareOfTheOrder) {
  spec_.RequestAdvance("3000.01").ThenRejected(
      "ADVANCE_TOO_HIGH", {{"limit", "3,000.00 BAM"}, {"max_advance_percent", "30"}});
  spec_.RequestAdvance("2000.00").ThenAccepted();
  spec_.RequestAdvance("1000.01", "second")
      .ThenRejected("ADVANCE_TOO_HIGH", {{"advanced", "3,000.01 BAM"}});
  spec_.RequestAdvance("1000.00", "second").ThenAccepted();
}

TEST_F(Advances, INV10_FourPeople) {
  spec_.RequestAdvance("100.00").ThenAccepted();
  spec_.ApproveAdvance(kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec_.ApproveAdvance(kSecondApprover).ThenAccepted();
  spec_.PayAdvance("p", "adv", kSecondApprover)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "approver, payer"}});
  spec_.PayAdvance("p", "adv", kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, payer"}});
  spec_.PayAdvance().ThenAccepted();
  spec_.As(kPayer)
      .When(ProcurementSpec::ReceiptOf({{.accepted = "1"}}))
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "payer, receiver"}});
}

TEST_F(Advances, OnlyOnAnIssuedOrder) {
  spec_.Draft({Goods("1", "1.00")}, "draft").ThenAccepted();
  v1::RequestAdvanceRequest command;
  command.set_parent(kOperation);
  command.mutable_advance()->set_purchase_order(ProcurementSpec::OrderName("draft"));
  *command.mutable_advance()->mutable_amount() = Km("0.10");
  command.mutable_advance()->set_reason("asked for");
  spec_.As(kRequester).When(command).ThenRejected("WRONG_STATE", {{"state", "a draft"}});
}

TEST_F(Advances, RejectingTheInvoiceMakesItOutstandingAgain) {
  spec_.RequestAdvance("3000.00").ThenAccepted();
  spec_.ApproveAdvance().ThenAccepted();
  spec_.PayAdvance().ThenAccepted();
  spec_.Receive({{.accepted = "40"}}).ThenAccepted();
  spec_.Payable({{.quantity = "40", .amount = "4000.00"}});
  EXPECT_EQ(spec_.Advance().state(), v1::ADVANCE_STATE_RECOVERED);
  spec_.Reverse("pay-adv").ThenRejected("ADVANCE_IS_RECOVERED", {{"recovered", "3,000.00 BAM"}});
  spec_.WithReason<v1::BlockSupplierInvoiceRequest>().ThenAccepted();
  spec_.WithReason<v1::RejectSupplierInvoiceRequest>().ThenAccepted();
  EXPECT_EQ(spec_.Advance().state(), v1::ADVANCE_STATE_PAID);
  EXPECT_EQ(Text(spec_.Advance().outstanding()), "3000.00 BAM");
  spec_.Reverse("pay-adv").ThenAccepted();
  EXPECT_EQ(spec_.Advance().state(), v1::ADVANCE_STATE_APPROVED);
  EXPECT_EQ(spec_.PaidOfBudget(), "0.00 BAM");
}

// ---- Reversals ----

TEST_F(Invoices, APaymentIsReversedAndNoOther) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}});
  spec_.Pay("100.00", "one").ThenAccepted();
  spec_.Pay("150.00", "two").ThenAccepted();
  spec_.Reverse("one").ThenAccepted();
  EXPECT_EQ(spec_.Payment("one").state(), v1::PAYMENT_STATE_REVERSED);
  EXPECT_EQ(spec_.Payment("two").state(), v1::PAYMENT_STATE_MADE);
  EXPECT_EQ(spec_.Invoice().state(), kPayable);
  EXPECT_EQ(spec_.Due(), "250.00/150.00/100.00");
  EXPECT_EQ(spec_.PaidOfBudget(), "150.00 BAM");
  spec_.Reverse("one").ThenRejected("WRONG_STATE", {{"state", "reversed"}});
}

TEST_F(Invoices, INV09_AReversedPaymentOfWhatWentBackIsNotPayableAgain) {
  spec_.Payable({{.quantity = "25", .amount = "250.00"}}).Pay("250.00").ThenAccepted();
  spec_.Return({.accepted = "5"}).ThenAccepted();
  spec_.Reverse().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kBlocked);
}

TEST(ReverseReceipt, UndoesExactlyThatOne) {
  PayablesSpec spec;
  spec.Ordered({Pieces("5", "10.00"), Goods("10", "1.00")});
  spec.Receive({{.accepted = "2", .serials = {"S1", "S2"}}, {.accepted = "4", .line = 2}}, "one")
      .ThenAccepted();
  spec.Receive({{.accepted = "1", .rejected = "1", .serials = {"S3"}, .reason = "wet"},
                {.accepted = "3", .surplus = "1", .line = 2}},
               "two")
      .ThenAccepted();
  spec.ReverseReceipt("two").ThenAccepted();
  EXPECT_EQ(Text(spec.OrderLine(1).accepted()), "2");
  EXPECT_EQ(Text(spec.OrderLine(1).rejected()), "0");
  EXPECT_EQ(Text(spec.OrderLine(2).accepted()), "4");
  EXPECT_EQ(Text(spec.OrderLine(2).surplus()), "0");
  EXPECT_EQ(spec.Position(), "0.00/36.00/24.00");
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_REVERSED);
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  // Its pieces may come again, those of the other may not.
  spec.Receive({{.accepted = "1", .serials = {"S1"}}}, "again").ThenRejected("SERIAL_TAKEN");
  spec.Receive({{.accepted = "1", .serials = {"S3"}}}, "again").ThenAccepted();
  spec.ReverseReceipt("two").ThenRejected("WRONG_STATE", {{"state", "reversed"}});
  spec.Return({.accepted = "1"}, "two").ThenRejected("WRONG_STATE");
}

TEST(ReverseReceipt, INV12_LeavesTheNumbersToAPieceThatTookThemSince) {
  PayablesSpec spec;
  spec.Ordered({Pieces("3", "10.00")});
  spec.Receive({{.accepted = "1", .serials = {"S1"}}}, "one").ThenAccepted();
  v1::ReleaseSerialRequest release;
  release.set_operation(kOperation);
  release.set_receipt("operations/ba/goodsReceipts/one");
  release.set_line_number(1);
  *release.mutable_item() = Serial("S1");
  spec.When(release).ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"S1"}}}, "two").ThenAccepted();
  spec.ReverseReceipt("one").ThenAccepted();
  spec.Receive({{.accepted = "1", .serials = {"S1"}}}, "three").ThenRejected("SERIAL_TAKEN");
}

TEST(ReverseReceipt, NotBeforeTheGoodsCame) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
  const absl::Time came = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec.zone());
  spec.Effective(came - absl::Seconds(1));
  spec.ReverseReceipt().ThenRejectedField("effective_time");
  spec.Effective(came);
  spec.ReverseReceipt().ThenAccepted();
}

TEST(ReverseReceipt, OfTheOnlyOneLeavesTheOrderAsItWas) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_RECEIVED);
  spec.ReverseReceipt().ThenAccepted();
  EXPECT_EQ(spec.Order().state(), v1::PURCHASE_ORDER_STATE_ISSUED);
  EXPECT_EQ(spec.Order().receipts(), 0);
  EXPECT_EQ(spec.Position(), "0.00/10.00/0.00");
  spec.Cancel().ThenAccepted();
}

TEST(ReverseReceipt, INV09_NotWhatIsInvoiced) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.Receive({{.accepted = "6"}}, "one").ThenAccepted();
  spec.Receive({{.accepted = "4"}}, "two").ThenAccepted();
  spec.Payable({{.quantity = "7", .amount = "7.00"}});
  spec.ReverseReceipt("two").ThenRejected("RECEIPT_IS_INVOICED",
                                          {{"kept", "6"}, {"invoiced", "7"}});
  spec.Credit({{.quantity = "1", .amount = "1.00"}}).ThenAccepted();
  spec.ReverseReceipt("two").ThenAccepted();
}

TEST(ReverseReceipt, NotOneOfWhichSomethingWentBack) {
  PayablesSpec spec;
  spec.Ordered({Goods("10", "1.00")});
  spec.Receive({{.accepted = "6"}}).ThenAccepted();
  spec.Return({.accepted = "1"}).ThenAccepted();
  spec.ReverseReceipt().ThenRejected("RECEIPT_HAS_RETURNS", {{"returned", "1"}});
}

// ---- Currencies ----

TEST_F(Invoices, INV02_LinesOfOneRateAreConvertedOnceAndShareTheCent) {
  // 25 at 10.00 KM; invoiced in euro, in three lines that each alone would be 83.33 KM or less.
  spec_
      .Register({{.quantity = "8", .amount = "40.90", .currency = "EUR"},
                 {.quantity = "8", .amount = "40.90", .currency = "EUR"},
                 {.quantity = "8", .amount = "40.90", .currency = "EUR"}})
      .ThenAccepted();
  const v1::SupplierInvoice invoice = spec_.Invoice();
  // 122.70 x 1.95583 = 239.980341; a line 79.993447
  EXPECT_EQ(Text(invoice.amounts().converted_total()), "239.98 BAM");
  EXPECT_EQ(Text(invoice.lines(0).converted()), "80.00 BAM");
  EXPECT_EQ(Text(invoice.lines(1).converted()), "79.99 BAM");
  EXPECT_EQ(Text(invoice.lines(2).converted()), "79.99 BAM");
  EXPECT_EQ(Text(invoice.lines(0).rounding()), "0.01 BAM");
  EXPECT_EQ(Text(invoice.lines(1).rounding()), "0.00 BAM");
  EXPECT_EQ(invoice.lines(0).rate(), "* 1.95583");
  spec_.Match().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kMatched);
}

TEST_F(Invoices, F7_EachLineAtTheRateOfItsOwnDay) {
  spec_.Rate("USD", "BAM", "1.80", absl::CivilDay(2023, 7, 1)).ThenAccepted();
  spec_.Rate("USD", "BAM", "1.75", absl::CivilDay(2023, 7, 10)).ThenAccepted();
  spec_
      .Register({{.quantity = "5",
                  .amount = "10.00",
                  .currency = "USD",
                  .supplied = absl::CivilDay(2023, 7, 9)},
                 {.quantity = "5",
                  .amount = "10.00",
                  .currency = "USD",
                  .supplied = absl::CivilDay(2023, 7, 10)}})
      .ThenAccepted();
  const v1::SupplierInvoice invoice = spec_.Invoice();
  EXPECT_EQ(Text(invoice.lines(0).converted()), "18.00 BAM");  // the last rate before the 9th
  EXPECT_EQ(invoice.lines(0).rate_date().day(), 1);
  EXPECT_EQ(Text(invoice.lines(1).converted()), "17.50 BAM");
  EXPECT_EQ(Text(invoice.amounts().converted_total()), "35.50 BAM");
}

TEST_F(Invoices, F5_WithoutARateTheAmountIsMissingAndNotZero) {
  spec_.Rate("USD", "BAM", "1.80", absl::CivilDay(2023, 6, 10)).ThenAccepted();  // 32 days before
  spec_.Register({{.quantity = "5", .amount = "10.00", .currency = "USD"}}).ThenAccepted();
  EXPECT_FALSE(spec_.Invoice().lines(0).has_converted());
  EXPECT_FALSE(spec_.Invoice().amounts().has_converted_total());
  spec_.Match().ThenAccepted();
  EXPECT_EQ(FirstException(spec_).kind(), v1::MATCH_EXCEPTION_KIND_RATE_MISSING);
  spec_.Rate("USD", "BAM", "1.80", absl::CivilDay(2023, 6, 11)).ThenAccepted();  // 31 days
  spec_.Match().ThenAccepted();
  EXPECT_EQ(spec_.Invoice().state(), kMatched);
  EXPECT_EQ(Text(spec_.Invoice().amounts().converted_total()), "18.00 BAM");
}

TEST_F(Invoices, F4_NoNumberIsCopiedAcrossCurrencies) {
  spec_.Rate("USD", "BAM", "1.80", absl::CivilDay(2023, 7, 12)).ThenAccepted();
  spec_.Rate("USD", "BAM", "1.85", absl::CivilDay(2023, 7, 13)).ThenAccepted();
  spec_.Payable({{.quantity = "25", .amount = "100.01", .currency = "USD"}});  // 180.018
  EXPECT_EQ(Text(spec_.Invoice().amounts().converted_total()), "180.02 BAM");
  spec_.Pay("33.34", "one", "inv", kPayer, "USD").ThenAccepted();
  EXPECT_EQ(Text(spec_.Payment("one").booked()), "60.01 BAM");     // 60.0126...
  EXPECT_EQ(Text(spec_.Payment("one").converted()), "61.68 BAM");  // 61.679, at the day's rate
  EXPECT_EQ(Text(spec_.Payment("one").exchange_difference()), "1.67 BAM");
  spec_.Pay("33.34", "two", "inv", kPayer, "USD").ThenAccepted();
  spec_.Pay("33.33", "three", "inv", kPayer, "USD").ThenAccepted();
  // Paid in parts, all of it is booked, to the cent.
  EXPECT_EQ(spec_.PaidOfBudget(), "180.02 BAM");
  EXPECT_EQ(spec_.Invoice().state(), kPaid);
  spec_.Pay("1.00", "four", "inv", kPayer, "BAM").ThenRejected("WRONG_STATE");
}

TEST_F(Invoices, PaidInTheirOwnCurrencyOnly) {
  spec_.Payable({{.quantity = "25", .amount = "100.00", .currency = "EUR"}});
  spec_.Pay("100.00", "no").ThenRejected("CURRENCY_MISMATCH", {{"currency", "EUR"}});
}

TEST(ExchangeRates, AreOnePerDayAndNeverOneOfTheFixedPair) {
  PayablesSpec spec;
  spec.Rate("USD", "BAM", "1.80", absl::CivilDay(2023, 7, 12)).ThenAccepted();
  spec.Rate("USD", "BAM", "1.81", absl::CivilDay(2023, 7, 12)).ThenRejected("ALREADY_EXISTS");
  spec.Rate("BAM", "USD", "0.55", absl::CivilDay(2023, 7, 12)).ThenRejected("ALREADY_EXISTS");
  spec.Rate("EUR", "BAM", "1.96", absl::CivilDay(2023, 7, 12))
      .ThenRejectedField("exchange_rate.price_currency");
  spec.Rate("BAM", "EUR", "0.51129", absl::CivilDay(2023, 7, 12))
      .ThenRejectedField("exchange_rate.price_currency");
  spec.Rate("USD", "USD", "1", absl::CivilDay(2023, 7, 12))
      .ThenRejectedField("exchange_rate.price_currency");
  spec.Rate("USD", "BAM", "0", absl::CivilDay(2023, 7, 13)).ThenRejectedField("exchange_rate.rate");
}

}  // namespace
}  // namespace prihvat::procurement
