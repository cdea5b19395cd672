#include "tests/fault/toy_instance.h"

#include <sstream>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/testkit/toy_domain.h"

namespace prihvat::fault {
namespace {

constexpr int kPeopleInAHall = 30;  // fewer than there are seats: none is refused
constexpr size_t kUnderWay = 64;
constexpr absl::Duration kBetweenQuestions = absl::Milliseconds(5);

// What the runtime's reasons promise (libs/runtime/reasons.h).
Call::Outcome OutcomeOf(const std::string& reason) {
  for (const char* nothing_done : {"NOT_OWNER", "APPEND_FAILED", "MAILBOX_FULL", "SHUTTING_DOWN",
                                   "DEADLINE_PASSED", "PARTITION_STOPPED"}) {
    if (reason == nothing_done) return Call::Outcome::kNothingDone;
  }
  return Call::Outcome::kUnknown;
}

}  // namespace

std::string RequestIdOf(int n) { return fmt::format("00000000-0000-4000-8000-{:012}", n); }

std::string OperationOf(int n) {
  static constexpr const char* kOperations[] = {"operations/ba", "operations/rs", "operations/me"};
  return kOperations[n % 3];
}

absl::StatusOr<std::unique_ptr<ToyInstance>> ToyInstance::Start(const ToyOptions& options,
                                                                History& history,
                                                                absl::Time deadline) {
  std::vector<std::string> argv = {TOY_SERVICE, fmt::format("--dir={}", options.directory),
                                   fmt::format("--instance={}", options.instance),
                                   fmt::format("--rank={}", options.rank),
                                   fmt::format("--partitions={}", kToyPartitions)};
  if (!options.brokers.empty()) argv.push_back(fmt::format("--brokers={}", options.brokers));
  auto process = ChildProcess::Start(std::move(argv));
  if (!process.ok()) return process.status();
  auto instance = absl::WrapUnique(new ToyInstance(options.instance, *std::move(process), history));
  if (absl::Status s = instance->Await("ready", "1", deadline); !s.ok()) return s;
  return instance;
}

void ToyInstance::Take(int n) {
  const size_t call = history_.Invoke(RequestIdOf(n));
  numbers_[call] = n;
  ++open_;
  // If it is dead the call stays open: it never reached anybody.
  (void)process_->Send(fmt::format("take {} {} h{} p{} {}", call, OperationOf(n),
                                   n / kPeopleInAHall, n, RequestIdOf(n)));
}

bool ToyInstance::Note(const std::string& line) {
  std::istringstream words(line);
  std::string kind, outcome;
  size_t call = 0;
  words >> kind >> call >> outcome;
  if (kind != "reply") return false;
  --open_;
  if (outcome == "ok") {
    std::string topic, repeated;
    int32_t partition = 0;
    int64_t offset = 0;
    words >> topic >> partition >> offset >> repeated;
    common::v1::Position position;
    position.set_topic(topic);
    position.set_partition(partition);
    position.set_offset(offset);
    history_.Acknowledge(call, position, repeated == "repeated");
    acknowledged_.push_back(numbers_.at(call));
  } else {
    int code = 0;
    std::string reason;
    words >> code >> reason;
    history_.Fail(call, OutcomeOf(reason));
  }
  return true;
}

absl::Status ToyInstance::Drain(size_t open, absl::Time deadline) {
  while (open_ > open || process_->HasLine()) {
    auto line = process_->ReadLine(deadline);
    if (!line.ok()) return line.status();
    Note(*line);
  }
  return absl::OkStatus();
}

void ToyInstance::DrainToEnd() {
  while (true) {
    auto line = process_->ReadLine(absl::InfiniteFuture());
    if (!line.ok()) return;
    Note(*line);
  }
}

absl::StatusOr<std::string> ToyInstance::Ask(const std::string& question, absl::Time deadline) {
  if (absl::Status s = process_->Send(question); !s.ok()) {
    return absl::UnavailableError(fmt::format("{} has ended: {}", name_, process_->Complaints()));
  }
  while (true) {
    auto line = process_->ReadLine(deadline);
    if (!line.ok()) {
      return absl::Status(line.status().code(),
                          fmt::format("{} asked \"{}\": {}; {}", name_, question,
                                      line.status().ToString(), process_->Complaints()));
    }
    if (Note(*line)) continue;
    return line->size() > 7 ? line->substr(7) : "";
  }
}

absl::Status ToyInstance::Await(const std::string& question, const std::string& wanted,
                                absl::Time deadline) {
  while (true) {
    auto answer = Ask(question, deadline);
    if (!answer.ok()) return answer.status();
    if (*answer == wanted) return absl::OkStatus();
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          fmt::format("{} asked \"{}\" still answers \"{}\"", name_, question, *answer));
    }
    absl::SleepFor(kBetweenQuestions);
  }
}

