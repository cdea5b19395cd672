#include "services/prihvatctl/scenario_yaml.h"

#include <cctype>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/money.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "services/prihvatctl/api_catalogue.h"

namespace prihvat::ctl {
namespace {

using base::FromAbsl;
using base::ToAbsl;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

// A node that was not read from a file (a command's argument) has no line.
absl::Status Wrong(const YAML::Node& node, std::string_view path, std::string_view what) {
  const std::string where =
      node.Mark().is_null() ? "" : fmt::format("line {}: ", node.Mark().line + 1);
  return absl::InvalidArgumentError(
      fmt::format("{}{}: {}", where, path.empty() ? "request" : path, what));
}

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// What stands at the front of `rest`, and is taken off it: a whole number, or a variable that is
// one.
absl::StatusOr<int64_t> TakeNumber(std::string_view& rest, std::string_view reference,
                                   const Variables& variables) {
  size_t end = 0;
  while (end < rest.size() && IsNameCharacter(rest[end])) ++end;
  const std::string_view operand = rest.substr(0, end);
  const auto variable = variables.find(operand);
  const std::string_view text = variable == variables.end() ? operand : variable->second;
  int64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(text), &number)) {
    return absl::InvalidArgumentError(
        fmt::format("${{{}}}: '{}' is not a number", reference, operand));
  }
  rest.remove_prefix(end);
  return number;
}

// `value` after the arithmetic that stands behind the name, from left to right.
absl::StatusOr<std::string> Compute(int64_t value, std::string_view rest,
                                    std::string_view reference, const Variables& variables) {
  int64_t width = 0;
  while (!rest.empty()) {
    const char operation = rest.front();
    rest.remove_prefix(1);
    PRIHVAT_ASSIGN_OR_RETURN(const int64_t operand, TakeNumber(rest, reference, variables));
    bool overflows = false;
    switch (operation) {
      case '*':
        overflows = __builtin_mul_overflow(value, operand, &value);
        break;
      case '+':
        overflows = __builtin_add_overflow(value, operand, &value);
        break;
      case '-':
        overflows = __builtin_sub_overflow(value, operand, &value);
        break;
      case ':':
        width = operand;
        break;
      default:
        return absl::InvalidArgumentError(
            fmt::format("${{{}}}: '{}' is none of * + - :", reference, operation));
    }
    if (overflows) {
      return absl::InvalidArgumentError(fmt::format("${{{}}}: is too large", reference));
    }
    if (operation == ':' && (width < 1 || width > 18 || !rest.empty())) {
      return absl::InvalidArgumentError(
          fmt::format("${{{}}}: a width is a number from 1 to 18, and comes last", reference));
    }
  }
  return fmt::format("{:0{}}", value, width);
}

// One reference, without its ${}: a name, and what is done with its value, from left to right.
absl::StatusOr<std::string> Resolve(std::string_view reference, const Variables& variables) {
  size_t end = 0;
  while (end < reference.size() && IsNameCharacter(reference[end])) ++end;
  const std::string_view name = reference.substr(0, end);
  const auto found = variables.find(name);
  if (found == variables.end()) {
    return absl::InvalidArgumentError(fmt::format("${{{}}}: no variable {}", reference, name));
  }
  const std::string_view rest = reference.substr(end);
  if (rest.empty()) return found->second;
  int64_t value = 0;
  if (!absl::SimpleAtoi(found->second, &value)) {
    return absl::InvalidArgumentError(
        fmt::format("${{{}}}: {} is '{}', not a number", reference, name, found->second));
  }
  return Compute(value, rest, reference, variables);
}

std::string FieldPath(std::string_view path, std::string_view field) {
  return path.empty() ? std::string(field) : fmt::format("{}.{}", path, field);
}

// By the proto's own name or the JSON one.
const FieldDescriptor* FindField(const Descriptor& type, std::string_view name) {
  const std::string wanted(name);
  if (const FieldDescriptor* field = type.FindFieldByName(wanted)) return field;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == wanted) return type.field(i);
  }
  return nullptr;
}

