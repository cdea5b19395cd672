#include "services/prihvatctl/token.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "libs/base/bytes.h"
#include "libs/base/status_macros.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::ctl {
namespace {

using Offsets = std::map<std::pair<std::string, int32_t>, int64_t>;

absl::Status Add(std::string_view text, Offsets& offsets) {
  if (text.empty()) return absl::OkStatus();
  PRIHVAT_ASSIGN_OR_RETURN(const std::string bytes, base::Base64UrlDecode(text));
  common::v1::Token token;
  if (!token.ParseFromString(bytes)) {
    return absl::InvalidArgumentError("not a consistency token");
  }
  for (const common::v1::Position& position : token.positions()) {
    const auto [entry, added] =
        offsets.try_emplace({position.topic(), position.partition()}, position.offset());
    if (!added) entry->second = std::max(entry->second, position.offset());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> MergeTokens(std::string_view a, std::string_view b) {
  Offsets offsets;
  PRIHVAT_RETURN_IF_ERROR(Add(a, offsets));
  PRIHVAT_RETURN_IF_ERROR(Add(b, offsets));
  common::v1::Token merged;
  for (const auto& [partition, offset] : offsets) {
    common::v1::Position* position = merged.add_positions();
    position->set_topic(partition.first);
    position->set_partition(partition.second);
    position->set_offset(offset);
  }
  return base::Base64UrlEncode(merged.SerializeAsString());
}

}  // namespace prihvat::ctl
