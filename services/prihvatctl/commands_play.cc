// play: a scenario from a file, with progress, resumable.
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/files.h"
#include "services/prihvatctl/player.h"
#include "services/prihvatctl/progress.h"
#include "services/prihvatctl/token.h"

namespace prihvat::ctl {
namespace {

constexpr size_t kStepsBetweenSaves = 25;

absl::StatusOr<Variables> ReadSet(const std::vector<std::string>& entries) {
  Variables set;
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos)
      return absl::InvalidArgumentError(
          fmt::format("--set: '{}' must be NAME=VALUE, such as each=5", entry));
    if (!set.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second)
      return absl::InvalidArgumentError(
          fmt::format("--set: {} is given twice", entry.substr(0, equals)));
  }
  return set;
}

}  // namespace

absl::Status RunPlay(CommandContext& context, const PlayArguments& arguments) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string yaml, ReadFile(arguments.file));
  PRIHVAT_ASSIGN_OR_RETURN(const Variables set, ReadSet(arguments.set));
  PRIHVAT_ASSIGN_OR_RETURN(const Scenario scenario, ParseScenario(yaml, context.catalogue, set));
  PlayState done;
  if (!arguments.state_file.empty()) {
    PRIHVAT_ASSIGN_OR_RETURN(done, LoadPlayState(arguments.state_file));
  }

  Progress progress(context.err, context.err_is_terminal, scenario.steps.size());
  absl::Status saved = absl::OkStatus();
  PlayOptions options;
  options.only_until = arguments.only_until;
  options.timeout = context.call.timeout;
  options.retries.attempts = arguments.attempts;
  size_t tried_again = 0;
  options.wait = [&](absl::Duration wait) {
    ++tried_again;
    context.wait(wait);
  };
  options.on_step = [&](const ScenarioStep& step, const PlayState& state) {
    done = state;
    progress.Show(state.steps_done, step.key);
    if (!arguments.state_file.empty() && state.steps_done % kStepsBetweenSaves == 0) {
      saved.Update(SavePlayState(state, arguments.state_file));
    }
  };
  absl::StatusOr<PlayResult> result = Play(scenario, done, context.api, options);
  progress.Finish();
  if (result.ok()) done = result->state;
  // Also after a step that was refused: the next play goes on there.
  if (!arguments.state_file.empty()) saved.Update(SavePlayState(done, arguments.state_file));
  PRIHVAT_RETURN_IF_ERROR(result.status());
  PRIHVAT_ASSIGN_OR_RETURN(context.token, MergeTokens(context.token, done.token));
  context.err << fmt::format(
      "played {} of {} steps of {} ({} were done before; {} refused, as the scenario expects; {} "
      "tried again)\n",
      result->sent, scenario.steps.size(), scenario.id, result->skipped,
      result->refused_as_expected, tried_again);
  return saved;
}

}  // namespace prihvat::ctl
