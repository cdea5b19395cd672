// Where it stands what an organisation is called.
#pragma once

#include <string>
#include <string_view>

namespace prihvat::procurement {

// "operations/ba/organisations/dcpb", of "organisations/dcpb".
std::string OrganisationName(std::string_view operation, std::string_view organisation);

}  // namespace prihvat::procurement
