#include "libs/base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>

#include "libs/base/check.h"
#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

absl::StatusOr<std::unique_ptr<int>> Make(bool good) {
  if (!good) return absl::NotFoundError("none");
  return std::make_unique<int>(5);
}

absl::StatusOr<int> Twice(bool first_good, bool second_good) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Make(first_good));
  PRIHVAT_ASSIGN_OR_RETURN(const std::unique_ptr<int> second, Make(second_good));
  return *first + *second;
}

absl::Status Through(const absl::Status& status, bool* reached) {
  PRIHVAT_RETURN_IF_ERROR(status);
  *reached = true;
  return absl::OkStatus();
}

TEST(StatusMacros, AssignsMoveOnlyValuesOrReturnsTheError) {
  EXPECT_EQ(Twice(true, true).value(), 10);
  EXPECT_EQ(CodeOf(Twice(false, true)), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(Twice(true, false)), "none");
}

TEST(StatusMacros, ReturnsAnErrorAndGoesOnWithoutOne) {
  bool reached = false;
  EXPECT_EQ(CodeOf(Through(absl::AbortedError("x"), &reached)), absl::StatusCode::kAborted);
  EXPECT_FALSE(reached);
  EXPECT_TRUE(Through(absl::OkStatus(), &reached).ok());
  EXPECT_TRUE(reached);
}

// A member called status_ must not be hidden by what the macro declares.
struct Holder {
  absl::Status Get() const {
    PRIHVAT_RETURN_IF_ERROR(status_);
    return absl::OkStatus();
  }
  absl::Status status_ = absl::DataLossError("held");
};

TEST(StatusMacros, TakesAMemberCalledStatus) { EXPECT_EQ(MessageOf(Holder().Get()), "held"); }

TEST(CheckDeathTest, SaysWhatAndWhy) {
  PRIHVAT_CHECK(1 + 1 == 2, "arithmetic holds");
  EXPECT_DEATH(PRIHVAT_CHECK(1 + 1 == 3, "arithmetic holds"),
               "check failed: 1 \\+ 1 == 3: arithmetic holds");
}

}  // namespace
}  // namespace prihvat::base
