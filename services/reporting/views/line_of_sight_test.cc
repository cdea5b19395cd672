#include "services/reporting/views/line_of_sight.h"

#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "libs/documents/csv.h"
#include "prihvat/reception/v1/events.pb.h"
#include "services/reporting/api/report_errors.h"
#include "services/reporting/documents/line_of_sight_table.h"
#include "services/reporting/views/donor_summary.h"
#include "services/reporting/views/testing/story.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

using procurement::v1::LINE_KIND_GOODS_QUANTITY;
using procurement::v1::LINE_KIND_GOODS_SERIAL;
using procurement::v1::LINE_KIND_SERVICE;
using testing::At;
using testing::DecimalOf;
using ::testing::ElementsAre;
using testing::HandedOver;
using testing::Handover;
using testing::Line;
using testing::MoneyOf;
using testing::Receipt;
using testing::Story;
using testing::TextOf;

constexpr char kProject[] = "operations/ba/projects/response";
constexpr char kBudgetLine[] = "operations/ba/projects/response/budgetLines/goods";
constexpr char kUsivak[] = "operations/ba/centres/usivak";
constexpr char kLipa[] = "operations/ba/centres/lipa";

Sight See(Story& story, const v1::LineOfSightFilter& filter = {}, TimeCut cut = {}) {
  absl::StatusOr<Sight> sight = SeeLineOfSight(story.Fold(), story.Scope(cut), filter);
  EXPECT_TRUE(sight.ok()) << sight.status();
  return sight.ok() ? *std::move(sight) : Sight{};
}

v1::LineOfSight Totals(const Sight& sight) { return TotalsOf(sight).value(); }

// "stage item-or-serial quantity value" of each row.
std::vector<std::string> Brief(const Sight& sight) {
  std::vector<std::string> brief;
  for (const SightRow& row : sight.rows) {
    brief.push_back(
        fmt::format("{} {} {} {}", row.row.line_number(),
                    row.row.certificate_number().empty() ? "-" : row.row.certificate_number(),
                    row.row.quantity().value(), row.value.AmountText()));
  }
  return brief;
}

procurement::v1::SerialItem Piece(std::string_view serial) {
  procurement::v1::SerialItem piece;
  piece.set_serial(std::string(serial));
  piece.set_manufacturer("Lada");
  return piece;
}

void TellAsset(Story& story, const procurement::v1::GoodsReceiptPosted& receipt, int line,
               std::string_view serial, std::string_view vin = "") {
  handover::v1::AssetRegistered event;
  event.set_vin(std::string(vin));
  event.set_asset(fmt::format("operations/ba/assets/{}", serial));
  event.set_serial(std::string(serial));
  event.mutable_provenance()->set_receipt(receipt.receipt());
  event.mutable_provenance()->set_line_number(line);
  story.Tell(event);
}

void TellStay(Story& story, std::string_view person, std::string_view centre, absl::Time in,
              absl::Time out = absl::InfiniteFuture()) {
  reception::v1::CheckedIn checked_in;
  checked_in.set_stay(fmt::format("operations/ba/stays/{}", person));
  checked_in.set_person(fmt::format("operations/ba/persons/{}", person));
  checked_in.set_centre(std::string(centre));
  story.TellAsOf(in, checked_in);
  if (out == absl::InfiniteFuture()) return;
  reception::v1::CheckedOut checked_out;
  checked_out.set_stay(checked_in.stay());
  checked_out.set_person(checked_in.person());
  checked_out.set_centre(std::string(centre));
  checked_out.set_reason(reception::v1::EXIT_REASON_DEPARTED);
  checked_out.set_previous_state(reception::v1::STAY_STATE_CHECKED_IN);
  story.TellAsOf(out, checked_out);
}

// Ten vehicles in March, clothing in July: the two donations of 2023.
void TellDonations(Story& story) {
  testing::TellProject(story, kProject, "organisations/eu");
  testing::TellBudgetLine(story, kBudgetLine, kProject, "organisations/eu", MoneyOf("1000000.00"));
  testing::TellMoved(story, kBudgetLine, kProject, "0", "0", "895900.00");

  procurement::v1::PostedLine vehicles =
      Line(1, LINE_KIND_GOODS_SERIAL, "10", MoneyOf("725000.00"));
  for (int i = 0; i < 10; ++i) *vehicles.add_serials() = Piece(fmt::format("V{}", i));
  const auto first = Receipt("2023-0001", {vehicles});
  const auto second =
      Receipt("2023-0002", {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("170900.00"))});
  story.Clock(At(2023, 3, 1)).Tell(first);
  std::vector<handover::v1::HandedOverItem> items;
  for (int i = 0; i < 10; ++i) {
    TellAsset(story, first, 1, fmt::format("V{}", i));
    handover::v1::HandedOverItem item = HandedOver(first, 1, MoneyOf("72500.00"));
    item.set_asset(fmt::format("operations/ba/assets/V{}", i));
    item.set_serial(fmt::format("V{}", i));
    // 370,686.61 over ten equal items: one gets 61, the others 66.
    *item.mutable_value_eur() = MoneyOf(i == 0 ? "37068.67" : "37068.66", "EUR");
    items.push_back(std::move(item));
  }
  story.Clock(At(2023, 3, 20)).Tell(Handover("1", "organisations/dcpb", At(2023, 3, 20), items));
  story.Clock(At(2023, 7, 1)).Tell(second);
  handover::v1::HandedOverItem clothing = HandedOver(second, 1, MoneyOf("170900.00"));
  clothing.set_asset_lot("operations/ba/assetLots/clothing");
  *clothing.mutable_value_eur() = MoneyOf("87379.78", "EUR");
  story.Clock(At(2023, 7, 13))
      .Tell(Handover("2", "organisations/dcpb", At(2023, 7, 13), {clothing}));
}

