#include "services/procurement/domain/checks.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/es/checks.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

size_t CodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

// The field stands before the rule by itself: checks of libs/base say it too.
es::Rejection Invalid(std::string_view field, const absl::Status& status) {
  return es::InvalidField(field, base::FromAbsl(status.message()));
}

}  // namespace

MaybeRejected CheckNotTooFarBack(const es::View& view, const es::Context& context) {
  const absl::CivilDay day = context.EffectiveDay();
  const int64_t days_back = absl::ToCivilDay(context.recorded_at, context.zone) - day;
  if (days_back <= 0 || !context.import_id.empty()) return std::nullopt;
  const int limit = BackdatingDaysOn(view, context.operation, day);
  if (days_back <= limit) return std::nullopt;
  return es::Rejected(es::kBackdatedTooFar)
      .Saying(fmt::format("the effective time is {} days back; the limit is {}", days_back, limit))
      .With("days_back", days_back)
      .With("limit_days", limit);
}

MaybeRejected CheckParentIsOperation(const es::View& view, const es::Context& context,
                                     std::string_view parent) {
  if (auto no = CheckNotTooFarBack(view, context)) return no;
  if (auto no = CheckReference(context, "parent", parent, kOperationPattern)) return no;
  if (view.Find<v1::Operation>(parent) == nullptr) {
    return es::Rejected(es::kOperationUnknown)
        .Saying(fmt::format("{} is not known here", parent))
        .With("operation", parent);
  }
  return std::nullopt;
}

MaybeRejected CheckReference(const es::Context& context, std::string_view field,
                             std::string_view name, std::string_view pattern) {
  if (const auto status = base::CheckName(name, pattern); !status.ok()) {
    return Invalid(field, status);
  }
  if (!pattern.starts_with("operations/")) return std::nullopt;
  const std::string operation(base::ResourceName::Parse(name)->Operation());
  if (operation != context.operation) {
    return es::InvalidField(field,
                            fmt::format("must be in {}, is in {}", context.operation, operation));
  }
  return std::nullopt;
}

MaybeRejected CheckText(std::string_view field, std::string_view text, bool required,
                        size_t max_length) {
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (required && blank) return es::InvalidField(field, "must not be blank");
  if (!base::IsValidUtf8(text)) return es::InvalidField(field, "must be UTF-8");
  if (const size_t length = CodePoints(text); length > max_length) {
    return es::InvalidField(
        field, fmt::format("may have at most {} characters, has {}", max_length, length));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  });
  if (control) return es::InvalidField(field, "must not have control characters");
  return std::nullopt;
}

MaybeRejected CheckEtag(const google::protobuf::Message& entity, std::string_view name,
                        std::string_view etag) {
  return es::CheckEtag(name, etag, entity);
}

Checked<std::string> NewName(const es::View& view, es::Context& context, std::string_view parent,
                             std::string_view collection, std::string_view id_field,
                             std::string_view id, std::string_view fallback_id) {
  const auto name_of = [&](std::string_view last) {
    return fmt::format("{}/{}/{}", parent, collection, last);
  };
  if (!id.empty()) {
    if (const auto status = base::CheckId(id); !status.ok()) {
      return Invalid(id_field, status);
    }
    const std::string name = name_of(id);
    if (view.Exists(name)) return es::AlreadyExists(name);
    return name;
  }
  if (!fallback_id.empty() && !view.Exists(name_of(fallback_id))) return name_of(fallback_id);
  return name_of(context.NewId());
}

Checked<base::Decimal> CheckQuantity(std::string_view field, const common::v1::Decimal& quantity) {
  const auto parsed = CheckedFromProto(quantity);
  if (!parsed.ok()) return Invalid(field, parsed.status());
  if (parsed->IsNegative()) {
    return es::InvalidField(field, fmt::format("must not be negative, is {}", parsed->ToString()));
  }
  return *parsed;
}

Checked<base::Money> CheckAmount(std::string_view field, const google::type::Money& amount,
                                 base::Currency currency) {
  const auto parsed = CheckedFromProto(amount);
  if (!parsed.ok()) return Invalid(field, parsed.status());
  if (parsed->currency() != currency) {
    return es::Rejected(kCurrencyMismatch)
        .Saying(fmt::format("{} is {}, and the budget line is held in {}", field, parsed->Format(),
                            currency.code()))
        .With("amount", parsed->Format())
        .With("currency", currency.code())
        .Field(field, fmt::format("must be in {}", currency.code()));
  }
  if (parsed->IsNegative()) {
    return es::InvalidField(field, fmt::format("must not be negative, is {}", parsed->Format()));
  }
  return *parsed;
}

es::Rejection CorrectedAlready(std::string_view name, std::string_view field, int number, int by) {
  return es::Rejected(kCorrectedAlready)
      .Saying(fmt::format("{}: {} {} was corrected by {}", name, field, number, by))
      .With("name", name)
      .With(field, number)
      .With("corrected_by", by)
      .Field(field, fmt::format("must be {}, which counts in its place, or another", by));
}

std::string FieldOf(std::string_view list, int index, std::string_view field) {
  return fmt::format("{}[{}].{}", list, index, field);
}

}  // namespace prihvat::procurement
