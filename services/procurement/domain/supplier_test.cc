#include "prihvat/procurement/v1/organisations.pb.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/payables_spec.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

v1::RegisterSupplierRequest Registered(const std::string& id, const std::string& tax_number) {
  v1::RegisterSupplierRequest command;
  command.set_parent(kOperation);
  command.set_supplier_id(id);
  command.mutable_supplier()->set_display_name("Alfa d.o.o.");
  command.mutable_supplier()->set_country_code("BA");
  command.mutable_supplier()->set_tax_number(tax_number);
  return command;
}

v1::ScreenSupplierRequest Screened(v1::ScreeningResult result, absl::CivilDay day) {
  v1::ScreenSupplierRequest command;
  command.set_name(kSupplier);
  command.mutable_screening()->set_result(result);
  *command.mutable_screening()->mutable_screening_date() = ToProto(day);
  command.mutable_screening()->set_lists("EU consolidated list, UN list");
  return command;
}

template <class Command>
Command WithReason(const char* reason = "False documents") {
  Command command;
  command.set_name(kSupplier);
  command.set_reason(reason);
  return command;
}

TEST(Suppliers, OneOfACountryAndTaxNumberIsThereOnce) {
  ProcurementSpec spec;
  spec.When(Registered("alfa", "BA 4200-123 456 0007")).ThenAccepted();
  spec.When(Registered("alfa-again", "ba42001234560007"))
      .ThenRejected("DUPLICATE_SUPPLIER", {{"supplier", "operations/ba/suppliers/alfa"}});
  auto abroad = Registered("alfa-hr", "BA42001234560007");
  abroad.mutable_supplier()->set_country_code("HR");
  spec.When(abroad).ThenAccepted();
  // Many have none.
  spec.When(Registered("one", "")).ThenAccepted();
  spec.When(Registered("two", "")).ThenAccepted();
}

TEST(Suppliers, CategoriesAreCodesOfUnspsc) {
  ProcurementSpec spec;
  auto command = Registered("alfa", "");
  command.mutable_supplier()->add_categories("4618");
  command.mutable_supplier()->add_categories("46181604");
  spec.When(command).ThenAccepted();
  command.set_supplier_id("beta");
  for (const char* wrong : {"461", "boots", "4618160400", ""}) {
    command.mutable_supplier()->set_categories(1, wrong);
    spec.When(command).ThenRejectedField("supplier.categories[1]");
  }
}

TEST(Suppliers, NothingIsOrderedFromOneThatIsBlockedNorPaidToIt) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "10.00")}).ThenAccepted();
  spec.As(kApprover).When(WithReason<v1::BlockSupplierRequest>()).ThenAccepted();
  EXPECT_EQ(spec.Entity<v1::Supplier>(kSupplier).block().reason(), "False documents");
  spec.When(WithReason<v1::BlockSupplierRequest>()).ThenRejected("WRONG_STATE");
  spec.Approve().ThenRejected("SUPPLIER_BLOCKED", {{"supplier", kSupplier}});
  spec.Draft({Goods("10", "10.00")}, "other").ThenRejected("SUPPLIER_BLOCKED");
  spec.As(kApprover).When(WithReason<v1::UnblockSupplierRequest>("They were right")).ThenAccepted();
  EXPECT_FALSE(spec.Entity<v1::Supplier>(kSupplier).has_block());
  spec.When(WithReason<v1::UnblockSupplierRequest>()).ThenRejected("WRONG_STATE");
  spec.Approve().ThenAccepted();
  spec.As(kApprover).When(WithReason<v1::BlockSupplierRequest>()).ThenAccepted();
  v1::IssuePurchaseOrderRequest issue;
  issue.set_name(kOrder);
  spec.As(kRequester).When(issue).ThenRejected("SUPPLIER_BLOCKED");
}

// What came is told all the same: only promises are refused.
TEST(Suppliers, WhatABlockedOneDeliversIsCounted) {
  ProcurementSpec spec;
  spec.Ordered({Goods("10", "10.00")});
  spec.As(kApprover).When(WithReason<v1::BlockSupplierRequest>()).ThenAccepted();
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
}

TEST(Suppliers, OneThatIsOnASanctionsListIsBlockedUntilALaterSearchIsClear) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "10.00")}).ThenAccepted();
  const absl::CivilDay today(2023, 7, 13);
  spec.As(kPayer).When(Screened(v1::SCREENING_RESULT_MATCH, today - 2)).ThenAccepted();
  spec.Approve().ThenRejected("SUPPLIER_BLOCKED");
  spec.As(kPayer)
      .When(Screened(v1::SCREENING_RESULT_CLEAR, today - 3))
      .ThenRejectedField("screening.screening_date");
  spec.When(Screened(v1::SCREENING_RESULT_CLEAR, today + 1))
      .ThenRejectedField("screening.screening_date");
  spec.When(Screened(v1::SCREENING_RESULT_UNSPECIFIED, today))
      .ThenRejectedField("screening.result");
  spec.When(Screened(v1::SCREENING_RESULT_CLEAR, today)).ThenAccepted();
  EXPECT_EQ(spec.Entity<v1::Supplier>(kSupplier).screening().screener(), kPayer);
  spec.Approve().ThenAccepted();
}

