#include "services/prihvatctl/player.h"

#include <filesystem>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/bytes.h"
#include "libs/base/status_testing.h"
#include "prihvat/common/v1/common.pb.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/testing_api.h"
#include "services/prihvatctl/token.h"

namespace prihvat::ctl {
namespace {

using base::CodeOf;
using base::MessageOf;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string TokenAt(const std::map<std::string, int64_t>& offsets) {
  common::v1::Token token;
  for (const auto& [topic, offset] : offsets) {
    common::v1::Position* position = token.add_positions();
    position->set_topic(topic);
    position->set_offset(offset);
  }
  return base::Base64UrlEncode(token.SerializeAsString());
}

// Four steps; `third` goes on the third, and `case_number` says a fact of the first.
Scenario Story(const std::string& third = "", const std::string& case_number = "BA-1") {
  auto scenario = ParseScenario(R"(
scenario: story
import: history
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: person, as: amra, call: reception.RegisterPerson, with: {parent: operations/ba, person_id: )" +
                                    case_number + R"(}}
  - {step: in, as: amra, call: reception.CheckIn, with: {parent: operations/ba}}
  - {step: out, as: amra, call: reception.CheckOut)" +
                                    third + R"(}
  - {step: after, as: amra, call: reception.RegisterPerson}
)",
                                ApiCatalogue::Compiled());
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *std::move(scenario);
}

struct Played {
  std::vector<absl::Duration> waits;
  std::vector<std::string> keys;
  PlayState last;
  PlayOptions options;

  Played() {
    options.wait = [this](absl::Duration wait) { waits.push_back(wait); };
    options.on_step = [this](const ScenarioStep& step, const PlayState& state) {
      keys.push_back(step.key);
      last = state;
    };
  }
};

TEST(MergeTokens, TakesTheHigherOffsetOfEachPartition) {
  const auto merged = MergeTokens(TokenAt({{"a", 5}, {"b", 2}}), TokenAt({{"b", 9}, {"c", 1}}));
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(*merged, TokenAt({{"a", 5}, {"b", 9}, {"c", 1}}));
  EXPECT_EQ(*MergeTokens("", ""), "");
  EXPECT_EQ(CodeOf(MergeTokens("", "not a token!")), absl::StatusCode::kInvalidArgument);
}

TEST(Play, SendsTheStepsInOrderEachWithTheTokenOfAllBefore) {
  TestingApi api;
  api.ThenToken(TokenAt({{"procurement", 3}}));
  api.ThenToken(TokenAt({{"reception", 8}}));
  Played played;
  const auto result = Play(Story(), {}, api, played.options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->sent, 4u);
  EXPECT_THAT(played.keys, ElementsAre("person", "in", "out", "after"));
  ASSERT_EQ(api.received().size(), 4u);
  EXPECT_EQ(api.received()[0].options.token, "");
  EXPECT_EQ(api.received()[1].options.token, TokenAt({{"procurement", 3}}));
  EXPECT_EQ(api.received()[2].options.token, TokenAt({{"procurement", 3}, {"reception", 8}}));
  EXPECT_EQ(api.received()[2].options.import_id, "history");
  EXPECT_EQ(api.received()[2].options.principal, "organisations/iom/people/amra");
}

TEST(Play, StopsAtARefusalAndSaysWhereAndWhy) {
  TestingApi api;
  api.Then([](const auto& received) {
    return absl::StatusOr<Reply>(
        Reply{std::unique_ptr<google::protobuf::Message>(received.request->New()), ""});
  });
  api.ThenError(RefusedWith(absl::StatusCode::kFailedPrecondition, "BED_TAKEN", "bed 7 is taken"));
  Played played;
  const auto result = Play(Story(), {}, api, played.options);
  EXPECT_EQ(CodeOf(result), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(MessageOf(result),
              AllOf(HasSubstr("step in (line 7)"), HasSubstr("reception.CheckIn"),
                    HasSubstr("bed 7 is taken")));
  EXPECT_EQ(DetailsOf(result.status()).reason, "BED_TAKEN");
  EXPECT_EQ(api.received().size(), 2u);
  EXPECT_EQ(played.last.steps_done, 1u);
  EXPECT_TRUE(played.waits.empty());
}

TEST(Play, GoesOnAfterTheRefusalThatItExpects) {
  TestingApi api;
  for (int i = 0; i < 2; ++i) {
    api.Then([](const auto& received) {
      return absl::StatusOr<Reply>(
          Reply{std::unique_ptr<google::protobuf::Message>(received.request->New()), ""});
    });
  }
  api.ThenError(RefusedWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "no"));
  Played played;
  const auto result = Play(Story(", expect: WRONG_STATE"), {}, api, played.options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->refused_as_expected, 1u);
  EXPECT_EQ(result->sent, 4u);
}

TEST(Play, OneOfSeveralExpectedReasonsWillDo) {
  TestingApi api;
  api.ThenError(RefusedWith(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "no"));
  Played played;
  const auto scenario = ParseScenario(R"(
scenario: story
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: out, as: amra, call: reception.CheckOut, expect: [OPEN_STAY, WRONG_STATE]}
)",
                                      ApiCatalogue::Compiled());
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_TRUE(Play(*scenario, {}, api, played.options).ok());
}

