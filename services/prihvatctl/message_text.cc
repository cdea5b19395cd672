#include "services/prihvatctl/message_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/civil.h"
#include "libs/base/money.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "prihvat/common/v1/common.pb.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::ctl {
namespace {

using documents::Cell;
using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string CamelToUpperSnake(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    if (!snake.empty() && absl::ascii_isupper(static_cast<unsigned char>(c))) snake += '_';
    snake += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return snake;
}

// STAY_STATE_CHECKED_IN as "checked in".
std::string EnumText(const EnumValueDescriptor& value) {
  std::string_view name = value.name();
  const std::string prefix = CamelToUpperSnake(value.type()->name()) + "_";
  if (absl::StartsWith(base::ToAbsl(name), prefix)) name.remove_prefix(prefix.size());
  std::string text = absl::AsciiStrToLower(base::ToAbsl(name));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// "1234567.80" as "1,234,567.80".
std::string Grouped(std::string_view amount) {
  const size_t begin = amount.rfind('-') == std::string_view::npos ? 0 : 1;
  const size_t point = std::min(amount.find('.'), amount.size());
  std::string text(amount.substr(0, begin));
  for (size_t i = begin; i < point; ++i) {
    if (i > begin && (point - i) % 3 == 0) text += ',';
    text += amount[i];
  }
  return text.append(amount.substr(point));
}

struct Amount {
  std::string number;
  std::string currency;
};

// Of a google.type.Money as it came; what is no amount stays readable.
Amount AmountOf(const google::type::Money& money) {
  const auto parsed = es::CheckedFromProto(money);
  if (!parsed.ok()) {
    return {fmt::format("{}.{:09}", money.units(), std::abs(money.nanos())), money.currency_code()};
  }
  return {parsed->AmountText(), money.currency_code()};
}

template <class T>
std::optional<T> As(const Message& message) {
  if (message.GetDescriptor()->full_name() != T::descriptor()->full_name()) return std::nullopt;
  T typed;
  typed.CopyFrom(message);
  return typed;
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", es::FromProto(time), absl::UTCTimeZone());
}

// A message that people write as one value; nothing for any other.
std::optional<Cell> ValueCell(const Message& message) {
  if (const auto money = As<google::type::Money>(message)) {
    const Amount amount = AmountOf(*money);
    return documents::Text{MoneyText(amount.number, amount.currency)};
  }
  if (const auto date = As<google::type::Date>(message)) {
    const auto day = es::CheckedFromProto(*date);
    if (day.ok()) return documents::Date{*day};
    return documents::Text{fmt::format("{}-{}-{}", date->year(), date->month(), date->day())};
  }
  if (const auto decimal = As<common::v1::Decimal>(message)) {
    if (documents::IsDecimal(decimal->value())) return documents::Number{decimal->value()};
    return documents::Text{decimal->value()};
  }
  if (const auto time = As<google::protobuf::Timestamp>(message)) {
    return documents::Text{TimeText(*time)};
  }
  if (const auto duration = As<google::protobuf::Duration>(message)) {
    return documents::Text{google::protobuf::util::TimeUtil::ToString(*duration)};
  }
  return std::nullopt;
}

// The value of a single field, or the one at `index` of a repeated one; nothing where it is a
// message of several values.
std::optional<Cell> FieldCell(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const auto number = [](auto value) { return documents::Number{fmt::format("{}", value)}; };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ValueCell(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                : reflection.GetMessage(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = repeated ? reflection.GetRepeatedString(message, &field, index)
                                  : reflection.GetString(message, &field);
      if (field.type() == FieldDescriptor::TYPE_BYTES) return documents::Text{"(bytes)"};
      return documents::Text{std::move(text)};
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return documents::Text{
          EnumText(*(repeated ? reflection.GetRepeatedEnum(message, &field, index)
                              : reflection.GetEnum(message, &field)))};
    case FieldDescriptor::CPPTYPE_BOOL:
      return documents::Text{(repeated ? reflection.GetRepeatedBool(message, &field, index)
                                       : reflection.GetBool(message, &field))
                                 ? "yes"
                                 : "no"};
    case FieldDescriptor::CPPTYPE_INT32:
      return number(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                             : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return number(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                             : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(repeated ? reflection.GetRepeatedUInt32(message, &field, index)
                             : reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return number(repeated ? reflection.GetRepeatedUInt64(message, &field, index)
                             : reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return std::nullopt;  // the API has none
  }
  return std::nullopt;
}

bool IsSet(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) return message.GetReflection()->FieldSize(message, &field) > 0;
  return message.GetReflection()->HasField(message, &field);
}

void Describe(const Message& message, int indent, std::string& out) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsSet(message, field)) continue;
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int index = 0; index < count; ++index) {
      if (const std::optional<Cell> cell = FieldCell(message, field, index)) {
        out += fmt::format("{:{}}{}: {}\n", "", indent, field.name(), documents::ToText(*cell));
        continue;
      }
      out += fmt::format("{:{}}{}:\n", "", indent, field.name());
      Describe(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, index)
                                   : reflection.GetMessage(message, &field),
               indent + 2, out);
    }
  }
}

// Fields that a table of resources leaves out: `get` shows them.
bool IsColumn(const FieldDescriptor& field) {
  static const auto* const kLeftOut =
      new std::vector<std::string>{"etag", "create_time", "update_time"};
  return !field.is_repeated() &&
         std::find(kLeftOut->begin(), kLeftOut->end(), field.name()) == kLeftOut->end();
}

// In a table a text in two languages stands too, in English: it is what people call the thing.
std::optional<Cell> ColumnCell(const Message& row, const FieldDescriptor& field) {
  if (std::optional<Cell> cell = FieldCell(row, field, 0)) return cell;
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
  const auto text = As<handover::v1::LocalizedText>(row.GetReflection()->GetMessage(row, &field));
  if (!text || text->en().empty()) return std::nullopt;
  return documents::Text{text->en()};
}

Cell CellOf(const Message& row, const FieldDescriptor& field, std::string_view parent) {
  if (!IsSet(row, field)) {
    // In a column of numbers an unset one is 0, which proto3 does not tell from set.
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
        field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      return documents::Number{"0"};
    }
    return documents::Empty{};
  }
  Cell cell = ColumnCell(row, field).value_or(documents::Empty{});
  if (auto* text = std::get_if<documents::Text>(&cell);
      text != nullptr && !parent.empty() &&
      absl::StartsWith(text->value, fmt::format("{}/", parent))) {
    text->value.erase(0, parent.size() + 1);
  }
  return cell;
}

}  // namespace

