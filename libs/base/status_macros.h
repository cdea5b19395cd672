// Leaving a function early with an error. The enclosing function returns absl::Status or
// absl::StatusOr.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// PRIHVAT_RETURN_IF_ERROR(Write(x)): returns the status unless it is OK.
#define PRIHVAT_RETURN_IF_ERROR(expression)                                   \
  do {                                                                        \
    if (::absl::Status prihvat_status = (expression); !prihvat_status.ok()) { \
      return prihvat_status;                                                  \
    }                                                                         \
  } while (false)

// PRIHVAT_ASSIGN_OR_RETURN(const Money total, Sum(lines)): the value, or return of the error. Two
// statements: not for the body of an `if` without braces. A type with a comma needs a `using`
// first.
#define PRIHVAT_ASSIGN_OR_RETURN(declaration, expression) \
  PRIHVAT_ASSIGN_OR_RETURN_(PRIHVAT_CONCAT_(prihvat_status_or_, __LINE__), declaration, expression)

// A declaration cannot stand in brackets.  NOLINTBEGIN(bugprone-macro-parentheses)
#define PRIHVAT_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                      \
  if (!result.ok()) {                                              \
    return std::move(result).status();                             \
  }                                                                \
  declaration = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)

#define PRIHVAT_CONCAT_(a, b) PRIHVAT_CONCAT_INNER_(a, b)
#define PRIHVAT_CONCAT_INNER_(a, b) a##b