std::string UnknownField(const Descriptor& type, std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  const std::string nearest = NearestWord(name, names);
  return fmt::format("{} has no field {}{}", type.name(), name,
                     nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

// "725000.00 BAM"
absl::StatusOr<json> MoneyJson(std::string_view text) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    return absl::InvalidArgumentError("an amount is written like '725000.00 BAM'");
  }
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money money,
                           base::Money::Parse(text.substr(0, space), text.substr(space + 1)));
  return json{{"currencyCode", std::string(text.substr(space + 1))},
              {"units", std::to_string(money.units())},
              {"nanos", money.nanos()}};
}

// "2023-07-13"
absl::StatusOr<json> DateJson(std::string_view text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(ToAbsl(text), &day)) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is no date; one is written like '2023-07-13'", text));
  }
  return json{{"year", day.year()}, {"month", day.month()}, {"day", day.day()}};
}

// Types that the JSON mapping itself writes as one scalar, or that take any content.
bool IsJsonScalar(const Descriptor& type) {
  const std::string& name = type.full_name();
  return name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration" ||
         name == "google.protobuf.FieldMask";
}

class Translator {
 public:
  explicit Translator(const Variables& variables) : variables_(variables) {}

  absl::StatusOr<json> MessageOf(const YAML::Node& node, const Descriptor& type,
                                 const std::string& path) {
    if (node.IsScalar()) return ScalarMessage(node, type, path);
    if (!node.IsMap()) return Wrong(node, path, fmt::format("expected a map ({})", type.name()));
    json object = json::object();
    for (const auto& entry : node) {
      const std::string name = entry.first.Scalar();
      const FieldDescriptor* field = FindField(type, name);
      if (field == nullptr) return Wrong(entry.first, path, UnknownField(type, name));
      if (object.contains(field->json_name())) {
        return Wrong(entry.first, FieldPath(path, name), "is given twice");
      }
      PRIHVAT_ASSIGN_OR_RETURN(object[field->json_name()],
                               FieldOf(entry.second, *field, FieldPath(path, name)));
    }
    return object;
  }

 private:
  absl::StatusOr<json> FieldOf(const YAML::Node& node, const FieldDescriptor& field,
                               const std::string& path) {
    if (field.is_map()) return MapOf(node, field, path);
    if (!field.is_repeated()) return ValueOf(node, field, path);
    if (!node.IsSequence()) return Wrong(node, path, "expected a list");
    json array = json::array();
    for (size_t i = 0; i < node.size(); ++i) {
      PRIHVAT_ASSIGN_OR_RETURN(json value, ValueOf(node[i], field, fmt::format("{}[{}]", path, i)));
      array.push_back(std::move(value));
    }
    return array;
  }

  absl::StatusOr<json> MapOf(const YAML::Node& node, const FieldDescriptor& field,
                             const std::string& path) {
    if (!node.IsMap()) return Wrong(node, path, "expected a map");
    json object = json::object();
    for (const auto& entry : node) {
      PRIHVAT_ASSIGN_OR_RETURN(const std::string key, TextOf(entry.first, path));
      PRIHVAT_ASSIGN_OR_RETURN(object[key], ValueOf(entry.second, *field.message_type()->field(1),
                                                    FieldPath(path, key)));
    }
    return object;
  }

