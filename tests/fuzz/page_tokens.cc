#include <string>

#include "libs/base/check.h"
#include "libs/rpc/paging.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {

void PageTokens(std::string_view input) {
  Bytes bytes(input);
  procurement::v1::ListSuppliersRequest request;
  request.set_parent("operations/ba");
  request.set_page_size(static_cast<int>(bytes.Next()) - 100);
  request.set_page_token(std::string(input));
  if (const auto page = rpc::ReadPageRequest(request, 50, 1000); page.ok())
    PRIHVAT_CHECK(input.empty() || !page->after.empty(), "a token without a place");

  // One that was handed out is taken again, and any change of it or of its request is refused.
  const std::string key(bytes.Take(bytes.Below(64) + 1));
  if (key.empty()) return;
  std::string token = rpc::MakePageToken(request, key);
  request.set_page_token(token);
  const auto back = rpc::ReadPageRequest(request, 50, 1000);
  if (request.page_size() >= 0)
    PRIHVAT_CHECK(back.ok() && back->after == key, "a token that was handed out is not taken");
  const size_t at = bytes.Below(256) % token.size();
  token[at] = static_cast<char>(token[at] ^ (1 + bytes.Below(127)));
  request.set_page_token(token);
  if (const auto changed = rpc::ReadPageRequest(request, 50, 1000); changed.ok())
    PRIHVAT_CHECK(changed->after == key, "a changed token leads elsewhere");
  request.set_parent("operations/rs");
  request.set_page_token(rpc::MakePageToken(request, key));
  request.set_parent("operations/ba");
  PRIHVAT_CHECK(!rpc::ReadPageRequest(request, 50, 1000).ok(), "another request's token is taken");
}

}  // namespace prihvat::fuzz
