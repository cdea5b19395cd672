// Suppliers.
#include <algorithm>

#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

bool IsCountryCode(std::string_view code) {
  return code.size() == 2 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
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
  const auto name = NewName(view, context, command.parent(), "suppliers", "supplier_id",
                            command.supplier_id(), "");
  if (!name.ok()) return name.rejection();

  v1::SupplierRegistered event;
  event.set_supplier(*name);
  event.set_display_name(supplier.display_name());
  event.set_country_code(supplier.country_code());
  event.set_tax_number(supplier.tax_number());
  event.set_organisation(supplier.organisation());
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldSupplierRegistered(es::Entities& entities, const v1::SupplierRegistered& event,
                            const es::EventContext& context) {
  v1::Supplier supplier;
  supplier.set_name(event.supplier());
  supplier.set_display_name(event.display_name());
  supplier.set_country_code(event.country_code());
  supplier.set_tax_number(event.tax_number());
  supplier.set_organisation(event.organisation());
  Stamp(supplier, context);
  entities.Put(event.supplier(), supplier);
}

}  // namespace

void AddSuppliers(es::Decider& decider) {
  decider.On<v1::RegisterSupplierRequest>(&DecideRegisterSupplier);
  decider.Fold<v1::SupplierRegistered>(&FoldSupplierRegistered);
}

}  // namespace prihvat::procurement
