// Suppliers: registered once, screened against sanctions lists, blocked and unblocked.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

constexpr int kMaxCategories = 50;

bool IsCountryCode(std::string_view code) {
  return code.size() == 2 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Of the row that says who has a tax number; "" for a supplier without one. Blanks, dots and dashes
// are how people write a number, and not of it.
std::string TaxNumberRow(std::string_view operation, std::string_view country,
                         std::string_view number) {
  std::string key;
  for (const char c : number) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)))
      key += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return key.empty() ? "" : fmt::format("{}/taxNumbers/{}-{}", operation, country, key);
}

MaybeRejected CheckNoDuplicate(const es::View& view, const es::Context& context,
                               const v1::Supplier& wanted) {
  const std::string row =
      TaxNumberRow(context.operation, wanted.country_code(), wanted.tax_number());
  const auto* taken = row.empty() ? nullptr : view.Find<v1::TakenTaxNumber>(row);
  if (taken == nullptr) return std::nullopt;
  return es::Rejected(kDuplicateSupplier)
      .Saying(
          fmt::format("{} has the tax number {} already", taken->supplier(), wanted.tax_number()))
      .With("supplier", taken->supplier())
      .Field("supplier.tax_number", fmt::format("is that of {}", taken->supplier()));
}

MaybeRejected CheckCategories(const v1::Supplier& supplier) {
  if (supplier.categories_size() > kMaxCategories) {
    return es::InvalidField(
        "supplier.categories",
        fmt::format("may be at most {}, are {}", kMaxCategories, supplier.categories_size()));
  }
  for (int i = 0; i < supplier.categories_size(); ++i) {
    const std::string& code = supplier.categories(i);
    const bool digits = std::all_of(code.begin(), code.end(), [](char c) {
      return absl::ascii_isdigit(static_cast<unsigned char>(c));
    });
    if (digits && code.size() >= 2 && code.size() <= 8 && code.size() % 2 == 0) continue;
    return es::InvalidField(fmt::format("supplier.categories[{}]", i),
                            "must be a code of UNSPSC: 2, 4, 6 or 8 digits");
  }
  return std::nullopt;
}

es::Decision DecideRegisterSupplier(const es::View& view,
                                    const v1::RegisterSupplierRequest& command,
                                    es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::Supplier& supplier = command.supplier();
  if (auto no = CheckText("supplier.display_name", supplier.display_name(), true)) return *no;
  if (!IsCountryCode(supplier.country_code())) {
    return es::InvalidField("supplier.country_code",
                            "must be two capital letters (ISO 3166-1), such as \"BA\"");
  }
  if (auto no = CheckText("supplier.tax_number", supplier.tax_number(), false, 40)) return *no;
  if (!supplier.organisation().empty()) {
    if (auto no = CheckReference(context, "supplier.organisation", supplier.organisation(),
                                 kOrganisationPattern)) {
      return *no;
    }
  }
  if (auto no = CheckCategories(supplier)) return *no;
  const auto name = NewName(view, context, command.parent(), "suppliers", "supplier_id",
                            command.supplier_id(), "");
  if (!name.ok()) return name.rejection();
  if (auto no = CheckNoDuplicate(view, context, supplier)) return *no;

  v1::SupplierRegistered event;
  event.set_supplier(*name);
  event.set_display_name(supplier.display_name());
  event.set_country_code(supplier.country_code());
  event.set_tax_number(supplier.tax_number());
  event.set_organisation(supplier.organisation());
  *event.mutable_categories() = supplier.categories();
  return es::Accepted(std::move(event)).Naming(*name);
}

