// What there is of assets and lots, who has it and what it cost, as of a time: as a table for
// spreadsheets, and as a paper. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/documents/table.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/organisations.h"

namespace prihvat::handover {

// An asset, or what one holder has of a lot.
struct RegisterLine {
  std::string item;  // resource name
  v1::LocalizedText description;
  std::string numbers;  // of an asset: VIN, serial, maker and model
  std::string serial;
  std::string vin;
  std::string manufacturer;
  std::string model;
  v1::AssetState state = v1::ASSET_STATE_UNSPECIFIED;  // none of a lot
  std::string title_holder;
  std::string custodian;
  std::string location;
  std::string centre;
  base::Decimal quantity;
  std::string unit;
  base::Money value;
  std::string receipt_number;
  absl::CivilDay received;
  std::vector<std::string> donors;
  std::string certificate;
  // In which an asset had been found last; unspecified where nothing had been said, and of a lot.
  v1::AssetCondition condition = v1::ASSET_CONDITION_UNSPECIFIED;
  std::optional<absl::CivilDay> warranty_end;  // the warranty's last day
};

struct AssetRegister {
  std::string operation;
  absl::Time as_of;
  absl::TimeZone zone;
  std::vector<RegisterLine> lines;  // assets by name, then lots by name
};

// What was live at `as_of`, as what was recorded until now tells it, and fits the request's filter.
// At most `limit` lines: OUT_OF_RANGE where there are more. OUT_OF_RANGE too where a sum cannot be
// held.
absl::StatusOr<AssetRegister> AssetRegisterAt(const es::View& view,
                                              const v1::ExportAssetRegisterRequest& request,
                                              absl::Time as_of, absl::TimeZone zone, size_t limit);

// A row a line, without totals: for spreadsheets. Organisations by their resource names, with their
// names beside them.
documents::Table RegisterTable(const AssetRegister& assets, const OrganisationNames& names);

// As a paper in English and Bosnian, with a total for each currency. INVALID_ARGUMENT and
// FAILED_PRECONDITION as documents::RenderForm.
absl::StatusOr<std::string> RenderRegister(const AssetRegister& assets,
                                           const OrganisationNames& names);

}  // namespace prihvat::handover
