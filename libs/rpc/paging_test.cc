#include "libs/rpc/paging.h"

#include "gtest/gtest.h"
#include "libs/rpc/errors.h"
#include "prihvat/rpctest/v1/board.pb.h"

namespace prihvat::rpc {
namespace {

using rpctest::v1::ListNotesRequest;

ListNotesRequest Request() {
  ListNotesRequest request;
  request.set_parent("operations/ba");
  return request;
}

TEST(Paging, SizesAreBounded) {
  ListNotesRequest request = Request();
  EXPECT_EQ(ReadPageRequest(request, 50, 1000)->size, 50);
  request.set_page_size(7);
  EXPECT_EQ(ReadPageRequest(request, 50, 1000)->size, 7);
  request.set_page_size(1'000'000);
  EXPECT_EQ(ReadPageRequest(request, 50, 1000)->size, 1000);
}

TEST(Paging, ATokenOfEveryReleaseIsRead) {
  // A golden token: tokens that clients hold must stay good over an upgrade.
  ListNotesRequest request = Request();
  request.set_page_token(MakePageToken(request, "operations/ba/notes/n1"));
  EXPECT_EQ(request.page_token(), "Ad1qUYo_byAbsp0JA1shly5vcGVyYXRpb25zL2JhL25vdGVzL24x");
  EXPECT_EQ(ReadPageRequest(request, 50, 1000)->after, "operations/ba/notes/n1");
}

TEST(Paging, NoBitOfATokenMayChange) {
  ListNotesRequest request = Request();
  const std::string token = MakePageToken(request, "operations/ba/notes/n1");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    request.set_page_token(changed);
    const auto page = ReadPageRequest(request, 50, 1000);
    ASSERT_FALSE(page.ok()) << i;
    EXPECT_EQ(ReasonOf(page.status()), "INVALID_PAGE_TOKEN");
  }
  request.set_page_token(token);
  request.set_parent("operations/rs");
  EXPECT_FALSE(ReadPageRequest(request, 50, 1000).ok());
  request.set_page_token(std::string(10'000, 'A'));
  EXPECT_FALSE(ReadPageRequest(request, 50, 1000).ok());
}

}  // namespace
}  // namespace prihvat::rpc