TEST(LineOfSight, WorkedCase_BothDonationsTogether_INV01_INV02) {
  Story story;
  TellDonations(story);
  const Sight sight = See(story);
  ASSERT_EQ(sight.rows.size(), 11u);
  const v1::LineOfSight totals = Totals(sight);
  ASSERT_EQ(totals.values_size(), 1);
  EXPECT_EQ(TextOf(totals.values(0).value()), "895,900.00 BAM");
  EXPECT_EQ(TextOf(totals.values(0).value_eur()), "458,066.40 EUR");
  EXPECT_EQ(TextOf(totals.eur().total()), "458,066.40 EUR");
  EXPECT_EQ(TextOf(totals.eur().sum_of_documents()), "458,066.39 EUR");
  EXPECT_EQ(TextOf(totals.eur().rounding_difference()), "0.01 EUR");
  EXPECT_EQ(totals.people_served(), 0);
  for (const SightRow& row : sight.rows) {
    EXPECT_EQ(row.row.donor(), "organisations/eu");
    EXPECT_EQ(row.row.recipient(), "organisations/dcpb");
    EXPECT_EQ(row.row.stage(), v1::LINE_STAGE_HANDED_OVER);
    EXPECT_FALSE(row.row.has_people_served()) << "an institution serves nobody at a centre";
  }
  EXPECT_EQ(sight.rows[0].row.serial(), "V0");
  EXPECT_EQ(sight.rows[0].row.order_number(), "PO-2023-0001");
  EXPECT_EQ(sight.rows[0].row.receipt_number(), "GRN-2023-0001");
  EXPECT_EQ(sight.rows[0].row.certificate_number(), "DC-1");
}

TEST(DonorSummary, WorkedCase_BothDonationsTogether_INV01_INV02) {
  Story story;
  TellDonations(story);
  const v1::DonorSummary summary =
      SummariseDonor(story.Fold(), story.Scope(), {.project = kProject}).value();
  EXPECT_EQ(summary.donor(), "organisations/eu");
  ASSERT_EQ(summary.totals_size(), 1);
  EXPECT_EQ(TextOf(summary.totals(0).budget()), "1,000,000.00 BAM");
  EXPECT_EQ(TextOf(summary.totals(0).spent()), "895,900.00 BAM");
  EXPECT_EQ(TextOf(summary.totals(0).handed_over()), "895,900.00 BAM");
  EXPECT_EQ(TextOf(summary.totals(0).available()), "104,100.00 BAM");
  ASSERT_EQ(summary.certificates_size(), 2);
  EXPECT_EQ(TextOf(summary.certificates(0).value()), "725,000.00 BAM");
  EXPECT_EQ(TextOf(summary.certificates(0).value_eur()), "370,686.61 EUR");
  EXPECT_EQ(summary.certificates(0).item_count(), 10);
  EXPECT_EQ(TextOf(summary.certificates(1).value()), "170,900.00 BAM");
  EXPECT_EQ(TextOf(summary.certificates(1).value_eur()), "87,379.78 EUR");
  EXPECT_EQ(TextOf(summary.handed_over_eur().total()), "458,066.40 EUR");
  EXPECT_EQ(TextOf(summary.handed_over_eur().sum_of_documents()), "458,066.39 EUR");
  EXPECT_EQ(TextOf(summary.handed_over_eur().rounding_difference()), "0.01 EUR");
}

TEST(DonorSummary, AProjectThatIsNotThereIsNotFound) {
  Story story;
  TellDonations(story);
  const auto summary =
      SummariseDonor(story.Fold(), story.Scope(), {.project = "operations/ba/projects/other"});
  EXPECT_EQ(summary.status().code(), absl::StatusCode::kNotFound);
}

