// Who paid for things: their donors, and what a certificate says of them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/handover/v1/state.pb.h"

namespace prihvat::handover {

// All that paid for a thing, by name, each once: at least one.
std::vector<std::string> DonorsOf(const v1::Provenance& from);
bool HasDonor(const v1::Provenance& from, std::string_view donor);

// "IPA II (European Union) 80 % · Contribution (Switzerland) 20 %": who paid for things, put
// together one by one. Percentages stand only where they are the same for all.
class FundingText {
 public:
  // `project` is the thing's, where it is known: what it cites is said for a donor that pays all.
  void Add(const v1::Provenance& from, const v1::ProjectFacts* project, const es::View& view,
           std::string_view operation);
  // "" where nothing says more than the project does.
  std::string Text() const;

 private:
  struct Source {
    std::string label;
    std::string percent;
    bool operator==(const Source&) const = default;
  };
  std::vector<std::vector<Source>> splits_;  // different ones, as they came
  bool named_ = false;
};

}  // namespace prihvat::handover
