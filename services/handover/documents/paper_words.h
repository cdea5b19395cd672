// How handover's papers say what they all say. For documents/ only.
#pragma once

#include <string>

#include "libs/documents/form.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

documents::Bilingual ToText(const v1::LocalizedText& text);

// "in use" / "u upotrebi"
documents::Bilingual AssetStateWords(v1::AssetState state);

// "worn" / "istrošeno"; empty where nothing was said.
documents::Bilingual AssetConditionWords(v1::AssetCondition condition);

// "VIN WXY..., S/N G10-0771", with maker and model.
std::string NumbersText(const v1::Asset& asset);

}  // namespace prihvat::handover
