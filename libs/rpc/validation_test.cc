#include "libs/rpc/validation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/rpctest/v1/board.pb.h"

namespace prihvat::rpc {
namespace {

using rpctest::v1::CountNotesRequest;
using rpctest::v1::GetNoteRequest;
using rpctest::v1::PinNoteRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Validation, TheOperationIsFoundWhereverTheRequestNamesIt) {
  PinNoteRequest pin;
  pin.set_parent("operations/ba/notes/a");
  EXPECT_EQ(OperationOf(pin), "operations/ba");
  pin.set_parent("");
  pin.mutable_note()->set_name("operations/rs/notes/b");
  EXPECT_EQ(OperationOf(pin), "operations/rs");
  GetNoteRequest get;
  get.set_name("operations/ba/notes/x");
  EXPECT_EQ(OperationOf(get), "operations/ba");
  get.set_name("operations/ba/notes/!");
  EXPECT_EQ(OperationOf(get), "");
  get.set_name("organisations/iom");
  EXPECT_EQ(OperationOf(get), "");
  CountNotesRequest count;
  count.set_operation("operations/me");
  EXPECT_EQ(OperationOf(count), "operations/me");
}

TEST(Validation, EveryOperationNamedAnywhereIsFound) {
  PinNoteRequest pin;
  pin.set_parent("operations/ba");
  pin.mutable_note()->set_text("operations/rs/notes/b");
  pin.mutable_note()->mutable_ailment()->set_title("operations/me");
  EXPECT_THAT(OperationsNamed(pin), ElementsAre("operations/ba", "operations/me", "operations/rs"));
  EXPECT_THAT(OperationsNamed(pin, "operations/b"),
              ElementsAre("operations/b", "operations/ba", "operations/me", "operations/rs"))
      << "operations/ba does not lie in operations/b";
  EXPECT_THAT(OperationsNamed(pin, "operations/ba"),
              ElementsAre("operations/ba", "operations/me", "operations/rs"));
  pin.mutable_note()->set_text("operations/rs is far");
  pin.clear_parent();
  pin.mutable_note()->clear_ailment();
  EXPECT_THAT(OperationsNamed(pin), IsEmpty());
}

// A filter by what is no operation would find nothing, and a watch of it wait for ever.
TEST(Validation, AnOperationIsNamedInFullWhereOneIsNamed) {
  CountNotesRequest count;
  EXPECT_THAT(CheckRequest(count), IsEmpty());
  count.set_operation("operations/me");
  EXPECT_THAT(CheckRequest(count), IsEmpty());
  for (const char* wrong : {"me", "operations/", "operations/me/notes/a", "operations/m!", " "}) {
    count.set_operation(wrong);
    ASSERT_EQ(CheckRequest(count).size(), 1u) << wrong;
    EXPECT_EQ(CheckRequest(count)[0].field, "operation");
  }
}

TEST(Validation, TimesAreThoseThatATimestampMayHold) {
  PinNoteRequest pin;
  pin.set_parent("operations/ba");
  pin.set_request_id("00000000-0000-4000-8000-000000000001");
  EXPECT_EQ(EffectiveTimeOf(pin), absl::InfinitePast());
  const auto broken = [&](int64_t seconds, int32_t nanos) {
    pin.mutable_effective_time()->set_seconds(seconds);
    pin.mutable_effective_time()->set_nanos(nanos);
    return CheckRequest(pin).size();
  };
  EXPECT_EQ(broken(1'700'000'000, 5), 0u);
  EXPECT_EQ(EffectiveTimeOf(pin), absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(5));
  EXPECT_EQ(broken(-62'135'596'800, 0), 0u);
  EXPECT_EQ(broken(-62'135'596'801, 0), 1u);
  EXPECT_EQ(broken(253'402'300'799, 999'999'999), 0u);
  EXPECT_EQ(broken(253'402'300'800, 0), 1u);
  EXPECT_EQ(broken(0, 1'000'000'000), 1u);
}

}  // namespace
}  // namespace prihvat::rpc
