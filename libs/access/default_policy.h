// The text of policy/access.yaml, written into the program by the build.
#pragma once

namespace prihvat::access {

extern const char kDefaultPolicyYaml[];

}  // namespace prihvat::access