  absl::StatusOr<json> ValueOf(const YAML::Node& node, const FieldDescriptor& field,
                               const std::string& path) {
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      return MessageOf(node, *field.message_type(), path);
    }
    if (!node.IsScalar()) return Wrong(node, path, "expected one value");
    PRIHVAT_ASSIGN_OR_RETURN(const std::string text, TextOf(node, path));
    if (field.type() == FieldDescriptor::TYPE_BOOL) {
      if (text != "true" && text != "false") return Wrong(node, path, "expected true or false");
      return json(text == "true");
    }
    // An enum's value is checked here, since the parser's own message does not say what there is.
    if (field.type() == FieldDescriptor::TYPE_ENUM &&
        field.enum_type()->FindValueByName(text) == nullptr) {
      return Wrong(node, path, UnknownValue(*field.enum_type(), text));
    }
    return json(text);
  }

  static std::string UnknownValue(const google::protobuf::EnumDescriptor& type,
                                  std::string_view text) {
    std::vector<std::string> names;
    for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
    const std::string nearest = NearestWord(text, names);
    return fmt::format("{} has no value {}{}", type.name(), text,
                       nearest.empty() ? "" : "; did you mean " + nearest + "?");
  }

  absl::StatusOr<json> ScalarMessage(const YAML::Node& node, const Descriptor& type,
                                     const std::string& path) {
    PRIHVAT_ASSIGN_OR_RETURN(const std::string text, TextOf(node, path));
    absl::StatusOr<json> value =
        absl::InvalidArgumentError(fmt::format("expected a map ({}), not '{}'", type.name(), text));
    if (type.full_name() == "google.type.Money") value = MoneyJson(text);
    if (type.full_name() == "google.type.Date") value = DateJson(text);
    if (type.full_name() == "prihvat.common.v1.Decimal") value = json{{"value", text}};
    if (IsJsonScalar(type)) value = json(text);
    if (!value.ok()) return Wrong(node, path, FromAbsl(value.status().message()));
    return value;
  }

  absl::StatusOr<std::string> TextOf(const YAML::Node& node, std::string_view path) {
    absl::StatusOr<std::string> text = Substitute(node.Scalar(), variables_);
    if (!text.ok()) return Wrong(node, path, FromAbsl(text.status().message()));
    return text;
  }

  const Variables& variables_;
};

}  // namespace

absl::StatusOr<std::string> Substitute(std::string_view text, const Variables& variables) {
  std::string out;
  while (true) {
    const size_t begin = text.find("${");
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) return out;
    if (begin > 0 && text[begin - 1] == '$') {  // the first '$' is in `out` already
      out.append("{");
      text.remove_prefix(begin + 2);
      continue;
    }
    const size_t end = text.find('}', begin);
    if (end == std::string_view::npos) {
      return absl::InvalidArgumentError(fmt::format("'{}' is not closed", text.substr(begin)));
    }
    PRIHVAT_ASSIGN_OR_RETURN(const std::string value,
                             Resolve(text.substr(begin + 2, end - begin - 2), variables));
    out.append(value);
    text.remove_prefix(end + 1);
  }
}

absl::StatusOr<json> YamlToJson(const YAML::Node& node, const Descriptor& type,
                                const Variables& variables) {
  if (!node.IsDefined() || node.IsNull()) return json::object();
  return Translator(variables).MessageOf(node, type, "");
}

absl::Status JsonToMessage(std::string_view json_text, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  options.case_insensitive_enum_parsing = false;
  const auto status = google::protobuf::util::JsonStringToMessage(
      {json_text.data(), json_text.size()}, &message, options);
  if (status.ok()) return absl::OkStatus();
  const auto text = status.message();
  return absl::InvalidArgumentError(fmt::format("{}: {}", message.GetDescriptor()->name(),
                                                std::string_view(text.data(), text.size())));
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FilledMessage(
    const Descriptor& type, const std::vector<std::string>& entries) {
  YAML::Node map(YAML::NodeType::Map);
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("'{}' is not of the form field=value", entry));
    }
    map[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  absl::StatusOr<json> request = YamlToJson(map, type, {});
  if (!request.ok()) return request.status();
  std::unique_ptr<google::protobuf::Message> message = NewMessage(type);
  PRIHVAT_RETURN_IF_ERROR(JsonToMessage(request->dump(), *message));
  return message;
}

std::unique_ptr<google::protobuf::Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace prihvat::ctl