TEST(DonorSummary, ReservedCommittedAndSpentAreSumsOfTheMoves) {
  Story story;
  testing::TellProject(story, kProject, "organisations/eu");
  testing::TellBudgetLine(story, kBudgetLine, kProject, "organisations/eu", MoneyOf("1000.00"));
  testing::TellMoved(story, kBudgetLine, kProject, "300.00", "0", "0");
  testing::TellMoved(story, kBudgetLine, kProject, "-300.00", "280.00", "0");
  testing::TellMoved(story, kBudgetLine, kProject, "0", "-100.00", "100.00");
  testing::TellMoved(story, kBudgetLine, kProject, "50.00", "0", "0");
  const v1::DonorSummary summary =
      SummariseDonor(story.Fold(), story.Scope(), {.donor = "organisations/eu"}).value();
  ASSERT_EQ(summary.budget_lines_size(), 1);
  const v1::BudgetPosition& position = summary.budget_lines(0).position();
  EXPECT_EQ(TextOf(position.reserved()), "50.00 BAM");
  EXPECT_EQ(TextOf(position.committed()), "180.00 BAM");
  EXPECT_EQ(TextOf(position.spent()), "100.00 BAM");
  EXPECT_EQ(TextOf(position.available()), "670.00 BAM");
  EXPECT_EQ(SummariseDonor(story.Fold(), story.Scope(), {.donor = "organisations/other"})
                ->budget_lines_size(),
            0);
}

TEST(DonorSummary, CurrenciesAreNeverAdded) {
  Story story;
  testing::TellProject(story, kProject, "organisations/eu");
  testing::TellBudgetLine(story, kBudgetLine, kProject, "organisations/eu", MoneyOf("1000.00"));
  testing::TellBudgetLine(story, "operations/ba/projects/response/budgetLines/staff", kProject,
                          "organisations/eu", MoneyOf("70.00", "EUR"));
  const v1::DonorSummary summary = SummariseDonor(story.Fold(), story.Scope(), {}).value();
  ASSERT_EQ(summary.totals_size(), 2);
  EXPECT_EQ(TextOf(summary.totals(0).budget()), "1,000.00 BAM");
  EXPECT_EQ(TextOf(summary.totals(1).budget()), "70.00 EUR");
}

TEST(LineOfSight, WhatIsHandedOverInPartsIsInPartsAndSumsToWhatWasSpent) {
  Story story;
  const auto receipt = Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "100", MoneyOf("333.33"))});
  story.Tell(receipt);
  handover::v1::HandedOverItem part = HandedOver(receipt, 1, MoneyOf("100.00"));
  *part.mutable_quantity() = DecimalOf("30");
  part.set_asset_lot("operations/ba/assetLots/l1");
  story.Tell(Handover("1", "organisations/dcpb", At(2023, 2, 1), {part}));
  const Sight sight = See(story);
  EXPECT_THAT(Brief(sight), ElementsAre("1 - 70 233.33", "1 DC-1 30 100.00"));
  EXPECT_EQ(TextOf(Totals(sight).values(0).value()), "333.33 BAM");
}

TEST(LineOfSight, P4_P5_WhatWentBackToTheSupplierIsNotSeen) {
  Story story;
  procurement::v1::PostedLine cars = Line(1, LINE_KIND_GOODS_SERIAL, "3", MoneyOf("300.00"));
  for (const char* serial : {"A", "B", "C"}) *cars.add_serials() = Piece(serial);
  const auto receipt =
      Receipt("1", {cars, Line(2, LINE_KIND_GOODS_QUANTITY, "25", MoneyOf("50.00")),
                    Line(3, LINE_KIND_SERVICE, "1", MoneyOf("10.00"))});
  story.Tell(receipt);
  procurement::v1::GoodsReturned returned;
  returned.set_receipt(receipt.receipt());
  procurement::v1::ReturnedLine& car = *returned.add_lines();
  car.set_line_number(1);
  *car.mutable_accepted() = DecimalOf("1");
  *car.add_serials() = Piece("B");
  *car.mutable_value() = MoneyOf("100.00");
  procurement::v1::ReturnedLine& boots = *returned.add_lines();
  boots.set_line_number(2);
  *boots.mutable_accepted() = DecimalOf("5");
  *boots.mutable_value() = MoneyOf("10.00");
  story.Clock(At(2023, 5, 1)).Tell(returned);
  EXPECT_THAT(Brief(See(story)),
              ElementsAre("1 - 1 100.00", "1 - 1 100.00", "2 - 20 40.00", "3 - 1 10.00"));
  EXPECT_EQ(See(story).rows[1].row.serial(), "C");
  EXPECT_EQ(See(story).rows[3].row.stage(), v1::LINE_STAGE_SERVICE_DELIVERED);
  // As it was before: all of it.
  EXPECT_EQ(See(story, {}, {.as_of = At(2023, 4, 30)}).rows.size(), 5u);
}

TEST(LineOfSight, WhereAllOfAReceiptWentBackNoCentStandsThere) {
  // 0.5 m at 3.33, twice: 1.67 and 1.66, 3.33 together. The first goes back: what is kept is worth
  // 1.67, so that 1.66 went back.
  Story story;
  auto first = Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "0.5", MoneyOf("1.67"))});
  auto second = Receipt("2", {Line(1, LINE_KIND_GOODS_QUANTITY, "0.5", MoneyOf("1.66"))});
  second.set_purchase_order(first.purchase_order());
  procurement::v1::GoodsReturned returned;
  returned.set_receipt(first.receipt());
  returned.add_lines()->set_line_number(1);
  *returned.mutable_lines(0)->mutable_accepted() = DecimalOf("0.5");
  *returned.mutable_lines(0)->mutable_value() = MoneyOf("1.66");
  story.Tell(first).Tell(second).Tell(returned);
  EXPECT_THAT(Brief(See(story)), ElementsAre("1 - 0.5 1.67"));
  // The second goes back too: nothing is left anywhere.
  returned.set_receipt(second.receipt());
  *returned.mutable_lines(0)->mutable_value() = MoneyOf("1.67");
  story.Tell(returned);
  EXPECT_THAT(Brief(See(story)), ElementsAre());
}

