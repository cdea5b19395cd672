// JSON with exact numbers: a number is kept as the text that stood in the document, and never goes
// through a double. The members of an object keep their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace prihvat::ocds {

// Any JSON value. Copies are deep. Not thread-safe.
class Json {
 public:
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  // null
  Json() = default;
  Json(std::string text) : kind_(Kind::kString), text_(std::move(text)) {}  // NOLINT
  Json(std::string_view text) : Json(std::string(text)) {}                  // NOLINT
  Json(const char* text) : Json(std::string(text)) {}                       // NOLINT
  static Json Boolean(bool value);
  // `text` is a number as JSON writes it: "43900.00".
  static Json Number(std::string text);
  static Json Integer(int64_t value);
  static Json Array(std::vector<Json> items = {});
  static Json Object(std::vector<Member> members = {});

  Kind kind() const { return kind_; }
  bool IsNull() const { return kind_ == Kind::kNull; }
  bool IsString() const { return kind_ == Kind::kString; }
  bool IsNumber() const { return kind_ == Kind::kNumber; }
  bool IsArray() const { return kind_ == Kind::kArray; }
  bool IsObject() const { return kind_ == Kind::kObject; }
  // Of an array no items, of an object no members.
  bool IsEmpty() const { return items_.empty() && members_.empty(); }

  // Of a string its text, of a number its digits, of a boolean "true" or "false"; else "".
  const std::string& text() const { return text_; }
  const std::vector<Json>& items() const { return items_; }
  std::vector<Json>& items() { return items_; }
  const std::vector<Member>& members() const { return members_; }
  std::vector<Member>& members() { return members_; }

  // The member of that name, or nullptr; nullptr for what is no object.
  const Json* Find(std::string_view name) const;
  Json* Find(std::string_view name);
  // The text of a member that is a string, else "".
  std::string_view TextOf(std::string_view name) const;

  // Puts a member at the end, or in the place of the one of that name. Makes null an object.
  Json& Set(std::string_view name, Json value);
  // The same, unless the value is null, "" or empty.
  Json& SetUnlessEmpty(std::string_view name, Json value);
  void Remove(std::string_view name);
  // Puts an item at the end of an array. Makes null an array.
  Json& Add(Json item);

  // Equal as values: members in any order; numbers by their text.
  friend bool operator==(const Json& a, const Json& b);

 private:
  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

// The most that is read: beyond it a document is refused, not cut.
struct JsonLimits {
  size_t bytes = 64 << 20;
  int depth = 64;
  size_t members = 1000;  // of one object
};

// INVALID_ARGUMENT with the byte where it goes wrong: what is not JSON, not UTF-8 (a byte order
// mark in front is let through), nested too deep, or has a name twice or too many names in one
// object. OUT_OF_RANGE for a document that is too large.
absl::StatusOr<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

// With two spaces for each level, a line feed at the end, and nothing escaped but what must be.
// Equal values written from equal members in equal order give equal bytes.
std::string WriteJson(const Json& value);

// For failing tests.
inline std::ostream& operator<<(std::ostream& out, const Json& value) {
  return out << WriteJson(value);
}

}  // namespace prihvat::ocds
