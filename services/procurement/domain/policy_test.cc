#include "services/procurement/domain/policy.h"

#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

base::Money Of(std::string_view amount, std::string_view currency) {
  return *base::Money::Parse(amount, currency);
}

// Without any adopted version.
Policy BuiltIn() {
  const es::MapRows rows;
  return PolicyOn(es::View(rows), kOperation, absl::CivilDay(2023, 7, 13));
}

TEST(Policy, FourPeopleAbove5000Euros) {
  const Policy policy = BuiltIn();
  EXPECT_TRUE(policy.TwoPeopleSuffice(Of("5000.00", "EUR")));
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("5000.01", "EUR")));
  EXPECT_TRUE(policy.TwoPeopleSuffice(Of("9779.15", "BAM")));
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("9779.16", "BAM")));
}

TEST(Policy, TwoApproversAbove250000Euros) {
  const Policy policy = BuiltIn();
  EXPECT_EQ(policy.ApproversFor(Of("250000.00", "EUR")), 1);
  EXPECT_EQ(policy.ApproversFor(Of("250000.01", "EUR")), 2);
  EXPECT_EQ(policy.ApproversFor(Of("488957.50", "BAM")), 1);
  EXPECT_EQ(policy.ApproversFor(Of("725000.00", "BAM")), 2);
}

TEST(Policy, ACurrencyWithoutAFixedRateIsTakenForTheLargest) {
  const Policy policy = BuiltIn();
  EXPECT_EQ(policy.ApproversFor(Of("1.00", "USD")), 2);
  EXPECT_FALSE(policy.TwoPeopleSuffice(Of("1.00", "USD")));
}

TEST(Policy, BuiltInNoOrderNeedsAnAward) {
  EXPECT_FALSE(BuiltIn().NeedsAward(Of("9000000.00", "EUR")));
}

v1::AdoptProcurementPolicyRequest Adopt(absl::CivilDay from) {
  v1::AdoptProcurementPolicyRequest command;
  command.set_parent(kOperation);
  v1::ProcurementPolicy& policy = *command.mutable_procurement_policy();
  policy = BuiltInPolicy();
  *policy.mutable_valid_from() = ToProto(from);
  policy.mutable_max_tolerance_percent()->set_value("2");
  policy.set_reason("Instruction 12 of the chief of mission");
  return command;
}

TEST(AdoptPolicy, EachCommandIsJudgedByThePolicyOfItsDay) {
  ProcurementSpec spec;  // 13 July 2023
  spec.When(Adopt(absl::CivilDay(2023, 7, 20))).ThenAccepted();
  spec.Draft({Goods("1", "1.00", "5")}, "before").ThenAccepted();
  spec.At(absl::CivilSecond(2023, 7, 20, 9, 0, 0));
  spec.Draft({Goods("1", "1.00", "5")}, "after")
      .ThenRejected("TOLERANCE_TOO_HIGH", {{"max_tolerance_percent", "2"}});
  // What took effect before is judged by what held then, also when it is entered later.
  spec.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 19, 9, 0, 0), spec.zone()));
  spec.Draft({Goods("1", "1.00", "5")}, "entered-late").ThenAccepted();
}

TEST(AdoptPolicy, TheLatestThatBeganHolds) {
  ProcurementSpec spec;
  auto later = Adopt(absl::CivilDay(2023, 9, 1));
  later.mutable_procurement_policy()->mutable_max_tolerance_percent()->set_value("1");
  spec.When(later).When(Adopt(absl::CivilDay(2023, 8, 1))).ThenAccepted();
  const es::View view(spec.rows());
  const auto tolerance = [&](absl::CivilDay day) {
    return PolicyOn(view, kOperation, day).max_tolerance_percent.ToString();
  };
  EXPECT_EQ(tolerance(absl::CivilDay(1990, 1, 1)), "10");
  EXPECT_EQ(tolerance(absl::CivilDay(2023, 7, 31)), "10");
  EXPECT_EQ(tolerance(absl::CivilDay(2023, 8, 1)), "2");
  EXPECT_EQ(tolerance(absl::CivilDay(2023, 8, 31)), "2");
  EXPECT_EQ(tolerance(absl::CivilDay(2030, 1, 1)), "1");
}

