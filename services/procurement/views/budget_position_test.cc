#include "services/procurement/views/budget_position.h"

#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

TEST(BudgetPosition, SumsByCurrencyAndConvertsNothing) {
  ProcurementSpec spec("800.00");
  spec.AddBudgetLine("services", "200.00");
  v1::CreateBudgetLineRequest euros;
  euros.set_parent(kProject);
  euros.set_budget_line_id("travel");
  euros.mutable_budget_line()->set_display_name("Travel");
  *euros.mutable_budget_line()->mutable_amount() = ToProto(*base::Money::Parse("1000.00", "EUR"));
  spec.When(euros).ThenAccepted();
  spec.Ordered({Goods("7", "100.00")}).Receive({{.accepted = "2"}}).ThenAccepted();

  v1::BudgetPosition position;
  const es::View view(spec.rows());
  ASSERT_TRUE(FillBudgetPosition(view, kProject, position).ok());
  EXPECT_EQ(position.project(), kProject);
  ASSERT_EQ(position.budget_lines_size(), 3);
  EXPECT_EQ(position.budget_lines(0).name(), kBudgetLine);
  EXPECT_EQ(Text(position.budget_lines(0).committed()), "500.00 BAM");
  ASSERT_EQ(position.totals_size(), 2);
  EXPECT_EQ(Text(position.totals(0).amount()), "1000.00 BAM");
  EXPECT_EQ(Text(position.totals(0).reserved()), "0.00 BAM");
  EXPECT_EQ(Text(position.totals(0).committed()), "500.00 BAM");
  EXPECT_EQ(Text(position.totals(0).spent()), "200.00 BAM");
  EXPECT_EQ(Text(position.totals(0).available()), "300.00 BAM");
  EXPECT_EQ(Text(position.totals(1).available()), "1000.00 EUR");
}

TEST(BudgetPosition, OfAProjectWithoutLinesIsEmpty) {
  ProcurementSpec spec;
  const es::View view(spec.rows());
  v1::BudgetPosition position;
  ASSERT_TRUE(FillBudgetPosition(view, "operations/ba/projects/other", position).ok());
  EXPECT_EQ(position.budget_lines_size(), 0);
  EXPECT_EQ(position.totals_size(), 0);
}

}  // namespace
}  // namespace prihvat::procurement
