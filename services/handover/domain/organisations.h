// What organisations are called on papers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// As the mandate says that holds from the latest day; else by the id. Of one moment: it keeps what
// it read.
class OrganisationNames {
 public:
  OrganisationNames(const es::View& view, std::string_view operation);

  v1::LocalizedText Of(std::string_view organisation) const;

 private:
  std::map<std::string, v1::LocalizedText, std::less<>> names_;
};

}  // namespace prihvat::handover
