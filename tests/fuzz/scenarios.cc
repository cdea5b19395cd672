#include "services/prihvatctl/scenario.h"

#include "libs/base/check.h"
#include "services/prihvatctl/api_catalogue.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {

void Scenarios(std::string_view input) {
  const auto scenario = ctl::ParseScenario(input, ctl::ApiCatalogue::Compiled());
  if (!scenario.ok()) {
    PRIHVAT_CHECK(!scenario.status().message().empty(), "refused without a word");
    return;
  }
  for (const ctl::ScenarioStep& step : scenario->steps) {
    PRIHVAT_CHECK(step.method != nullptr && step.request != nullptr, "a step without a request");
    PRIHVAT_CHECK(step.request->GetDescriptor() == step.method->input_type(),
                  "a step with another method's request");
  }
}

}  // namespace prihvat::fuzz