TEST(LineOfSight, WhatWasRejectedOrHeldIsNobodysMoney) {
  Story story;
  procurement::v1::PostedLine line = Line(1, LINE_KIND_GOODS_QUANTITY, "0", MoneyOf("0.00"));
  *line.mutable_rejected() = DecimalOf("4");
  story.Tell(Receipt("1", {line}));
  EXPECT_TRUE(See(story).rows.empty());
}

TEST(LineOfSight, INV02_F6_AReceiptIsConvertedAsOneDocument) {
  Story story;
  story.Tell(Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("56966.67")),
                           Line(2, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("56966.67")),
                           Line(3, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("56966.66"))}));
  const Sight sight = See(story);
  std::vector<std::string> euros;
  for (const SightRow& row : sight.rows) euros.push_back(row.value_eur->AmountText());
  // Each alone is 29,126.59 (rounded down; 0.5937, 0.5937 and 0.5886 of a cent are left): their
  // total is 87,379.78, so that one cent is due, to the earlier of the largest remainders.
  EXPECT_THAT(euros, ElementsAre("29126.60", "29126.59", "29126.59"));
  EXPECT_EQ(TextOf(Totals(sight).eur().rounding_difference()), "0.00 EUR");

  // A filter picks rows and leaves their values as they are.
  v1::LineOfSightFilter filter;
  filter.set_donor("organisations/other");
  EXPECT_TRUE(See(story, filter).rows.empty());
}

TEST(LineOfSight, F5_WithoutAFixedRateThereIsNoValueInEuroAndTheTotalSaysSo) {
  Story story;
  story.Tell(Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("100.00", "USD"))}));
  story.Tell(Receipt("2", {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("195.58"))}));
  const v1::LineOfSight totals = Totals(See(story));
  EXPECT_EQ(TextOf(totals.eur().total()), "100.00 EUR");
  EXPECT_EQ(totals.eur().unconverted_documents(), 1);
  ASSERT_EQ(totals.values_size(), 2);
  EXPECT_EQ(TextOf(totals.values(1).value()), "100.00 USD");
  EXPECT_FALSE(totals.values(1).has_value_eur());
}

TEST(LineOfSight, G13_ASumThatCannotBeHeldExactlyIsRefusedAndNotRounded) {
  Story story;
  for (const char* receipt : {"1", "2"}) {
    story.Tell(Receipt(
        receipt, {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("9999999999999999.99", "USD"))}));
  }
  const absl::Status large = TotalsOf(See(story)).status();
  EXPECT_EQ(large.code(), absl::StatusCode::kOutOfRange);
  const absl::Status told = Explain(large, "operations/ba");
  EXPECT_EQ(told.code(), absl::StatusCode::kOutOfRange);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(
      std::string(*told.GetPayload("type.googleapis.com/google.rpc.ErrorInfo"))));
  EXPECT_EQ(info.reason(), "REPORT_TOO_LARGE");
  EXPECT_EQ(info.metadata().at("name"), "operations/ba");
  EXPECT_EQ(told.message(), large.message());
}

// A generator in use at Ušivak from 1 February 2023, 12:00 on.
void TellGenerator(Story& story) {
  procurement::v1::PostedLine line = Line(1, LINE_KIND_GOODS_SERIAL, "1", MoneyOf("9000.00"));
  *line.add_serials() = Piece("G1");
  const auto receipt = Receipt("1", {line});
  story.Tell(receipt);
  TellAsset(story, receipt, 1, "G1");
  handover::v1::HandedOverItem item = HandedOver(receipt, 1, MoneyOf("9000.00"));
  item.set_asset("operations/ba/assets/G1");
  item.set_serial("G1");
  item.set_centre(kUsivak);
  story.Clock(At(2023, 2, 1)).Tell(Handover("1", "organisations/sfa", At(2023, 2, 1), {item}));
}

TEST(LineOfSight, ThoseAreServedWhoWereThereWhileTheItemWasInUse) {
  Story story;
  TellGenerator(story);
  story.Clock(At(2023, 6, 1));
  TellStay(story, "left-before", kUsivak, At(2023, 1, 1), At(2023, 1, 31));
  TellStay(story, "left-at-that-instant", kUsivak, At(2023, 1, 1), At(2023, 2, 1, 12, 0));
  TellStay(story, "there", kUsivak, At(2023, 1, 1), At(2023, 2, 1, 12, 1));
  TellStay(story, "came-later", kUsivak, At(2023, 3, 1));
  TellStay(story, "elsewhere", kLipa, At(2023, 3, 1));
  const Sight sight = See(story);
  ASSERT_EQ(sight.rows.size(), 1u);
  EXPECT_EQ(sight.rows[0].row.people_served(), 2);
  EXPECT_EQ(sight.rows[0].row.centre(), kUsivak);
  EXPECT_EQ(sight.people_served, 2);
}

