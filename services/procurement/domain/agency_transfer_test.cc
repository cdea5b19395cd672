#include "prihvat/procurement/v1/funding.pb.h"
#include "services/procurement/domain/testing/payables_spec.h"

namespace prihvat::procurement {
namespace {

constexpr char kTransfer[] = "operations/ba/agencyTransfers/at";

class TransferSpec : public PayablesSpec {
 public:
  using PayablesSpec::PayablesSpec;

  TransferSpec& Draft(std::string_view amount = "600.00", std::string_view id = "at") {
    v1::CreateAgencyTransferRequest command;
    command.set_parent(kOperation);
    command.set_agency_transfer_id(std::string(id));
    v1::AgencyTransfer& transfer = *command.mutable_agency_transfer();
    transfer.set_budget_line(kBudgetLine);
    transfer.set_agency("organisations/unhcr");
    transfer.set_purpose("Legal aid at the centres");
    *transfer.mutable_amount() = Km(amount);
    As(kRequester).When(command);
    return *this;
  }
  template <class Command>
  static Command Of(std::string_view id = "at") {
    Command command;
    command.set_name(std::string(kOperation) + "/agencyTransfers/" + std::string(id));
    return command;
  }
  TransferSpec& Approve(std::string_view person = kApprover, std::string_view id = "at") {
    As(std::string(person)).When(Of<v1::ApproveAgencyTransferRequest>(id));
    return *this;
  }
  TransferSpec& Approved(std::string_view amount = "600.00") {
    Draft(amount).ThenAccepted();
    Approve().ThenAccepted();
    return *this;
  }
  TransferSpec& Send(std::string_view amount, std::string_view person = kPayer) {
    auto command = Of<v1::PayAgencyTransferRequest>();
    *command.mutable_amount() = Km(amount);
    command.set_reference("B-1");
    As(std::string(person)).When(command);
    return *this;
  }
  TransferSpec& Report(std::string_view amount) {
    auto command = Of<v1::RecordAgencyExpenditureRequest>();
    *command.mutable_expenditure()->mutable_amount() = Km(amount);
    *command.mutable_expenditure()->mutable_period_end_date() =
        ToProto(absl::CivilDay(2023, 6, 30));
    command.mutable_expenditure()->set_reference("FR-2023-06");
    As(kPayer).When(command);
    return *this;
  }
  TransferSpec& Correct(int report, std::string_view amount, std::string_view reason = "typed") {
    auto command = Of<v1::CorrectAgencyExpenditureRequest>();
    command.set_report_number(report);
    *command.mutable_amount() = Km(amount);
    command.set_reason(std::string(reason));
    As(kPayer).When(command);
    return *this;
  }
  TransferSpec& CloseIt(std::string_view reason = "") {
    auto command = Of<v1::CloseAgencyTransferRequest>();
    command.set_reason(std::string(reason));
    As(kRequester).When(command);
    return *this;
  }
  v1::AgencyTransfer Transfer() const { return Entity<v1::AgencyTransfer>(kTransfer); }
  std::string Paid() const { return Text(Budget().paid()); }
};

TEST(AgencyTransfer, INV37_IsSpentOnceWhenTheAgencyReportsIt) {
  TransferSpec spec("1000.00");
  spec.Approved();
  EXPECT_EQ(spec.Position(), "0.00/600.00/0.00");
  spec.Send("400.00").ThenAccepted();
  // Sent to the agency: paid, and no expenditure of ours.
  EXPECT_EQ(spec.Position(), "0.00/600.00/0.00");
  EXPECT_EQ(spec.Paid(), "400.00 BAM");
  spec.Report("150.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/450.00/150.00");
  spec.Report("250.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/200.00/400.00");
  EXPECT_EQ(Text(spec.Transfer().reported()), "400.00 BAM");
  spec.CloseIt().ThenRejectedField("reason");  // 200 were not needed
  spec.CloseIt("fewer came").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/400.00");
  EXPECT_EQ(spec.Paid(), "400.00 BAM");
}

TEST(AgencyTransfer, INV37_NoMoreIsSentThanApprovedNorBackThanWasSent) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Send("600.01").ThenRejected("TRANSFER_EXCEEDED", {{"amount", "600.00 BAM"}});
  spec.Send("600.00").ThenAccepted();
  spec.Report("500.00").ThenAccepted();
  spec.CloseIt("all is done").ThenRejected("NOT_ACCOUNTED_FOR", {{"disbursed", "600.00 BAM"}});
  // What is not spent comes back, as a negative disbursement.
  spec.Send("-600.01").ThenRejected("TRANSFER_EXCEEDED", {{"disbursed", "-0.01 BAM"}});
  spec.Send("-100.00").ThenAccepted();
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_REFUNDED);
  EXPECT_EQ(spec.Paid(), "500.00 BAM");
  spec.CloseIt("fewer came").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/500.00");
}

