#include "libs/rpc/admin/event_text.h"

#include <algorithm>
#include <memory>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/base/resource_name.h"
#include "libs/es/work_items.h"
#include "prihvat/common/v1/work_list.pb.h"

namespace prihvat::rpc::admin {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The event as a message; null where its type is not known here, or it cannot be parsed.
std::unique_ptr<Message> MessageOf(const log::v1::Event& event) {
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(event.type());
  const Message* prototype =
      type == nullptr ? nullptr
                      : google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  if (prototype == nullptr) return nullptr;
  std::unique_ptr<Message> message(prototype->New());
  return message->ParseFromString(event.payload()) ? std::move(message) : nullptr;
}

// What stands in a field of that number: a text, or the name of a message. "" for neither.
std::string NameIn(const Message& message, const FieldDescriptor* field) {
  if (field == nullptr || field->is_repeated()) return "";
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (field->type() == FieldDescriptor::TYPE_STRING) return reflection.GetString(message, field);
  if (field->type() != FieldDescriptor::TYPE_MESSAGE) return "";
  const Message& inner = reflection.GetMessage(message, field);
  const FieldDescriptor* name = inner.GetDescriptor()->FindFieldByName("name");
  return name != nullptr && name->type() == FieldDescriptor::TYPE_STRING && !name->is_repeated()
             ? inner.GetReflection()->GetString(inner, name)
             : "";
}

}  // namespace

void AppendEvents(const log::v1::Commit& commit, const access::Policy& policy,
                  const access::Principal& principal, absl::CivilDay day,
                  google::protobuf::RepeatedPtrField<google::protobuf::Any>* into) {
  for (const log::v1::Event& event : commit.events()) {
    google::protobuf::Any& any = *into->Add();
    any.set_type_url("type.googleapis.com/" + event.type());
    const std::unique_ptr<Message> message = MessageOf(event);
    if (message == nullptr) continue;
    message->DiscardUnknownFields();  // of an unknown class
    access::Mask(*message, policy, principal, day);
    any.set_value(message->SerializeAsString());
  }
}

std::vector<std::string> ResourcesOf(const log::v1::Commit& commit,
                                     const event_log::TopicPartition& partition, int64_t offset) {
  std::vector<std::string> resources;
  const auto add = [&](std::string name) {
    const auto parsed = base::ResourceName::Parse(name);
    if (!parsed.ok() || parsed->Operation() != commit.operation()) return;
    if (std::find(resources.begin(), resources.end(), name) == resources.end())
      resources.push_back(std::move(name));
  };
  add(commit.resource_name());
  for (int i = 0; i < commit.events_size(); ++i) {
    const std::unique_ptr<Message> event = MessageOf(commit.events(i));
    if (event == nullptr) continue;
    // The one event that is about what it makes a name for.
    if (event->GetDescriptor() == common::v1::ReactionRejected::descriptor()) {
      add(es::WorkItemName(commit.operation(), partition.topic, partition.partition, offset,
                           static_cast<size_t>(i)));
    } else {
      add(NameIn(*event, event->GetDescriptor()->FindFieldByNumber(1)));
    }
  }
  return resources;
}

}  // namespace prihvat::rpc::admin