TEST(LineOfSight, APersonOfTwoStaysIsServedOnce) {
  Story story;
  TellGenerator(story);
  story.Clock(At(2023, 6, 1));
  TellStay(story, "p1", kUsivak, At(2023, 3, 1), At(2023, 3, 2));
  reception::v1::CheckedIn again;
  again.set_stay("operations/ba/stays/second");
  again.set_person("operations/ba/persons/p1");
  again.set_centre(kUsivak);
  story.Tell(again);
  EXPECT_EQ(See(story).rows[0].row.people_served(), 1);
}

TEST(LineOfSight, WhoIsOnLeaveOrUnderWayIsNotThere) {
  Story story;
  story.Clock(At(2023, 1, 2));
  TellStay(story, "on-leave", kUsivak, At(2023, 1, 1));
  reception::v1::LeaveStarted leave;
  leave.set_stay("operations/ba/stays/on-leave");
  leave.set_person("operations/ba/persons/on-leave");
  leave.set_centre(kUsivak);
  story.Tell(leave);
  TellStay(story, "moved", kUsivak, At(2023, 1, 1));
  reception::v1::TransferDeparted departed;
  departed.set_stay("operations/ba/stays/moved");
  departed.set_person("operations/ba/persons/moved");
  departed.set_from_centre(kUsivak);
  departed.set_to_centre(kLipa);
  story.Tell(departed);
  TellGenerator(story);
  EXPECT_EQ(See(story).rows[0].row.people_served(), 0);

  reception::v1::LeaveEnded back;
  back.set_stay(leave.stay());
  back.set_person(leave.person());
  back.set_centre(kUsivak);
  story.Clock(At(2023, 2, 5)).Tell(back);
  EXPECT_EQ(See(story).rows[0].row.people_served(), 1);
}

TEST(LineOfSight, AnItemThatIsMovedServesThoseOfBothCentresEachInItsTime) {
  Story story;
  TellGenerator(story);
  handover::v1::AssetPutIntoUse moved;
  moved.set_asset("operations/ba/assets/G1");
  moved.set_centre(kLipa);
  story.Clock(At(2023, 4, 1)).Tell(moved).Clock(At(2023, 6, 1));
  TellStay(story, "usivak-then", kUsivak, At(2023, 3, 1), At(2023, 3, 5));
  TellStay(story, "usivak-after", kUsivak, At(2023, 4, 2));
  TellStay(story, "lipa-before", kLipa, At(2023, 3, 1), At(2023, 3, 5));
  TellStay(story, "lipa-after", kLipa, At(2023, 5, 1));
  const Sight sight = See(story);
  EXPECT_EQ(sight.rows[0].row.people_served(), 2);
  EXPECT_EQ(sight.rows[0].row.centre(), kLipa);
  // Back from either centre the item is found.
  v1::LineOfSightFilter filter;
  filter.set_centre(kUsivak);
  EXPECT_EQ(See(story, filter).rows.size(), 1u);
  filter.set_centre("operations/ba/centres/blazuj");
  EXPECT_TRUE(See(story, filter).rows.empty());
}

handover::v1::AssetChanged Changed(handover::v1::AssetChange change,
                                   handover::v1::AssetState state) {
  handover::v1::AssetChanged event;
  event.set_asset("operations/ba/assets/G1");
  event.set_change(change);
  event.set_state(state);
  return event;
}

TEST(LineOfSight, AUseEndsWithWhatBecomesOfTheItem) {
  using namespace handover::v1;  // NOLINT: the changes and states of an asset
  const std::vector<std::pair<AssetChange, AssetState>> ends = {
      {ASSET_CHANGE_LOST, ASSET_STATE_LOST},
      {ASSET_CHANGE_STOLEN, ASSET_STATE_STOLEN},
      {ASSET_CHANGE_SENT_TO_REPAIR, ASSET_STATE_UNDER_REPAIR},
      {ASSET_CHANGE_DISPOSED, ASSET_STATE_DISPOSED},
      {ASSET_CHANGE_DESTROYED, ASSET_STATE_DESTROYED},
  };
  for (const auto& [change, state] : ends) {
    Story story;
    TellGenerator(story);
    story.Clock(At(2023, 6, 1)).TellAsOf(At(2023, 4, 1), Changed(change, state));
    TellStay(story, "then", kUsivak, At(2023, 3, 1), At(2023, 3, 5));
    TellStay(story, "until-that-instant", kUsivak, At(2023, 3, 1), At(2023, 4, 1));
    TellStay(story, "from-that-instant", kUsivak, At(2023, 4, 1));
    const Sight sight = See(story);
    EXPECT_EQ(sight.rows[0].row.people_served(), 2) << AssetChange_Name(change);
    EXPECT_EQ(sight.rows[0].row.centre(), kUsivak);  // where it was
    EXPECT_EQ(sight.people_served, 2);
    // As it was before that, and as it was known before that was told.
    EXPECT_EQ(See(story, {}, {.as_of = At(2023, 3, 31)}).people_served, 2);
  }
}