TEST(AgencyTransfer, INV37_WhatIsReportedAboveWhatWasSentIsAnExcessAndNotSpent) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Report("50.00").ThenAccepted();  // spent by the agency before anything came
  EXPECT_EQ(Text(spec.Transfer().reported()), "50.00 BAM");
  EXPECT_EQ(Text(spec.Transfer().excess()), "50.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/600.00/0.00");
  auto cancel = TransferSpec::Of<v1::CancelAgencyTransferRequest>();
  cancel.set_reason("not needed");
  spec.As(kRequester).When(cancel).ThenRejected("WRONG_STATE");
  // What is sent covers it, and is spent then.
  spec.Send("500.00").ThenAccepted();
  EXPECT_FALSE(spec.Transfer().has_excess());
  EXPECT_EQ(spec.Position(), "0.00/550.00/50.00");
  spec.Report("550.00").ThenAccepted();
  EXPECT_EQ(Text(spec.Transfer().excess()), "100.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/100.00/500.00");
  spec.Send("60.00").ThenAccepted();
  EXPECT_EQ(Text(spec.Transfer().excess()), "40.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/40.00/560.00");
  // Nor is more sent for it than was approved.
  spec.Send("40.01").ThenRejected("TRANSFER_EXCEEDED", {{"amount", "600.00 BAM"}});
  spec.CloseIt().ThenRejectedField("reason");
  spec.CloseIt("the agency bears 40.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/560.00");
  EXPECT_EQ(spec.Paid(), "560.00 BAM");
  EXPECT_EQ(Text(spec.Transfer().excess()), "40.00 BAM");
}

TEST(AgencyTransfer, INV37_APaymentIsCorrectedAlsoBelowWhatIsReported) {
  TransferSpec spec("1000.00");
  spec.Approved("1000.00");
  spec.Send("600.00").ThenAccepted();  // typed for 60
  spec.Report("100.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/900.00/100.00");
  spec.Send("-540.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/940.00/60.00");
  EXPECT_EQ(spec.Paid(), "60.00 BAM");
  EXPECT_EQ(Text(spec.Transfer().excess()), "40.00 BAM");
  spec.Send("-60.01").ThenRejected("TRANSFER_EXCEEDED", {{"disbursed", "-0.01 BAM"}});
  spec.Send("-60.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/1000.00/0.00");
  EXPECT_EQ(spec.Paid(), "0.00 BAM");
}

TEST(AgencyTransfer, CorrectionsTakeNoRoomFromReports) {
  TransferSpec spec("1000.00");
  spec.Approved();
  for (int i = 0; i < 499; ++i) spec.Report("0.01").ThenAccepted();
  spec.Correct(1, "0.02").ThenAccepted();
  spec.Report("0.01").ThenAccepted();
  spec.Report("0.01").ThenRejectedField("expenditure");
  spec.Correct(2, "0.02").ThenAccepted();
  EXPECT_EQ(Text(spec.Transfer().reported()), "5.02 BAM");
}

TEST(AgencyTransfer, INV37_WhatIsReportedAfterTheEndIsAnExcess) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Send("500.00").ThenAccepted();
  spec.Send("-500.00").ThenAccepted();
  spec.CloseIt("not needed").ThenAccepted();
  spec.Report("20.00").ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_CLOSED);
  EXPECT_EQ(Text(spec.Transfer().excess()), "20.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  // It is for the agency to bear: nothing is sent for it, and only a correction takes it away.
  spec.Send("20.00").ThenRejected("WRONG_STATE");
  spec.Correct(1, "0.00").ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_CLOSED);
  EXPECT_FALSE(spec.Transfer().has_excess());
}

