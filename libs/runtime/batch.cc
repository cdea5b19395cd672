#include "libs/runtime/batch.h"

#include <algorithm>

#include "libs/base/check.h"
#include "libs/es/values.h"

namespace prihvat::runtime {

Batch::Batch(state_store::StateStore& store, const event_log::TermFence& fence, absl::Time now)
    : entities_base(store.Read(state_store::kEntities)),
      requests(store.Read(state_store::kRequests)),
      meta(store.Read(state_store::kMeta)),
      entities_read(*entities_base),
      entities(entities_read),
      chain(fence.state().chain),
      recorded_at(fence.state().last_recorded_at_us == INT64_MIN
                      ? now
                      : std::max(now, absl::FromUnixMicros(fence.state().last_recorded_at_us))),
      first_offset(fence.state().next_offset) {
  // Events carry microseconds: what is compared later must be what was written.
  recorded_at = absl::FromUnixMicros(absl::ToUnixMicros(recorded_at));
}

Draft::Draft(const es::Decider& decider, const event_log::TopicPartition& tp,
             const event_log::FenceState& fence, Batch& batch, const std::string& operation)
    : decider_(decider),
      batch_(batch),
      operation_(operation),
      recorded_at_(batch.recorded_at),
      at_{tp.topic, tp.partition, batch.next_offset()},
      changes_(batch.entities),
      entities_(changes_) {
  commit().set_claim_id(fence.claim_id);
  commit().set_previous_chain(batch.chain);
  *commit().mutable_recorded_at() = es::ToProto(batch.recorded_at);
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
  const es::View view(changes_);
  context.zone = Zone(view);
  return decider_.Decide(view, command, context);
}

absl::TimeZone Draft::Zone(const es::View& view) const {
  // Changed in this draft, which may yet come to nothing.
  if (changes_.changes().contains(operation_)) return decider_.ZoneOf(view, operation_);
  auto zone = batch_.zones.find(operation_);
  if (zone == batch_.zones.end())
    zone = batch_.zones.emplace(operation_, decider_.ZoneOf(view, operation_)).first;
  return zone->second;
}

void Draft::Add(const google::protobuf::Message& event, absl::Time effective_at) {
  log::v1::Event& stored = *commit().add_events();
  stored.set_type(event.GetDescriptor()->full_name());
  stored.set_payload(es::SerializeDeterministically(event));
  if (effective_at != recorded_at_) *stored.mutable_effective_at() = es::ToProto(effective_at);
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

void Draft::Finish(std::string bytes) {
  if (changes_.changes().contains(operation_)) batch_.zones.erase(operation_);
  batch_.chain = event_log::NextChain(batch_.chain, bytes);
  batch_.bytes += bytes.size();
  batch_.records.push_back({std::move(bytes), std::move(record_), changes_.changes(), at_.offset});
  changes_.MoveInto(batch_.entities);
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
