#include "libs/rpc/row_filter.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "google/protobuf/io/coded_stream.h"
#include "libs/es/entities.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::io::CodedInputStream;

// An entry for a field: this byte, with which no text begins that people write, then as varints the
// field's number and the values.
constexpr char kField = '\0';

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

CodedInputStream StreamOf(std::string_view bytes) {
  return CodedInputStream(reinterpret_cast<const uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()));
}

bool Skip(CodedInputStream& stream, uint32_t wire_type) {
  uint64_t number = 0;
  uint32_t size = 0;
  switch (wire_type) {
    case kVarint:
      return stream.ReadVarint64(&number);
    case kFixed64:
      return stream.Skip(8);
    case kDelimited:
      return stream.ReadVarint32(&size) && stream.Skip(static_cast<int>(size));
    case kFixed32:
      return stream.Skip(4);
    default:
      return false;  // groups: proto3 has none
  }
}

bool IsAmong(std::string_view values, uint64_t value) {
  CodedInputStream stream = StreamOf(values);
  uint64_t wanted = 0;
  while (stream.ReadVarint64(&wanted)) {
    if (wanted == value) return true;
  }
  return false;
}

// An entity's own fields stand one after another, those of its messages within theirs: so the walk
// takes a step a field, and ends at the one that is looked for.
bool HasField(std::string_view body, std::string_view entry) {
  CodedInputStream wanted = StreamOf(entry);
  uint32_t number = 0;
  if (!wanted.ReadVarint32(&number)) return true;
  const std::string_view values = entry.substr(static_cast<size_t>(wanted.CurrentPosition()));
  CodedInputStream fields = StreamOf(body);
  while (const uint32_t tag = fields.ReadTag()) {
    if (tag >> 3 != number) {
      if (!Skip(fields, tag & 7)) return true;
      continue;
    }
    uint64_t value = 0;
    return (tag & 7) != kVarint || !fields.ReadVarint64(&value) || IsAmong(values, value);
  }
  return !fields.ConsumedEntireMessage();
}

void AddVarint(uint32_t value, std::string& to) {
  uint8_t bytes[5];
  const uint8_t* end = google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(value, bytes);
  to.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(end - bytes));
}

}  // namespace

std::string FieldIsOneOf(int field_number, const std::vector<int>& values) {
  std::string entry(1, kField);
  AddVarint(static_cast<uint32_t>(field_number), entry);
  for (const int value : values) {
    if (value <= 0) return "";
    AddVarint(static_cast<uint32_t>(value), entry);
  }
  return values.empty() ? "" : entry;
}

std::string FieldIs(int field_number, int value) { return FieldIsOneOf(field_number, {value}); }

bool Mentions(std::string_view row, std::string_view entry) {
  if (entry.empty()) return true;
  if (entry.front() == kField) {
    const std::string_view type = es::EntityType(row);
    if (type.size() == row.size()) return true;
    return HasField(row.substr(type.size() + 1), entry.substr(1));
  }
  return memmem(row.data(), row.size(), entry.data(), entry.size()) != nullptr;
}

}  // namespace prihvat::rpc
