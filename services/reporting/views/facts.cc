#include "services/reporting/views/facts.h"

#include <memory>
#include <utility>

#include "fmt/format.h"
#include "libs/es/entities.h"
#include "prihvat/reporting/v1/state.pb.h"
#include "services/reporting/views/journals.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {

void FactReader::Add(const google::protobuf::Message& prototype, TakeFn take) {
  entries_.insert_or_assign(prototype.GetDescriptor()->full_name(),
                            Entry{&prototype, std::move(take)});
}

absl::Status FactReader::Read(const es::Rows& rows, std::string_view subject,
                              const TimeCut& cut) const {
  absl::Status status;
  int sequence = 0;
  v1::Fact fact;
  rows.Scan(FactsPrefix(subject), "", [&](std::string_view key, std::string_view value) {
    if (!es::DecodeEntity(value, fact)) {
      status = absl::DataLossError(fmt::format("{} is not a fact", key));
      return false;
    }
    const auto entry = entries_.find(fact.type());
    if (entry == entries_.end()) return true;
    const FactTime time{FromProto(fact.effective_time()), sequence++};
    if (time.effective > cut.as_of || FromProto(fact.record_time()) > cut.known_at) return true;
    const std::unique_ptr<google::protobuf::Message> event(entry->second.prototype->New());
    if (!event->ParseFromString(fact.event())) {
      status = absl::DataLossError(fmt::format("{} is not a {}", key, fact.type()));
      return false;
    }
    status = entry->second.take(*event, time);
    return status.ok();
  });
  return status;
}

}  // namespace prihvat::reporting
