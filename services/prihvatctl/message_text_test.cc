#include "services/prihvatctl/message_text.h"

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/type/money.pb.h"
#include "gtest/gtest.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "prihvat/reporting/v1/resources.pb.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/testing_api.h"

namespace prihvat::ctl {
namespace {

using reception::v1::Centre;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(MoneyText, GroupsThousands) {
  EXPECT_EQ(MoneyText("725000.00", "BAM"), "725,000.00 KM");
  EXPECT_EQ(MoneyText("87379.78", "EUR"), "87,379.78 EUR");
  EXPECT_EQ(MoneyText("-1234567.05", "EUR"), "-1,234,567.05 EUR");
  EXPECT_EQ(MoneyText("0.01", "BAM"), "0.01 KM");
  EXPECT_EQ(MoneyText("100", "JPY"), "100 JPY");
}

Centre Usivak() {
  Centre centre;
  centre.set_name("operations/ba/centres/usivak");
  centre.set_display_name("Ušivak");
  centre.set_state(reception::v1::CENTRE_STATE_OPEN);
  centre.set_etag("abc");
  centre.mutable_create_time()->set_seconds(1641798000);
  auto* capacity = centre.add_capacities();
  capacity->set_standard("3.5m2");
  capacity->set_places(800);
  capacity->mutable_valid_from()->set_year(2019);
  capacity->mutable_valid_from()->set_month(10);
  capacity->mutable_valid_from()->set_day(1);
  return centre;
}

TEST(DescribeMessage, ShowsWhatIsSetAndIndentsWhatIsInside) {
  EXPECT_EQ(DescribeMessage(Usivak()), R"(name: operations/ba/centres/usivak
display_name: Ušivak
state: open
capacities:
  standard: 3.5m2
  valid_from: 2019-10-01
  places: 800
etag: abc
create_time: 2022-01-10T07:00:00Z
)");
}

TEST(TableOf, HasAColumnForEachSingleValueThatIsSet) {
  const Centre usivak = Usivak();
  Centre lipa;
  lipa.set_name("operations/ba/centres/lipa");
  lipa.set_area("Una-Sana Canton");
  const documents::Table table = TableOf({&usivak, &lipa}, *Centre::descriptor(), "operations/ba");
  EXPECT_THAT(table.header, ElementsAre("name", "display name", "area", "state"));
  EXPECT_EQ(documents::ToText(table.rows[0][0]), "centres/usivak");
  EXPECT_EQ(documents::ToText(table.rows[0][3]), "open");
  EXPECT_EQ(documents::ToText(table.rows[1][1]), "");
}

TEST(TableOf, NumbersAreNumbersAndAnUnsetOneIsZero) {
  reception::v1::Room full;
  full.set_name("operations/ba/centres/lipa/rooms/a");
  full.set_bed_count(8);
  full.mutable_area_m2()->set_value("40.50");
  reception::v1::Room empty;
  empty.set_name("operations/ba/centres/lipa/rooms/b");
  const documents::Table table = TableOf({&full, &empty}, *reception::v1::Room::descriptor(), "");
  EXPECT_THAT(table.header, ElementsAre("name", "area m2", "bed count"));
  EXPECT_EQ(table.rows[0][1], documents::Cell(documents::Number{"40.50"}));
  EXPECT_EQ(table.rows[1][1], documents::Cell(documents::Empty{}));
  EXPECT_EQ(table.rows[1][2], documents::Cell(documents::Number{"0"}));
}

TEST(DescribeMessage, MoneyHasItsMinorUnits) {
  google::type::Money money;
  money.set_currency_code("BAM");
  money.set_units(725000);
  reporting::v1::CurrencyValue value;
  *value.mutable_value() = money;
  EXPECT_EQ(DescribeMessage(value), "value: 725,000.00 KM\n");
}

TEST(TableOf, ATextInTwoLanguagesStandsInItInEnglish) {
  handover::v1::AssetLot boots;
  boots.set_name("operations/ba/assetLots/gr-1-2");
  boots.mutable_description()->set_en("Protective footwear");
  boots.mutable_description()->set_bs("Zaštitna obuća");
  boots.set_unit("pair");
  const handover::v1::AssetLot nameless;
  const documents::Table table =
      TableOf({&boots, &nameless}, *handover::v1::AssetLot::descriptor(), "operations/ba");
  EXPECT_THAT(table.header, ElementsAre("name", "description", "unit"));
  EXPECT_EQ(documents::ToText(table.rows[0][1]), "Protective footwear");
  EXPECT_EQ(documents::ToText(table.rows[1][1]), "");
}

TEST(TableOf, AnEmptyListStillHasAColumn) {
  EXPECT_THAT(TableOf({}, *Centre::descriptor(), "").header, ElementsAre("name"));
  EXPECT_THAT(TableOf({}, *reporting::v1::CurrencyValue::descriptor(), "").header,
              ElementsAre("value"));
}

TEST(DescribeError, ReadsLikeASentenceToThePersonWhoAsked) {
  google::rpc::ErrorInfo info;
  info.set_reason("OVER_RECEIPT");
  (*info.mutable_metadata())["limit"] = "100";
  (*info.mutable_metadata())["remedy"] = "hold the surplus, or amend the order";
  google::rpc::Status status;
  status.add_details()->PackFrom(info);
  const absl::Status error = ServerError(
      absl::StatusCode::kFailedPrecondition,
      "line 1: 100.002 m would be accepted in all, the limit is 100 m", status.SerializeAsString());
  EXPECT_EQ(DescribeError(error), R"(refused: OVER_RECEIPT
  line 1: 100.002 m would be accepted in all, the limit is 100 m
  hold the surplus, or amend the order
)");
  EXPECT_EQ(ErrorJson(error)["error"]["reason"], "OVER_RECEIPT");
  EXPECT_EQ(ErrorJson(error)["error"]["metadata"]["limit"], "100");
  EXPECT_EQ(ErrorJson(error)["error"]["code"], "FAILED_PRECONDITION");
}

TEST(DescribeError, NamesEachBadField) {
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("lines[0].quantity");
  violation->set_description("must be above 0, and is -1");
  const absl::Status error = RefusedWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD",
                                         "the request is not valid", {Packed(bad)});
  EXPECT_EQ(DescribeError(error), R"(refused: INVALID_FIELD
  the request is not valid
  lines[0].quantity: must be above 0, and is -1
)");
}

TEST(DescribeError, TellsAFailureFromARefusal) {
  EXPECT_EQ(DescribeError(ServerError(absl::StatusCode::kUnavailable, "connection refused", "")),
            "failed: UNAVAILABLE\n  connection refused\n");
  EXPECT_EQ(DescribeError(absl::NotFoundError("there is no file x")),
            "error: there is no file x\n");
}

}  // namespace
}  // namespace prihvat::ctl
