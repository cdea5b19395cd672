// What a command and a question read: as many rows in a centre of two thousand as in one of ten.
#include <string>

#include "gtest/gtest.h"
#include "services/reception/domain/decider.h"
#include "services/reception/testing/story.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using testing::Centre;
using testing::Stay;
using testing::Story;

// Counts the rows that are read through it.
class CountingRows final : public es::Rows {
 public:
  explicit CountingRows(const es::Rows& rows) : rows_(rows) {}

  std::optional<std::string> Get(std::string_view key) const override {
    ++read_;
    return rows_.Get(key);
  }
  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override {
    rows_.Scan(prefix, after, [&](std::string_view key, std::string_view value) {
      ++read_;
      return visit(key, value);
    });
  }

  int read() const { return read_; }

 private:
  const es::Rows& rows_;
  mutable int read_ = 0;
};

// A centre with so many people in beds, as many who have left, and one person who is to come.
Story CentreOf(int people) {
  Story story;
  story.At(absl::CivilSecond(2023, 7, 1, 8, 0, 0)).OpenCentre("usivak", people + 1);
  story.OpenCentre("blazuj", 0);
  for (int i = 1; i <= people; ++i) {
    story.Arrive(fmt::format("left-{}", i), "usivak", fmt::format("b{}", i));
  }
  story.At(absl::CivilSecond(2023, 7, 2, 8, 0, 0));
  for (int i = 1; i <= people; ++i) story.Exit(fmt::format("left-{}", i));
  story.At(absl::CivilSecond(2023, 7, 3, 8, 0, 0));
  for (int i = 1; i <= people; ++i) {
    story.Arrive(fmt::format("{}", i), "usivak", fmt::format("b{}", i));
  }
  story.Register("p-new");
  return story;
}

int RowsReadToDecide(const Story& story, const google::protobuf::Message& command) {
  const CountingRows rows(story.entities());
  const es::View view(rows);
  es::Context context;
  context.operation = std::string(testing::kOperation);
  context.recorded_at = context.effective_at = story.now();
  context.zone = story.zone();
  context.random = [] { return uint64_t{7}; };
  EXPECT_TRUE(ReceptionDecider().Decide(view, command, context).accepted())
      << command.ShortDebugString();
  return rows.read();
}

TEST(Cost, ADecisionReadsNoMoreInALargeCentre) {
  const Story small = CentreOf(10);
  const Story large = CentreOf(1999);
  v1::CheckOutRequest check_out;
  check_out.set_name(Stay("s-5"));
  check_out.set_reason(v1::EXIT_REASON_DEPARTED);
  v1::RequestTransferRequest transfer;
  transfer.set_name(Stay("s-5"));
  transfer.set_to_centre(Centre("blazuj"));
  v1::CheckInRequest fact = small.CheckIn("new", "usivak", "b5");
  fact.set_reported_fact(true);  // into a bed that somebody has, and somebody had
  const google::protobuf::Message* commands[] = {&check_out, &transfer, &fact};
  for (const auto* command : commands) {
    const int read = RowsReadToDecide(small, *command);
    EXPECT_EQ(RowsReadToDecide(large, *command), read) << command->GetTypeName();
    EXPECT_LE(read, 12) << command->GetTypeName();
  }
  EXPECT_EQ(RowsReadToDecide(large, large.CheckIn("new", "usivak", "b2000")),
            RowsReadToDecide(small, small.CheckIn("new", "usivak", "b11")));
}

TEST(Cost, PresenceNowReadsThoseWhoAreThereAndNotThoseWhoLeft) {
  Story story = CentreOf(500);
  story.At(absl::CivilSecond(2023, 7, 4, 8, 0, 0));
  for (int i = 1; i <= 490; ++i) story.Exit(fmt::format("{}", i));
  const CountingRows rows(story.presence());
  EXPECT_EQ(PresenceAt(rows, Centre("usivak"), story.now(), false).present(), 10);
  EXPECT_EQ(rows.read(), 10);
}

}  // namespace
}  // namespace prihvat::reception
