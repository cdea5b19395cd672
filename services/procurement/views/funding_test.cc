#include "services/procurement/views/funding.h"

#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using ::testing::ElementsAre;

v1::FundingShare Share(std::string_view donor, std::string_view percent,
                       std::string_view source = "") {
  v1::FundingShare share;
  share.set_donor(fmt::format("organisations/{}", donor));
  share.set_funding_source(std::string(source));
  *share.mutable_percent() = Number(percent);
  return share;
}

v1::CreateBudgetLineRequest LineOf(const std::vector<v1::FundingShare>& shares) {
  v1::CreateBudgetLineRequest command;
  command.set_parent(kProject);
  command.set_budget_line_id("shared");
  command.mutable_budget_line()->set_display_name("Shared");
  *command.mutable_budget_line()->mutable_amount() = Km("100000.00");
  command.mutable_budget_line()->mutable_funding_shares()->Assign(shares.begin(), shares.end());
  return command;
}

// An order of these lines out of a budget line with these sources.
ProcurementSpec Ordered(const std::vector<v1::FundingShare>& shares,
                        const std::vector<v1::OrderLine>& lines) {
  ProcurementSpec spec;
  spec.When(LineOf(shares)).ThenAccepted();
  auto draft = ProcurementSpec::DraftOf(lines);
  draft.mutable_purchase_order()->set_budget_line(std::string(kProject) + "/budgetLines/shared");
  spec.As(kRequester).When(draft).ThenAccepted();
  spec.Approve().ThenAccepted();
  spec.Issue().ThenAccepted();
  return spec;
}

v1::FundingSplit SplitOf(const ProcurementSpec& spec, std::string_view name) {
  v1::FundingSplit split;
  const es::View view(spec.rows());
  const absl::Status status = FillFundingSplit(view, name, split);
  EXPECT_TRUE(status.ok()) << status;
  return split;
}

// "eu 33.34 (0.01)"
std::vector<std::string> Said(const google::protobuf::RepeatedPtrField<v1::SplitShare>& shares) {
  std::vector<std::string> said;
  for (const v1::SplitShare& share : shares) {
    said.push_back(fmt::format("{} {} ({})", share.donor().substr(14),
                               FromProto(share.amount()).AmountText(),
                               FromProto(share.rounding_difference()).AmountText()));
  }
  return said;
}

TEST(Funding, INV02_SharesAddUpToTheCentBothWays) {
  const std::vector<v1::FundingShare> thirds = {Share("eu", "33.3334"), Share("ch", "33.3333"),
                                                Share("no", "33.3333")};
  const ProcurementSpec spec = Ordered(thirds, {Goods("1", "100.00"), Goods("1", "0.01")});
  const v1::FundingSplit split = SplitOf(spec, kOrder);
  EXPECT_EQ(Text(split.total()), "100.01 BAM");
  ASSERT_EQ(split.lines_size(), 2);
  EXPECT_THAT(Said(split.lines(0).shares()),
              ElementsAre("eu 33.34 (0.01)", "ch 33.33 (0.00)", "no 33.33 (0.00)"));
  EXPECT_THAT(Said(split.lines(1).shares()),
              ElementsAre("eu 0.01 (0.01)", "ch 0.00 (0.00)", "no 0.00 (0.00)"));
  // A source's total is the sum of its lines; what that differs from its percentage is told.
  EXPECT_THAT(Said(split.shares()),
              ElementsAre("eu 33.35 (0.01)", "ch 33.33 (-0.01)", "no 33.33 (-0.01)"));
  for (const v1::SplitLine& line : split.lines()) {
    base::Money sum = base::Money::Zero(FromProto(line.total()).currency());
    for (const v1::SplitShare& share : line.shares()) sum = Sum(sum, FromProto(share.amount()));
    EXPECT_EQ(sum, FromProto(line.total()));
  }
}

TEST(Funding, ALineWithoutSharesIsTheDonorsOfItsProject) {
  ProcurementSpec spec;
  spec.Ordered({Goods("7", "10.01")});
  EXPECT_THAT(Said(SplitOf(spec, kOrder).shares()), ElementsAre("eu 70.07 (0.00)"));
  EXPECT_THAT(Said(SplitOf(spec, kBudgetLine).shares()), ElementsAre("eu 1000000.00 (0.00)"));
}

TEST(Funding, AnOrdersSharesSayWhatIsPromisedAndSpent) {
  ProcurementSpec spec =
      Ordered({Share("eu", "80", "IPA II"), Share("ch", "20")}, {Goods("10", "1.01")});
  spec.Receive({{.accepted = "3"}}).ThenAccepted();
  const es::View view(spec.rows());
  const auto shares = FunderSharesOf(view, spec.Order());
  ASSERT_TRUE(shares.ok()) << shares.status();
  ASSERT_EQ(shares->size(), 2u);
  EXPECT_EQ((*shares)[0].funding_source(), "IPA II");
  EXPECT_EQ(Text((*shares)[0].amount()), "8.08 BAM");
  EXPECT_EQ(Text((*shares)[0].committed()), "5.66 BAM");
  EXPECT_EQ(Text((*shares)[0].spent()), "2.42 BAM");
  EXPECT_EQ(Text((*shares)[1].spent()), "0.61 BAM");
}

