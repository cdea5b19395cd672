#include "services/procurement/domain/serials.h"

#include "fmt/format.h"
#include "libs/base/digest.h"
#include "libs/base/serial_number.h"
#include "libs/base/vin.h"
#include "services/procurement/domain/reasons.h"

namespace prihvat::procurement {
namespace {

std::string Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

}  // namespace

Checked<CheckedItem> CheckItem(const v1::SerialItem& item, std::string_view field) {
  const auto path = [&](std::string_view part) { return fmt::format("{}.{}", field, part); };
  for (const auto& [part, text] : {std::pair("serial", &item.serial()),
                                   {"manufacturer", &item.manufacturer()},
                                   {"model", &item.model()}}) {
    if (auto no = CheckText(path(part), *text, false, 100)) return *no;
  }
  CheckedItem checked;
  checked.item.set_serial(Trimmed(item.serial()));
  checked.item.set_manufacturer(Trimmed(item.manufacturer()));
  checked.item.set_model(Trimmed(item.model()));
  checked.item.set_vin(base::NormalizedVin(item.vin()));
  if (checked.item.serial().empty() && checked.item.vin().empty()) {
    return es::InvalidField(path("serial"), "a piece has a serial or a VIN");
  }
  if (!checked.item.serial().empty() && checked.item.manufacturer().empty()) {
    return es::InvalidField(path("manufacturer"), "a serial is one of a manufacturer");
  }
  if (checked.item.vin().empty()) return checked;
  const base::VinCheck vin = base::CheckVin(checked.item.vin());
  if (vin.Refused()) {
    return es::Rejected(kVinNotValid)
        .Saying(fmt::format("{}: {}", Describe(checked.item), vin.problem))
        .With("vin", checked.item.vin())
        .Field(path("vin"), vin.problem);
  }
  if (vin.Warned()) checked.warning = fmt::format("{}: {}", Describe(checked.item), vin.problem);
  return checked;
}

std::vector<std::string> KeysOf(std::string_view operation, const v1::SerialItem& item) {
  std::vector<std::string> keys;
  if (!item.serial().empty()) {
    // Serials have any characters; a name has not.
    const std::string digest = base::Sha256Hex(base::SerialKey(item.manufacturer(), item.serial()));
    keys.push_back(fmt::format("{}/receivedSerials/{}", operation, digest.substr(0, 40)));
  }
  if (!item.vin().empty()) keys.push_back(fmt::format("{}/receivedVins/{}", operation, item.vin()));
  return keys;
}

void Forget(es::Entities& entities, std::string_view operation, const v1::SerialItem& item,
            std::string_view receipt, int line) {
  for (const std::string& key : KeysHeld(entities, operation, item, receipt, line)) {
    entities.Delete(key);
  }
}

std::string Describe(const v1::SerialItem& item) {
  if (item.serial().empty()) return "VIN " + item.vin();
  return item.manufacturer() + " " + item.serial();
}

}  // namespace prihvat::procurement