std::string MoneyText(std::string_view amount, std::string_view currency) {
  return fmt::format("{} {}", Grouped(amount), currency == "BAM" ? "KM" : currency);
}

std::string DescribeMessage(const Message& message) {
  std::string out;
  Describe(message, 0, out);
  return out;
}

documents::Table TableOf(const std::vector<const Message*>& rows, const Descriptor& type,
                         std::string_view parent) {
  std::vector<const FieldDescriptor*> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool used = std::any_of(rows.begin(), rows.end(), [&](const Message* row) {
      return IsColumn(field) && IsSet(*row, field) && ColumnCell(*row, field).has_value();
    });
    // The name stands even above an empty table.
    if (used || field.name() == "name") columns.push_back(&field);
  }
  // What has no name is told by its first field.
  if (columns.empty() && type.field_count() > 0) columns.push_back(type.field(0));
  documents::Table table;
  for (const FieldDescriptor* field : columns) {
    std::string name = field->name();
    std::replace(name.begin(), name.end(), '_', ' ');
    table.header.push_back(std::move(name));
  }
  for (const Message* row : rows) {
    std::vector<Cell>& cells = table.rows.emplace_back();
    for (const FieldDescriptor* field : columns) cells.push_back(CellOf(*row, *field, parent));
  }
  return table;
}

absl::StatusOr<std::string> MessageJson(const Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return absl::InternalError(fmt::format(
        "{} has no JSON form: {}", message.GetDescriptor()->full_name(), status.ToString()));
  }
  return text;
}

}  // namespace prihvat::ctl
