#include "libs/ocds/messages.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "libs/base/check.h"

namespace prihvat::ocds {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kUnknown[] = "is no field of OCDS 1.1, nor of an extension that is known here";

// Shape of a member, by its field.
enum class Shape { kText, kTexts, kTruth, kId, kNumber, kObject, kObjects };

bool IsHelper(const FieldDescriptor& field) {
  return field.name() == "nulls" || field.name() == "empties" || field.name() == "translations";
}

Shape ShapeOf(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return field.is_repeated() ? Shape::kTexts : Shape::kText;
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return Shape::kTruth;
  PRIHVAT_CHECK(field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE,
                field.full_name() + " is of no type that OCDS has");
  if (field.message_type()->name() == "OcdsId") return Shape::kId;
  if (field.message_type()->name() == "OcdsNumber") return Shape::kNumber;
  return field.is_repeated() ? Shape::kObjects : Shape::kObject;
}

// The field of a member; nullptr for none, and for what only we have.
const FieldDescriptor* FieldOf(const Descriptor& type, std::string_view member) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == member && !IsHelper(*type.field(i))) return type.field(i);
  }
  return nullptr;
}

// "es", "zh-Hant"
bool IsLanguage(std::string_view tag) {
  constexpr size_t kLongest = 35;
  if (tag.size() < 2 || tag.size() > kLongest) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!letter(tag[0]) || !letter(tag[1])) return false;
  return std::all_of(tag.begin(), tag.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

// "title_es" of a message that has a text "title".
bool IsVariant(const Descriptor& type, std::string_view member) {
  const size_t at = member.find('_');
  if (at == std::string_view::npos || !IsLanguage(member.substr(at + 1))) return false;
  const FieldDescriptor* field = FieldOf(type, member.substr(0, at));
  return field != nullptr && ShapeOf(*field) == Shape::kText;
}

// Why a text is not kept; "" where it is.
std::string TextFault(std::string_view text, const MessageLimits& limits) {
  if (text.size() > limits.text_bytes) {
    return fmt::format("may have at most {} bytes, has {}", limits.text_bytes, text.size());
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7f;
  });
  return control ? "must not have control characters" : "";
}

size_t Digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

// Why a number is not kept; "" where it is.
std::string NumberFault(std::string_view text, bool whole, const MessageLimits& limits) {
  if (text.size() > limits.number_bytes) {
    return fmt::format("may have at most {} characters, has {}", limits.number_bytes, text.size());
  }
  std::string_view rest = text;
  if (rest.starts_with('-')) rest.remove_prefix(1);
  const size_t before = Digits(rest);
  if (before == 0 || (before > 1 && rest[0] == '0')) return "must be a number";
  rest.remove_prefix(before);
  if (whole) return rest.empty() ? "" : "must be a whole number";
  if (rest.starts_with('.')) {
    const size_t after = Digits(rest.substr(1));
    if (after == 0) return "must be a number";
    rest.remove_prefix(1 + after);
  }
  if (rest.empty()) return "";
  if (rest[0] != 'e' && rest[0] != 'E') return "must be a number";
  rest.remove_prefix(1);
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  if (rest.empty() || Digits(rest) != rest.size()) return "must be a number";
  int exponent = 0;
  const auto error = std::from_chars(rest.data(), rest.data() + rest.size(), exponent).ec;
  if (error != std::errc() || exponent > limits.exponent) {
    return fmt::format("may have an exponent of {} at most, is {}", limits.exponent, text);
  }
  return "";
}

std::string_view KindOf(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBoolean:
      return "true or false";
    case Json::Kind::kNumber:
      return "a number";
    case Json::Kind::kString:
      return "text";
    case Json::Kind::kArray:
      return "a list";
    case Json::Kind::kObject:
      return "an object";
  }
  return "";
}

std::string_view WantedBy(Shape shape) {
  switch (shape) {
    case Shape::kText:
      return "text";
    case Shape::kTexts:
      return "a list of text";
    case Shape::kTruth:
      return "true or false";
    case Shape::kId:
      return "text or a whole number";
    case Shape::kNumber:
      return "a number";
    case Shape::kObject:
      return "an object";
    case Shape::kObjects:
      return "a list of objects";
  }
  return "";
}

void SetTextOf(Message& message, const char* field, std::string text) {
  message.GetReflection()->SetString(&message, message.GetDescriptor()->FindFieldByName(field),
                                     std::move(text));
}
void AddTextTo(Message& message, const char* field, std::string_view text) {
  message.GetReflection()->AddString(&message, message.GetDescriptor()->FindFieldByName(field),
                                     std::string(text));
}

class Reader {
 public:
  Reader(const MappingOptions& options, Mapping& mapping) : options_(options), mapping_(mapping) {}

