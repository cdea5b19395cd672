// Operations, projects, budget lines and suppliers.
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

using testkit::DeciderSpec;

v1::CreateOperationRequest Operation() {
  v1::CreateOperationRequest command;
  command.set_name(kOperation);
  command.set_display_name("Bosnia and Herzegovina");
  command.set_time_zone("Europe/Sarajevo");
  return command;
}

TEST(CreateOperation, TellsTheOtherServices) {
  v1::OperationCreated created;
  created.set_operation(kOperation);
  created.set_display_name("Bosnia and Herzegovina");
  created.set_time_zone("Europe/Sarajevo");
  DeciderSpec spec(ProcurementDecider());
  spec.When(Operation()).Then(created);
  const auto operation = spec.Entity<v1::Operation>(kOperation);
  EXPECT_EQ(operation.time_zone(), "Europe/Sarajevo");
  EXPECT_TRUE(operation.has_create_time());
}

TEST(CreateOperation, OnlyOnce) {
  DeciderSpec spec(ProcurementDecider());
  spec.When(Operation()).When(Operation()).ThenRejected("ALREADY_EXISTS", {{"name", kOperation}});
}

TEST(CreateOperation, RefusesAZoneThatThereIsNot) {
  auto command = Operation();
  command.set_time_zone("Europe/Atlantis");
  DeciderSpec(ProcurementDecider()).When(command).ThenRejectedField("time_zone");
}

TEST(CreateProject, NeedsAnOperationThatIsKnown) {
  v1::CreateProjectRequest command;
  command.set_parent(kOperation);
  DeciderSpec(ProcurementDecider())
      .When(command)
      .ThenRejected("OPERATION_UNKNOWN", {{"operation", kOperation}});
}

TEST(CreateProject, RefusesAnotherOperationThanTheCommands) {
  v1::CreateProjectRequest command;
  command.set_parent("operations/rs");
  ProcurementSpec().When(command).ThenRejectedField("parent");
}

TEST(CreateProject, SaysTheFieldOnceAndTheRule) {
  v1::CreateProjectRequest command;
  command.set_parent("operations/ba/projects/x");
  ProcurementSpec spec;
  spec.When(command).ThenRejectedField("parent");
  EXPECT_EQ(spec.decision().rejection().message(),
            "parent: \"operations/ba/projects/x\" does not have the form operations/*");
}

TEST(CreateProject, NamesTheFieldThatIsWrong) {
  v1::CreateProjectRequest command;
  command.set_parent(kOperation);
  command.set_project_id("second");
  v1::Project& project = *command.mutable_project();
  ProcurementSpec spec;
  spec.When(command).ThenRejectedField("project.display_name");
  project.set_display_name("Second\x01");
  spec.When(command).ThenRejectedField("project.display_name");
  project.set_display_name("Second");
  project.set_donor("eu");
  spec.When(command).ThenRejectedField("project.donor");
  project.set_donor("organisations/eu");
  project.set_currency("KM");
  spec.When(command).ThenRejectedField("project.currency");
  project.set_currency("EUR");
  command.set_project_id("no spaces");
  spec.When(command).ThenRejectedField("project_id");
  command.set_project_id("second");
  spec.When(command).ThenAccepted();
  spec.When(command).ThenRejected("ALREADY_EXISTS");
}

TEST(CreateProject, MakesAnIdWhereNoneIsGiven) {
  v1::CreateProjectRequest command;
  command.set_parent(kOperation);
  command.mutable_project()->set_display_name("Second");
  command.mutable_project()->set_donor("organisations/eu");
  command.mutable_project()->set_currency("EUR");
  ProcurementSpec spec;
  spec.When(command).ThenAccepted();
  const std::string first = spec.decision().resource();
  spec.When(command).ThenAccepted();
  EXPECT_NE(spec.decision().resource(), first);
  EXPECT_EQ(spec.Entity<v1::Project>(first).display_name(), "Second");
}

TEST(CreateBudgetLine, BeginsWithNothingUsed) {
  ProcurementSpec spec("725000.00");
  EXPECT_EQ(spec.Position(), "0.00/0.00/0.00");
  EXPECT_EQ(Text(spec.Budget().available()), "725000.00 BAM");
}

TEST(CreateBudgetLine, RefusesNoMoneyAndPartsOfAFening) {
  v1::CreateBudgetLineRequest command;
  command.set_parent(kProject);
  command.mutable_budget_line()->set_display_name("Nothing");
  ProcurementSpec spec;
  *command.mutable_budget_line()->mutable_amount() = Km("0.00");
  spec.When(command).ThenRejectedField("budget_line.amount");
  *command.mutable_budget_line()->mutable_amount() = Km("-1.00");
  spec.When(command).ThenRejectedField("budget_line.amount");
  command.mutable_budget_line()->mutable_amount()->set_units(1);
  command.mutable_budget_line()->mutable_amount()->set_nanos(1);
  spec.When(command).ThenRejectedField("budget_line.amount");
}

// The most that an amount of money can be.
constexpr char kMost[] = "9999999999999999.99";

TEST(CreateBudgetLine, TheLinesOfAProjectHaveASum) {
  ProcurementSpec spec("1.00");
  v1::CreateBudgetLineRequest command;
  command.set_parent(kProject);
  command.mutable_budget_line()->set_display_name("All there is");
  *command.mutable_budget_line()->mutable_amount() = Km(kMost);
  spec.When(command).ThenRejectedField("budget_line.amount");
  EXPECT_THAT(spec.decision().rejection().message(),
              ::testing::AllOf(::testing::HasSubstr("9,999,999,999,999,999.99 BAM"),
                               ::testing::HasSubstr("hold 1.00 BAM")));
  // What is left of it fits, and another currency has a sum of its own.
  *command.mutable_budget_line()->mutable_amount() = Km("9999999999999998.99");
  spec.When(command).ThenAccepted();
  *command.mutable_budget_line()->mutable_amount() = Km("0.01");
  spec.When(command).ThenRejectedField("budget_line.amount");
  *command.mutable_budget_line()->mutable_amount() = ToProto(*base::Money::Parse(kMost, "EUR"));
  spec.When(command).ThenAccepted();
}

TEST(CreateBudgetLine, NeedsItsProject) {
  v1::CreateBudgetLineRequest command;
  command.set_parent("operations/ba/projects/none");
  ProcurementSpec().When(command).ThenRejected("NOT_FOUND",
                                               {{"name", "operations/ba/projects/none"}});
}

TEST(RegisterSupplier, NamesTheFieldThatIsWrong) {
  v1::RegisterSupplierRequest command;
  command.set_parent(kOperation);
  command.mutable_supplier()->set_display_name("Obuća d.d.");
  command.mutable_supplier()->set_country_code("Bosnia");
  ProcurementSpec spec;
  spec.When(command).ThenRejectedField("supplier.country_code");
  command.mutable_supplier()->set_country_code("BA");
  command.mutable_supplier()->set_organisation("operations/ba/suppliers/x");
  spec.When(command).ThenRejectedField("supplier.organisation");
}

}  // namespace
}  // namespace prihvat::procurement
