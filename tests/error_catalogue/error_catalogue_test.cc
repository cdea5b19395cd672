#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "gtest/gtest.h"
#include "libs/es/decision.h"
#include "libs/rpc/reasons.h"
#include "services/handover/domain/reasons.h"
#include "services/procurement/domain/reasons.h"
#include "services/reception/domain/reasons.h"
#include "services/reporting/domain/reasons.h"
#include "tests/error_catalogue/catalogue.h"

namespace prihvat::error_catalogue {
namespace {

using Reasons = std::span<const es::Reason* const>;

const std::map<std::string, Reasons>& Sections() {
  static const auto* const sections =
      new std::map<std::string, Reasons>{{"rpc", rpc::RpcReasons()},
                                         {"procurement", procurement::ProcurementReasons()},
                                         {"handover", handover::HandoverReasons()},
                                         {"reception", reception::ReceptionReasons()},
                                         {"reporting", reporting::ReportingReasons()}};
  return *sections;
}

TEST(ErrorCatalogue, ThePageIsWhatTheCodeSays) {
  std::ifstream file("docs/error-catalogue.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_TRUE(page == Catalogue())
      << "docs/error-catalogue.md is stale: build/PRESET/bin/error_catalogue > "
         "docs/error-catalogue.md";
}

TEST(ErrorCatalogue, ReasonsAreWellFormedAndSayWhatToDo) {
  for (const auto& [section, reasons] : Sections()) {
    for (const es::Reason* reason : reasons) {
      for (const char c : std::string(reason->id)) {
        EXPECT_TRUE(std::isupper(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                    std::isdigit(static_cast<unsigned char>(c)) != 0)
            << section << " " << reason->id;
      }
      EXPECT_NE(reason->code, absl::StatusCode::kOk) << reason->id;
      EXPECT_GT(std::string(reason->meaning).size(), 10u) << reason->id;
      EXPECT_GT(std::string(reason->remedy).size(), 10u) << reason->id;
      EXPECT_EQ(std::string(reason->remedy).back(), '.') << reason->id;
    }
  }
}

TEST(ErrorCatalogue, AReasonStandsOnceInItsSectionAndNeverHasTwoCodes) {
  std::map<std::string, absl::StatusCode> codes;
  for (const auto& [section, reasons] : Sections()) {
    std::set<std::string> seen;
    for (const es::Reason* reason : reasons) {
      EXPECT_TRUE(seen.insert(reason->id).second) << section << " " << reason->id;
      const auto [known, added] = codes.try_emplace(reason->id, reason->code);
      EXPECT_EQ(known->second, reason->code) << section << " " << reason->id;
    }
  }
}

}  // namespace
}  // namespace prihvat::error_catalogue
