// What deciders of every service check first. Each answers nothing where all is well, or the
// rejection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "libs/es/decider.h"
#include "libs/es/decision.h"

namespace prihvat::es {

// INVALID_FIELD with the status' message as the rule, unless it is OK. The message does not name
// the field.
std::optional<Rejection> InvalidUnless(std::string_view field, const absl::Status& status);

// INVALID_FIELD unless `value` is a name of `pattern` below the command's operation, such as
// "assets/*".
std::optional<Rejection> CheckReference(std::string_view field, std::string_view value,
                                        std::string_view pattern, const Context& context);
// The same of names that belong to no operation: "organisations/*".
std::optional<Rejection> CheckGlobalName(std::string_view field, std::string_view value,
                                         std::string_view pattern);

// INVALID_FIELD for a text that is empty, no UTF-8, or of more than `most_bytes`.
std::optional<Rejection> CheckText(std::string_view field, std::string_view text,
                                   size_t most_bytes);
// The same, but it may be empty.
std::optional<Rejection> CheckOptionalText(std::string_view field, std::string_view text,
                                           size_t most_bytes);

// STALE_ETAG where the caller read another content than `entity` has (AIP-154); an empty etag asks
// nothing.
std::optional<Rejection> CheckEtag(std::string_view name, std::string_view etag,
                                   const google::protobuf::Message& entity);

// "CHECKED_IN" of STAY_STATE_CHECKED_IN, given "STAY_STATE_".
std::string ShortName(std::string_view enum_name, std::string_view prefix);

}  // namespace prihvat::es
