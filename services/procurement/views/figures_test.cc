#include "services/procurement/views/figures.h"

#include <map>

#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

TEST(ProcurementFigures, AreEachProjectsMoneyByCurrency) {
  ProcurementSpec spec("800.50");
  v1::CreateBudgetLineRequest euros;
  euros.set_parent(kProject);
  euros.set_budget_line_id("travel");
  euros.mutable_budget_line()->set_display_name("Travel");
  *euros.mutable_budget_line()->mutable_amount() = ToProto(*base::Money::Parse("1000.00", "EUR"));
  spec.When(euros).ThenAccepted();
  spec.Ordered({Goods("7", "100.00")}).Receive({{.accepted = "2"}}).ThenAccepted();

  std::map<std::string, double> figures;
  const auto no_view = [](std::string_view) -> const es::Rows* { return nullptr; };
  for (const base::Statistic& figure :
       ProcurementFigures({.entities = spec.rows(), .view = no_view, .now = absl::UnixEpoch()})) {
    ASSERT_EQ(figure.labels.size(), 3u);
    EXPECT_EQ(figure.labels[0].second, "ba");
    EXPECT_EQ("operations/ba/projects/" + figure.labels[1].second, kProject);
    figures[figure.name + " " + figure.labels[2].second] = figure.value;
  }
  EXPECT_EQ(figures.size(), 10u);
  EXPECT_DOUBLE_EQ(figures["prihvat_project_budget BAM"], 800.5);
  EXPECT_EQ(figures["prihvat_project_reserved BAM"], 0);
  EXPECT_EQ(figures["prihvat_project_committed BAM"], 500);
  EXPECT_EQ(figures["prihvat_project_spent BAM"], 200);
  EXPECT_EQ(figures["prihvat_project_paid BAM"], 0);
  EXPECT_EQ(figures["prihvat_project_budget EUR"], 1000);
}

}  // namespace
}  // namespace prihvat::procurement
