// What a decider answers: events (accepted) or a reason (rejected), never half.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/protobuf/message.h"

namespace prihvat::es {

// A reason for rejecting, declared once, as a constant, in its service's domain/reasons.h and
// listed there for the error catalogue.
struct Reason {
  const char* id;         // UPPER_SNAKE, stands in google.rpc.ErrorInfo.reason
  absl::StatusCode code;  // the canonical code that callers see
  const char* meaning;    // which rule was broken, one sentence
  const char* remedy;     // what the caller can do, one sentence
};

// The reasons that every service shares.
inline constexpr Reason kNotFound{"NOT_FOUND", absl::StatusCode::kNotFound, "No such resource.",
                                  "Check the name; list the collection to see what is there."};
inline constexpr Reason kAlreadyExists{"ALREADY_EXISTS", absl::StatusCode::kAlreadyExists,
                                       "A resource of that name is there already.",
                                       "Choose another id, or get the resource that is there."};
inline constexpr Reason kWrongState{
    "WRONG_STATE", absl::StatusCode::kFailedPrecondition,
    "The resource's state does not allow the move.",
    "Get the resource; make one of the open moves that the error names."};
inline constexpr Reason kInvalidField{"INVALID_FIELD", absl::StatusCode::kInvalidArgument,
                                      "A field of the request breaks its rule.",
                                      "Correct the fields that the error names."};
inline constexpr Reason kStaleEtag{"STALE_ETAG", absl::StatusCode::kAborted,
                                   "The resource was changed since it was read.",
                                   "Get it again and decide anew."};
inline constexpr Reason kBackdatedTooFar{"BACKDATED_TOO_FAR", absl::StatusCode::kFailedPrecondition,
                                         "The effective time is further back than policy allows.",
                                         "Enter it through an approved import."};
inline constexpr Reason kEffectiveInFuture{"EFFECTIVE_IN_FUTURE",
                                           absl::StatusCode::kInvalidArgument,
                                           "The effective time is after the time of recording.",
                                           "Correct the time, or the clock that it came from."};
inline constexpr Reason kCommandUnknown{
    "COMMAND_UNKNOWN", absl::StatusCode::kFailedPrecondition,
    "The work item was too large to hold its command, or this build cannot read it.",
    "Dismiss the work item and send the command anew, or upgrade the server."};
inline constexpr Reason kOperationUnknown{
    "OPERATION_UNKNOWN", absl::StatusCode::kFailedPrecondition,
    "This service has not heard of the operation.",
    "Create the operation in procurement; pass the token of that call."};

// A broken field: `field` is the path in the request ("lines[0].quantity"), `rule` says what it
// should be and is.
struct FieldViolation {
  std::string field;
  std::string rule;
};

class Rejection {
 public:
  explicit Rejection(const Reason& reason) : reason_(&reason) {}

  const Reason& reason() const { return *reason_; }
  // A sentence with the numbers in it. Default: the reason's meaning.
  std::string message() const { return message_.empty() ? reason_->meaning : message_; }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
  const std::vector<FieldViolation>& fields() const { return fields_; }

  // A number or name that the error carries as metadata; what fmt prints.
  template <class T>
  Rejection&& With(std::string_view key, const T& value) && {
    metadata_.emplace_back(std::string(key), fmt::format("{}", value));
    return std::move(*this);
  }
  Rejection&& Saying(std::string_view message) && {
    message_ = std::string(message);
    return std::move(*this);
  }
  Rejection&& Field(std::string_view field, std::string_view rule) && {
    fields_.push_back({std::string(field), std::string(rule)});
    return std::move(*this);
  }

 private:
  const Reason* reason_;
  std::string message_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<FieldViolation> fields_;
};

// One event to be stored.
struct NewEvent {
  std::unique_ptr<google::protobuf::Message> message;
  absl::Time effective_at = absl::InfinitePast();  // InfinitePast: the command's
};

class Decision {
 public:
  // Rejected.
  Decision(Rejection rejection)
      : rejection_(std::make_unique<Rejection>(std::move(rejection))) {}  // NOLINT: implicit

  // Accepted, so far without events ("nothing happened": the command's wish is already so).
  static Decision Accept() { return Decision(); }

  // Adds an event.
  template <class Event>
  Decision&& Then(Event event) && {
    events_.push_back({std::make_unique<Event>(std::move(event))});
    return std::move(*this);
  }
  template <class Event>
  void Add(Event event) {
    events_.push_back({std::make_unique<Event>(std::move(event))});
  }
  // Every event so far takes effect then, unless it says otherwise itself.
  Decision&& TakingEffectAt(absl::Time time) && {
    for (NewEvent& event : events_) {
      if (event.effective_at == absl::InfinitePast()) event.effective_at = time;
    }
    return std::move(*this);
  }
  // The resource that the command makes or changes: what the reply renders.
  Decision&& Naming(std::string_view resource) && {
    resource_ = std::string(resource);
    return std::move(*this);
  }

  bool accepted() const { return rejection_ == nullptr; }
  const Rejection& rejection() const { return *rejection_; }
  const std::vector<NewEvent>& events() const { return events_; }
  const std::string& resource() const { return resource_; }

 private:
  Decision() = default;

  std::unique_ptr<Rejection> rejection_;
  std::vector<NewEvent> events_;
  std::string resource_;
};

// Accepted(event, event ...).Naming(resource)
template <class... Events>
Decision Accepted(Events... events) {
  Decision decision = Decision::Accept();
  (decision.Add(std::move(events)), ...);
  return decision;
}

inline Rejection Rejected(const Reason& reason) { return Rejection(reason); }
inline Rejection NotFound(std::string_view name) {
  return Rejection(kNotFound).Saying(fmt::format("there is no {}", name)).With("name", name);
}
inline Rejection AlreadyExists(std::string_view name) {
  return Rejection(kAlreadyExists)
      .Saying(fmt::format("{} is there already", name))
      .With("name", name);
}
// `moves`: what is open in that state, for people ("issue, cancel"); "none" where nothing is.
inline Rejection WrongState(std::string_view name, std::string_view state, std::string_view wish,
                            std::string_view moves) {
  return Rejection(kWrongState)
      .Saying(fmt::format("{} is {} and cannot {}; open moves: {}", name, state, wish, moves))
      .With("name", name)
      .With("state", state)
      .With("open_moves", moves);
}
inline Rejection InvalidField(std::string_view field, std::string_view rule) {
  return Rejection(kInvalidField).Saying(fmt::format("{}: {}", field, rule)).Field(field, rule);
}

}  // namespace prihvat::es
