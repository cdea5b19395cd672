#include "libs/rpc/admin/event_text.h"

#include <memory>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace prihvat::rpc::admin {

void AppendEvents(const log::v1::Commit& commit, const access::Policy& policy,
                  const access::Principal& principal, absl::CivilDay day,
                  google::protobuf::RepeatedPtrField<google::protobuf::Any>* into) {
  for (const log::v1::Event& event : commit.events()) {
    google::protobuf::Any& any = *into->Add();
    any.set_type_url("type.googleapis.com/" + event.type());
    const auto* type =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(event.type());
    const google::protobuf::Message* prototype =
        type == nullptr ? nullptr
                        : google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
    if (prototype == nullptr) continue;
    std::unique_ptr<google::protobuf::Message> message(prototype->New());
    if (!message->ParseFromString(event.payload())) continue;
    message->DiscardUnknownFields();  // of an unknown class
    access::Mask(*message, policy, principal, day);
    any.set_value(message->SerializeAsString());
  }
}

}  // namespace prihvat::rpc::admin
