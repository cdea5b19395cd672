#include "services/handover/documents/paper_words.h"

#include "fmt/format.h"

namespace prihvat::handover {

using documents::Bilingual;

Bilingual ToText(const v1::LocalizedText& text) { return {text.en(), text.bs()}; }

Bilingual AssetStateWords(v1::AssetState state) {
  switch (state) {
    case v1::ASSET_STATE_RECEIVED:
      return {"received", "primljeno"};
    case v1::ASSET_STATE_IN_CUSTODY:
      return {"in custody", "na čuvanju"};
    case v1::ASSET_STATE_RESERVED:
      return {"reserved", "rezervisano"};
    case v1::ASSET_STATE_IN_TRANSIT:
      return {"in transit", "u transportu"};
    case v1::ASSET_STATE_DELIVERED:
      return {"delivered", "isporučeno"};
    case v1::ASSET_STATE_TITLE_PASSED:
      return {"title passed", "vlasništvo prešlo"};
    case v1::ASSET_STATE_IN_USE:
      return {"in use", "u upotrebi"};
    case v1::ASSET_STATE_REFUSED:
      return {"refused", "odbijeno"};
    case v1::ASSET_STATE_UNDER_REPAIR:
      return {"under repair", "na popravci"};
    case v1::ASSET_STATE_LOST:
      return {"lost", "izgubljeno"};
    case v1::ASSET_STATE_STOLEN:
      return {"stolen", "ukradeno"};
    case v1::ASSET_STATE_DISPOSED:
      return {"disposed of", "otuđeno"};
    case v1::ASSET_STATE_RETURNED_TO_SUPPLIER:
      return {"returned to the supplier", "vraćeno dobavljaču"};
    case v1::ASSET_STATE_WRITTEN_OFF:
      return {"written off", "otpisano"};
    case v1::ASSET_STATE_DESTROYED:
      return {"destroyed", "uništeno"};
    default:
      return {};
  }
}

Bilingual AssetConditionWords(v1::AssetCondition condition) {
  switch (condition) {
    case v1::ASSET_CONDITION_NEW:
      return {"new", "novo"};
    case v1::ASSET_CONDITION_GOOD:
      return {"in good condition", "u dobrom stanju"};
    case v1::ASSET_CONDITION_WORN:
      return {"worn", "istrošeno"};
    case v1::ASSET_CONDITION_DAMAGED:
      return {"damaged", "oštećeno"};
    case v1::ASSET_CONDITION_DEFECTIVE:
      return {"defective", "neispravno"};
    default:
      return {};
  }
}

std::string NumbersText(const v1::Asset& asset) {
  std::string text;
  const auto add = [&](std::string_view prefix, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}{}{}", text.empty() ? "" : ", ", prefix, value);
  };
  add("VIN ", asset.vin());
  if (asset.serial() != asset.vin()) add("S/N ", asset.serial());
  add("", asset.manufacturer());
  add("", asset.model());
  return text;
}

}  // namespace prihvat::handover
