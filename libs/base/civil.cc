#include "libs/base/civil.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/text.h"

namespace prihvat::base {
namespace {

int DaysInMonth(int year, int month) {
  const absl::CivilMonth first(year, month);
  return static_cast<int>(absl::CivilDay(first + 1) - absl::CivilDay(first));
}

// Whether `text` has the shape dddd-dd-dd.
bool LooksLikeDate(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !absl::ascii_isdigit(text[i]) : text[i] != kShape[i]) return false;
  }
  return true;
}

int ToInt(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name) {
  // Abseil also opens paths and "file:..." names, which are not names of zones.
  const bool path = name.starts_with('/') || name.find("..") != std::string_view::npos ||
                    name.find(':') != std::string_view::npos;
  absl::TimeZone zone;
  if (name.empty() || path || !absl::LoadTimeZone(std::string(name), &zone)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not a zone of the IANA time zone database", Quoted(name)));
  }
  return zone;
}

absl::CivilDay LocalDay(absl::Time instant, const absl::TimeZone& zone) {
  return absl::ToCivilDay(instant, zone);
}

absl::Time DayStart(absl::CivilDay day, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo midnight = zone.At(absl::CivilSecond(day));
  // `pre` of a skipped midnight would lie in the day before; `pre` of a repeated one is the first
  // of the two.
  return midnight.kind == absl::TimeZone::TimeInfo::SKIPPED ? midnight.trans : midnight.pre;
}

absl::StatusOr<int64_t> NightsBetween(absl::Time in, absl::Time out, const absl::TimeZone& zone) {
  if (in == absl::InfinitePast() || out == absl::InfiniteFuture() || out < in) {
    return absl::InvalidArgumentError(fmt::format(
        "no nights lie between {} and {}: the second must not be before the first, and both finite",
        absl::FormatTime(in, zone), absl::FormatTime(out, zone)));
  }
  return LocalDay(out, zone) - LocalDay(in, zone);
}

absl::StatusOr<absl::CivilDay> MakeDate(int year, int month, int day) {
  if (year < 1 || year > 9999) {
    return absl::InvalidArgumentError(fmt::format("year {} is not between 1 and 9999", year));
  }
  if (month < 1 || month > 12) {
    return absl::InvalidArgumentError(fmt::format("month {} is not between 1 and 12", month));
  }
  if (const int days = DaysInMonth(year, month); day < 1 || day > days) {
    return absl::InvalidArgumentError(fmt::format(
        "day {} is not between 1 and {}, the days of {:04}-{:02}", day, days, year, month));
  }
  return absl::CivilDay(year, month, day);
}

absl::StatusOr<absl::CivilDay> ParseDate(std::string_view text) {
  if (!LooksLikeDate(text)) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not a date of the form 2023-07-13", Quoted(text)));
  }
  return MakeDate(ToInt(text.substr(0, 4)), ToInt(text.substr(5, 2)), ToInt(text.substr(8, 2)));
}

std::string FormatDate(absl::CivilDay day) {
  return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
}

std::string Say(absl::Time instant, const absl::TimeZone& zone) {
  if (instant == absl::InfiniteFuture()) return "further notice";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S%Ez", instant, zone);
}

}  // namespace prihvat::base
