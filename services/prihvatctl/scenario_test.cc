#include "services/prihvatctl/scenario.h"

#include <filesystem>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_testing.h"
#include "libs/base/uuid.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {
namespace {

using base::CodeOf;
using base::MessageOf;
using reception::v1::AddRoomRequest;
using reception::v1::CheckInRequest;
using reception::v1::CreateCentreRequest;
using testing::AllOf;
using testing::HasSubstr;

constexpr char kHead[] = R"(scenario: test-1
import: early-2022
variables:
  op: operations/ba
principals:
  amra: organisations/iom/people/amra;roles=reception_officer;operations=${op}
steps:
)";

absl::StatusOr<Scenario> Parse(const std::string& steps) {
  return ParseScenario(kHead + steps, ApiCatalogue::Compiled());
}

template <class T>
const T& RequestOf(const ScenarioStep& step) {
  return dynamic_cast<const T&>(*step.request);
}

TEST(Substitute, AddsAndPads) {
  const Variables variables = {{"n", "7"}, {"op", "operations/ba"}};
  EXPECT_EQ(*Substitute("${op}/beds/B${n:04}", variables), "operations/ba/beds/B0007");
  EXPECT_EQ(*Substitute("${n+3:03}-${n-2}", variables), "010-5");
  EXPECT_EQ(*Substitute("${n*20-19:04} ${n+1*2}", variables), "0121 16");
  EXPECT_EQ(*Substitute("${n-1*n+1}", variables), "43");
  EXPECT_EQ(*Substitute("$${n}", variables), "${n}");
}

TEST(Substitute, RefusesWhatItCannotResolve) {
  const Variables variables = {{"n", "7"}, {"op", "operations/ba"}};
  EXPECT_THAT(MessageOf(Substitute("${m}", variables)), HasSubstr("no variable m"));
  EXPECT_THAT(MessageOf(Substitute("${op+1}", variables)), HasSubstr("not a number"));
  EXPECT_THAT(MessageOf(Substitute("${n", variables)), HasSubstr("is not closed"));
  EXPECT_THAT(MessageOf(Substitute("${n:0}", variables)), HasSubstr("width"));
  EXPECT_THAT(MessageOf(Substitute("${n:04+1}", variables)), HasSubstr("comes last"));
  EXPECT_THAT(MessageOf(Substitute("${n/2}", variables)), HasSubstr("none of * + - :"));
  EXPECT_THAT(MessageOf(Substitute("${n+}", variables)), HasSubstr("'' is not a number"));
  EXPECT_THAT(MessageOf(Substitute("${n*9223372036854775807}", variables)), HasSubstr("too large"));
}

TEST(Scenario, AStepIsARequestWithItsIdAndTime) {
  const auto scenario = Parse(R"(
  - step: centre
    as: amra
    at: 2022-01-10T08:00:00+01:00
    call: reception.CreateCentre
    with:
      parent: ${op}
      centre_id: usivak
      centre:
        display_name: Ušivak
        capacities: [{standard: published, places: 800, valid_from: 2019-10-01, source: a report}]
)");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->id, "test-1");
  EXPECT_EQ(scenario->import_id, "early-2022");
  ASSERT_EQ(scenario->steps.size(), 1u);
  const ScenarioStep& step = scenario->steps[0];
  EXPECT_EQ(step.key, "centre");
  EXPECT_EQ(step.principal,
            "organisations/iom/people/amra;roles=reception_officer;operations=operations/ba");
  const auto& request = RequestOf<CreateCentreRequest>(step);
  EXPECT_EQ(request.parent(), "operations/ba");
  EXPECT_EQ(request.centre().display_name(), "Ušivak");
  EXPECT_EQ(request.centre().capacities(0).valid_from().month(), 10);
  EXPECT_EQ(request.request_id(), StepRequestId("test-1", "centre"));
  EXPECT_EQ(request.effective_time().seconds(), 1641798000);  // 07:00 UTC
}

TEST(Scenario, LoopsNestAndNumberTheirSteps) {
  const auto scenario = Parse(R"(
  - for: {c: [{id: usivak, rooms: 2}, {id: lipa, rooms: 1}]}
    steps:
      - step: room
        for: {n: "1..${c_rooms}"}
        as: amra
        call: reception.AddRoom
        with: {parent: "${op}/centres/${c_id}", room_id: "R${n:03}"}
)");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  std::vector<std::string> keys;
  for (const ScenarioStep& step : scenario->steps) keys.push_back(step.key);
  EXPECT_THAT(keys, testing::ElementsAre("room/usivak/1", "room/usivak/2", "room/lipa/1"));
  EXPECT_EQ(scenario->steps[1].group, "room");
  EXPECT_EQ(RequestOf<AddRoomRequest>(scenario->steps[1]).room_id(), "R002");
  EXPECT_EQ(RequestOf<AddRoomRequest>(scenario->steps[2]).parent(), "operations/ba/centres/lipa");
}

