// What organisations are called on papers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// As procurement's list of organisations has it; else as the mandate does that holds from the
// latest day; else by the id. Of one moment: it keeps what it read.
class OrganisationNames {
 public:
  OrganisationNames(const es::View& view, std::string_view operation);

  v1::LocalizedText Of(std::string_view organisation) const;

 private:
  using Names = std::map<std::string, v1::LocalizedText, std::less<>>;
  Names listed_;
  Names mandated_;
};

// Of a donor in a line of text, in English: a mandate names a donor's representation, which is not
// the donor, so only the list counts; else by the id.
std::string DonorName(const es::View& view, std::string_view operation,
                      std::string_view organisation);

}  // namespace prihvat::handover
