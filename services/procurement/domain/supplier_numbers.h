// The numbers that suppliers give their documents: each comes in once.
#pragma once

#include <string_view>

#include "libs/es/entities.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// The row that remembers a supplier's own number: `kind` is the collection, "supplierInvoices".
// Case and blanks do not tell numbers apart.
std::string SupplierNumberKey(std::string_view operation, std::string_view kind,
                              std::string_view supplier, std::string_view number);

// That the number is one, and not there: DUPLICATE_DOCUMENT with the document that has it.
MaybeRejected CheckSupplierNumber(const es::View& view, const es::Context& context,
                                  std::string_view field, std::string_view kind,
                                  std::string_view supplier, std::string_view number);

}  // namespace prihvat::procurement
