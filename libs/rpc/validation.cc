#include "libs/rpc/validation.h"

#include <optional>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/resource_name.h"
#include "libs/base/string_view.h"
#include "libs/base/uuid.h"
#include "libs/es/values.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 16;
// 0001-01-01 and 9999-12-31T23:59:59Z: what google.protobuf.Timestamp may hold.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

bool IsSingleString(const FieldDescriptor* field) {
  return field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
}

std::string OperationIn(const std::string& text) {
  if (text.rfind("operations/", 0) != 0) return "";
  const absl::StatusOr<base::ResourceName> name = base::ResourceName::Parse(text);
  return name.ok() ? std::string(name->Operation()) : "";
}

// Calls `visit` with every string at any depth.
template <class Visit>
void ForEachString(const Message& message, int depth, const Visit& visit) {
  if (depth > kMaxDepth) return;
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->type() == FieldDescriptor::TYPE_STRING) {
        std::string scratch;
        visit(field->is_repeated()
                  ? reflection.GetRepeatedStringReference(message, field, i, &scratch)
                  : reflection.GetStringReference(message, field, &scratch));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ForEachString(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                           : reflection.GetMessage(message, field),
                      depth + 1, visit);
      }
    }
  }
}

// What to say of a name or parent that is not set, "" for nothing. A command with both fields does
// something to the one that is there, or makes one in the other.
std::string MissingName(const Message& request, const std::string& field, bool mutation) {
  const std::string other = field == "name" ? "parent" : "name";
  const FieldDescriptor* instead = request.GetDescriptor()->FindFieldByName(other);
  if (mutation && IsSingleString(instead)) {
    return request.GetReflection()->GetString(request, instead).empty()
               ? "this or " + other + " must be set"
               : "";
  }
  return "must be set";
}

// The rule that the field breaks, or "".
std::string BrokenRule(const Message& request, const FieldDescriptor& field, bool mutation) {
  const Reflection& reflection = *request.GetReflection();
  const std::string& name = field.name();
  if (IsSingleString(&field)) {
    const std::string text = reflection.GetString(request, &field);
    if (name == "request_id" && !base::IsUuid(text))
      return text.empty() ? "must be set: a UUID that stands for this request and its repeats"
                          : "must be a UUID";
    if (name == "name" || name == "parent") {
      if (text.empty()) return MissingName(request, name, mutation);
      const absl::StatusOr<base::ResourceName> parsed = base::ResourceName::Parse(text);
      return parsed.ok() ? "" : std::string(base::FromAbsl(parsed.status().message()));
    }
    if (name == "operation" && (mutation || !text.empty()) &&
        (text.empty() || OperationIn(text) != text))
      return "must name an operation, such as operations/ba";
    const Descriptor& type = *request.GetDescriptor();
    const bool is_new_id = name.size() > 3 && name.substr(name.size() - 3) == "_id" &&
                           type.FindFieldByName(name.substr(0, name.size() - 3)) != nullptr;
    if (is_new_id && !text.empty()) {
      const absl::Status id = base::CheckId(text);
      return id.ok() ? "" : std::string(base::FromAbsl(id.message()));
    }
    return "";
  }
  if (name == "effective_time" && field.message_type() != nullptr &&
      field.message_type() == google::protobuf::Timestamp::descriptor() &&
      reflection.HasField(request, &field)) {
    const auto& time =
        static_cast<const google::protobuf::Timestamp&>(reflection.GetMessage(request, &field));
    const bool sound = time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond &&
                       time.nanos() >= 0 && time.nanos() < 1'000'000'000;
    return sound ? "" : "must lie in the years 0001 to 9999, with nanos from 0 to 999999999";
  }
  if (name == "page_size" && field.type() == FieldDescriptor::TYPE_INT32) {
    const int32_t size = reflection.GetInt32(request, &field);
    return size >= 0 ? "" : fmt::format("must not be negative, and is {}", size);
  }
  return "";
}

}  // namespace

std::string StringField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return IsSingleString(field) ? message.GetReflection()->GetString(message, field) : "";
}

bool IsMutation(const Descriptor& request) {
  return IsSingleString(request.FindFieldByName("request_id"));
}

std::vector<es::FieldViolation> CheckRequest(const Message& request) {
  const Descriptor& type = *request.GetDescriptor();
  const bool mutation = IsMutation(type);
  std::vector<es::FieldViolation> broken;
  for (int i = 0; i < type.field_count(); ++i) {
    std::string rule = BrokenRule(request, *type.field(i), mutation);
    if (!rule.empty()) broken.push_back({type.field(i)->name(), std::move(rule)});
  }
  return broken;
}

std::string OperationOf(const Message& request) {
  for (const char* field : {"parent", "name", "operation"}) {
    std::string operation = OperationIn(StringField(request, field));
    if (!operation.empty()) return operation;
  }
  const std::string id = StringField(request, "operation_id");
  if (!id.empty()) return OperationIn("operations/" + id);
  const Descriptor& type = *request.GetDescriptor();
  const Reflection& reflection = *request.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) continue;
    std::string operation = OperationIn(StringField(reflection.GetMessage(request, field), "name"));
    if (!operation.empty()) return operation;
  }
  std::string first;
  ForEachString(request, 0, [&](const std::string& text) {
    if (first.empty()) first = OperationIn(text);
  });
  return first;
}

std::set<std::string> OperationsNamed(const Message& request, std::string_view known) {
  std::set<std::string> operations;
  if (!known.empty()) operations.emplace(known);
  ForEachString(request, 0, [&](const std::string& text) {
    // Nearly all names lie in the request's own operation: these need not be taken apart.
    if (!known.empty() && text.starts_with(known) &&
        (text.size() == known.size() || text[known.size()] == '/'))
      return;
    std::string operation = OperationIn(text);
    if (!operation.empty()) operations.insert(std::move(operation));
  });
  return operations;
}

absl::Time EffectiveTimeOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("effective_time");
  if (field == nullptr || field->message_type() != google::protobuf::Timestamp::descriptor() ||
      !request.GetReflection()->HasField(request, field))
    return absl::InfinitePast();
  const auto& time = static_cast<const google::protobuf::Timestamp&>(
      request.GetReflection()->GetMessage(request, field));
  return es::FromProto(time);
}

}  // namespace prihvat::rpc