// Each line has a cent that cannot be shared; what is promised, spent and in all of a source is of
// the same lines.
TEST(Funding, INV02_WhatASourcePromisedAndSpentIsThatOfItsSharesOfTheLines) {
  ProcurementSpec spec =
      Ordered({Share("eu", "33.3334"), Share("ch", "33.3333"), Share("no", "33.3333")},
              {Goods("1", "0.01"), Goods("1", "0.01")});
  const auto said = [&] {
    std::vector<std::string> all;
    const es::View view(spec.rows());
    const auto shares = FunderSharesOf(view, spec.Order());
    EXPECT_TRUE(shares.ok()) << shares.status();
    for (const v1::FunderShare& share : *shares) {
      all.push_back(Text(share.amount()) + ", " + Text(share.committed()) + ", " +
                    Text(share.spent()));
    }
    return all;
  };
  EXPECT_THAT(said(), ElementsAre("0.02 BAM, 0.02 BAM, 0.00 BAM", "0.00 BAM, 0.00 BAM, 0.00 BAM",
                                  "0.00 BAM, 0.00 BAM, 0.00 BAM"));
  spec.Receive({{.accepted = "1", .line = 1}, {.accepted = "1", .line = 2}}).ThenAccepted();
  EXPECT_THAT(said(), ElementsAre("0.02 BAM, 0.00 BAM, 0.02 BAM", "0.00 BAM, 0.00 BAM, 0.00 BAM",
                                  "0.00 BAM, 0.00 BAM, 0.00 BAM"));
}

// Handover and reporting learn of all who pay from the receipt.
TEST(Funding, AReceiptSaysWhoPays) {
  ProcurementSpec spec =
      Ordered({Share("ch", "20", "Grant"), Share("eu", "80")}, {Goods("10", "1.01")});
  spec.Receive({{.accepted = "3"}}).ThenAccepted();
  const auto posted = spec.Event<v1::GoodsReceiptPosted>();
  ASSERT_EQ(posted.lines_size(), 1);
  EXPECT_EQ(posted.lines(0).donor(), "organisations/ch");
  ASSERT_EQ(posted.lines(0).funding_shares_size(), 2);
  EXPECT_EQ(posted.lines(0).funding_shares(0).funding_source(), "Grant");
  EXPECT_EQ(posted.lines(0).funding_shares(1).percent().value(), "80");
}

TEST(Funding, AnAwardIsSharedOutByLot) {
  SourcingSpec spec;
  spec.Evaluated();
  v1::FundingSplit split;
  const es::View before(spec.rows());
  EXPECT_EQ(FillFundingSplit(before, kProcess, split).code(),
            absl::StatusCode::kFailedPrecondition);
  spec.Recommend({"alfa", "beta"}, "alfa can deliver one lot only").ThenAccepted();
  const v1::FundingSplit award = SplitOf(spec, kProcess);
  EXPECT_EQ(Text(award.total()), "185000.00 BAM");
  ASSERT_EQ(award.lines_size(), 2);
  EXPECT_EQ(award.lines(1).description(), "Footwear");
  EXPECT_THAT(Said(award.shares()), ElementsAre("eu 185000.00 (0.00)"));
}

TEST(Funding, WhatIsNoDocumentIsNotFound) {
  ProcurementSpec spec;
  const es::View view(spec.rows());
  v1::FundingSplit split;
  for (const char* name : {kSupplier, "operations/ba/purchaseOrders/none", ""}) {
    EXPECT_EQ(FillFundingSplit(view, name, split).code(), absl::StatusCode::kNotFound) << name;
  }
}

TEST(Funding, SharesOfALineComeToOneHundred) {
  ProcurementSpec spec;
  const std::string list = "budget_line.funding_shares";
  spec.When(LineOf({Share("eu", "80"), Share("ch", "19.9999")})).ThenRejectedField(list);
  spec.When(LineOf({Share("eu", "80"), Share("ch", "20.0001")})).ThenRejectedField(list);
  spec.When(LineOf({Share("eu", "0"), Share("ch", "100")})).ThenRejectedField(list + "[0].percent");
  spec.When(LineOf({Share("eu", "101")})).ThenRejectedField(list + "[0].percent");
  spec.When(LineOf({Share("eu", "99.99999"), Share("ch", "0.00001")}))
      .ThenRejectedField(list + "[0].percent");
  spec.When(LineOf({Share("eu", "50"), Share("eu", "50")})).ThenRejectedField(list + "[1].donor");
  spec.When(LineOf({Share("nobody/else", "100")})).ThenRejectedField(list + "[0].donor");
  spec.When(LineOf(std::vector<v1::FundingShare>(21, Share("eu", "1")))).ThenRejectedField(list);
  spec.When(LineOf({Share("eu", "50", "IPA II"), Share("eu", "50", "IPA III")})).ThenAccepted();
}

}  // namespace
}  // namespace prihvat::procurement