TEST(LineOfSight, AUseGoesOnWhenTheItemIsFoundOrRepaired) {
  using namespace handover::v1;  // NOLINT: the changes and states of an asset
  Story story;
  TellGenerator(story);
  story.Clock(At(2023, 3, 1)).Tell(Changed(ASSET_CHANGE_LOST, ASSET_STATE_LOST));
  story.Clock(At(2023, 4, 1)).Tell(Changed(ASSET_CHANGE_FOUND, ASSET_STATE_IN_USE));
  story.Clock(At(2023, 6, 1));
  TellStay(story, "while-lost", kUsivak, At(2023, 3, 5), At(2023, 3, 20));
  TellStay(story, "after", kUsivak, At(2023, 5, 1));
  EXPECT_EQ(See(story).rows[0].row.people_served(), 1);
  // Written off, it does not come back, and nobody is served from when it was lost on.
  Story gone;
  TellGenerator(gone);
  gone.Clock(At(2023, 3, 1)).Tell(Changed(ASSET_CHANGE_LOST, ASSET_STATE_LOST));
  gone.Clock(At(2023, 4, 1)).Tell(Changed(ASSET_CHANGE_WRITTEN_OFF, ASSET_STATE_WRITTEN_OFF));
  TellStay(gone, "while-lost", kUsivak, At(2023, 3, 5), At(2023, 3, 20));
  TellStay(gone, "after", kUsivak, At(2023, 3, 30));
  EXPECT_EQ(See(gone).rows[0].row.people_served(), 0);
}

// Procurement and handover both say that the generator went back, effective at `when`.
void TellGeneratorReturned(Story& story, absl::Time when) {
  procurement::v1::GoodsReturned returned;
  returned.set_receipt("operations/ba/goodsReceipts/1");
  procurement::v1::ReturnedLine& line = *returned.add_lines();
  line.set_line_number(1);
  *line.mutable_accepted() = DecimalOf("1");
  *line.mutable_value() = MoneyOf("9000.00");
  *line.add_serials() = Piece("G1");
  story.TellAsOf(when, returned);
  handover::v1::AssetReturnedToSupplier back;
  back.set_asset("operations/ba/assets/G1");
  story.TellAsOf(when, back);
}

TEST(LineOfSight, WhatWentBackAfterItWasHandedOverIsTakenOffAgain) {
  Story story;
  TellGenerator(story);
  story.Clock(At(2023, 6, 1));
  TellStay(story, "then", kUsivak, At(2023, 2, 10), At(2023, 2, 15));
  TellStay(story, "after", kUsivak, At(2023, 5, 1));
  TellGeneratorReturned(story, At(2023, 4, 1));
  const Sight sight = See(story);
  // The certificate stands; the row beside it takes its value off, so that the sum is what is
  // spent.
  EXPECT_THAT(Brief(sight), ElementsAre("1 - -1 -9000.00", "1 DC-1 1 9000.00"));
  EXPECT_EQ(sight.rows[0].row.stage(), v1::LINE_STAGE_RETURNED);
  EXPECT_EQ(TextOf(Totals(sight).values(0).value()), "0.00 BAM");
  EXPECT_EQ(TextOf(Totals(sight).eur().sum_of_documents()), "0.00 EUR");
  EXPECT_EQ(sight.rows[1].row.people_served(), 1);
}

TEST(LineOfSight, AReturnDatedBeforeWhatWasSummedUpEndsTheUseBeforeItBegan) {
  Story story;
  TellGenerator(story);  // in use from 1 February on
  story.Clock(At(2023, 3, 6));
  TellStay(story, "there", kUsivak, At(2023, 3, 1), At(2023, 3, 5));
  story.Clock(At(2023, 6, 1));
  const TimeCut march{.as_of = At(2023, 3, 31)};
  EXPECT_EQ(See(story, {}, march).people_served, 1);
  TellGeneratorReturned(story, At(2023, 1, 20));  // told in June
  EXPECT_EQ(See(story, {}, march).people_served, 0);
  EXPECT_EQ(TextOf(Totals(See(story, {}, march)).values(0).value()), "0.00 BAM");
  // As it was known in May: as it was summed up then.
  const TimeCut then{.as_of = At(2023, 3, 31), .known_at = At(2023, 5, 1)};
  EXPECT_EQ(See(story, {}, then).people_served, 1);
  EXPECT_EQ(TextOf(Totals(See(story, {}, then)).values(0).value()), "9,000.00 BAM");
}

