// AIP-158 page tokens: opaque, and of use only with the request that they came from. A token says
// after which key to go on; it grants nothing. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace prihvat::rpc {

struct PageRequest {
  std::string after;  // "" for the first page
  int size = 0;
};

// What stands in page_size and page_token, size within 1..max. INVALID_ARGUMENT
// (INVALID_PAGE_TOKEN) for a token of another request or a damaged one.
absl::StatusOr<PageRequest> ReadPageRequest(const google::protobuf::Message& request,
                                            int default_size, int max_size);

// What stands in page_size, within 1..max; `default_size` where it is 0.
int PageSize(const google::protobuf::Message& request, int default_size, int max_size);

// The token for the page after `last_key` of the same request.
std::string MakePageToken(const google::protobuf::Message& request, std::string_view last_key);

}  // namespace prihvat::rpc
