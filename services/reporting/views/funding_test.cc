#include "services/reporting/views/funding.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reporting/documents/line_of_sight_table.h"
#include "services/reporting/views/donor_summary.h"
#include "services/reporting/views/line_of_sight.h"
#include "services/reporting/views/testing/story.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

using testing::At;
using testing::DecimalOf;
using ::testing::ElementsAre;
using testing::HandedOver;
using testing::Handover;
using ::testing::IsEmpty;
using testing::Line;
using testing::MoneyOf;
using testing::Receipt;
using testing::Story;
using testing::TellMoved;
using testing::TellProject;
using testing::TextOf;

constexpr char kProject[] = "operations/ba/projects/response";
constexpr char kLine[] = "operations/ba/projects/response/budgetLines/goods";
const std::vector<std::pair<std::string, std::string>> kThirds = {{"organisations/eu", "33.3334"},
                                                                  {"organisations/ch", "33.3333"},
                                                                  {"organisations/no", "33.3333"}};

template <class Shares>
void Name(const std::vector<std::pair<std::string, std::string>>& sources, Shares& shares) {
  for (const auto& [donor, percent] : sources) {
    auto& share = *shares.Add();
    share.set_donor(donor);
    *share.mutable_percent() = DecimalOf(percent);
  }
}

// Two lines of a receipt, 100.00 and 0.01 KM, of a budget line that three donors pay in thirds; the
// first is handed over.
struct Thirds : Story {
  Thirds() {
    Clock(At(2023, 1, 10));
    TellProject(*this, kProject, "organisations/eu");
    procurement::v1::BudgetLineCreated line;
    line.set_budget_line(kLine);
    line.set_project(kProject);
    line.set_display_name("Equipment");
    line.set_donor("organisations/eu");
    *line.mutable_amount() = MoneyOf("1000.00");
    Name(kThirds, *line.mutable_funding_shares());
    Tell(line);
    auto receipt =
        Receipt("1", {Line(1, procurement::v1::LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("100.00")),
                      Line(2, procurement::v1::LINE_KIND_SERVICE, "1", MoneyOf("0.01")),
                      Line(3, procurement::v1::LINE_KIND_SERVICE, "1", MoneyOf("0.01"))});
    for (auto& posted : *receipt.mutable_lines()) Name(kThirds, *posted.mutable_funding_shares());
    Tell(receipt);
    TellMoved(*this, kLine, kProject, "0.10", "200.00", "100.02");
    auto item = HandedOver(receipt, 1, MoneyOf("100.00"));
    Name(kThirds, *item.mutable_provenance()->mutable_funding());
    *item.mutable_value_eur() = MoneyOf("51.13", "EUR");
    Tell(Handover("1", "organisations/dcpb", At(2023, 3, 1), {item}));
  }
};

v1::LineOfSightFilter OfDonor(const std::string& donor) {
  v1::LineOfSightFilter filter;
  filter.set_donor(donor);
  return filter;
}

std::string Said(const v1::BudgetPosition& position) {
  return fmt::format("{} | {} | {} | {} | {} | {}", TextOf(position.budget()),
                     TextOf(position.reserved()), TextOf(position.committed()),
                     TextOf(position.spent()), TextOf(position.available()),
                     TextOf(position.handed_over()));
}