TEST(Suppliers, ABlockedOneIsNotInvitedBidsNotAndIsAwardedNothing) {
  SourcingSpec spec;
  spec.Evaluated();
  spec.Recommend({"alfa", "beta"}, "alfa can deliver one lot only").ThenAccepted();
  spec.Do<v1::ApproveAwardRequest>(kApprover).ThenAccepted();
  spec.Do<v1::StartStandstillRequest>(kRequester).ThenAccepted();
  v1::BlockSupplierRequest block;
  block.set_name(SourcingSpec::SupplierName("beta"));
  block.set_reason("False documents");
  spec.As(kApprover).When(block).ThenAccepted();
  spec.At(absl::CivilSecond(2023, 9, 13, 12, 0, 0));
  spec.Do<v1::AwardSourcingRequest>(kRequester)
      .ThenRejected("SUPPLIER_BLOCKED", {{"supplier", SourcingSpec::SupplierName("beta")}});
  SourcingSpec other;
  other.Plan().ThenAccepted();
  other.As(kApprover).When(block).ThenAccepted();
  v1::InviteSuppliersRequest invite;
  invite.set_name(kProcess);
  invite.add_suppliers(block.name());
  other.As(kRequester).When(invite).ThenRejected("SUPPLIER_BLOCKED");
  other.Do<v1::PublishSourcingProcessRequest>().ThenAccepted();
  other.Bid("beta", other.Sealed("1.00", "")).ThenRejected("SUPPLIER_BLOCKED");
}

v1::AdoptProcurementPolicyRequest Adopted(int screening_days, bool vat_exemption) {
  v1::AdoptProcurementPolicyRequest command;
  command.set_parent(kOperation);
  v1::ProcurementPolicy& policy = *command.mutable_procurement_policy();
  policy = BuiltInPolicy();
  *policy.mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 13));
  policy.set_reason("Instruction 7");
  policy.set_max_screening_age_days(screening_days);
  policy.set_vat_exemption_required(vat_exemption);
  return command;
}

TEST(Suppliers, PolicyAsksForASearchThatIsRecent) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "10.00")}).ThenAccepted();
  spec.When(Adopted(30, false)).ThenAccepted();
  spec.Approve().ThenRejected("SUPPLIER_NOT_SCREENED",
                              {{"last_screening", "never"}, {"earliest", "2023-06-13"}});
  spec.As(kPayer)
      .When(Screened(v1::SCREENING_RESULT_CLEAR, absl::CivilDay(2023, 6, 12)))
      .ThenAccepted();
  spec.Approve().ThenRejected("SUPPLIER_NOT_SCREENED");
  spec.As(kPayer)
      .When(Screened(v1::SCREENING_RESULT_CLEAR, absl::CivilDay(2023, 6, 13)))
      .ThenAccepted();
  spec.Approve().ThenAccepted();
}

TEST(VatExemptions, PolicyAsksForOneBeforeAnOrderIsIssued) {
  ProcurementSpec spec;
  spec.Draft({Goods("10", "10.00")}).ThenAccepted();
  spec.When(Adopted(0, true)).ThenAccepted();
  v1::RecordVatExemptionRequest record;
  record.set_name(kOrder);
  record.mutable_vat_exemption()->set_reference("03-1/23");
  record.mutable_vat_exemption()->set_authority("Indirect Taxation Authority");
  *record.mutable_vat_exemption()->mutable_decision_date() = ToProto(absl::CivilDay(2023, 7, 12));
  spec.As(kPayer).When(record).ThenRejected("WRONG_STATE");  // a draft
  spec.Approve().ThenAccepted();
  v1::IssuePurchaseOrderRequest issue;
  issue.set_name(kOrder);
  spec.As(kRequester).When(issue).ThenRejected("VAT_EXEMPTION_MISSING");
  *record.mutable_vat_exemption()->mutable_decision_date() = ToProto(absl::CivilDay(2023, 7, 14));
  spec.As(kPayer).When(record).ThenRejectedField("vat_exemption.decision_date");
  *record.mutable_vat_exemption()->mutable_decision_date() = ToProto(absl::CivilDay(2023, 7, 12));
  spec.When(record).ThenAccepted();
  EXPECT_EQ(spec.Order().vat_exemption().recorder(), kPayer);
  spec.As(kRequester).When(issue).ThenAccepted();
}

TEST(Organisations, AreNamedAndNamedAnew) {
  ProcurementSpec spec;
  v1::NameOrganisationRequest name;
  name.set_parent(kOperation);
  name.mutable_organisation()->set_organisation("organisations/dcpb");
  spec.When(name).ThenRejectedField("organisation.display_name");
  name.mutable_organisation()->set_display_name("Directorate for Coordination of Police Bodies");
  spec.When(name).ThenAccepted();
  constexpr char kDcpb[] = "operations/ba/organisations/dcpb";
  EXPECT_EQ(spec.decision().resource(), kDcpb);
  spec.When(name).ThenNothing();
  name.mutable_organisation()->set_display_name_bs("Direkcija za koordinaciju policijskih tijela");
  name.set_etag("stale");
  spec.When(name).ThenRejected("STALE_ETAG");
  name.clear_etag();
  spec.When(name).ThenAccepted();
  EXPECT_EQ(spec.Entity<v1::Organisation>(kDcpb).display_name_bs(),
            "Direkcija za koordinaciju policijskih tijela");
  name.mutable_organisation()->set_organisation("dcpb");
  spec.When(name).ThenRejectedField("organisation.organisation");
}

}  // namespace
}  // namespace prihvat::procurement
