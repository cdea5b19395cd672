#include "services/procurement/domain/supplier_numbers.h"

#include <string>

#include "fmt/format.h"
#include "libs/base/digest.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/reasons.h"

namespace prihvat::procurement {

std::string SupplierNumberKey(std::string_view operation, std::string_view kind,
                              std::string_view supplier, std::string_view number) {
  std::string plain;
  for (const char c : number) {
    if (c == ' ' || c == '\n') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  // Numbers have any characters; a name has not.
  const std::string digest = base::Sha256Hex(fmt::format("{}\n{}\n{}", kind, supplier, plain));
  return fmt::format("{}/takenSupplierNumbers/{}", operation, digest.substr(0, 40));
}

MaybeRejected CheckSupplierNumber(const es::View& view, const es::Context& context,
                                  std::string_view field, std::string_view kind,
                                  std::string_view supplier, std::string_view number) {
  if (auto no = CheckText(field, number, true, 100)) return no;
  const auto* taken = view.Find<v1::TakenSupplierNumber>(
      SupplierNumberKey(context.operation, kind, supplier, number));
  if (taken == nullptr) return std::nullopt;
  return es::Rejected(kDuplicateDocument)
      .Saying(fmt::format("{} of {} came in already, as {}", number, supplier, taken->document()))
      .With("supplier", supplier)
      .With("supplier_number", number)
      .With("document", taken->document())
      .Field(field, "must not be there yet");
}

}  // namespace prihvat::procurement