TEST(Play, StopsWhereAnotherReasonCameThanExpected) {
  TestingApi api;
  for (int i = 0; i < 2; ++i) {
    api.Then([](const auto& received) {
      return absl::StatusOr<Reply>(
          Reply{std::unique_ptr<google::protobuf::Message>(received.request->New()), ""});
    });
  }
  api.ThenError(RefusedWith(absl::StatusCode::kFailedPrecondition, "OTHER", "no"));
  Played played;
  EXPECT_EQ(CodeOf(Play(Story(", expect: WRONG_STATE"), {}, api, played.options)),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(api.received().size(), 3u);
}

TEST(Play, StopsWhereARefusalWasExpectedAndNoneCame) {
  TestingApi api;
  Played played;
  const auto result = Play(Story(", expect: WRONG_STATE"), {}, api, played.options);
  EXPECT_THAT(MessageOf(result), HasSubstr("was accepted, where WRONG_STATE was expected"));
  EXPECT_EQ(api.received().size(), 3u);
}

TEST(Play, TriesAgainWithTheSameRequestAndWaitsAsAsked) {
  TestingApi api;
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  google::rpc::RetryInfo too_long;
  too_long.mutable_retry_delay()->set_seconds(3600);
  api.ThenError(
      RefusedWith(absl::StatusCode::kResourceExhausted, "MAILBOX_FULL", "", {Packed(retry)}));
  api.ThenError(RefusedWith(absl::StatusCode::kUnavailable, "NOT_OWNER", ""));
  api.ThenError(RefusedWith(absl::StatusCode::kUnavailable, "NOT_OWNER", "", {Packed(too_long)}));
  Played played;
  const auto result = Play(Story(), {}, api, played.options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(played.waits,
              ElementsAre(absl::Seconds(2), absl::Milliseconds(200), absl::Seconds(5)));
  ASSERT_EQ(api.received().size(), 7u);
  for (int i = 1; i < 4; ++i) {
    EXPECT_EQ(api.received()[i].request->SerializeAsString(),
              api.received()[0].request->SerializeAsString());
  }
}

// A server that is slow for a while (a new owner, a busy disk) must not end a long play.
TEST(Play, TriesAgainWithTheSameRequestAfterADeadlineThatPassed) {
  TestingApi api;
  api.ThenError(RefusedWith(absl::StatusCode::kDeadlineExceeded, "DEADLINE_PASSED", ""));
  Played played;
  const auto result = Play(Story(), {}, api, played.options);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(api.received().size(), 5u);
  EXPECT_EQ(api.received()[1].request->SerializeAsString(),
            api.received()[0].request->SerializeAsString());
  TestingApi dead;
  played.options.retries.attempts = 2;
  for (int i = 0; i < 2; ++i)
    dead.ThenError(RefusedWith(absl::StatusCode::kDeadlineExceeded, "DEADLINE_PASSED", ""));
  EXPECT_EQ(CodeOf(Play(Story(), {}, dead, played.options)), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(dead.received().size(), 2u);
}

TEST(Play, GivesUpAfterTheLastAttempt) {
  TestingApi api;
  Played played;
  played.options.retries.attempts = 3;
  for (int i = 0; i < 3; ++i) {
    api.ThenError(RefusedWith(absl::StatusCode::kUnavailable, "NOT_OWNER", "nobody"));
  }
  EXPECT_EQ(CodeOf(Play(Story(), {}, api, played.options)), absl::StatusCode::kUnavailable);
  EXPECT_EQ(api.received().size(), 3u);
  EXPECT_THAT(played.waits, ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
}

TEST(Play, AnOutcomeOfThisProgramIsNotTriedAgain) {
  TestingApi api;
  api.ThenError(absl::UnavailableError("not from a server"));
  Played played;
  EXPECT_FALSE(Play(Story(), {}, api, played.options).ok());
  EXPECT_EQ(api.received().size(), 1u);
}

TEST(Play, ResumesBehindWhatIsDone) {
  TestingApi first;
  first.ThenToken(TokenAt({{"reception", 4}}));
  Played played;
  played.options.only_until = "in";
  ASSERT_TRUE(Play(Story(), {}, first, played.options).ok());
  EXPECT_EQ(first.received().size(), 2u);

  TestingApi second;
  Played resumed;
  const auto result = Play(Story(), played.last, second, resumed.options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->skipped, 2u);
  EXPECT_THAT(resumed.keys, ElementsAre("out", "after"));
  EXPECT_EQ(second.received()[0].options.token, TokenAt({{"reception", 4}}));
}

TEST(Play, PlaysFromTheStartWhereADoneStepIsAnotherNow) {
  TestingApi first;
  Played played;
  played.options.only_until = "in";
  ASSERT_TRUE(Play(Story(), {}, first, played.options).ok());

  TestingApi second;
  Played resumed;
  const auto result = Play(Story("", "BA-2"), played.last, second, resumed.options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->skipped, 0u);
  EXPECT_EQ(second.received().size(), 4u);
}

TEST(Play, AnUnknownLastStepIsAnError) {
  TestingApi api;
  Played played;
  played.options.only_until = "elsewhere";
  EXPECT_THAT(MessageOf(Play(Story(), {}, api, played.options)), HasSubstr("no step elsewhere"));
  EXPECT_TRUE(api.received().empty());
}

TEST(PlayState, SurvivesItsFile) {
  const std::string folder = testing::TempDir() + "/play_state_" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/state.json";
  EXPECT_EQ(LoadPlayState(path)->steps_done, 0u);
  ASSERT_TRUE(SavePlayState({7, "ab12", "dG9rZW4"}, path).ok());
  const auto loaded = LoadPlayState(path);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->steps_done, 7u);
  EXPECT_EQ(loaded->digest, "ab12");
  EXPECT_EQ(loaded->token, "dG9rZW4");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
  ASSERT_TRUE(ReplaceFile(path, "{\"stepsDone\": -1}").ok());
  EXPECT_EQ(CodeOf(LoadPlayState(path)), absl::StatusCode::kInvalidArgument);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace prihvat::ctl
