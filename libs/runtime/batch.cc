#include "libs/runtime/batch.h"

#include <algorithm>

#include "libs/base/check.h"

namespace prihvat::runtime {

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  google::protobuf::Timestamp out;
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(rest * 1000));
  return out;
}

Batch::Batch(state_store::StateStore& store, const event_log::TermFence& fence, absl::Time now)
    : entities_base(store.Read(state_store::kEntities)),
      requests(store.Read(state_store::kRequests)),
      meta(store.Read(state_store::kMeta)),
      entities(*entities_base),
      chain(fence.state().chain),
      recorded_at(fence.state().last_recorded_at_us == INT64_MIN
                      ? now
                      : std::max(now, absl::FromUnixMicros(fence.state().last_recorded_at_us))) {
  // Events carry microseconds: what is compared later must be what was written.
  recorded_at = absl::FromUnixMicros(absl::ToUnixMicros(recorded_at));
}

Draft::Draft(const es::Decider& decider, const event_log::TopicPartition& tp,
             const event_log::FenceState& fence, const Batch& batch, const std::string& operation)
    : decider_(decider),
      operation_(operation),
      recorded_at_(batch.recorded_at),
      at_{tp.topic, tp.partition, fence.next_offset + static_cast<int64_t>(batch.records.size()),
          0},
      changes_(batch.entities),
      entities_(changes_) {
  commit().set_claim_id(fence.claim_id);
  commit().set_previous_chain(batch.chain);
  *commit().mutable_recorded_at() = ToProto(batch.recorded_at);
  commit().set_operation(operation);
}

es::Context Draft::ContextFor(const std::string& principal, const std::string& import_id,
                              std::function<uint64_t()> random) const {
  es::Context context;
  context.operation = operation_;
  context.principal = principal;
  context.recorded_at = recorded_at_;
  context.import_id = import_id;
  context.random = std::move(random);
  return context;
}

es::Decision Draft::Decide(const google::protobuf::Message& command, es::Context& context) const {
  es::View view(changes_);
  context.zone = decider_.ZoneOf(view, operation_);
  return decider_.Decide(view, command, context);
}

void Draft::Add(const google::protobuf::Message& event, absl::Time effective_at) {
  log::v1::Event& stored = *commit().add_events();
  stored.set_type(event.GetDescriptor()->full_name());
  stored.set_payload(es::SerializeDeterministically(event));
  if (effective_at != recorded_at_) *stored.mutable_effective_at() = ToProto(effective_at);
  const absl::Status s =
      decider_.Evolve(entities_, stored.type(), stored.payload(),
                      es::EventContextOf(at_, commit(), commit().events_size() - 1));
  PRIHVAT_CHECK(s.ok(), "a decider made an event that it cannot fold: " + s.ToString());
}

void Draft::Add(const std::vector<es::NewEvent>& events, const es::Context& context) {
  for (const es::NewEvent& event : events) {
    Add(*event.message,
        event.effective_at == absl::InfinitePast() ? context.effective_at : event.effective_at);
  }
}

void Draft::AddNumbers(const std::vector<es::DocumentNumber>& numbers) {
  for (const es::DocumentNumber& number : numbers) {
    log::v1::DocumentNumber& stored = *commit().add_document_numbers();
    stored.set_kind(number.kind);
    stored.set_year(number.year);
    stored.set_number(number.number);
    es::FoldDocumentNumber(entities_, operation_, number);
  }
}

}  // namespace prihvat::runtime
