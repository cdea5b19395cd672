#include "libs/es/entities.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"

namespace prihvat::es {

std::string SerializeDeterministically(const google::protobuf::Message& message) {
  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes((message.ByteSizeLong(), &coded));
  coded.Trim();
  return out;
}

std::string EncodeEntity(const google::protobuf::Message& message) {
  std::string out = message.GetDescriptor()->full_name();
  out.push_back('\0');
  out += SerializeDeterministically(message);
  return out;
}

std::string_view EntityType(std::string_view value) { return value.substr(0, value.find('\0')); }

bool DecodeEntity(std::string_view value, google::protobuf::Message& message) {
  const std::string_view type = EntityType(value);
  if (type.size() == value.size() || type != message.GetDescriptor()->full_name()) return false;
  const std::string_view body = value.substr(type.size() + 1);
  return message.ParseFromArray(body.data(), static_cast<int>(body.size()));
}

std::string EtagOf(const google::protobuf::Message& message) {
  return base::Base64UrlEncode(
      base::Sha256Bytes(SerializeDeterministically(message)).substr(0, 12));
}

std::string EtagOfRow(std::string_view value) {
  return base::Base64UrlEncode(
      base::Sha256Bytes(value.substr(EntityType(value).size() + 1)).substr(0, 12));
}

const google::protobuf::Message* View::FindMessage(
    std::string_view name, const google::protobuf::Message& prototype) const {
  const std::string key(name);
  auto cached = cache_.find(key);
  if (cached == cache_.end()) {
    std::optional<std::string> value = rows_.Get(name);
    // Names come from callers, so one of another type is their mistake: nothing of that type there.
    if (!value || EntityType(*value) != prototype.GetDescriptor()->full_name()) return nullptr;
    std::unique_ptr<google::protobuf::Message> message(prototype.New());
    PRIHVAT_CHECK(DecodeEntity(*value, *message),
                  key + " is damaged: no " + prototype.GetDescriptor()->full_name());
    cached = cache_.emplace(key, std::move(message)).first;
  }
  return cached->second->GetDescriptor() == prototype.GetDescriptor() ? cached->second.get()
                                                                      : nullptr;
}

void View::ScanCollection(std::string_view collection,
                          absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const {
  const std::string prefix = std::string(collection) + "/";
  rows_.Scan(prefix, "", [&](std::string_view key, std::string_view value) {
    if (key.find('/', prefix.size()) != std::string_view::npos) return true;
    return visit(key, value);
  });
}

void Entities::Put(std::string_view name, const google::protobuf::Message& entity) {
  mutable_rows_.Put(name, EncodeEntity(entity));
  std::unique_ptr<google::protobuf::Message> copy(entity.New());
  copy->CopyFrom(entity);
  cache_.insert_or_assign(std::string(name), std::move(copy));
}

void Entities::Delete(std::string_view name) {
  mutable_rows_.Delete(name);
  cache_.erase(std::string(name));
}

}  // namespace prihvat::es
