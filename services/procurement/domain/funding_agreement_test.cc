#include "fmt/format.h"
#include "prihvat/procurement/v1/funding.pb.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

constexpr char kAgreement[] =
    "operations/ba/projects/migration-response/fundingAgreements/delegation";

v1::EnterFundingAgreementRequest Entering(std::string_view id = "delegation") {
  v1::EnterFundingAgreementRequest command;
  command.set_parent(kProject);
  command.set_funding_agreement_id(std::string(id));
  v1::FundingAgreement& agreement = *command.mutable_funding_agreement();
  agreement.set_donor("organisations/eu");
  agreement.set_agreement_number("IPA/2018/404-174");
  agreement.set_display_name("Special measure");
  *agreement.mutable_amount() = ToProto(*base::Money::Parse("1000.00", "EUR"));
  *agreement.mutable_start_date() = ToProto(absl::CivilDay(2023, 1, 1));
  *agreement.mutable_end_date() = ToProto(absl::CivilDay(2024, 12, 31));
  return command;
}

v1::RecordFundingTrancheRequest Tranche(std::string_view amount, std::string_view reference) {
  v1::RecordFundingTrancheRequest command;
  command.set_name(kAgreement);
  *command.mutable_tranche()->mutable_amount() = ToProto(*base::Money::Parse(amount, "EUR"));
  *command.mutable_tranche()->mutable_receive_date() = ToProto(absl::CivilDay(2023, 7, 1));
  command.mutable_tranche()->set_reference(std::string(reference));
  return command;
}

TEST(FundingAgreement, KnowsWhatCameInTranches) {
  ProcurementSpec spec;
  spec.When(Entering()).When(Tranche("600.00", "B-1")).ThenAccepted();
  auto agreement = spec.Entity<v1::FundingAgreement>(kAgreement);
  EXPECT_EQ(Text(agreement.received()), "600.00 EUR");
  EXPECT_EQ(Text(agreement.outstanding()), "400.00 EUR");
  // More than was agreed came all the same.
  spec.When(Tranche("400.01", "B-2")).ThenAccepted();
  agreement = spec.Entity<v1::FundingAgreement>(kAgreement);
  EXPECT_EQ(agreement.tranches(1).tranche_number(), 2);
  EXPECT_EQ(agreement.tranches(1).recorder(), kRequester);
  EXPECT_EQ(Text(agreement.received()), "1000.01 EUR");
  EXPECT_EQ(Text(agreement.outstanding()), "0.00 EUR");
}

TEST(FundingAgreement, ATrancheIsCorrectedByALaterOneThatNamesIt) {
  ProcurementSpec spec;
  spec.When(Entering()).ThenAccepted();
  spec.When(Tranche("500.00", "B-1")).ThenAccepted();
  spec.When(Tranche("20.00", "B-2")).ThenAccepted();
  const auto correct = [&](int tranche, std::string_view amount) -> auto& {
    v1::CorrectFundingTrancheRequest command;
    command.set_name(kAgreement);
    command.set_tranche_number(tranche);
    *command.mutable_amount() = ToProto(*base::Money::Parse(amount, "EUR"));
    command.set_reason("a nought too many");
    return spec.When(command);
  };
  correct(0, "50.00").ThenRejectedField("tranche_number");
  correct(3, "50.00").ThenRejectedField("tranche_number");
  correct(1, "500.00").ThenRejectedField("amount");
  correct(1, "50.00").ThenAccepted();
  EXPECT_EQ(spec.Event<v1::FundingTrancheCorrected>().corrects_tranche(), 1);
  EXPECT_EQ(spec.Event<v1::FundingTrancheCorrected>().tranche_number(), 3);
  auto agreement = spec.Entity<v1::FundingAgreement>(kAgreement);
  EXPECT_EQ(Text(agreement.received()), "70.00 EUR");
  EXPECT_EQ(Text(agreement.outstanding()), "930.00 EUR");
  EXPECT_EQ(Text(agreement.tranches(0).amount()), "500.00 EUR");
  EXPECT_EQ(agreement.tranches(0).corrected_by_tranche(), 3);
  EXPECT_EQ(agreement.tranches(2).corrects_tranche(), 1);
  EXPECT_EQ(agreement.tranches(2).reference(), "B-1");
  correct(1, "60.00").ThenRejected("CORRECTED_ALREADY", {{"corrected_by", "3"}});
  correct(3, "0.00").ThenAccepted();  // of another agreement
  agreement = spec.Entity<v1::FundingAgreement>(kAgreement);
  EXPECT_EQ(Text(agreement.received()), "20.00 EUR");
}

