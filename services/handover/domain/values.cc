#include "services/handover/domain/values.h"

#include <algorithm>

#include "libs/base/string_view.h"

namespace prihvat::handover {

void Stamp(v1::Asset& asset, const es::EventContext& context) {
  es::Stamp<v1::Asset>(asset, context);
  absl::Time since = context.effective_at;
  v1::AssetStanding* standing = nullptr;
  if (!asset.standings().empty()) {
    standing = asset.mutable_standings(asset.standings_size() - 1);
    if (standing->state() == asset.state() && standing->location() == asset.location() &&
        standing->centre() == asset.centre()) {
      return;
    }
    since = std::max(since, FromProto(standing->start_time()));
  }
  if (standing == nullptr || FromProto(standing->start_time()) != since) {
    standing = asset.add_standings();
  }
  *standing->mutable_start_time() = ToProto(since);
  standing->set_state(asset.state());
  standing->set_location(asset.location());
  standing->set_centre(asset.centre());
}
namespace {

es::Rejection Invalid(std::string_view field, const absl::Status& status) {
  return es::InvalidField(field, base::FromAbsl(status.message()));
}

}  // namespace

std::optional<es::Rejection> ReadDecimal(std::string_view field, const common::v1::Decimal& number,
                                         base::Decimal& out) {
  const auto read = CheckedFromProto(number);
  if (!read.ok()) return Invalid(field, read.status());
  out = *read;
  return std::nullopt;
}

std::optional<es::Rejection> ReadMoney(std::string_view field, const google::type::Money& money,
                                       base::Money& out) {
  const auto read = CheckedFromProto(money);
  if (!read.ok()) return Invalid(field, read.status());
  if (read->IsNegative()) {
    return es::InvalidField(field, fmt::format("is {}; it should not be negative", read->Format()));
  }
  out = *read;
  return std::nullopt;
}

}  // namespace prihvat::handover
