#include "libs/es/values.h"

#include <string_view>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::es {
namespace {

using base::Decimal;
using base::Money;
using ::testing::HasSubstr;

google::type::Money Amount(std::string_view currency, int64_t units, int32_t nanos) {
  google::type::Money money;
  money.set_currency_code(std::string(currency));
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

google::type::Date Day(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

common::v1::Decimal Number(std::string_view text) {
  common::v1::Decimal number;
  number.set_value(std::string(text));
  return number;
}

TEST(Values, InstantsAreKeptToTheMicrosecondBeforeAndAfter1970) {
  for (const int64_t micros : {0L, 1L, 1'700'000'000'123'456L, -1L, -1'000'000L, -1'500'000L}) {
    const google::protobuf::Timestamp proto = ToProto(absl::FromUnixMicros(micros));
    EXPECT_GE(proto.nanos(), 0) << micros;
    EXPECT_LT(proto.nanos(), 1'000'000'000) << micros;
    EXPECT_EQ(FromProto(proto), absl::FromUnixMicros(micros));
  }
}

TEST(Values, InstantsBetweenMicrosecondsAreRoundedDown) {
  EXPECT_EQ(ToProto(absl::FromUnixNanos(1'999)).nanos(), 1'000);
  EXPECT_EQ(FromProto(ToProto(absl::FromUnixNanos(-1))), absl::FromUnixMicros(-1));
}

TEST(Values, InstantsFromOutsideKeepTheirNanoseconds) {
  google::protobuf::Timestamp told;
  told.set_seconds(1'700'000'000);
  told.set_nanos(5);
  EXPECT_EQ(FromProto(told), absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(5));
}

TEST(Values, DaysGoThereAndBack) {
  const absl::CivilDay handover(2023, 7, 13);
  EXPECT_EQ(FromProto(ToProto(handover)), handover);
  EXPECT_EQ(CheckedFromProto(ToProto(handover)).value(), handover);
}

TEST(Values, DaysThatAreNoneAreRefusedWithTheNumbers) {
  const auto none = CheckedFromProto(Day(2023, 2, 29));
  EXPECT_EQ(none.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(none.status().ToString(),
              HasSubstr("day 29 is not between 1 and 28, the days of 2023-02"));
  EXPECT_FALSE(CheckedFromProto(google::type::Date()).ok());
}

TEST(Values, AmountsGoThereAndBackWithEitherSign) {
  for (const std::string_view text : {"170900.00", "-0.01", "0.00", "-725000.50"}) {
    const Money amount = Money::Parse(text, "BAM").value();
    EXPECT_EQ(FromProto(ToProto(amount)), amount);
  }
  EXPECT_EQ(ToProto(Money::Parse("-1.25", "EUR").value()).nanos(), -250'000'000);
}

TEST(Values, AmountsThatAreNoneAreRefused) {
  for (const google::type::Money& none :
       {google::type::Money(), Amount("KM", 1, 0), Amount("EUR", 1, -1), Amount("EUR", 1, 1)}) {
    EXPECT_EQ(CheckedFromProto(none).status().code(), absl::StatusCode::kInvalidArgument)
        << none.ShortDebugString();
  }
  EXPECT_DEATH(FromProto(Amount("EUR", 1, 1)), "a stored amount was checked before");
}

TEST(Values, NumbersGoThereAndBackAndAnUnsetOneIsZero) {
  const Decimal metres = Decimal::Parse("100.002").value();
  EXPECT_EQ(FromProto(ToProto(metres)), metres);
  EXPECT_EQ(FromProto(common::v1::Decimal()), Decimal());
  EXPECT_EQ(CheckedFromProto(Number("2.50")).value(), Decimal::Parse("2.5").value());
}

TEST(Values, NumbersThatAreNoneAreRefused) {
  EXPECT_EQ(CheckedFromProto(Number("1,5")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckedFromProto(Number("1000000000000000000")).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_DEATH(FromProto(Number("1,5")), "a stored number was checked before: 1,5");
}

struct Stamped {
  bool has_create_time() const { return created; }
  google::protobuf::Timestamp* mutable_create_time() {
    created = true;
    return &create_time;
  }
  google::protobuf::Timestamp* mutable_update_time() { return &update_time; }
  bool created = false;
  google::protobuf::Timestamp create_time, update_time;
};

TEST(Values, AStampSaysWhenAResourceWasRecordedAndLastChanged) {
  Stamped resource;
  EventContext context;
  context.recorded_at = absl::FromUnixSeconds(1);
  Stamp(resource, context);
  context.recorded_at = absl::FromUnixSeconds(2);
  Stamp(resource, context);
  EXPECT_EQ(resource.create_time.seconds(), 1);
  EXPECT_EQ(resource.update_time.seconds(), 2);
}

}  // namespace
}  // namespace prihvat::es
