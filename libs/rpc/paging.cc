#include "libs/rpc/paging.h"

#include <algorithm>
#include <memory>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/es/entities.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/reasons.h"
#include "libs/rpc/validation.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A token is base64url of: version (1 byte), digest (16 bytes), key.
constexpr char kVersion = 1;
constexpr size_t kDigestBytes = 16;
constexpr size_t kMaxTokenBytes = 2048;

// Over all fields but those of paging, and over the key, so that neither can be exchanged.
std::string DigestOf(const Message& request, std::string_view key) {
  std::unique_ptr<Message> filter(request.New());
  filter->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    const FieldDescriptor* field = filter->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) filter->GetReflection()->ClearField(filter.get(), field);
  }
  base::Sha256Hasher hasher;
  hasher.Update(request.GetDescriptor()->full_name());
  hasher.Update(std::string(1, '\0'));
  hasher.Update(base::Sha256Bytes(es::SerializeDeterministically(*filter)));
  hasher.Update(key);
  return base::ToBytes(hasher.Finish()).substr(0, kDigestBytes);
}

}  // namespace

absl::StatusOr<PageRequest> ReadPageRequest(const Message& request, int default_size,
                                            int max_size) {
  PageRequest page;
  page.size = PageSize(request, default_size, max_size);
  const std::string text = StringField(request, "page_token");
  if (text.empty()) return page;
  const auto refuse = [] {
    constexpr char kRule[] = "must be the next_page_token of the same request";
    return Reject(es::Rejected(kInvalidPageToken)
                      .Saying(fmt::format("page_token: {}", kRule))
                      .Field("page_token", kRule));
  };
  if (text.size() > kMaxTokenBytes) return refuse();
  const absl::StatusOr<std::string> bytes = base::Base64UrlDecode(text);
  if (!bytes.ok() || bytes->size() <= 1 + kDigestBytes || (*bytes)[0] != kVersion) return refuse();
  page.after = bytes->substr(1 + kDigestBytes);
  if (bytes->substr(1, kDigestBytes) != DigestOf(request, page.after)) return refuse();
  return page;
}

int PageSize(const Message& request, int default_size, int max_size) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("page_size");
  const int32_t size = field != nullptr && field->type() == FieldDescriptor::TYPE_INT32
                           ? request.GetReflection()->GetInt32(request, field)
                           : 0;
  return size <= 0 ? default_size : std::min<int>(size, max_size);
}

std::string MakePageToken(const Message& request, std::string_view last_key) {
  std::string bytes(1, kVersion);
  bytes += DigestOf(request, last_key);
  bytes += last_key;
  return base::Base64UrlEncode(bytes);
}

}  // namespace prihvat::rpc
