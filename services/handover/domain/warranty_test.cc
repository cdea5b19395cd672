// The supplier's warranty, and what is claimed within it.
#include "services/handover/domain/warranty.h"

#include "services/handover/domain/values.h"
#include "services/handover/testing/story.h"

namespace prihvat::handover {
namespace {

using testing::AssetOf;
using testing::Story;
using testing::To;

constexpr char kClaim[] = "operations/ba/warrantyClaims/WC-2023-0001";

v1::OpenWarrantyClaimRequest Claim(const std::string& item = AssetOf(1)) {
  v1::OpenWarrantyClaimRequest command;
  command.set_parent("operations/ba");
  command.mutable_warranty_claim()->set_item(item);
  command.mutable_warranty_claim()->set_defect("does not start");
  return command;
}

v1::MoveWarrantyClaimRequest Move(v1::WarrantyClaimState state) {
  auto command = To<v1::MoveWarrantyClaimRequest>(kClaim);
  command.set_state(state);
  command.set_note("letter of the supplier");
  return command;
}

// Received on 31 August 2023, warranted for so many months.
class Warranted : public Story {
 public:
  explicit Warranted(int months) {
    At(absl::CivilSecond(2023, 8, 31, 9, 0, 0));
    auto pieces = testing::ReceivedPieces({"A-1"}, "100.00");
    pieces.set_warranty_months(months);
    Do(pieces);
    auto boots = testing::ReceivedLot("10", "100.00", "10.00");
    boots.set_warranty_months(months);
    Do(boots);
  }
};

TEST(Warranty, EndsOnTheSameDayOfTheMonthOrItsLast) {
  const auto end = [](int months) {
    const Warranted story(months);
    const auto asset = story.Entity<v1::Asset>(AssetOf(1));
    const auto lot = story.Entity<v1::AssetLot>(testing::LotOf());
    EXPECT_EQ(FromProto(asset.warranty_end_date()), FromProto(lot.warranty_end_date()));
    return FromProto(asset.warranty_end_date());
  };
  EXPECT_EQ(end(12), absl::CivilDay(2024, 8, 31));
  EXPECT_EQ(end(6), absl::CivilDay(2024, 2, 29));
  EXPECT_FALSE(Warranted(0).Entity<v1::Asset>(AssetOf(1)).has_warranty_end_date());
}

TEST(WarrantyClaim, IsOpenedUpToTheLastDayOfTheWarranty) {
  Warranted story(1);  // until 30 September
  story.At(absl::CivilSecond(2023, 9, 30, 23, 59, 0));
  story.Do(Claim());
  const auto claim = story.Entity<v1::WarrantyClaim>(kClaim);
  EXPECT_EQ(claim.state(), v1::WARRANTY_CLAIM_STATE_OPENED);
  EXPECT_EQ(claim.supplier(), "operations/ba/suppliers/s-1");
  EXPECT_EQ(FromProto(claim.warranty_end_date()), absl::CivilDay(2023, 9, 30));
  EXPECT_EQ(FromProto(claim.defect_date()), absl::CivilDay(2023, 9, 30));
  story.At(absl::CivilSecond(2023, 10, 1, 0, 0, 0));
  story.When(Claim()).ThenRejected(
      "NOT_UNDER_WARRANTY", {{"warranty_end_date", "2023-09-30"}, {"defect_date", "2023-10-01"}});
  // It is the day on which the defect showed that counts.
  story.Effective(absl::FromCivil(absl::CivilSecond(2023, 9, 29, 9, 0, 0), story.zone()));
  story.Do(Claim());
}

TEST(WarrantyClaim, WithoutAWarrantyNothingIsClaimed) {
  Warranted story(0);
  story.When(Claim()).ThenRejected("NOT_UNDER_WARRANTY", {{"warranty_end_date", "never"}});
}

TEST(WarrantyClaim, OfALotNoMoreThanThereIs) {
  Warranted story(12);
  auto claim = Claim(testing::LotOf());
  story.When(claim).ThenRejectedField("warranty_claim.quantity");
  *claim.mutable_warranty_claim()->mutable_quantity() = testing::Number("10.5");
  story.When(claim).ThenRejectedField("warranty_claim.quantity");
  *claim.mutable_warranty_claim()->mutable_quantity() = testing::Number("10");
  story.Do(claim);
  auto two = Claim();
  *two.mutable_warranty_claim()->mutable_quantity() = testing::Number("2");
  story.When(two).ThenRejectedField("warranty_claim.quantity");
}

TEST(WarrantyClaim, IsContestedAcceptedAndSettled) {
  Warranted story(12);
  story.Do(Claim());
  story.Do(Move(v1::WARRANTY_CLAIM_STATE_REJECTED));
  story.When(Move(v1::WARRANTY_CLAIM_STATE_ACCEPTED))
      .ThenRejected("WRONG_STATE", {{"state", "REJECTED"}, {"open_moves", "OPENED"}});
  story.Do(Move(v1::WARRANTY_CLAIM_STATE_OPENED));
  auto accepted = Move(v1::WARRANTY_CLAIM_STATE_ACCEPTED);
  accepted.set_resolution(v1::WARRANTY_RESOLUTION_REPLACED);
  story.When(accepted).ThenRejectedField("resolution");
  story.Do(Move(v1::WARRANTY_CLAIM_STATE_ACCEPTED));
  auto settled = Move(v1::WARRANTY_CLAIM_STATE_SETTLED);
  story.When(settled).ThenRejectedField("resolution");
  settled.set_resolution(v1::WARRANTY_RESOLUTION_REPLACED);
  story.Do(settled);
  const auto claim = story.Entity<v1::WarrantyClaim>(kClaim);
  EXPECT_EQ(claim.resolution(), v1::WARRANTY_RESOLUTION_REPLACED);
  EXPECT_EQ(claim.state_note(), "letter of the supplier");
}

}  // namespace
}  // namespace prihvat::handover