  // How many leaves found their place.
  int64_t Object(const Json& object, const std::string& path, Message& into) {
    const Descriptor& type = *into.GetDescriptor();
    int64_t kept = 0;
    for (const auto& [member, value] : object.members()) {
      kept += Member(type, member, value, path.empty() ? member : path + "/" + member, into);
    }
    return kept;
  }

 private:
  int64_t Refuse(const Json& value, const std::string& path, std::string_view reason) {
    AddUnmapped(value, path, reason, mapping_);
    return 0;
  }
  int64_t Keep() {
    ++mapping_.leaves;
    return 1;
  }

  int64_t Member(const Descriptor& type, const std::string& member, const Json& value,
                 const std::string& path, Message& into) {
    const FieldDescriptor* field = FieldOf(type, member);
    if (field == nullptr) return Variant(type, member, value, path, into);
    const Shape shape = ShapeOf(*field);
    if (value.IsNull()) {
      AddTextTo(into, "nulls", member);
      return Keep();
    }
    if (shape == Shape::kObject || shape == Shape::kObjects) {
      const auto left_out = options_.left_out.find(field->message_type()->name());
      if (left_out != options_.left_out.end()) return Refuse(value, path, left_out->second);
    }
    if (field->is_repeated()) return List(*field, shape, member, value, path, into);
    return Single(*field, shape, value, path, into);
  }

  int64_t Variant(const Descriptor& type, const std::string& member, const Json& value,
                  const std::string& path, Message& into) {
    if (!IsVariant(type, member)) return Refuse(value, path, kUnknown);
    if (value.IsNull()) {
      AddTextTo(into, "nulls", member);
      return Keep();
    }
    if (!value.IsString()) return RefuseKind(Shape::kText, value, path);
    if (std::string fault = TextFault(value.text(), options_.limits); !fault.empty()) {
      return Refuse(value, path, fault);
    }
    const FieldDescriptor& field = *type.FindFieldByName("translations");
    if (static_cast<size_t>(into.GetReflection()->FieldSize(into, &field)) >=
        options_.limits.translations) {
      return Refuse(value, path,
                    fmt::format("an object may have at most {} variants of its texts",
                                options_.limits.translations));
    }
    Message& variant = *into.GetReflection()->AddMessage(&into, &field);
    SetTextOf(variant, "member", member);
    SetTextOf(variant, "text", value.text());
    return Keep();
  }

  int64_t RefuseKind(Shape shape, const Json& value, const std::string& path) {
    return Refuse(value, path, fmt::format("must be {}, is {}", WantedBy(shape), KindOf(value)));
  }

  int64_t Single(const FieldDescriptor& field, Shape shape, const Json& value,
                 const std::string& path, Message& into) {
    const Reflection& reflection = *into.GetReflection();
    std::string fault;
    switch (shape) {
      case Shape::kText:
        if (!value.IsString()) return RefuseKind(shape, value, path);
        fault = TextFault(value.text(), options_.limits);
        if (fault.empty()) reflection.SetString(&into, &field, value.text());
        break;
      case Shape::kTruth:
        if (value.kind() != Json::Kind::kBoolean) return RefuseKind(shape, value, path);
        reflection.SetBool(&into, &field, value.text() == "true");
        break;
      case Shape::kId:
        if (!value.IsString() && !value.IsNumber()) return RefuseKind(shape, value, path);
        fault = value.IsNumber() ? NumberFault(value.text(), /*whole=*/true, options_.limits)
                                 : TextFault(value.text(), options_.limits);
        if (fault.empty()) SetId(value, *reflection.MutableMessage(&into, &field));
        break;
      case Shape::kNumber:
        if (!value.IsNumber()) return RefuseKind(shape, value, path);
        fault = NumberFault(value.text(), /*whole=*/false, options_.limits);
        if (fault.empty()) {
          SetTextOf(*reflection.MutableMessage(&into, &field), "digits", value.text());
        }
        break;
      default:
        return Nested(field, value, path, into);
    }
    return fault.empty() ? Keep() : Refuse(value, path, fault);
  }

  static void SetId(const Json& value, Message& id) {
    SetTextOf(id, "text", value.text());
    if (value.IsNumber()) {
      id.GetReflection()->SetBool(&id, id.GetDescriptor()->FindFieldByName("number"), true);
    }
  }

  // An object of which nothing found its place is not there either.
  int64_t Nested(const FieldDescriptor& field, const Json& value, const std::string& path,
                 Message& into) {
    if (!value.IsObject()) return RefuseKind(Shape::kObject, value, path);
    const Reflection& reflection = *into.GetReflection();
    Message& nested = *reflection.MutableMessage(&into, &field);
    if (value.IsEmpty()) return Keep();
    const int64_t kept = Object(value, path, nested);
    if (kept == 0) reflection.ClearField(&into, &field);
    return kept;
  }

