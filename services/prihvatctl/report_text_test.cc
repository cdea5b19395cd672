#include "services/prihvatctl/report_text.h"

#include <sstream>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/prihvatctl/progress.h"

namespace prihvat::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
T Parsed(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

constexpr char kDonorSummary[] = R"(
  donor: "organisations/eu"
  totals {
    budget { currency_code: "BAM" units: 930000 }
    committed { currency_code: "BAM" }
    spent { currency_code: "BAM" units: 895900 }
    available { currency_code: "BAM" units: 34100 }
    handed_over { currency_code: "BAM" units: 895900 }
  }
  budget_lines {
    budget_line: "operations/ba/projects/p/budgetLines/vehicles"
    display_name: "Vehicles"
    position {
      budget { currency_code: "BAM" units: 750000 }
      spent { currency_code: "BAM" units: 725000 }
    }
  }
  certificates {
    certificate_number: "DC-2023-0002"
    recipient: "organisations/dcpb"
    effective_date { year: 2023 month: 7 day: 13 }
    item_count: 26
    value { currency_code: "BAM" units: 170900 }
    value_eur { currency_code: "EUR" units: 87379 nanos: 780000000 }
  }
  handed_over_eur {
    total { currency_code: "EUR" units: 458066 nanos: 400000000 }
    sum_of_documents { currency_code: "EUR" units: 458066 nanos: 390000000 }
    rounding_difference { currency_code: "EUR" nanos: 10000000 }
  }
)";

TEST(DonorSummaryText, WorkedCase_TheTotalShowsARoundingDifferenceOf1Cent) {
  const auto text = DonorSummaryText(Parsed<reporting::v1::DonorSummary>(kDonorSummary), 0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("donor: eu\n"));
  EXPECT_THAT(*text, HasSubstr("handed over 895,900.00 KM\n"));
  EXPECT_THAT(*text, HasSubstr("EUR 458,066.40 (the documents together: EUR 458,066.39, rounding "
                               "difference EUR 0.01)"));
  EXPECT_THAT(*text,
              HasSubstr("DC-2023-0002  2023-07-13   dcpb     26  170900.00  KM  87379.78\n"));
  EXPECT_THAT(*text, HasSubstr("Vehicles"));
}

TEST(DonorSummaryText, INV37_WhatWasPassedOnStandsApartWhereAnythingWas) {
  auto summary = Parsed<reporting::v1::DonorSummary>(kDonorSummary);
  EXPECT_THAT(*DonorSummaryText(summary, 0), Not(HasSubstr("passed on")));
  auto& position = *summary.mutable_budget_lines(0)->mutable_position();
  position.mutable_passed_on()->set_currency_code("BAM");
  position.mutable_passed_on()->set_units(400);
  position.mutable_spent_by_agencies()->set_currency_code("BAM");
  position.mutable_spent_by_agencies()->set_units(150);
  const auto text = DonorSummaryText(summary, 0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("passed on  spent by agencies"));
  EXPECT_THAT(*text, HasSubstr("400.00             150.00"));
}

TEST(DonorSummaryText, SeveralDonorsAreSaidToBeSeveral) {
  const auto text = DonorSummaryText(reporting::v1::DonorSummary(), 0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("donor: several\n"));
}

TEST(DonorSummaryText, DocumentsWithoutARateAreCounted) {
  auto summary = Parsed<reporting::v1::DonorSummary>(kDonorSummary);
  summary.mutable_handed_over_eur()->set_unconverted_documents(2);
  const auto text = DonorSummaryText(summary, 0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("2 documents have no value in EUR"));
}

TEST(CentreSummaryText, HasItsDaysExitsAndServices) {
  const auto text = CentreSummaryText(Parsed<reporting::v1::CentreSummary>(R"(
    centre: "operations/ba/centres/usivak"
    display_name: "Ušivak"
    opening: 0 closing: 46 nights: 172 persons: 50
    exit_reasons { reason: "EXIT_REASON_DEPARTED" count: 3 }
    services { agency: "organisations/unfpa" kind: "SERVICE_KIND_NON_FOOD_ITEMS" unit: "kit"
               deliveries: 1 quantity { value: "10" } contacts: 10 }
    days { date { year: 2022 month: 2 day: 1 } movements { arrivals: 30 } closing: 30 }
  )"),
                                      0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("Ušivak (usivak)"));
  EXPECT_THAT(*text, HasSubstr("at the end 46; 172 nights, 50 persons"));
  EXPECT_THAT(*text, HasSubstr("exits, departed: 3\n"));
  EXPECT_THAT(*text, HasSubstr("unfpa   non food items           1        10  kit         10\n"));
  EXPECT_THAT(*text, HasSubstr("2022-02-01"));
}

TEST(LineOfSightText, PeopleServedAreLeftOutWhereTheyMeanNothing) {
  const auto text = LineOfSightText(Parsed<reporting::v1::LineOfSight>(R"(
    rows { description: "vehicle" recipient: "organisations/dcpb" }
    rows { description: "machine" centre: "operations/ba/centres/usivak" people_served: 0 }
    row_count: 2
  )"),
                                    0);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, Not(HasSubstr("dcpb          0\n")));
  EXPECT_THAT(*text, HasSubstr("usivak       0\n"));
}

TEST(Progress, OnATerminalIsOneLine) {
  std::ostringstream out;
  Progress progress(out, /*is_terminal=*/true, 4);
  progress.Show(1, "one");
  progress.Show(4, "four");
  progress.Finish();
  EXPECT_THAT(out.str(), HasSubstr("\r[#######......................."));
  EXPECT_THAT(out.str(), HasSubstr("\r[##############################] 4/4 four"));
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1);
}

TEST(Progress, ElsewhereIsALineEachTenth) {
  std::ostringstream out;
  Progress progress(out, /*is_terminal=*/false, 100);
  for (size_t done = 1; done <= 25; ++done) progress.Show(done, "step");
  progress.Finish();
  EXPECT_EQ(out.str(), " 10 %  10/100 step\n 20 %  20/100 step\n");
}

}  // namespace
}  // namespace prihvat::ctl
