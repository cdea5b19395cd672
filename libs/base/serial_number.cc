#include "libs/base/serial_number.h"

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"

namespace prihvat::base {

std::string SerialKey(std::string_view manufacturer, std::string_view serial) {
  std::string maker;
  for (const std::string& key : SearchKeys(manufacturer)) maker += key + ' ';
  if (maker.empty()) maker = absl::AsciiStrToUpper(ToAbsl(manufacturer));
  return fmt::format("{}:{}:{}", maker.size(), maker, absl::AsciiStrToUpper(ToAbsl(serial)));
}

}  // namespace prihvat::base
