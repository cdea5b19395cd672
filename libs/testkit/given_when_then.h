// Given events, when a command, then events, a rejection, or nothing: the specification of a
// decider.
//
//   DeciderSpec spec(ProcurementDecider());
//   spec.Given(order_issued).When(receive).ThenRejected("OVER_RECEIPT", {{"limit", "100"}});
//
// Each Given and each accepted command is folded through the real rows; the log positions that
// events see are counted on.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "libs/es/decider.h"
#include "libs/es/projection.h"
#include "libs/es/values.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::testkit {

class DeciderSpec {
 public:
  explicit DeciderSpec(const es::Decider& decider, std::string operation = "operations/ba")
      : decider_(decider), operation_(std::move(operation)) {
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Sarajevo", &zone_));
    now_ = absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), zone_);
    effective_at_ = now_;
  }

  DeciderSpec& As(std::string principal) {
    principal_ = std::move(principal);
    return *this;
  }
  // The time of recording and, unless Effective says otherwise, of taking effect.
  DeciderSpec& At(absl::Time now) {
    now_ = effective_at_ = now;
    return *this;
  }
  // At a local time of Europe/Sarajevo.
  DeciderSpec& At(absl::CivilSecond local) { return At(absl::FromCivil(local, zone_)); }
  DeciderSpec& Effective(absl::Time at) {
    effective_at_ = at;
    return *this;
  }
  DeciderSpec& AsImport(std::string id) {
    import_id_ = std::move(id);
    return *this;
  }

  template <class... Events>
  DeciderSpec& Given(const Events&... events) {
    (FoldOne(events, effective_at_), ...);
    return *this;
  }

  // Decides; the outcome is looked at by one of the Then's below. Accepted events are folded.
  DeciderSpec& When(const google::protobuf::Message& command) {
    es::Context context;
    context.operation = operation_;
    context.principal = principal_;
    context.recorded_at = now_;
    context.effective_at = effective_at_;
    context.import_id = import_id_;
    {
      es::View view(rows_);
      context.zone = decider_.ZoneOf(view, operation_);
      context.random = [this] {
        return random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
      };
      decision_ = std::make_unique<es::Decision>(decider_.Decide(view, command, context));
    }
    numbers_ = context.numbers;
    ExpectClearRejection();
    if (decision_->accepted()) {
      for (const es::NewEvent& event : decision_->events()) {
        FoldOne(*event.message,
                event.effective_at == absl::InfinitePast() ? effective_at_ : event.effective_at);
      }
      es::Entities entities(rows_);
      for (const es::DocumentNumber& number : numbers_) {
        es::FoldDocumentNumber(entities, operation_, number);
      }
    }
    return *this;
  }

  // Accepted with exactly these events.
  template <class... Events>
  DeciderSpec& Then(const Events&... events) {
    if (!ExpectAccepted()) return *this;
    std::vector<const google::protobuf::Message*> wanted{&events...};
    EXPECT_EQ(wanted.size(), decision_->events().size()) << Describe();
    for (size_t i = 0; i < wanted.size() && i < decision_->events().size(); ++i) {
      const google::protobuf::Message& got = *decision_->events()[i].message;
      if (wanted[i]->GetDescriptor() != got.GetDescriptor()) {
        ADD_FAILURE() << "event " << i << " is a " << got.GetDescriptor()->full_name()
                      << ", wanted a " << wanted[i]->GetDescriptor()->full_name();
        continue;
      }
      std::string difference;
      google::protobuf::util::MessageDifferencer differencer;
      differencer.ReportDifferencesToString(&difference);
      EXPECT_TRUE(differencer.Compare(*wanted[i], got)) << "event " << i << ": " << difference;
    }
    return *this;
  }
  DeciderSpec& ThenNothing() { return Then(); }
  // Accepted, whatever the events.
  DeciderSpec& ThenAccepted() {
    ExpectAccepted();
    return *this;
  }

  // Rejected for that reason, with at least this metadata.
  DeciderSpec& ThenRejected(std::string_view reason,
                            const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
    EXPECT_NE(decision_, nullptr) << "no When before";
    if (decision_ == nullptr) return *this;
    EXPECT_FALSE(decision_->accepted()) << "accepted, wanted " << reason << "; " << Describe();
    if (decision_->accepted()) return *this;
    EXPECT_EQ(decision_->rejection().reason().id, std::string(reason))
        << decision_->rejection().message();
    for (const auto& entry : metadata) {
      EXPECT_THAT(decision_->rejection().metadata(), ::testing::Contains(entry))
          << decision_->rejection().message();
    }
    return *this;
  }
  // INVALID_FIELD (or another reason) naming that field.
  DeciderSpec& ThenRejectedField(std::string_view field) {
    EXPECT_TRUE(decision_ != nullptr && !decision_->accepted()) << Describe();
    if (decision_ == nullptr || decision_->accepted()) return *this;
    bool named = false;
    for (const es::FieldViolation& violation : decision_->rejection().fields())
      named |= violation.field == field;
    EXPECT_TRUE(named) << field << " is not named: " << decision_->rejection().message();
    return *this;
  }

  // The entity of that name as it stands, or a default one (and a failure) where there is none.
  template <class T>
  T Entity(std::string_view name) const {
    es::View view(rows_);
    const T* found = view.Find<T>(name);
    EXPECT_NE(found, nullptr) << "no " << name;
    return found == nullptr ? T() : *found;
  }
  // The first event of that type that the last When yielded.
  template <class T>
  T Event() const {
    for (const es::NewEvent& event : decision_->events()) {
      if (const T* found = dynamic_cast<const T*>(event.message.get())) return *found;
    }
    ADD_FAILURE() << "no " << T::descriptor()->full_name() << "; " << Describe();
    return T();
  }

  const es::Decision& decision() const { return *decision_; }
  const std::vector<es::DocumentNumber>& numbers() const { return numbers_; }
  const es::MapRows& rows() const { return rows_; }
  absl::TimeZone zone() const { return zone_; }

  // The rows of a view that has seen all events so far.
  es::MapRows Projected(const es::Projection& view) const {
    es::MapRows rows;
    for (size_t i = 0; i < commits_.size(); ++i) {
      const absl::Status status = view.Apply(
          rows, commits_[i], {.topic = view.topics().front(), .offset = static_cast<int64_t>(i)});
      EXPECT_TRUE(status.ok()) << status;
    }
    return rows;
  }

 private:
  // Whatever the test is about: a rejection has numbers, names or fields, and a sentence with them
  // in it that says more than the reason's meaning; of each field it says once that it is that
  // field.
  void ExpectClearRejection() const {
    if (decision_->accepted()) return;
    const es::Reason& reason = decision_->rejection().reason();
    const std::string message = decision_->rejection().message();
    EXPECT_FALSE(decision_->rejection().metadata().empty() &&
                 decision_->rejection().fields().empty())
        << reason.id << " names neither field nor number: " << message;
    EXPECT_NE(message, reason.meaning) << reason.id << " says what it means, not what is wrong";
    for (const es::FieldViolation& violation : decision_->rejection().fields()) {
      const std::string said = violation.field + ": ";
      EXPECT_FALSE(violation.rule.starts_with(said)) << said << violation.rule;
      EXPECT_EQ(message.find(said + said), std::string::npos) << message;
    }
  }

  bool ExpectAccepted() {
    EXPECT_NE(decision_, nullptr) << "no When before";
    if (decision_ == nullptr) return false;
    EXPECT_TRUE(decision_->accepted()) << Describe();
    return decision_->accepted();
  }

  std::string Describe() const {
    if (decision_ == nullptr) return "nothing decided";
    if (!decision_->accepted()) {
      return absl::StrCat("rejected: ", decision_->rejection().reason().id, ": ",
                          decision_->rejection().message());
    }
    std::string text = "events:";
    for (const es::NewEvent& event : decision_->events()) {
      text += "\n" + event.message->GetDescriptor()->name() + " {" +
              event.message->ShortDebugString() + "}";
    }
    return text;
  }

  void FoldOne(const google::protobuf::Message& event, absl::Time effective_at) {
    es::EventContext context;
    context.operation = operation_;
    context.principal = principal_;
    context.recorded_at = now_;
    context.effective_at = effective_at;
    context.import_id = import_id_;
    context.topic = "spec";
    context.offset = offset_++;
    es::Entities entities(rows_);
    log::v1::Commit& commit = commits_.emplace_back();
    commit.set_operation(operation_);
    commit.set_principal(principal_);
    *commit.mutable_recorded_at() = es::ToProto(now_);
    log::v1::Event& stored = *commit.add_events();
    stored.set_type(event.GetDescriptor()->full_name());
    stored.set_payload(event.SerializeAsString());
    *stored.mutable_effective_at() = es::ToProto(effective_at);
    const absl::Status status = decider_.Evolve(entities, stored.type(), stored.payload(), context);
    ASSERT_TRUE(status.ok()) << status;
  }

  const es::Decider& decider_;
  std::string operation_;
  std::string principal_ = "organisations/iom/people/clerk";
  std::string import_id_;
  absl::TimeZone zone_;
  absl::Time now_;
  absl::Time effective_at_;
  uint64_t random_ = 1;
  int64_t offset_ = 0;
  es::MapRows rows_;
  std::vector<log::v1::Commit> commits_;  // one an event
  std::unique_ptr<es::Decision> decision_;
  std::vector<es::DocumentNumber> numbers_;
};

}  // namespace prihvat::testkit
