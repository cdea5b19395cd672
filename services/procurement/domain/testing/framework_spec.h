// The stage of SourcingSpec after its award, with a framework agreement within it and short ways to
// its moves and call-offs. Header-only, for tests.
#pragma once

#include <string>
#include <string_view>

#include "prihvat/procurement/v1/frameworks.pb.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {

inline constexpr char kAgreement[] = "operations/ba/frameworkAgreements/fa";

class FrameworkSpec : public SourcingSpec {
 public:
  // On 31 July 2023, when 170,000 KM were awarded to alfa.
  FrameworkSpec() { Awarded(); }

  static std::string AgreementName(std::string_view id = "fa") {
    return std::string(kOperation) + "/frameworkAgreements/" + std::string(id);
  }
  // For a year: boots at 1,000.00 KM, repairs at 50.00 KM.
  static v1::CreateFrameworkAgreementRequest AgreementOf(std::string_view ceiling = "100000.00",
                                                         std::string_view id = "fa") {
    v1::CreateFrameworkAgreementRequest command;
    command.set_parent(kOperation);
    command.set_framework_agreement_id(std::string(id));
    v1::FrameworkAgreement& agreement = *command.mutable_framework_agreement();
    agreement.set_display_name("Clothing and footwear");
    agreement.set_supplier(SupplierName("alfa"));
    agreement.set_sourcing_process(kProcess);
    *agreement.mutable_start_date() = ToProto(absl::CivilDay(2023, 7, 31));
    *agreement.mutable_end_date() = ToProto(absl::CivilDay(2024, 7, 30));
    *agreement.mutable_ceiling() = Km(ceiling);
    v1::FrameworkLine& boots = *agreement.add_lines();
    boots.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
    boots.set_description("boots");
    boots.set_description_bs("čizme");
    boots.set_unit("pair");
    *boots.mutable_unit_price() = Km("1000.00");
    boots.set_warranty_months(12);
    v1::FrameworkLine& repairs = *agreement.add_lines();
    repairs.set_kind(v1::LINE_KIND_SERVICE);
    repairs.set_description("repairs");
    repairs.set_unit("hour");
    *repairs.mutable_unit_price() = Km("50.00");
    return command;
  }
  FrameworkSpec& Agree(std::string_view ceiling = "100000.00", std::string_view id = "fa") {
    As(kRequester).When(AgreementOf(ceiling, id));
    return *this;
  }
  template <class Command>
  FrameworkSpec& MoveAgreement(std::string_view person = kRequester, std::string_view id = "fa") {
    Command command;
    command.set_name(AgreementName(id));
    if constexpr (requires { command.set_reason(""); }) command.set_reason("as agreed");
    As(std::string(person)).When(command);
    return *this;
  }
  FrameworkSpec& ApproveAgreement(std::string_view person = kApprover, std::string_view id = "fa") {
    return MoveAgreement<v1::ApproveFrameworkAgreementRequest>(person, id);
  }
  // Effective, for up to `ceiling`.
  FrameworkSpec& Agreed(std::string_view ceiling = "100000.00", std::string_view id = "fa") {
    Agree(ceiling, id).ThenAccepted();
    ApproveAgreement(kApprover, id).ThenAccepted();
    return *this;
  }

  // A call-off of so many pairs of boots; what is left unset the agreement says.
  static v1::CreatePurchaseOrderRequest CallOffOf(std::string_view quantity,
                                                  std::string_view id = "po") {
    v1::OrderLine line;
    line.set_framework_line(1);
    *line.mutable_quantity() = Number(quantity);
    v1::CreatePurchaseOrderRequest command = DraftOf({line}, id);
    command.mutable_purchase_order()->set_supplier(SupplierName("alfa"));
    command.mutable_purchase_order()->set_framework_agreement(kAgreement);
    return command;
  }
  FrameworkSpec& CallOff(std::string_view quantity, std::string_view id = "po") {
    As(kRequester).When(CallOffOf(quantity, id));
    return *this;
  }
  // Drafted and approved.
  FrameworkSpec& CalledOff(std::string_view quantity, std::string_view id = "po") {
    CallOff(quantity, id).ThenAccepted();
    Approve(kApprover, id).ThenAccepted();
    return *this;
  }

  v1::FrameworkAgreement Agreement(std::string_view id = "fa") const {
    return Entity<v1::FrameworkAgreement>(AgreementName(id));
  }
  // "called off/available".
  std::string Drawn(std::string_view id = "fa") const {
    return FromProto(Agreement(id).called_off()).AmountText() + "/" +
           FromProto(Agreement(id).available()).AmountText();
  }
};

}  // namespace prihvat::procurement