TEST(LineOfSight, APartOfALotServesUntilAllOfItHasGoneBack) {
  Story story;
  const auto receipt = Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "100", MoneyOf("100.00"))});
  story.Tell(receipt);
  handover::v1::HandedOverItem part = HandedOver(receipt, 1, MoneyOf("30.00"));
  *part.mutable_quantity() = DecimalOf("30");
  part.set_asset_lot("operations/ba/assetLots/l1");
  part.set_centre(kUsivak);
  story.Tell(Handover("1", "organisations/sfa", At(2023, 2, 1), {part}));
  const auto return_of = [&](std::string_view quantity, absl::Time when) {
    handover::v1::AssetLotReturnedToSupplier event;
    event.set_asset_lot("operations/ba/assetLots/l1");
    handover::v1::ReturnedPart& gone = *event.add_parts();
    gone.set_handover_case("operations/ba/handoverCases/1");
    *gone.mutable_quantity() = DecimalOf(quantity);
    *event.add_parts()->mutable_quantity() = DecimalOf("70");  // on hand
    story.Clock(At(2023, 6, 1)).TellAsOf(when, event);
  };
  TellStay(story, "march", kUsivak, At(2023, 3, 1), At(2023, 3, 5));
  TellStay(story, "may", kUsivak, At(2023, 5, 1));
  const auto served = [&] {
    int64_t most = 0;
    for (const SightRow& row : See(story).rows) most = std::max(most, row.row.people_served());
    return most;
  };
  return_of("10", At(2023, 3, 10));
  EXPECT_EQ(served(), 2);
  return_of("20", At(2023, 4, 1));
  EXPECT_EQ(served(), 1);
}

TEST(LineOfSight, TheCertificateInForceIsReportedAndSaysWhichItReplaced) {
  Story story;
  TellDonations(story);
  handover::v1::CertificateReplaced replaced;
  replaced.set_handover_case("operations/ba/handoverCases/2");
  replaced.set_corrected_certificate("operations/ba/certificates/DC-2");
  replaced.set_certificate("operations/ba/certificates/DC-3");
  replaced.set_certificate_number("DC-3");
  story.Clock(At(2023, 9, 1)).Tell(replaced);
  v1::LineOfSightFilter filter;
  for (const char* either :
       {"operations/ba/certificates/DC-2", "operations/ba/certificates/DC-3"}) {
    filter.set_certificate(either);
    const Sight sight = See(story, filter);
    EXPECT_THAT(Brief(sight), ElementsAre("1 DC-3 1 170900.00")) << either;
    EXPECT_EQ(sight.rows[0].row.replaced_certificate(), "operations/ba/certificates/DC-2");
  }
  const v1::DonorSummary summary = SummariseDonor(story.Fold(), story.Scope(), {}).value();
  ASSERT_EQ(summary.certificates_size(), 2);
  EXPECT_EQ(summary.certificates(0).replaced_certificate(), "");
  EXPECT_EQ(summary.certificates(1).certificate_number(), "DC-3");
  EXPECT_EQ(summary.certificates(1).replaced_certificate(), "operations/ba/certificates/DC-2");
  EXPECT_EQ(TextOf(summary.certificates(1).value_eur()), "87,379.78 EUR");
  // As it was known before.
  EXPECT_THAT(Brief(See(story, {}, {.known_at = At(2023, 8, 31)})).back(), "1 DC-2 1 170900.00");
}

TEST(LineOfSight, TheAgencysOwnItemAtACentreServesToo) {
  Story story;
  procurement::v1::PostedLine line = Line(1, LINE_KIND_GOODS_SERIAL, "1", MoneyOf("9.00"));
  // The VIN is told in small letters by one and in capitals by the other.
  procurement::v1::SerialItem piece = Piece("W1");
  piece.set_vin("wxy4x4ba2p0000101");
  *line.add_serials() = piece;
  const auto receipt = Receipt("1", {line});
  story.Tell(receipt);
  TellAsset(story, receipt, 1, "W1", "WXY4X4BA2P0000101");
  handover::v1::AssetPutIntoUse use;
  use.set_asset("operations/ba/assets/W1");
  use.set_centre(kUsivak);
  story.Clock(At(2023, 2, 1)).Tell(use);
  TellStay(story, "p1", kUsivak, At(2023, 3, 1));
  const Sight sight = See(story);
  EXPECT_EQ(sight.rows[0].row.stage(), v1::LINE_STAGE_IN_USE);
  EXPECT_EQ(sight.rows[0].row.people_served(), 1);

  handover::v1::AssetChanged burnt;
  burnt.set_asset("operations/ba/assets/W1");
  burnt.set_change(handover::v1::ASSET_CHANGE_DESTROYED);
  burnt.set_state(handover::v1::ASSET_STATE_DESTROYED);
  story.Clock(At(2023, 2, 20)).Tell(burnt);
  EXPECT_EQ(See(story).rows[0].row.stage(), v1::LINE_STAGE_OUT_OF_USE);
  EXPECT_EQ(See(story).rows[0].row.people_served(), 0);
}

