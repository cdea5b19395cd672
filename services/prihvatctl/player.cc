#include "services/prihvatctl/player.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "nlohmann/json.hpp"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/token.h"

namespace prihvat::ctl {
namespace {

// The digest of a scenario's first steps: of the digest before, and the step.
std::string NextDigest(const std::string& before, const ScenarioStep& step) {
  std::string request;
  {
    google::protobuf::io::StringOutputStream stream(&request);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    step.request->SerializeToCodedStream(&coded);
  }
  return base::Sha256Hex(fmt::format("{}\n{}\n{}\n{}\n{}", before, step.key,
                                     step.method->full_name(), step.principal, request));
}

// How many steps of `scenario` the state has seen done: all that it says, or none where these steps
// are others now.
size_t StepsDone(const Scenario& scenario, const PlayState& state) {
  if (state.steps_done > scenario.steps.size()) return 0;
  std::string digest;
  for (size_t i = 0; i < state.steps_done; ++i) digest = NextDigest(digest, scenario.steps[i]);
  return digest == state.digest ? state.steps_done : 0;
}

// One past the last step to play.
absl::StatusOr<size_t> StepsToPlay(const Scenario& scenario, const std::string& only_until) {
  if (only_until.empty()) return scenario.steps.size();
  for (size_t i = scenario.steps.size(); i > 0; --i) {
    const ScenarioStep& step = scenario.steps[i - 1];
    if (step.key == only_until || step.group == only_until) return i;
  }
  return absl::InvalidArgumentError(fmt::format("the scenario has no step {}", only_until));
}

// The same error with where it happened in front; the server's details stay.
absl::Status At(const ScenarioStep& step, const absl::Status& error) {
  absl::Status located(error.code(),
                       fmt::format("step {} (line {}): {}: {}", step.key, step.line,
                                   ShortMethodName(*step.method), base::FromAbsl(error.message())));
  error.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    located.SetPayload(type, payload);
  });
  return located;
}

// What a step's answer means for the play: OK to go on.
absl::Status Judge(const ScenarioStep& step, const absl::StatusOr<Reply>& reply) {
  const std::vector<std::string>& expected = step.expected_reasons;
  if (expected.empty()) return reply.ok() ? absl::OkStatus() : At(step, reply.status());
  if (reply.ok()) {
    return At(step, absl::FailedPreconditionError(
                        fmt::format("was accepted, where {} was expected", expected.front())));
  }
  const std::string reason = DetailsOf(reply.status()).reason;
  if (std::find(expected.begin(), expected.end(), reason) != expected.end()) {
    return absl::OkStatus();
  }
  return At(step, reply.status());
}

}  // namespace

absl::StatusOr<PlayState> LoadPlayState(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return PlayState();
  if (!text.ok()) return text.status();
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("stepsDone") || !json["stepsDone"].is_number_unsigned() ||
      !json.contains("digest") || !json["digest"].is_string() || !json.contains("token") ||
      !json["token"].is_string()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not the state of a play; remove it to play from the start", path));
  }
  return PlayState{json["stepsDone"].get<size_t>(), json["digest"].get<std::string>(),
                   json["token"].get<std::string>()};
}

absl::Status SavePlayState(const PlayState& state, const std::string& path) {
  const nlohmann::json json = {
      {"stepsDone", state.steps_done}, {"digest", state.digest}, {"token", state.token}};
  return ReplaceFile(path, json.dump(2) + "\n");
}

absl::StatusOr<PlayResult> Play(const Scenario& scenario, const PlayState& from, Api& api,
                                const PlayOptions& options) {
  PRIHVAT_ASSIGN_OR_RETURN(const size_t end, StepsToPlay(scenario, options.only_until));
  PlayResult result;
  result.skipped = StepsDone(scenario, from);
  if (result.skipped > 0) result.state = from;
  for (size_t i = result.skipped; i < end; ++i) {
    const ScenarioStep& step = scenario.steps[i];
    const CallOptions call{step.principal, result.state.token, scenario.import_id, options.timeout};
    RetryPolicy retries = options.retries;
    retries.after_deadline = true;  // each step has a request id
    const absl::StatusOr<Reply> reply =
        CallWithRetries(api, *step.method, *step.request, call, retries, options.wait);
    PRIHVAT_RETURN_IF_ERROR(Judge(step, reply));
    if (reply.ok()) {
      PRIHVAT_ASSIGN_OR_RETURN(result.state.token, MergeTokens(result.state.token, reply->token));
    } else {
      ++result.refused_as_expected;
    }
    ++result.sent;
    result.state.steps_done = i + 1;
    result.state.digest = NextDigest(result.state.digest, step);
    if (options.on_step) options.on_step(step, result.state);
  }
  return result;
}

}  // namespace prihvat::ctl
