#include <vector>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/es/entities.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence_rows.h"

namespace prihvat::reception {
namespace {

std::string_view PlaceOf(std::string_view centre) {
  return centre.empty() ? std::string_view("_transit") : IdOf(centre);
}

template <class Row>
Row Decode(std::string_view key, std::string_view value) {
  Row row;
  PRIHVAT_CHECK(es::DecodeEntity(value, row), std::string(key));
  return row;
}

}  // namespace

std::string OpenPrefix(std::string_view operation, std::string_view centre) {
  return fmt::format("{}/open/{}/", operation, PlaceOf(centre));
}

std::string ClosedPrefix(std::string_view operation, std::string_view centre) {
  return fmt::format("{}/closed/{}/", operation, PlaceOf(centre));
}

std::string MovementPrefix(std::string_view operation, std::string_view centre) {
  return fmt::format("{}/movements/{}/", operation, PlaceOf(centre));
}

std::string CentrePrefix(std::string_view operation) {
  return fmt::format("{}/centres/", operation);
}

std::string LatestKey(std::string_view operation, std::string_view stay) {
  return fmt::format("{}/stays/{}", operation, IdOf(stay));
}

void ForEachSegmentAt(const es::Rows& rows, std::string_view operation, std::string_view centre,
                      absl::Time as_of, absl::FunctionRef<void(const v1::PresenceSegment&)> visit) {
  const auto visit_if_begun = [&](std::string_view key, std::string_view value) {
    const auto segment = Decode<v1::PresenceSegment>(key, value);
    if (FromProto(segment.start_time()) <= as_of) visit(segment);
    return true;
  };
  rows.Scan(OpenPrefix(operation, centre), "", visit_if_begun);
  const std::string closed = ClosedPrefix(operation, centre);
  rows.Scan(closed, AfterTime(closed, as_of), visit_if_begun);
}

void ForEachMovement(const es::Rows& rows, std::string_view operation, std::string_view centre,
                     absl::Time start, absl::Time end,
                     absl::FunctionRef<void(const v1::Movement&)> visit) {
  const std::string prefix = MovementPrefix(operation, centre);
  const std::string last = prefix + OrderedTime(end);
  rows.Scan(prefix, prefix + OrderedTime(start), [&](std::string_view key, std::string_view value) {
    if (key >= last) return false;
    visit(Decode<v1::Movement>(key, value));
    return true;
  });
}

std::vector<std::string> CentresOf(const es::Rows& rows, std::string_view operation) {
  std::vector<std::string> centres;
  rows.Scan(CentrePrefix(operation), "", [&](std::string_view, std::string_view value) {
    centres.emplace_back(value);
    return true;
  });
  return centres;
}

}  // namespace prihvat::reception
