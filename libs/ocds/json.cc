#include "libs/ocds/json.h"

#include <algorithm>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace prihvat::ocds {
namespace {

// Builds a Json from the parser's calls. Its numbers come with their text only where they are no
// integers of 64 bits; those are written as they were, but for "-0".
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return Put(Json()); }
  bool boolean(bool value) override { return Put(Json::Boolean(value)); }
  bool number_integer(number_integer_t value) override { return Put(Json::Integer(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return Put(Json::Number(std::to_string(value)));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Put(Json::Number(text));
  }
  bool string(string_t& value) override { return Put(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Json::Object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::Array()); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (open_.back().Find(name) != nullptr) {
      error_ = fmt::format("the name \"{}\" is twice in one object", name);
      return false;
    }
    if (open_.back().members().size() >= limits_.members) {
      error_ = fmt::format("an object has more than {} members", limits_.members);
      return false;
    }
    open_.back().Set(name, Json());
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberTooLarge = 406;  // nlohmann's: no double is as large
    error_ = error.id == kNumberTooLarge
                 ? fmt::format("the number before byte {} is above 1e308", position)
                 : fmt::format("no JSON from byte {} on", position);
    return false;
  }

  const std::string& error() const { return error_; }
  Json Take() { return std::move(root_); }

 private:
  bool Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().IsArray()) {
      open_.back().Add(std::move(value));
    } else {
      open_.back().members().back().second = std::move(value);
    }
    return true;
  }
  bool Open(Json value) {
    if (static_cast<int>(open_.size()) >= limits_.depth) {
      error_ = fmt::format("nested deeper than {} levels", limits_.depth);
      return false;
    }
    open_.push_back(std::move(value));
    return true;
  }
  bool Close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    return Put(std::move(value));
  }

  const JsonLimits limits_;
  std::vector<Json> open_;
  Json root_;
  std::string error_;
};

void WriteText(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void Write(const Json& value, int level, std::string& out) {
  const std::string margin(2 * static_cast<size_t>(level + 1), ' ');
  switch (value.kind()) {
    case Json::Kind::kNull:
      out += "null";
      return;
    case Json::Kind::kBoolean:
    case Json::Kind::kNumber:
      out += value.text();
      return;
    case Json::Kind::kString:
      WriteText(value.text(), out);
      return;
    case Json::Kind::kArray:
    case Json::Kind::kObject:
      break;
  }
  const bool object = value.IsObject();
  out += object ? '{' : '[';
  bool first = true;
  for (const Json& item : value.items()) {
    out += first ? "\n" : ",\n";
    out += margin;
    Write(item, level + 1, out);
    first = false;
  }
  for (const auto& [name, member] : value.members()) {
    out += first ? "\n" : ",\n";
    out += margin;
    WriteText(name, out);
    out += ": ";
    Write(member, level + 1, out);
    first = false;
  }
  if (!first) {
    out += '\n';
    out.append(2 * static_cast<size_t>(level), ' ');
  }
  out += object ? '}' : ']';
}

}  // namespace

Json Json::Boolean(bool value) {
  Json json;
  json.kind_ = Kind::kBoolean;
  json.text_ = value ? "true" : "false";
  return json;
}

Json Json::Number(std::string text) {
  Json json;
  json.kind_ = Kind::kNumber;
  json.text_ = std::move(text);
  return json;
}

Json Json::Integer(int64_t value) { return Number(std::to_string(value)); }

Json Json::Array(std::vector<Json> items) {
  Json json;
  json.kind_ = Kind::kArray;
  json.items_ = std::move(items);
  return json;
}

Json Json::Object(std::vector<Member> members) {
  Json json;
  json.kind_ = Kind::kObject;
  json.members_ = std::move(members);
  return json;
}

const Json* Json::Find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.first == name; });
  return found == members_.end() ? nullptr : &found->second;
}

Json* Json::Find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).Find(name));
}

std::string_view Json::TextOf(std::string_view name) const {
  const Json* member = Find(name);
  return member != nullptr && member->IsString() ? std::string_view(member->text())
                                                 : std::string_view();
}

Json& Json::Set(std::string_view name, Json value) {
  if (IsNull()) kind_ = Kind::kObject;
  if (Json* member = Find(name)) {
    *member = std::move(value);
  } else {
    members_.emplace_back(std::string(name), std::move(value));
  }
  return *this;
}

Json& Json::SetUnlessEmpty(std::string_view name, Json value) {
  const bool container = value.IsArray() || value.IsObject();
  if (container ? value.IsEmpty() : value.text().empty()) return *this;
  return Set(name, std::move(value));
}

void Json::Remove(std::string_view name) {
  std::erase_if(members_, [&](const Member& member) { return member.first == name; });
}

Json& Json::Add(Json item) {
  if (IsNull()) kind_ = Kind::kArray;
  items_.push_back(std::move(item));
  return *this;
}

bool operator==(const Json& a, const Json& b) {
  if (a.kind_ != b.kind_ || a.text_ != b.text_ || a.items_ != b.items_) return false;
  if (a.members_.size() != b.members_.size()) return false;
  return std::all_of(a.members_.begin(), a.members_.end(), [&](const Json::Member& member) {
    const Json* other = b.Find(member.first);
    return other != nullptr && *other == member.second;
  });
}

absl::StatusOr<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return absl::OutOfRangeError(
        fmt::format("{} bytes are too many: at most {} are read", text.size(), limits.bytes));
  }
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(builder.error());
  }
  return builder.Take();
}

std::string WriteJson(const Json& value) {
  std::string out;
  Write(value, 0, out);
  out += '\n';
  return out;
}

}  // namespace prihvat::ocds