TEST(Scenario, RequestIdsAreUuidsThatDependOnScenarioAndStepAlone) {
  const std::string id = StepRequestId("bih-2023", "operation");
  EXPECT_TRUE(base::IsUuid(id)) << id;
  EXPECT_EQ(id[14], '8');
  EXPECT_THAT(std::string("89ab"), HasSubstr(std::string(1, id[19])));
  EXPECT_EQ(id, StepRequestId("bih-2023", "operation"));
  const std::set<std::string> different = {id, StepRequestId("bih-2024", "operation"),
                                           StepRequestId("bih-2023", "operation/1"),
                                           StepRequestId("bih-202", "3operation")};
  EXPECT_EQ(different.size(), 4u);
  // Fixed for ever: a scenario that was half played must be resumable by a later version.
  EXPECT_EQ(id, "2f995a74-648a-8c5d-92fd-96f3c1c001de");
}

struct BadStep {
  const char* yaml;
  const char* says;
};

class ScenarioErrors : public testing::TestWithParam<BadStep> {};

TEST_P(ScenarioErrors, NameTheLineAndTheFault) {
  const auto scenario = Parse(GetParam().yaml);
  EXPECT_EQ(CodeOf(scenario), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(scenario), AllOf(HasSubstr("line 8"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ScenarioErrors,
    testing::Values(
        BadStep{"  - {step: a, as: amra, call: reception.ChekIn}",
                "did you mean reception.CheckIn?"},
        BadStep{"  - {step: a, as: armin, call: reception.CheckIn}", "'as: armin' is none"},
        BadStep{"  - {step: a, as: amra, call: reception.CheckIn, with: {persn: x}}",
                "did you mean person?"},
        BadStep{"  - {step: a, as: amra, call: reception.CheckIn, at: yesterday}", "effectiveTime"},
        BadStep{"  - {step: a, as: amra, call: reception.GetCentre}", "changes nothing"},
        BadStep{"  - {step: a, as: amra, cal: reception.CheckIn}", "did you mean call?"},
        BadStep{"  - {as: amra, call: reception.CheckIn}", "has a name"},
        BadStep{"  - {step: a, as: amra, call: reception.CheckIn, with: {origin: BIRTH}}",
                "StayOrigin has no value BIRTH"},
        BadStep{"  - {step: a, as: amra, call: reception.CheckIn, with: {person: '${p}'}}",
                "no variable p"},
        BadStep{"  - {step: a, for: {n: 3..1}, as: amra, call: reception.CheckIn}", "is empty"},
        BadStep{"  - {step: a, as: amra, call: reception.CheckIn, with: {request_id: x}}",
                "request ids are made by the program"},
        BadStep{"  - {step: a, for: {n: [1, 1]}, as: amra, call: reception.CheckIn}",
                "step a/1 is there already"}));

TEST(Scenario, TheStoriesInTheRepositoryFitTheApi) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto yaml = ReadFile(entry.path().string());
    ASSERT_TRUE(yaml.ok()) << yaml.status();
    // Of a large one a small part is like the rest.
    const Variables set =
        entry.path().filename() == "thousands.yaml" ? Variables{{"each", "2"}} : Variables();
    const auto scenario = ParseScenario(*yaml, ApiCatalogue::Compiled(), set);
    EXPECT_TRUE(scenario.ok()) << entry.path() << ": " << scenario.status();
    ++files;
  }
  EXPECT_GE(files, 1);
}

TEST(Scenario, AVariableCanBeSetAnewAndAnUnknownOneIsRefused) {
  constexpr char kYaml[] = R"(
scenario: s
variables: {each: 3, op: "operations/${each}"}
principals: {amra: organisations/iom/people/amra}
steps:
  - {step: a, for: {n: "1..${each}"}, as: amra, call: reception.CheckIn, with: {person: "${op}/persons/${n}"}}
)";
  const auto as_it_is = ParseScenario(kYaml, ApiCatalogue::Compiled());
  ASSERT_TRUE(as_it_is.ok()) << as_it_is.status();
  EXPECT_EQ(as_it_is->steps.size(), 3u);
  const auto set = ParseScenario(kYaml, ApiCatalogue::Compiled(), {{"each", "2"}});
  ASSERT_TRUE(set.ok()) << set.status();
  ASSERT_EQ(set->steps.size(), 2u);
  EXPECT_THAT(set->steps[1].request->ShortDebugString(), HasSubstr("operations/2/persons/2"));
  const auto unknown = ParseScenario(kYaml, ApiCatalogue::Compiled(), {{"eahc", "2"}});
  EXPECT_THAT(MessageOf(unknown), HasSubstr("no variable 'eahc'"));
}

TEST(Scenario, BrokenYamlNamesTheLine) {
  EXPECT_THAT(MessageOf(Parse("  - {step: a")), HasSubstr("line "));
  EXPECT_EQ(CodeOf(ParseScenario("just text", ApiCatalogue::Compiled())),
            absl::StatusCode::kInvalidArgument);
}

TEST(Scenario, OtherBytesThanUtf8NameTheLine) {
  const auto parsed = Parse("  - step: a\n    as: \"am\x8cra\"\n");
  EXPECT_EQ(CodeOf(parsed), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(MessageOf(parsed), HasSubstr("line 9: it is not UTF-8"));
}

TEST(YamlToJson, MoneyIsNeverABinaryFraction) {
  const auto json =
      YamlToJson(YAML::Load("{area_m2: 18.10}"), *reception::v1::Room::descriptor(), {});
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ((*json)["areaM2"]["value"], "18.10");
}

}  // namespace
}  // namespace prihvat::ctl