TEST(FundingAgreement, CorrectionsTakeNoRoomFromTranches) {
  ProcurementSpec spec;
  spec.When(Entering()).ThenAccepted();
  int last = 1;
  const auto correct = [&]() -> auto& {
    v1::CorrectFundingTrancheRequest command;
    command.set_name(kAgreement);
    command.set_tranche_number(last++);
    *command.mutable_amount() = ToProto(*base::Money::Parse(fmt::format("{}.00", last), "EUR"));
    command.set_reason("typed");
    return spec.When(command);
  };
  spec.When(Tranche("1.00", "B-1")).ThenAccepted();
  for (int i = 0; i < 200; ++i) correct().ThenAccepted();
  correct().ThenRejectedField("tranche_number");
  for (int i = 1; i < 200; ++i) spec.When(Tranche("1.00", "B-2")).ThenAccepted();
  spec.When(Tranche("1.00", "B-3")).ThenRejectedField("tranche");
}

TEST(FundingAgreement, IsThereOnceByTheDonorsNumber) {
  ProcurementSpec spec;
  spec.When(Entering()).ThenAccepted();
  spec.When(Entering("again")).ThenRejected("ALREADY_EXISTS", {{"name", kAgreement}});
}

TEST(FundingAgreement, NamesTheFieldThatIsWrong) {
  ProcurementSpec spec;
  const auto refused = [&](const char* field, auto edit) {
    auto command = Entering();
    edit(*command.mutable_funding_agreement());
    spec.When(command).ThenRejectedField(std::string("funding_agreement.") + field);
  };
  using A = v1::FundingAgreement;
  refused("donor", [](A& a) { a.set_donor("eu"); });
  refused("agreement_number", [](A& a) { a.clear_agreement_number(); });
  refused("amount", [](A& a) { a.mutable_amount()->set_units(0); });
  refused("start_date", [](A& a) { a.clear_start_date(); });
  refused("end_date", [](A& a) { a.mutable_end_date()->set_year(2022); });
  spec.When(Entering()).ThenAccepted();
  auto tranche = Tranche("1.00", "");
  spec.When(tranche).ThenRejectedField("tranche.reference");
  tranche = Tranche("1.00", "B-1");
  *tranche.mutable_tranche()->mutable_amount() = Km("1.00");
  spec.When(tranche).ThenRejected("CURRENCY_MISMATCH");
  tranche = Tranche("0.00", "B-1");
  spec.When(tranche).ThenRejectedField("tranche.amount");
  tranche = Tranche("1.00", "B-1");
  tranche.mutable_tranche()->mutable_receive_date()->set_year(2024);
  spec.When(tranche).ThenRejectedField("tranche.receive_date");
}

TEST(FundingAgreement, AShareOfABudgetLineCitesIt) {
  ProcurementSpec spec;
  spec.When(Entering()).ThenAccepted();
  v1::CreateBudgetLineRequest line;
  line.set_parent(kProject);
  line.set_budget_line_id("shared");
  line.mutable_budget_line()->set_display_name("Shared");
  *line.mutable_budget_line()->mutable_amount() = Km("100.00");
  v1::FundingShare& share = *line.mutable_budget_line()->add_funding_shares();
  share.set_donor("organisations/ch");
  share.set_funding_agreement(kAgreement);
  *share.mutable_percent() = Number("100");
  spec.When(line).ThenRejectedField("budget_line.funding_shares[0].funding_agreement");
  share.set_donor("organisations/eu");
  spec.When(line).ThenAccepted();
  const v1::BudgetLine made = spec.Budget(std::string(kProject) + "/budgetLines/shared");
  EXPECT_EQ(made.funding_shares(0).funding_source(), "IPA/2018/404-174");
}

}  // namespace
}  // namespace prihvat::procurement
