#include "libs/es/figures.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::es {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Figures, EveryOperationThatHasEntitiesIsFoundOnce) {
  MapRows rows;
  EXPECT_THAT(OperationsOf(rows), IsEmpty());
  for (const char* key :
       {"a", "operations/ba", "operations/ba-2", "operations/ba-2/centres/x", "operations/ba/a",
        "operations/ba/centres/x", "operations/ba/centres/y", "operations/rs/centres/x", "z"})
    rows.Put(key, "");
  EXPECT_THAT(OperationsOf(rows), ElementsAre("operations/ba", "operations/ba-2", "operations/rs"));
}

}  // namespace
}  // namespace prihvat::es
