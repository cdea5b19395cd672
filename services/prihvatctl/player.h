// Plays a scenario against a server.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "services/prihvatctl/api.h"
#include "services/prihvatctl/retry.h"
#include "services/prihvatctl/scenario.h"

namespace prihvat::ctl {

// How far a scenario was played. A digest of the steps so far says whether it is still the same
// scenario: where the file was changed before that point, it is played from its start again.
struct PlayState {
  size_t steps_done = 0;
  std::string digest;  // of the done steps, hexadecimal; "" before the first
  std::string token;   // what they have seen
};

// As JSON, in a file that is replaced as a whole or not at all. A file that is not there is a play
// that has not begun; one that is no state is INVALID_ARGUMENT.
absl::StatusOr<PlayState> LoadPlayState(const std::string& path);
absl::Status SavePlayState(const PlayState& state, const std::string& path);

struct PlayOptions {
  std::string only_until;  // a step's key or name: play it (its last repetition) and stop; "" all
  absl::Duration timeout = absl::Seconds(30);  // of one call
  RetryPolicy retries;
  Waiter wait;  // between attempts
  // After each step, with what is done by now: to show, and to save.
  std::function<void(const ScenarioStep& step, const PlayState& state)> on_step;
};

struct PlayResult {
  size_t skipped = 0;  // done before, by the state
  size_t sent = 0;
  size_t refused_as_expected = 0;
  PlayState state;
};

// Sends the steps in order, each with the token of all before it. Request ids settle what a broken
// play left open, so playing again is always safe. Stops at the first step that is refused (unless
// it is expected to be), accepted against expectation, or could not be sent; the error then names
// the step and its line, and keeps the server's details.
absl::StatusOr<PlayResult> Play(const Scenario& scenario, const PlayState& from, Api& api,
                                const PlayOptions& options);

}  // namespace prihvat::ctl