  int64_t List(const FieldDescriptor& field, Shape shape, const std::string& member,
               const Json& value, const std::string& path, Message& into) {
    if (!value.IsArray()) return RefuseKind(shape, value, path);
    if (value.IsEmpty()) {
      AddTextTo(into, "empties", member);
      return Keep();
    }
    int64_t kept = 0;
    for (size_t i = 0; i < value.items().size(); ++i) {
      const Json& item = value.items()[i];
      const std::string at = fmt::format("{}/{}", path, i);
      if (i >= options_.limits.list_items) {
        Refuse(item, at,
               fmt::format("a list may have at most {} items, this one has {}",
                           options_.limits.list_items, value.items().size()));
      } else if (shape == Shape::kTexts) {
        kept += ListedText(field, item, at, into);
      } else {
        kept += ListedObject(field, item, at, into);
      }
    }
    return kept;
  }

  int64_t ListedText(const FieldDescriptor& field, const Json& item, const std::string& path,
                     Message& into) {
    if (!item.IsString()) return RefuseKind(Shape::kText, item, path);
    if (std::string fault = TextFault(item.text(), options_.limits); !fault.empty()) {
      return Refuse(item, path, fault);
    }
    into.GetReflection()->AddString(&into, &field, item.text());
    return Keep();
  }

  int64_t ListedObject(const FieldDescriptor& field, const Json& item, const std::string& path,
                       Message& into) {
    if (!item.IsObject()) return RefuseKind(Shape::kObject, item, path);
    const Reflection& reflection = *into.GetReflection();
    Message& nested = *reflection.AddMessage(&into, &field);
    if (item.IsEmpty()) return Keep();
    const int64_t kept = Object(item, path, nested);
    if (kept == 0) reflection.RemoveLast(&into, &field);
    return kept;
  }

  const MappingOptions& options_;
  Mapping& mapping_;
};

std::string TextFrom(const Message& message, const char* field) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName(field));
}

Json IdOf(const Message& id) {
  const bool number =
      id.GetReflection()->GetBool(id, id.GetDescriptor()->FindFieldByName("number"));
  std::string text = TextFrom(id, "text");
  return number ? Json::Number(std::move(text)) : Json(std::move(text));
}

Json MemberOf(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (ShapeOf(field)) {
    case Shape::kText:
      return reflection.GetString(message, &field);
    case Shape::kTruth:
      return Json::Boolean(reflection.GetBool(message, &field));
    case Shape::kId:
      return IdOf(reflection.GetMessage(message, &field));
    case Shape::kNumber:
      return Json::Number(TextFrom(reflection.GetMessage(message, &field), "digits"));
    case Shape::kObject:
      return WriteMessage(reflection.GetMessage(message, &field));
    case Shape::kTexts:
    case Shape::kObjects:
      break;
  }
  Json list = Json::Array();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    list.Add(ShapeOf(field) == Shape::kTexts
                 ? Json(reflection.GetRepeatedString(message, &field, i))
                 : WriteMessage(reflection.GetRepeatedMessage(message, &field, i)));
  }
  return list;
}

// A message's helper field, item by item.
std::vector<std::string> TextsOf(const Message& message, const char* field) {
  const FieldDescriptor& descriptor = *message.GetDescriptor()->FindFieldByName(field);
  std::vector<std::string> texts;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &descriptor); ++i) {
    texts.push_back(message.GetReflection()->GetRepeatedString(message, &descriptor, i));
  }
  return texts;
}

class Checker {
 public:
  explicit Checker(const MessageLimits& limits) : limits_(limits) {}

