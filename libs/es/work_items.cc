#include "libs/es/work_items.h"

#include "fmt/format.h"

namespace prihvat::es {

std::string WorkItemName(std::string_view operation, std::string_view topic, int32_t partition,
                         int64_t offset, size_t index) {
  return fmt::format("{}/workItems/{}-{}-{}-{}", operation, topic, partition, offset, index);
}

}  // namespace prihvat::es