// Money that went on to an agency, of which it reported a part, beside what was bought.
TEST(ReportFunding, INV37_WhatWasPassedOnIsAFigureOfItsOwnAndCountedOnce) {
  Thirds story;
  const auto move = [&](std::string_view committed, std::string_view spent, std::string_view paid,
                        const std::string& cause) {
    procurement::v1::BudgetMoved event;
    event.set_budget_line(kLine);
    event.set_project(kProject);
    event.set_cause(cause);
    *event.mutable_committed_change() = MoneyOf(committed);
    *event.mutable_spent_change() = MoneyOf(spent);
    *event.mutable_paid_change() = MoneyOf(paid);
    story.Tell(event);
  };
  const auto before = SummariseDonor(story.Fold(), story.Scope(), {}).value();
  EXPECT_FALSE(before.totals(0).has_passed_on());
  const std::string transfer = "operations/ba/agencyTransfers/at";
  move("300.00", "0.00", "0.00", transfer);
  move("0.00", "0.00", "120.00", transfer);
  move("0.00", "0.00", "-20.00", transfer);
  move("-60.00", "60.00", "0.00", transfer);
  move("0.00", "0.00", "50.00", "operations/ba/purchaseOrders/po");  // to a supplier
  const auto all = SummariseDonor(story.Fold(), story.Scope(), {}).value();
  EXPECT_EQ(TextOf(all.totals(0).passed_on()), "100.00 BAM");
  EXPECT_EQ(TextOf(all.totals(0).spent_by_agencies()), "60.00 BAM");
  EXPECT_EQ(TextOf(all.totals(0).spent()), "160.02 BAM");
  EXPECT_EQ(TextOf(all.totals(0).committed()), "440.00 BAM");
  // Each donor's part, of which all add up.
  base::Money passed_on = base::Money::Zero(base::Currency::Bam());
  ASSERT_EQ(all.donors_size(), 3);
  for (const auto& donor : all.donors()) {
    passed_on = base::Sum(passed_on, FromProto(donor.position().passed_on()));
  }
  EXPECT_EQ(passed_on.Format(), "100.00 BAM");
}

TEST(ReportFunding, INV02_ADonorsSummaryCountsItsPartOnlyAndAllAddUp) {
  Thirds story;
  const auto all = SummariseDonor(story.Fold(), story.Scope(), {}).value();
  EXPECT_EQ(all.donor(), "") << "several pay";
  EXPECT_THAT(all.projects(), ElementsAre(kProject));
  ASSERT_EQ(all.budget_lines_size(), 1);
  EXPECT_EQ(Said(all.budget_lines(0).position()),
            "1,000.00 BAM | 0.10 BAM | 200.00 BAM | 100.02 BAM | 699.88 BAM | 100.00 BAM");
  ASSERT_EQ(all.budget_lines(0).funding_size(), 3);
  EXPECT_EQ(Said(all.budget_lines(0).funding(0).position()),
            "333.34 BAM | 0.04 BAM | 66.67 BAM | 33.34 BAM | 233.29 BAM | 33.34 BAM");
  EXPECT_EQ(Said(all.budget_lines(0).funding(2).position()),
            "333.33 BAM | 0.03 BAM | 66.66 BAM | 33.34 BAM | 233.30 BAM | 33.33 BAM");
  ASSERT_EQ(all.donors_size(), 3);
  EXPECT_EQ(all.donors(0).donor(), "organisations/ch");

  base::Money spent = base::Money::Zero(base::Currency::Bam());
  base::Money budget = spent, euros = base::Money::Zero(base::Currency::Eur()), handed = spent;
  for (const auto& [donor, percent] : kThirds) {
    const auto one = SummariseDonor(story.Fold(), story.Scope(), {.donor = donor}).value();
    EXPECT_EQ(one.donor(), donor);
    EXPECT_THAT(one.projects(), ElementsAre(kProject));
    ASSERT_EQ(one.totals_size(), 1);
    ASSERT_EQ(one.budget_lines_size(), 1);
    EXPECT_EQ(one.budget_lines(0).donor(), donor);
    ASSERT_EQ(one.budget_lines(0).funding_size(), 1);
    budget = base::Sum(budget, FromProto(one.totals(0).budget()));
    spent = base::Sum(spent, FromProto(one.totals(0).spent()));
    ASSERT_EQ(one.certificates_size(), 1);
    handed = base::Sum(handed, FromProto(one.certificates(0).value()));
    euros = base::Sum(euros, FromProto(one.certificates(0).value_eur()));
    EXPECT_EQ(TextOf(one.certificates(0).value()), TextOf(one.totals(0).handed_over()));
  }
  EXPECT_EQ(budget.Format(), "1,000.00 BAM");
  EXPECT_EQ(spent.Format(), "100.02 BAM");
  EXPECT_EQ(handed.Format(), "100.00 BAM");
  EXPECT_EQ(euros.Format(), "51.13 EUR");
  EXPECT_THAT(SummariseDonor(story.Fold(), story.Scope(), {.donor = "organisations/us"})
                  .value()
                  .budget_lines(),
              IsEmpty());
}