TEST(AdoptPolicy, DoesNotReachBack) {
  ProcurementSpec spec;
  spec.When(Adopt(absl::CivilDay(2023, 7, 12)))
      .ThenRejected("POLICY_REACHES_BACK",
                    {{"valid_from", "2023-07-12"}, {"adopted", "2023-07-13"}});
  spec.When(Adopt(absl::CivilDay(2023, 7, 13))).ThenAccepted();
  spec.When(Adopt(absl::CivilDay(2023, 7, 13))).ThenRejected("ALREADY_EXISTS");
  // An approved import tells what was adopted long ago.
  spec.AsImport("old papers").When(Adopt(absl::CivilDay(2020, 1, 1))).ThenAccepted();
}

TEST(AdoptPolicy, INV34_HowFarBackIsJudgedByThePolicyOfTheEventsDay) {
  ProcurementSpec spec;  // 13 July 2023
  auto strict = Adopt(absl::CivilDay(2023, 8, 1));
  strict.mutable_procurement_policy()->set_backdating_days(5);
  auto silent = Adopt(absl::CivilDay(2023, 9, 1));
  silent.mutable_procurement_policy()->clear_backdating_days();
  spec.When(strict).When(silent).ThenAccepted();
  const auto enter = [&](absl::CivilDay day, absl::CivilDay of, std::string_view id) -> auto& {
    spec.At(absl::CivilSecond(day) + 12 * 3600);
    spec.Effective(absl::FromCivil(absl::CivilSecond(of) + 9 * 3600, spec.zone()));
    return spec.Draft({Goods("1", "1.00")}, id);
  };
  // Built in, 30 days: of July also when the stricter one holds already.
  enter(absl::CivilDay(2023, 8, 10), absl::CivilDay(2023, 7, 11), "july").ThenAccepted();
  enter(absl::CivilDay(2023, 8, 10), absl::CivilDay(2023, 7, 10), "too-old")
      .ThenRejected("BACKDATED_TOO_FAR", {{"days_back", "31"}, {"limit_days", "30"}});
  enter(absl::CivilDay(2023, 8, 10), absl::CivilDay(2023, 8, 5), "august").ThenAccepted();
  enter(absl::CivilDay(2023, 8, 10), absl::CivilDay(2023, 8, 4), "too-late")
      .ThenRejected("BACKDATED_TOO_FAR", {{"days_back", "6"}, {"limit_days", "5"}});
  // A version that does not say is as before.
  enter(absl::CivilDay(2023, 10, 1), absl::CivilDay(2023, 9, 1), "september").ThenAccepted();
}

TEST(AdoptPolicy, TaxesOfAnOrderAreComparedWithTheRatesOfItsDay) {
  ProcurementSpec spec;  // 13 July 2023
  const auto tax = [](std::string_view amount) { return Line(v1::LINE_KIND_TAX, "1", amount); };
  spec.Draft({Goods("3", "33.33"), tax("50.00")}, "before").ThenAccepted();
  auto adopt = Adopt(absl::CivilDay(2023, 8, 1));
  v1::TaxRate& vat = *adopt.mutable_procurement_policy()->add_tax_rates();
  vat.set_tax("VAT");
  *vat.mutable_percent() = Number("17");
  spec.When(adopt).ThenAccepted();
  spec.At(absl::CivilSecond(2023, 8, 1, 9, 0, 0));
  spec.Draft({Goods("3", "33.33"), tax("17.01")}, "wrong")  // 17 % of 99.99 are 16.9983
      .ThenRejected("TAX_TOO_HIGH", {{"taxes", "17.01 BAM"},
                                     {"taxed", "99.99 BAM"},
                                     {"percent", "17"},
                                     {"limit", "17.00 BAM"}});
  spec.Draft({Goods("3", "33.33"), tax("17.00")}, "po").ThenAccepted();
  spec.Approve().ThenAccepted();
  v1::AmendPurchaseOrderRequest amend;
  amend.set_name(kOrder);
  amend.set_reason("fewer");
  amend.add_changes()->set_line_number(1);
  *amend.mutable_changes(0)->mutable_quantity() = Number("2");
  spec.As(kRequester).When(amend).ThenRejected("TAX_TOO_HIGH", {{"limit", "11.33 BAM"}});
  // Rounded line by line it may be a cent more than rounded once.
  spec.Draft({Goods("1", "0.03"), Goods("1", "0.03"), tax("0.02")}, "cents").ThenAccepted();
  // An order of before is judged by what held then.
  spec.Effective(absl::FromCivil(absl::CivilSecond(2023, 7, 31, 9, 0, 0), spec.zone()));
  spec.Draft({Goods("3", "33.33"), tax("50.00")}, "entered-late").ThenAccepted();
}

