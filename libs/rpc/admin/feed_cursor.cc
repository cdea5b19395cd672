#include "libs/rpc/admin/feed_cursor.h"

#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::rpc::admin {
namespace {

// A token is base64url of: version (1 byte), digest (16 bytes) over filter and body, body. The body
// is a common.v1.Token with two positions for each partition in turn: examined, told.
constexpr char kVersion = 1;
constexpr size_t kDigestBytes = 16;
constexpr size_t kMaxTokenBytes = 8192;

std::string DigestOf(std::string_view filter, std::string_view body) {
  base::Sha256Hasher hasher;
  hasher.Update("feed");
  hasher.Update(base::Sha256Bytes(filter));
  hasher.Update(body);
  return base::ToBytes(hasher.Finish()).substr(0, kDigestBytes);
}

}  // namespace

std::string EncodeCursor(const FeedCursor& cursor, std::string_view filter) {
  common::v1::Token body;
  for (const FeedCursor::Partition& partition : cursor.partitions) {
    body.add_positions()->set_offset(partition.examined);
    body.add_positions()->set_offset(partition.told);
  }
  const std::string bytes = body.SerializeAsString();
  return base::Base64UrlEncode(std::string(1, kVersion) + DigestOf(filter, bytes) + bytes);
}

absl::StatusOr<FeedCursor> DecodeCursor(std::string_view token, std::string_view filter,
                                        size_t partitions) {
  const absl::Status refused =
      absl::InvalidArgumentError("must be the resume_token of a response to the same filter");
  if (token.size() > kMaxTokenBytes) return refused;
  const absl::StatusOr<std::string> bytes = base::Base64UrlDecode(token);
  if (!bytes.ok() || bytes->size() < 1 + kDigestBytes || (*bytes)[0] != kVersion) return refused;
  const std::string body = bytes->substr(1 + kDigestBytes);
  common::v1::Token positions;
  if (bytes->substr(1, kDigestBytes) != DigestOf(filter, body) ||
      !positions.ParseFromString(body) ||
      static_cast<size_t>(positions.positions_size()) != 2 * partitions)
    return refused;
  FeedCursor cursor(partitions);
  for (size_t p = 0; p < partitions; ++p) {
    cursor.partitions[p].examined = positions.positions(static_cast<int>(2 * p)).offset();
    cursor.partitions[p].told = positions.positions(static_cast<int>(2 * p + 1)).offset();
  }
  return cursor;
}

}  // namespace prihvat::rpc::admin