TEST(AgencyTransfer, INV37_AReportIsCorrectedByALaterOneThatNamesIt) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Correct(1, "50.00").ThenRejectedField("report_number");  // there is none
  spec.Send("600.00").ThenAccepted();
  spec.Report("500.00").ThenAccepted();
  spec.Report("20.00").ThenAccepted();
  spec.Correct(1, "500.00").ThenRejectedField("amount");
  spec.Correct(1, "-0.01").ThenRejectedField("amount");
  spec.Correct(1, "50.00", "").ThenRejectedField("reason");
  spec.Correct(0, "50.00").ThenRejectedField("report_number");
  spec.Correct(3, "50.00").ThenRejectedField("report_number");
  spec.Correct(1, "50.00").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/530.00/70.00");
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_REVERSED);
  EXPECT_EQ(spec.Event<v1::AgencyExpenditureCorrected>().corrects_report(), 1);
  EXPECT_EQ(spec.Event<v1::AgencyExpenditureCorrected>().report_number(), 3);
  EXPECT_EQ(Text(spec.Transfer().reported()), "70.00 BAM");
  // What was recorded stays, and says what counts in its place.
  EXPECT_EQ(Text(spec.Transfer().expenditures(0).amount()), "500.00 BAM");
  EXPECT_EQ(spec.Transfer().expenditures(0).corrected_by_report(), 3);
  EXPECT_EQ(spec.Transfer().expenditures(2).corrects_report(), 1);
  EXPECT_EQ(spec.Transfer().expenditures(2).reference(), "FR-2023-06");
  spec.Correct(1, "60.00").ThenRejected("CORRECTED_ALREADY", {{"corrected_by", "3"}});
  spec.Correct(3, "580.01").ThenAccepted();
  EXPECT_EQ(Text(spec.Transfer().excess()), "0.01 BAM");
  EXPECT_EQ(spec.Position(), "0.00/0.00/600.00");
  EXPECT_EQ(spec.Event<v1::BudgetMoved>().kind(), v1::BUDGET_MOVE_KIND_SPENT);
  spec.Correct(4, "0.00").ThenAccepted();  // was of another transfer
  EXPECT_EQ(spec.Position(), "0.00/580.00/20.00");
  EXPECT_EQ(spec.Paid(), "600.00 BAM");
}

TEST(AgencyTransfer, INV37_AClosedOneGoesOnWhereNotAllThatWasSentIsAccountedFor) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Send("500.00").ThenAccepted();
  spec.Report("500.00").ThenAccepted();
  spec.CloseIt("fewer came").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/500.00");
  // More was spent than was sent: nothing is to be accounted for.
  spec.Correct(1, "510.00").ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_CLOSED);
  EXPECT_EQ(Text(spec.Transfer().excess()), "10.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/0.00/500.00");
  // Others have what was freed since; what was sent is still there for it.
  spec.Draft("500.00", "other").ThenAccepted();
  spec.Approve(kApprover, "other").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/500.00/500.00");
  spec.Correct(2, "50.00").ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_APPROVED);
  EXPECT_EQ(spec.Transfer().state_note(), "");
  EXPECT_FALSE(spec.Transfer().has_excess());
  EXPECT_EQ(Text(spec.Transfer().amount()), "500.00 BAM");
  EXPECT_EQ(spec.Position(), "0.00/950.00/50.00");
  spec.Send("0.01").ThenRejected("TRANSFER_EXCEEDED", {{"amount", "500.00 BAM"}});
  spec.Send("-450.00").ThenAccepted();
  spec.CloseIt("450 came back").ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/500.00/50.00");
}

TEST(AgencyTransfer, INV03_OrdersAndTransfersShareTheBudgetLine) {
  TransferSpec spec("1000.00");
  spec.Approved();
  spec.Draft("400.01", "second").ThenAccepted();
  spec.Approve(kApprover, "second").ThenRejected("OVER_BUDGET", {{"available", "400.00 BAM"}});
  spec.ProcurementSpec::Draft({Goods("1", "400.01")}).ThenAccepted();
  spec.ProcurementSpec::Approve().ThenRejected("OVER_BUDGET", {{"available", "400.00 BAM"}});
  auto cancel = TransferSpec::Of<v1::CancelAgencyTransferRequest>();
  cancel.set_reason("not needed");
  spec.As(kRequester).When(cancel).ThenAccepted();
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  spec.Approve(kApprover, "second").ThenAccepted();
}

TEST(AgencyTransfer, INV10_WhoAsksApprovesAndPaysAreThreePeople) {
  TransferSpec spec("1000.00");
  spec.Draft().ThenAccepted();
  spec.Approve(kRequester).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, approver"}});
  spec.Approve().ThenAccepted();
  spec.Send("1.00", kRequester)
      .ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "requester, payer"}});
  spec.Send("1.00", kApprover).ThenRejected("DUTIES_NOT_SEPARATE", {{"duties", "approver, payer"}});
  spec.Send("1.00").ThenAccepted();
}

TEST(AgencyTransfer, ALargeOneIsApprovedByTwo) {
  TransferSpec spec;
  spec.Draft("488957.51").ThenAccepted();  // EUR 250,000.01
  spec.Approve().ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_DRAFT);
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  spec.Approve().ThenRejected("APPROVAL_ALREADY_GIVEN");
  spec.Approve(kSecondApprover).ThenAccepted();
  EXPECT_EQ(spec.Transfer().state(), v1::AGENCY_TRANSFER_STATE_APPROVED);
  EXPECT_EQ(spec.Transfer().document_number(), "AT-2023-0001");
}

}  // namespace
}  // namespace prihvat::procurement
