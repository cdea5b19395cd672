// What most commands check: names, texts, etags, amounts. Each check answers nothing where all is
// well, or the rejection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "google/type/money.pb.h"
#include "libs/base/currency.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/base/resource_name.h"
#include "libs/es/decider.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::procurement {

using MaybeRejected = std::optional<es::Rejection>;

// A value, or why there is none.
template <class T>
class Checked {
 public:
  Checked(T value) : value_(std::move(value)) {}                      // NOLINT: implicit
  Checked(es::Rejection rejection) : value_(std::move(rejection)) {}  // NOLINT: implicit

  bool ok() const { return std::holds_alternative<T>(value_); }
  const T& operator*() const { return std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }
  const es::Rejection& rejection() const { return std::get<es::Rejection>(value_); }

 private:
  std::variant<T, es::Rejection> value_;
};

// The collections' name patterns.
inline constexpr std::string_view kOperationPattern = "operations/*";
inline constexpr std::string_view kProjectPattern = "operations/*/projects/*";
inline constexpr std::string_view kBudgetLinePattern = "operations/*/projects/*/budgetLines/*";
inline constexpr std::string_view kSupplierPattern = "operations/*/suppliers/*";
inline constexpr std::string_view kRequisitionPattern = "operations/*/requisitions/*";
inline constexpr std::string_view kPurchaseOrderPattern = "operations/*/purchaseOrders/*";
inline constexpr std::string_view kGoodsReceiptPattern = "operations/*/goodsReceipts/*";
inline constexpr std::string_view kSupplierInvoicePattern = "operations/*/supplierInvoices/*";
inline constexpr std::string_view kCreditNotePattern = "operations/*/creditNotes/*";
inline constexpr std::string_view kAdvancePattern = "operations/*/advances/*";
inline constexpr std::string_view kPaymentPattern = "operations/*/payments/*";
inline constexpr std::string_view kCentrePattern = "operations/*/centres/*";
inline constexpr std::string_view kOrganisationPattern = "organisations/*";

// INV-34: that the command takes effect no further back than the policy of the day lets it on which
// it takes effect; an import may. BACKDATED_TOO_FAR. Every command is asked so: each but the
// first begins with one of CheckParentIsOperation, Find and FindForEdit, which ask it.
MaybeRejected CheckNotTooFarBack(const es::View& view, const es::Context& context);

// The operation is known here, and `parent` is it.
MaybeRejected CheckParentIsOperation(const es::View& view, const es::Context& context,
                                     std::string_view parent);

// A name of that pattern; within the command's operation where the pattern begins with one.
MaybeRejected CheckReference(const es::Context& context, std::string_view field,
                             std::string_view name, std::string_view pattern);

// Text for people: not blank where `required`, at most `max_length` code points, no control
// characters.
MaybeRejected CheckText(std::string_view field, std::string_view text, bool required,
                        size_t max_length = 300);

// A reason that must be given.
inline MaybeRejected CheckReason(std::string_view reason) {
  return CheckText("reason", reason, /*required=*/true, /*max_length=*/1000);
}

// The entity that `name` names; `name` fits `pattern` and lies in the command's operation. The
// pattern is checked first, so that a name of another kind is refused rather than looked up.
template <class T>
Checked<const T*> Find(const es::View& view, const es::Context& context, std::string_view field,
                       std::string_view name, std::string_view pattern) {
  if (auto no = CheckNotTooFarBack(view, context)) return *std::move(no);
  if (auto no = CheckReference(context, field, name, pattern)) return *std::move(no);
  const T* found = view.Find<T>(name);
  if (found == nullptr) return es::NotFound(name);
  return found;
}

// AIP-154: `etag` is empty or that of the entity as it is.
MaybeRejected CheckEtag(const google::protobuf::Message& entity, std::string_view name,
                        std::string_view etag);

// Find for what a person edits: with the etag that they read.
template <class T>
Checked<const T*> FindForEdit(const es::View& view, const es::Context& context,
                              std::string_view name, std::string_view pattern,
                              std::string_view etag) {
  Checked<const T*> found = Find<T>(view, context, "name", name, pattern);
  if (!found.ok()) return found;
  if (auto no = CheckEtag(**found, name, etag)) return *std::move(no);
  return found;
}

// The name of a new resource: of the caller's id where one is given, else of `fallback_id`, else
// (both empty, or the fallback is taken) of a new one. ALREADY_EXISTS where the caller's is taken.
Checked<std::string> NewName(const es::View& view, es::Context& context, std::string_view parent,
                             std::string_view collection, std::string_view id_field,
                             std::string_view id, std::string_view fallback_id);

// A number that is not negative; unset is zero.
Checked<base::Decimal> CheckQuantity(std::string_view field, const common::v1::Decimal& quantity);

// An amount that is not negative and of that currency.
Checked<base::Money> CheckAmount(std::string_view field, const google::type::Money& amount,
                                 base::Currency currency);

// The entry of that number, named in `field`, of what is only added to was corrected by entry `by`.
es::Rejection CorrectedAlready(std::string_view name, std::string_view field, int number, int by);

// "lines[2].quantity"
std::string FieldOf(std::string_view list, int index, std::string_view field);

}  // namespace prihvat::procurement
