#include "tests/fuzz/services.h"

#include <algorithm>

#include "libs/base/check.h"
#include "libs/es/decider.h"
#include "libs/es/process.h"
#include "services/handover/definition.h"
#include "services/procurement/definition.h"
#include "services/reception/definition.h"

namespace prihvat::fuzz {
namespace {

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

std::shared_ptr<const google::protobuf::Message> Copy(const google::protobuf::Message& message) {
  std::shared_ptr<google::protobuf::Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

es::Decision Decide(const es::Decider& decider, const es::Rows& rows, const Command& command,
                    es::Context& context, uint64_t seed) {
  context.principal = command.principal;
  context.recorded_at = command.recorded_at;
  context.effective_at = command.effective_at;
  context.import_id = command.import_id;
  context.random = [seed]() mutable {
    return seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
  };
  const es::View view(rows);
  context.zone = decider.ZoneOf(view, context.operation);
  return decider.Decide(view, *command.message, context);
}

void CheckSame(const es::Decision& one, const es::Decision& other) {
  PRIHVAT_CHECK(one.accepted() == other.accepted(), "decided otherwise the second time");
  if (!one.accepted()) {
    PRIHVAT_CHECK(one.rejection().message() == other.rejection().message() &&
                      one.rejection().reason().id == other.rejection().reason().id,
                  "refused for another reason the second time");
    PRIHVAT_CHECK(!one.rejection().message().empty(), "refused without a word");
    return;
  }
  PRIHVAT_CHECK(one.events().size() == other.events().size(), "other events the second time");
  for (size_t i = 0; i < one.events().size(); ++i) {
    PRIHVAT_CHECK(es::SerializeDeterministically(*one.events()[i].message) ==
                      es::SerializeDeterministically(*other.events()[i].message),
                  "another event the second time");
  }
}

log::v1::Commit CommitOf(const Command& command, const es::Decision& decision,
                         const es::Context& context) {
  log::v1::Commit commit;
  commit.set_operation(context.operation);
  commit.set_principal(command.principal);
  commit.set_import_id(command.import_id);
  commit.set_command_type(command.message->GetDescriptor()->full_name());
  *commit.mutable_recorded_at() = ToProto(command.recorded_at);
  for (const es::NewEvent& event : decision.events()) {
    log::v1::Event& stored = *commit.add_events();
    stored.set_type(event.message->GetDescriptor()->full_name());
    stored.set_payload(es::SerializeDeterministically(*event.message));
    *stored.mutable_effective_at() = ToProto(
        event.effective_at == absl::InfinitePast() ? context.effective_at : event.effective_at);
  }
  for (const es::DocumentNumber& number : context.numbers) {
    log::v1::DocumentNumber& stored = *commit.add_document_numbers();
    stored.set_kind(number.kind);
    stored.set_year(number.year);
    stored.set_number(number.number);
  }
  return commit;
}

}  // namespace

const std::array<runtime::ServiceDefinition, kServices>& Definitions() {
  static const auto& definitions = *new std::array<runtime::ServiceDefinition, kServices>{
      procurement::ProcurementDefinition(), handover::HandoverDefinition(),
      reception::ReceptionDefinition()};
  return definitions;
}

bool Services::Do(const Command& given) {
  Command command = given;
  command.recorded_at = recorded_at_ = std::max(recorded_at_, given.recorded_at);
  es::Context context, again;
  context.operation = again.operation = command.operation;
  const es::Decider& decider = *Definitions()[command.service].decider;
  const uint64_t seed = ++decided_;
  const es::MapRows& rows = rows_[command.service];
  const es::Decision decision = Decide(decider, rows, command, context, seed);
  CheckSame(decision, Decide(decider, rows, command, again, seed));
  if (!decision.accepted()) {
    refusals_.insert(decision.rejection().reason().id);
    return false;
  }
  ++accepted_;
  if (decision.events().empty()) return true;
  since_.push_back(
      {command.service, ends_[command.service]++, CommitOf(command, decision, context)});
  const Folded folded = since_.back();
  Fold(folded, rows_[command.service]);
  LetOthersReact(folded);
  return true;
}

void Services::Fold(const Folded& folded, es::MapRows& rows) const {
  const runtime::ServiceDefinition& service = Definitions()[folded.service];
  es::Entities entities(rows);
  for (int i = 0; i < folded.commit.events_size(); ++i) {
    const log::v1::Event& event = folded.commit.events(i);
    const absl::Status status = service.decider->Evolve(
        entities, event.type(), event.payload(),
        es::EventContextOf({service.topic, 0, folded.offset, folded.offset - 1}, folded.commit, i));
    PRIHVAT_CHECK(status.ok(), "accepted, and cannot be folded: " + status.ToString());
  }
  for (const auto& number : folded.commit.document_numbers())
    es::FoldDocumentNumber(entities, folded.commit.operation(),
                           {number.kind(), number.year(), number.number()});
}

void Services::LetOthersReact(const Folded& folded) {
  const std::string& topic = Definitions()[folded.service].topic;
  for (size_t service = 0; service < kServices; ++service) {
    for (const es::Process* process : Definitions()[service].processes) {
      if (process->source_topic() != topic) continue;
      const auto reactions =
          process->React(folded.commit, {topic, 0, folded.offset, folded.offset - 1});
      PRIHVAT_CHECK(reactions.ok(), "an event cannot be reacted to");
      for (const es::Reaction& reaction : *reactions) {
        Command command;
        command.service = service;
        command.operation = reaction.operation;
        command.principal = "processes/" + process->name();
        command.message = Copy(*reaction.command);
        command.recorded_at = recorded_at_;
        command.effective_at = std::min(reaction.effective_at, recorded_at_);
        command.import_id =
            folded.commit.import_id().empty() ? command.principal : folded.commit.import_id();
        Do(command);
      }
    }
  }
}

void Services::CheckRefold() const {
  auto rows = *settled_;
  for (const Folded& folded : since_) Fold(folded, rows[folded.service]);
  for (size_t service = 0; service < kServices; ++service)
    PRIHVAT_CHECK(rows[service].map() == rows_[service].map(),
                  "G6: the same events make another state");
}

void Services::Settle() {
  settled_ = std::make_shared<std::array<es::MapRows, kServices>>(rows_);
  since_.clear();
  refusals_.clear();
}

}  // namespace prihvat::fuzz