TEST(ReportFunding, INV02_TheLineOfSightStartsFromAnyDonorsMoney) {
  Thirds story;
  const Sight all = SeeLineOfSight(story.Fold(), story.Scope(), {}).value();
  ASSERT_EQ(all.rows.size(), 3u);
  EXPECT_EQ(all.rows[0].row.donor(), "");
  ASSERT_EQ(all.rows[0].row.funding_size(), 3);
  EXPECT_EQ(TextOf(all.rows[0].row.funding(0).value()), "33.34 BAM");
  EXPECT_EQ(TextOf(all.rows[0].row.funding(0).value_eur()), "17.05 EUR");
  EXPECT_EQ(TextOf(all.rows[0].row.funding(2).value_eur()), "17.04 EUR");

  const auto totals = TotalsOf(all).value();
  ASSERT_EQ(totals.donor_parts_size(), 3);
  std::vector<std::string> said;
  for (const v1::DonorPart& part : totals.donor_parts()) {
    said.push_back(fmt::format("{} {} {} {}", part.donor(), TextOf(part.sum_of_rows()),
                               TextOf(part.total()), TextOf(part.rounding_difference())));
  }
  // Cents that nobody can share fall on the first source, row by row; the lines are shared once.
  EXPECT_THAT(said, ElementsAre("organisations/ch 33.33 BAM 33.34 BAM 0.01 BAM",
                                "organisations/eu 33.36 BAM 33.34 BAM -0.02 BAM",
                                "organisations/no 33.33 BAM 33.34 BAM 0.01 BAM"));

  const Sight swiss =
      SeeLineOfSight(story.Fold(), story.Scope(), OfDonor("organisations/ch")).value();
  ASSERT_EQ(swiss.rows.size(), 3u);
  EXPECT_EQ(swiss.rows[0].row.donor(), "organisations/ch");
  EXPECT_EQ(TextOf(swiss.rows[0].row.value()), "33.33 BAM");
  EXPECT_EQ(TextOf(swiss.rows[1].row.value()), "0.00 BAM");
  EXPECT_EQ(swiss.rows[0].row.funding_size(), 1);
  const auto of_swiss = TotalsOf(swiss).value();
  EXPECT_EQ(TextOf(of_swiss.values(0).value()), "33.33 BAM");
  ASSERT_EQ(of_swiss.donor_parts_size(), 1);
  // What the line of sight says of all of a donor's money is what its summary says was spent.
  const auto summary =
      SummariseDonor(story.Fold(), story.Scope(), {.donor = "organisations/ch"}).value();
  EXPECT_EQ(TextOf(of_swiss.donor_parts(0).total()), TextOf(summary.totals(0).spent()));
  EXPECT_THAT(SeeLineOfSight(story.Fold(), story.Scope(), OfDonor("organisations/us")).value().rows,
              IsEmpty());
}

TEST(ReportFunding, AFileNamesAllWhoPaidAndTheirParts) {
  Thirds story;
  const Sight all = SeeLineOfSight(story.Fold(), story.Scope(), {}).value();
  const documents::Table table = LineOfSightTable(all).value();
  const auto text = [](const documents::Cell& cell) {
    const auto* found = std::get_if<documents::Text>(&cell);
    return found == nullptr ? std::string() : found->value;
  };
  EXPECT_EQ(text(table.rows[0][0]), "organisations/ch; organisations/eu; organisations/no");
  EXPECT_EQ(text(table.rows[0].back()),
            "organisations/eu 33.3334 %: 33.34; organisations/ch 33.3333 %: 33.33; "
            "organisations/no 33.3333 %: 33.33");
  std::vector<std::string> labels;
  for (size_t i = 3; i < table.rows.size(); ++i) labels.push_back(text(table.rows[i][6]));
  EXPECT_THAT(labels, ::testing::IsSupersetOf({"Paid by organisations/no, row by row",
                                               "Rounding difference of organisations/no",
                                               "Paid by organisations/no"}));
}

}  // namespace
}  // namespace prihvat::reporting