es::Decision DecideScreen(const es::View& view, const v1::ScreenSupplierRequest& command,
                          es::Context& context) {
  const auto found =
      FindForEdit<v1::Supplier>(view, context, command.name(), kSupplierPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::SupplierScreening& screening = command.screening();
  if (screening.result() != v1::SCREENING_RESULT_CLEAR &&
      screening.result() != v1::SCREENING_RESULT_MATCH) {
    return es::InvalidField("screening.result", "must be CLEAR or MATCH");
  }
  const auto day = CheckedFromProto(screening.screening_date());
  if (!day.ok()) {
    return es::InvalidField("screening.screening_date", "must be a day of the calendar");
  }
  if (*day > context.EffectiveDay()) {
    return es::InvalidField("screening.screening_date",
                            fmt::format("is {}, after {}", base::FormatDate(*day),
                                        base::FormatDate(context.EffectiveDay())));
  }
  // An older search says nothing against a newer one.
  if ((*found)->has_screening() && *day < FromProto((*found)->screening().screening_date())) {
    return es::InvalidField(
        "screening.screening_date",
        fmt::format("is {}, before the last search, {}", base::FormatDate(*day),
                    base::FormatDate(FromProto((*found)->screening().screening_date()))));
  }
  if (auto no = CheckText("screening.lists", screening.lists(), true)) return *no;
  if (auto no = CheckText("screening.reference", screening.reference(), false)) return *no;
  v1::SupplierScreened event;
  event.set_supplier(command.name());
  *event.mutable_screening() = screening;
  event.mutable_screening()->set_screener(context.principal);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideBlock(const es::View& view, const v1::BlockSupplierRequest& command,
                         es::Context& context) {
  const auto found =
      FindForEdit<v1::Supplier>(view, context, command.name(), kSupplierPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if ((*found)->has_block()) {
    return es::WrongState(command.name(), "blocked", "be blocked", "unblock");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  v1::SupplierBlocked event;
  event.set_supplier(command.name());
  event.set_reason(command.reason());
  event.set_blocker(context.principal);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideUnblock(const es::View& view, const v1::UnblockSupplierRequest& command,
                           es::Context& context) {
  const auto found =
      FindForEdit<v1::Supplier>(view, context, command.name(), kSupplierPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if (!(*found)->has_block()) {
    return es::WrongState(command.name(), "not blocked", "be unblocked", "block");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  v1::SupplierUnblocked event;
  event.set_supplier(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldSupplierRegistered(es::Entities& entities, const v1::SupplierRegistered& event,
                            const es::EventContext& context) {
  v1::Supplier supplier;
  supplier.set_name(event.supplier());
  supplier.set_display_name(event.display_name());
  supplier.set_country_code(event.country_code());
  supplier.set_tax_number(event.tax_number());
  supplier.set_organisation(event.organisation());
  *supplier.mutable_categories() = event.categories();
  Stamp(supplier, context);
  entities.Put(event.supplier(), supplier);
  const std::string row = TaxNumberRow(context.operation, event.country_code(), event.tax_number());
  if (row.empty()) return;
  v1::TakenTaxNumber taken;
  taken.set_supplier(event.supplier());
  entities.Put(row, taken);
}

void FoldScreened(es::Entities& entities, const v1::SupplierScreened& event,
                  const es::EventContext& context) {
  entities.Edit<v1::Supplier>(event.supplier(), [&](v1::Supplier& supplier) {
    *supplier.mutable_screening() = event.screening();
    Stamp(supplier, context);
  });
}

void FoldBlocked(es::Entities& entities, const v1::SupplierBlocked& event,
                 const es::EventContext& context) {
  entities.Edit<v1::Supplier>(event.supplier(), [&](v1::Supplier& supplier) {
    supplier.mutable_block()->set_reason(event.reason());
    supplier.mutable_block()->set_blocker(event.blocker());
    *supplier.mutable_block()->mutable_block_time() = ToProto(context.effective_at);
    Stamp(supplier, context);
  });
}

void FoldUnblocked(es::Entities& entities, const v1::SupplierUnblocked& event,
                   const es::EventContext& context) {
  entities.Edit<v1::Supplier>(event.supplier(), [&](v1::Supplier& supplier) {
    supplier.clear_block();
    Stamp(supplier, context);
  });
}

bool IsOnAList(const v1::Supplier& supplier) {
  return supplier.screening().result() == v1::SCREENING_RESULT_MATCH;
}

}  // namespace

bool IsBlocked(const v1::Supplier& supplier) { return supplier.has_block() || IsOnAList(supplier); }

bool SellsOf(const v1::Supplier& supplier, std::string_view category) {
  if (category.empty()) return true;
  return std::any_of(supplier.categories().begin(), supplier.categories().end(),
                     [&](const std::string& code) {
                       return std::string_view(code).substr(0, category.size()) == category;
                     });
}

MaybeRejected CheckMayDealWith(const v1::Supplier& supplier, std::string_view wish) {
  if (!IsBlocked(supplier)) return std::nullopt;
  const std::string why =
      supplier.has_block()
          ? fmt::format("it is blocked: {}", supplier.block().reason())
          : fmt::format("the search of {} found it on a sanctions list",
                        base::FormatDate(FromProto(supplier.screening().screening_date())));
  return es::Rejected(kSupplierBlocked)
      .Saying(fmt::format("{} cannot {}: {}", supplier.name(), wish, why))
      .With("supplier", supplier.name())
      .With("why", why);
}

MaybeRejected CheckMayOrderFrom(const v1::Supplier& supplier, const Policy& policy,
                                absl::CivilDay day) {
  if (auto no = CheckMayDealWith(supplier, "be ordered from")) return no;
  if (policy.max_screening_age_days == 0) return std::nullopt;
  const absl::CivilDay earliest = day - policy.max_screening_age_days;
  if (supplier.has_screening() && FromProto(supplier.screening().screening_date()) >= earliest) {
    return std::nullopt;
  }
  const std::string last = supplier.has_screening()
                               ? base::FormatDate(FromProto(supplier.screening().screening_date()))
                               : "never";
  return es::Rejected(kSupplierNotScreened)
      .Saying(fmt::format("{} was last searched for on sanctions lists: {}; policy asks for {} or "
                          "later",
                          supplier.name(), last, base::FormatDate(earliest)))
      .With("supplier", supplier.name())
      .With("last_screening", last)
      .With("earliest", base::FormatDate(earliest));
}

void AddSuppliers(es::Decider& decider) {
  decider.On<v1::RegisterSupplierRequest>(&DecideRegisterSupplier);
  decider.On<v1::ScreenSupplierRequest>(&DecideScreen);
  decider.On<v1::BlockSupplierRequest>(&DecideBlock);
  decider.On<v1::UnblockSupplierRequest>(&DecideUnblock);
  decider.Fold<v1::SupplierRegistered>(&FoldSupplierRegistered);
  decider.Fold<v1::SupplierScreened>(&FoldScreened);
  decider.Fold<v1::SupplierBlocked>(&FoldBlocked);
  decider.Fold<v1::SupplierUnblocked>(&FoldUnblocked);
}

}  // namespace prihvat::procurement
