#include <string>

#include "libs/base/check.h"
#include "libs/base/resource_name.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {

void ResourceNames(std::string_view input) {
  using base::ResourceName;
  const auto name = ResourceName::Parse(input);
  const std::string_view half = input.substr(0, input.size() / 2);
  (void)base::CheckName(input, half);
  const bool good_id = base::CheckId(input).ok();
  const auto child =
      ResourceName::Parse("operations/ba").value().Child("things", std::string(input));
  PRIHVAT_CHECK(child.ok() == good_id, "an id may stand in a name but is none, or the reverse");
  if (!name.ok()) return;
  PRIHVAT_CHECK(name->ToString() == input, "a name is said back otherwise");
  PRIHVAT_CHECK(input.size() <= ResourceName::kMaxLength, "a name that is too long");
  PRIHVAT_CHECK(name->Id().size() <= ResourceName::kMaxIdLength && !name->Id().empty(), "an id");
  PRIHVAT_CHECK(name->Matches(input), "a name does not fit itself");
  const std::string whole = (name->Parent().empty() ? "" : std::string(name->Parent()) + "/") +
                            std::string(name->Collection()) + "/" + std::string(name->Id());
  PRIHVAT_CHECK(whole == input, "the parts are not the whole");
  PRIHVAT_CHECK(name->Parent().empty() || ResourceName::Parse(name->Parent()).ok(),
                "a parent that is no name");
}

}  // namespace prihvat::fuzz
