// What work items are called. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prihvat::es {

// The work item that a ReactionRejected makes: event `index` of the commit at that position.
std::string WorkItemName(std::string_view operation, std::string_view topic, int32_t partition,
                         int64_t offset, size_t index);

}  // namespace prihvat::es