TEST(LineOfSight, BackFromItemSerialCertificateAndRecipient) {
  Story story;
  TellDonations(story);
  v1::LineOfSightFilter filter;
  filter.set_item("operations/ba/assets/V3");
  ASSERT_EQ(See(story, filter).rows.size(), 1u);
  EXPECT_EQ(See(story, filter).rows[0].row.budget_line(), kBudgetLine);
  filter.Clear();
  filter.set_serial("V4");
  EXPECT_EQ(See(story, filter).rows.size(), 1u);
  filter.Clear();
  filter.set_certificate("operations/ba/certificates/DC-2");
  EXPECT_THAT(Brief(See(story, filter)), ElementsAre("1 DC-2 1 170900.00"));
  filter.Clear();
  filter.set_recipient("organisations/dcpb");
  EXPECT_EQ(See(story, filter).rows.size(), 11u);
  filter.set_project(kProject);
  EXPECT_EQ(See(story, filter).rows.size(), 11u);
  filter.set_donor("organisations/other");
  EXPECT_TRUE(See(story, filter).rows.empty());
}

TEST(LineOfSight, AProjectThatIsNotThereIsNotFound) {
  Story story;
  TellDonations(story);
  v1::LineOfSightFilter filter;
  filter.set_project("operations/ba/projects/other");
  EXPECT_EQ(SeeLineOfSight(story.Fold(), story.Scope(), filter).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(LineOfSight, AsItWasAndAsItWasKnown) {
  Story story;
  TellDonations(story);
  // In June the vehicles had been handed over and the clothing had not come.
  const Sight june = See(story, {}, {.as_of = At(2023, 6, 30)});
  EXPECT_EQ(june.rows.size(), 10u);
  // On 10 March the vehicles were there and not handed over.
  const Sight march = See(story, {}, {.as_of = At(2023, 3, 10)});
  ASSERT_EQ(march.rows.size(), 10u);
  EXPECT_EQ(march.rows[0].row.stage(), v1::LINE_STAGE_RECEIVED);

  // A stay of February that was told in June: not known in May.
  Story late;
  TellGenerator(late);
  late.Clock(At(2023, 6, 1));
  TellStay(late, "p1", kUsivak, At(2023, 2, 10), At(2023, 2, 20));
  EXPECT_EQ(See(late, {}, {.known_at = At(2023, 5, 1)}).people_served, 0);
  EXPECT_EQ(See(late, {}, {.as_of = At(2023, 5, 1)}).people_served, 1);
  EXPECT_EQ(See(late, {}, {.as_of = At(2023, 2, 9)}).people_served, 0);
}

TEST(LineOfSight, WhatHandoverKnowsAndProcurementDoesNotIsSeen) {
  Story story;
  const auto receipt =
      Receipt("1", {Line(1, LINE_KIND_GOODS_QUANTITY, "1", MoneyOf("5.00"))});  // not told
  story.Tell(Handover("1", "organisations/dcpb", At(2023, 2, 1),
                      {HandedOver(receipt, 1, MoneyOf("5.00"))}));
  const Sight sight = See(story);
  EXPECT_THAT(Brief(sight), ElementsAre("1 DC-1 1 5.00"));
  EXPECT_EQ(sight.rows[0].row.receipt_number(), "GRN-1");
}

TEST(Journals, TheOrderInWhichTopicsAreFoldedNeverShows) {
  Story story;
  TellDonations(story);
  TellGenerator(story);
  TellStay(story, "p1", kUsivak, At(2023, 3, 1));
  story.Fold();
  const auto expected = story.Dump();
  ASSERT_FALSE(expected.empty());
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    story.Fold(seed);
    EXPECT_EQ(story.Dump(), expected) << "seed " << seed;
  }
}

TEST(Journals, TwoOperationsWithLikeNamesAreApart) {
  Story story;
  TellDonations(story);
  ReportScope scope = story.Scope();
  scope.operation = "operations/b";
  EXPECT_TRUE(SeeLineOfSight(story.Fold(), scope, {})->rows.empty());
}

TEST(LineOfSightTable, X1_X3_X5_SerialsStayTextAndFormulasAreNeutralised) {
  Story story;
  procurement::v1::PostedLine line = Line(1, LINE_KIND_GOODS_SERIAL, "2", MoneyOf("200.00"));
  line.set_description("=1+1; 6\" cijev čćšžđ");
  *line.add_serials() = Piece("8939010102358478435");
  *line.add_serials() = Piece("004");
  story.Tell(Receipt("1", {line}));
  const documents::Table table = LineOfSightTable(See(story)).value();
  // 2 rows; total, sum of documents, rounding difference, total in EUR, people.
  ASSERT_EQ(table.rows.size(), 7u);
  EXPECT_TRUE(documents::Validate(table).ok());
  EXPECT_EQ(table.rows[0][11], documents::Cell(documents::Text{"004"}));
  EXPECT_EQ(table.rows[1][11], documents::Cell(documents::Text{"8939010102358478435"}));
  EXPECT_EQ(table.rows[2][16], documents::Cell(documents::Number{"200.00"}));

  const std::string csv = documents::WriteCsv(table, {.byte_order_mark = true}).value();
  EXPECT_EQ(csv.substr(0, 3), "\xEF\xBB\xBF");
  EXPECT_NE(csv.find("\"'=1+1; 6\"\" cijev čćšžđ\""), std::string::npos);
  EXPECT_EQ(documents::ParseCsv(csv)->rows[0][6], "=1+1; 6\" cijev čćšžđ");
}

}  // namespace
}  // namespace prihvat::reporting
