// Names of the service's resources and of the index entities beside them. All take names that have
// passed base::CheckName.
#pragma once

#include <string>
#include <string_view>

namespace prihvat::handover {

// The last id: "usivak" of "operations/ba/centres/usivak".
std::string_view IdOf(std::string_view name);
// "operations/ba" of a name below it.
std::string_view OperationOf(std::string_view name);
// "organisations/dcpb" of "organisations/dcpb/people/director"; the whole where there is no person.
std::string_view OrganisationOf(std::string_view person);

// What line `line` of a receipt became: one lot, or assets counted from 1. The same for the same
// line, whoever asks, so that a return finds them.
std::string LotName(std::string_view receipt, int line);
std::string AssetName(std::string_view receipt, int line, int piece);

// Entities SerialClaim. Makers are compared without regard to case, accents and script.
std::string SerialClaimName(std::string_view operation, std::string_view manufacturer,
                            std::string_view serial);
std::string VinClaimName(std::string_view operation, std::string_view vin);

std::string ResponsibilityName(std::string_view centre, std::string_view function);

// Where it stands what papers call the organisation.
std::string OrganisationFactsName(std::string_view operation, std::string_view organisation);

}  // namespace prihvat::handover
