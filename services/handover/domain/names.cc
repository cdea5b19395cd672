#include "services/handover/domain/names.h"

#include "fmt/format.h"
#include "libs/base/digest.h"
#include "libs/base/resource_name.h"
#include "libs/base/serial_number.h"

namespace prihvat::handover {
namespace {

// What names of things begin with: the receipt's id, shortened where "-LINE-PIECE" would not fit.
std::string ReceiptPart(std::string_view receipt) {
  constexpr size_t kRoom = base::ResourceName::kMaxIdLength - 15;  // "-99999-5000" and some more
  const std::string_view id = IdOf(receipt);
  if (id.size() <= kRoom) return std::string(id);
  return fmt::format("{}~{}", id.substr(0, kRoom - 9), base::Sha256Hex(id).substr(0, 8));
}

}  // namespace

std::string_view IdOf(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string_view OperationOf(std::string_view name) {
  const size_t collection_end = name.find('/');
  if (collection_end == std::string_view::npos) return "";
  return name.substr(0, name.find('/', collection_end + 1));
}

std::string_view OrganisationOf(std::string_view person) { return OperationOf(person); }

std::string LotName(std::string_view receipt, int line) {
  return fmt::format("{}/assetLots/{}-{}", OperationOf(receipt), ReceiptPart(receipt), line);
}

std::string AssetName(std::string_view receipt, int line, int piece) {
  return fmt::format("{}/assets/{}-{}-{}", OperationOf(receipt), ReceiptPart(receipt), line, piece);
}

std::string SerialClaimName(std::string_view operation, std::string_view manufacturer,
                            std::string_view serial) {
  const std::string key = base::SerialKey(manufacturer, serial);
  return fmt::format("{}/serialClaims/{}", operation, base::Sha256Hex(key).substr(0, 40));
}

std::string VinClaimName(std::string_view operation, std::string_view vin) {
  return fmt::format("{}/vinClaims/{}", operation, vin);
}

std::string ResponsibilityName(std::string_view centre, std::string_view function) {
  return fmt::format("{}/responsibilities/{}", centre, function);
}

std::string OrganisationFactsName(std::string_view operation, std::string_view organisation) {
  return fmt::format("{}/organisations/{}", operation, IdOf(organisation));
}

}  // namespace prihvat::handover