  bool Object(const Message& message, const std::string& path) {
    std::set<std::string> members;
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (IsHelper(*field)) continue;
      members.insert(field->json_name());
      if (!Field(message, *field, At(path, field->json_name()))) return false;
    }
    return Helpers(message, path, members);
  }

  Violation violation;

 private:
  static std::string At(const std::string& path, const std::string& member) {
    return path.empty() ? member : path + "/" + member;
  }
  bool Fail(std::string path, std::string rule) {
    violation = {std::move(path), std::move(rule)};
    return false;
  }
  bool Sound(const std::string& path, std::string fault) {
    return fault.empty() || Fail(path, std::move(fault));
  }

  bool Field(const Message& message, const FieldDescriptor& field, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    switch (ShapeOf(field)) {
      case Shape::kText:
        return Sound(path, TextFault(reflection.GetString(message, &field), limits_));
      case Shape::kTruth:
        return true;
      case Shape::kId: {
        const Json id = IdOf(reflection.GetMessage(message, &field));
        return Sound(path, id.IsNumber() ? NumberFault(id.text(), /*whole=*/true, limits_)
                                         : TextFault(id.text(), limits_));
      }
      case Shape::kNumber:
        return Sound(path, NumberFault(TextFrom(reflection.GetMessage(message, &field), "digits"),
                                       /*whole=*/false, limits_));
      case Shape::kObject:
        return Object(reflection.GetMessage(message, &field), path);
      case Shape::kTexts:
      case Shape::kObjects:
        return List(message, field, path);
    }
    return true;
  }

  bool List(const Message& message, const FieldDescriptor& field, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    if (static_cast<size_t>(size) > limits_.list_items) {
      return Fail(path, fmt::format("may have at most {} items, has {}", limits_.list_items, size));
    }
    for (int i = 0; i < size; ++i) {
      const std::string at = fmt::format("{}/{}", path, i);
      const bool sound =
          ShapeOf(field) == Shape::kTexts
              ? Sound(at, TextFault(reflection.GetRepeatedString(message, &field, i), limits_))
              : Object(reflection.GetRepeatedMessage(message, &field, i), at);
      if (!sound) return false;
    }
    return true;
  }

  // Each member once: with a value, as null, as an empty list or as a variant.
  bool Helpers(const Message& message, const std::string& path, std::set<std::string>& members) {
    const Descriptor& type = *message.GetDescriptor();
    const FieldDescriptor& translations = *type.FindFieldByName("translations");
    const int variants = message.GetReflection()->FieldSize(message, &translations);
    if (static_cast<size_t>(variants) > limits_.translations) {
      return Fail(path, fmt::format("may have at most {} variants of its texts, has {}",
                                    limits_.translations, variants));
    }
    for (int i = 0; i < variants; ++i) {
      const Message& variant =
          message.GetReflection()->GetRepeatedMessage(message, &translations, i);
      const std::string member = TextFrom(variant, "member");
      if (!IsVariant(type, member)) return Fail(At(path, member), kUnknown);
      if (!Once(path, member, members)) return false;
      if (!Sound(At(path, member), TextFault(TextFrom(variant, "text"), limits_))) return false;
    }
    for (const std::string& member : TextsOf(message, "nulls")) {
      if (FieldOf(type, member) == nullptr && !IsVariant(type, member)) {
        return Fail(At(path, member), kUnknown);
      }
      if (!Once(path, member, members)) return false;
    }
    for (const std::string& member : TextsOf(message, "empties")) {
      const FieldDescriptor* field = FieldOf(type, member);
      if (field == nullptr || !field->is_repeated()) return Fail(At(path, member), kUnknown);
      if (!Once(path, member, members)) return false;
    }
    return true;
  }

  bool Once(const std::string& path, const std::string& member, std::set<std::string>& members) {
    return members.insert(member).second || Fail(At(path, member), "is there twice");
  }

  const MessageLimits& limits_;
};

}  // namespace

void AddUnmapped(const Json& value, std::string_view path, std::string_view reason,
                 Mapping& mapping) {
  for (size_t i = 0; i < value.items().size(); ++i) {
    AddUnmapped(value.items()[i], fmt::format("{}/{}", path, i), reason, mapping);
  }
  for (const auto& [member, nested] : value.members()) {
    AddUnmapped(nested, fmt::format("{}/{}", path, member), reason, mapping);
  }
  if (!value.IsEmpty()) return;
  ++mapping.leaves;
  mapping.unmapped.push_back({std::string(path), std::string(reason)});
}

void ReadMessage(const Json& object, std::string_view path, const MappingOptions& options,
                 Message& into, Mapping& mapping) {
  Reader(options, mapping).Object(object, std::string(path), into);
}

Json WriteMessage(const Message& message) {
  Json object = Json::Object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsHelper(*field)) object.Set(field->json_name(), MemberOf(message, *field));
  }
  const FieldDescriptor& translations = *message.GetDescriptor()->FindFieldByName("translations");
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &translations); ++i) {
    const Message& variant = message.GetReflection()->GetRepeatedMessage(message, &translations, i);
    object.Set(TextFrom(variant, "member"), TextFrom(variant, "text"));
  }
  for (const std::string& member : TextsOf(message, "empties")) object.Set(member, Json::Array());
  for (const std::string& member : TextsOf(message, "nulls")) object.Set(member, Json());
  return object;
}

std::optional<Violation> CheckMessage(const Message& message, const MessageLimits& limits) {
  Checker checker(limits);
  if (checker.Object(message, "")) return std::nullopt;
  return checker.violation;
}

}  // namespace prihvat::ocds
