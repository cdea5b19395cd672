#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "libs/es/decision.h"
#include "libs/rpc/errors.h"
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

// What a caller is told of each, as gRPC carries it.
TEST(ErrorCatalogue, G13_EachIsToldWithCodeReasonFieldNumbersAndRemedy) {
  for (const auto& [section, reasons] : Sections()) {
    for (const es::Reason* reason : reasons) {
      SCOPED_TRACE(reason->id);
      const grpc::Status told = rpc::ToGrpc(rpc::Reject(es::Rejected(*reason)
                                                            .Saying("7 of 5 seats")
                                                            .With("limit", 5)
                                                            .Field("seats", "at most 5")));
      EXPECT_EQ(static_cast<int>(told.error_code()), static_cast<int>(reason->code));
      EXPECT_EQ(told.error_message(), "7 of 5 seats");
      google::rpc::Status details;
      ASSERT_TRUE(details.ParseFromString(told.error_details()));
      google::rpc::ErrorInfo info;
      google::rpc::BadRequest bad;
      ASSERT_GE(details.details_size(), 2);
      ASSERT_TRUE(details.details(0).UnpackTo(&info));
      EXPECT_EQ(info.reason(), reason->id);
      EXPECT_EQ(info.domain(), "prihvat");
      EXPECT_EQ(info.metadata().at("limit"), "5");
      EXPECT_EQ(info.metadata().at("remedy"), reason->remedy);
      bool named = false;
      for (const auto& detail : details.details()) {
        if (detail.UnpackTo(&bad)) named = bad.field_violations(0).field() == "seats";
      }
      EXPECT_TRUE(named);
    }
  }
}

// The texts of all tests, this one and what other languages have apart.
std::vector<std::string> TestSources() {
  std::vector<std::string> sources;
  for (const char* folder : {"libs", "services", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with("_test.cc") || name == "error_catalogue_test.cc") continue;
      std::ifstream file(entry.path());
      sources.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  return sources;
}

// A test provokes each reason and looks for it by its id. Those of gRPC's own codes stand for what
// came without a reason, and errors_test.cc has them all.
TEST(ErrorCatalogue, G13_EachIsProvokedByATest) {
  const std::vector<std::string> sources = TestSources();
  ASSERT_GT(sources.size(), 50u);
  for (const auto& [section, reasons] : Sections()) {
    for (const es::Reason* reason : reasons) {
      const std::string quoted = fmt::format("\"{}\"", reason->id);
      const bool named = std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
        return source.find(quoted) != std::string::npos;
      });
      EXPECT_TRUE(named) << "no test of " << section << " looks for " << reason->id;
    }
  }
}

}  // namespace
}  // namespace prihvat::error_catalogue