TEST(AdoptPolicy, AnOrderFromBeforeItsRatesOfTaxesMayBeReducedAsItStands) {
  ProcurementSpec spec;  // 13 July 2023
  const auto tax = [](std::string_view amount) { return Line(v1::LINE_KIND_TAX, "1", amount); };
  spec.Draft({Goods("3", "33.33"), tax("50.00")}).ThenAccepted();
  spec.Approve().ThenAccepted();
  auto adopt = Adopt(absl::CivilDay(2023, 8, 1));
  v1::TaxRate& vat = *adopt.mutable_procurement_policy()->add_tax_rates();
  vat.set_tax("VAT");
  *vat.mutable_percent() = Number("17");
  spec.When(adopt).ThenAccepted();
  spec.At(absl::CivilSecond(2023, 8, 1, 9, 0, 0));
  const auto amending = [](int line, std::string_view quantity, std::string_view price = "") {
    v1::AmendPurchaseOrderRequest amend;
    amend.set_name(kOrder);
    amend.set_reason("needs changed");
    v1::OrderLineChange& change = *amend.add_changes();
    change.set_line_number(line);
    *change.mutable_quantity() = Number(quantity);
    if (!price.empty()) *change.mutable_unit_price() = Km(price);
    return amend;
  };
  spec.As(kRequester).When(amending(1, "2")).ThenAccepted();
  spec.When(amending(2, "1", "49.00")).ThenAccepted();  // less, and still above the rates
  // More taxes, or another one, are judged.
  spec.When(amending(2, "1", "49.01")).ThenRejected("TAX_TOO_HIGH", {{"taxes", "49.01 BAM"}});
  auto adding = amending(2, "1", "1.00");
  *adding.add_added_lines() = tax("48.00");
  spec.When(adding).ThenRejected("TAX_TOO_HIGH", {{"taxes", "49.00 BAM"}});
  // Once it is within the rates it stays there.
  spec.When(amending(2, "1", "11.00")).ThenAccepted();
  spec.When(amending(1, "1")).ThenRejected("TAX_TOO_HIGH", {{"limit", "5.67 BAM"}});
}

TEST(AdoptPolicy, NamesTheFieldThatIsWrong) {
  ProcurementSpec spec;
  const auto refused = [&](const char* field, auto edit) {
    auto command = Adopt(absl::CivilDay(2023, 8, 1));
    edit(*command.mutable_procurement_policy());
    spec.When(command).ThenRejectedField(std::string("procurement_policy.") + field);
  };
  using P = v1::ProcurementPolicy;
  refused("valid_from", [](P& policy) { policy.clear_valid_from(); });
  refused("min_openers", [](P& policy) { policy.set_min_openers(1); });
  refused("standstill_days", [](P& policy) { policy.set_standstill_days(-1); });
  refused("max_advance_percent",
          [](P& policy) { policy.mutable_max_advance_percent()->set_value("100.001"); });
  refused("reason", [](P& policy) { policy.clear_reason(); });
  refused("backdating_days", [](P& policy) { policy.set_backdating_days(-1); });
  refused("max_waived_tolerance_percent",
          [](P& policy) { policy.mutable_max_waived_tolerance_percent()->set_value("-1"); });
  refused("tax_rates[0].tax", [](P& policy) { policy.add_tax_rates(); });
  refused("tax_rates[0].percent", [](P& policy) { policy.add_tax_rates()->set_tax("VAT"); });
  refused("tax_rates[1].tax", [](P& policy) {
    policy.add_tax_rates()->set_tax("VAT");
    policy.mutable_tax_rates(0)->mutable_percent()->set_value("17");
    policy.add_tax_rates()->set_tax("VAT");
  });
  refused("micro_purchase_up_to",
          [](P& policy) { policy.mutable_micro_purchase_up_to()->set_currency_code("BAM"); });
  refused("approvers_above", [](P& policy) { policy.set_approvers_above(0); });
  refused("approval_bands[1].up_to", [](P& policy) {
    *policy.add_approval_bands() = v1::ApprovalBand(policy.approval_bands(0));
  });
  refused("approval_bands[0].approvers",
          [](P& policy) { policy.mutable_approval_bands(0)->set_approvers(0); });
}

}  // namespace
}  // namespace prihvat::procurement