absl::StatusOr<std::map<event_log::TopicPartition, int64_t>> ToyInstance::Applied(
    absl::Time deadline) {
  auto answer = Ask("applied", deadline);
  if (!answer.ok()) return answer.status();
  std::map<event_log::TopicPartition, int64_t> applied;
  std::istringstream words(*answer);
  event_log::TopicPartition tp;
  int64_t offset = 0;
  while (words >> tp.topic >> tp.partition >> offset) applied[tp] = offset;
  return applied;
}

void ToyLoad::TakeIn(ToyInstance& instance) {
  size_t& taken_in = taken_in_[&instance];
  for (; taken_in < instance.acknowledged().size(); ++taken_in)
    unsettled_.erase(instance.acknowledged()[taken_in]);
}

int ToyLoad::Choose() {
  const uint64_t draw = random_.Uniform(10);
  if (draw == 0 && next_ > 0) return static_cast<int>(random_.Uniform(next_));
  if (draw <= 3 && unsettled_.size() > kUnderWay) {
    auto it = unsettled_.begin();
    std::advance(it, random_.Uniform(unsettled_.size()));
    return *it;
  }
  unsettled_.insert(next_);
  return next_++;
}

absl::Status ToyLoad::Run(ToyInstance& instance, size_t acknowledgements, absl::Time deadline) {
  const size_t goal = instance.acknowledged().size() + acknowledgements;
  while (instance.acknowledged().size() < goal) {
    while (instance.open_calls() < kUnderWay) instance.Take(Choose());
    if (absl::Status s = instance.Drain(kUnderWay - 1, deadline); !s.ok()) return s;
    TakeIn(instance);
  }
  return absl::OkStatus();
}

void ToyLoad::SendBlindly(ToyInstance& instance, int count) {
  for (int i = 0; i < count; ++i) {
    unsettled_.insert(next_);
    instance.Take(next_++);
  }
}

absl::Status ToyLoad::SettleAll(ToyInstance& instance, absl::Time deadline) {
  while (!unsettled_.empty()) {
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          fmt::format("{} commands are still not acknowledged", unsettled_.size()));
    }
    const std::set<int> retried = unsettled_;
    for (const int n : retried) {
      if (absl::Status s = instance.Drain(kUnderWay - 1, deadline); !s.ok()) return s;
      instance.Take(n);
    }
    if (absl::Status s = instance.Drain(0, deadline); !s.ok()) return s;
    TakeIn(instance);
  }
  return absl::OkStatus();
}

std::vector<std::string> EffectFaults(const LogContents& contents) {
  const auto seats = CountEvents(
      contents,
      [](const log::v1::Commit& commit, const log::v1::Event& event) -> std::optional<std::string> {
        testkit::v1::SeatTaken taken;
        if (event.type() != taken.GetDescriptor()->full_name()) return std::nullopt;
        if (!taken.ParseFromString(event.payload())) return "?";
        return commit.operation() + " " + taken.person();
      });
  const auto welcomes = CountEvents(
      contents,
      [](const log::v1::Commit& commit, const log::v1::Event& event) -> std::optional<std::string> {
        testkit::v1::Welcomed welcomed;
        if (event.type() != welcomed.GetDescriptor()->full_name()) return std::nullopt;
        if (!welcomed.ParseFromString(event.payload())) return "?";
        return commit.operation() + " " + welcomed.person();
      });
  std::vector<std::string> faults;
  for (const auto& [person, times] : seats) {
    const auto found = welcomes.find(person);
    const int effects = found == welcomes.end() ? 0 : found->second;
    if (effects != times)
      faults.push_back(
          fmt::format("{} took {} seats and was welcomed {} times", person, times, effects));
  }
  for (const auto& [person, times] : welcomes) {
    if (seats.count(person) == 0) faults.push_back(person + " was welcomed and took no seat");
  }
  return faults;
}

}  // namespace prihvat::fault
