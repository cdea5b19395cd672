// Each fuzz target for a moment: its seeds (corpus/NAME), and seeded mutations of them.
// PRIHVAT_SEED=N draws others; with one seed it is the same each time. `make fuzz` searches with
// libFuzzer.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/reception/v1/resources.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {
namespace {

using ::testing::IsSupersetOf;

constexpr int kRuns = 3000;  // at most, and not longer than
constexpr absl::Duration kTime = absl::Seconds(2);
constexpr size_t kLongest = 2048;

std::vector<std::string> Corpus(const std::string& name) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(PRIHVAT_FUZZ_CORPUS "/" + name))
    files.push_back(file.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

std::string Mutated(std::string input, base::SeededRandom& random) {
  for (uint64_t n = 1 + random.Uniform(4); n > 0; --n) {
    const size_t at = input.empty() ? 0 : random.Uniform(input.size());
    switch (random.Uniform(5)) {
      case 0:
        input.insert(at, random.Bytes(1 + random.Uniform(64)));
        break;
      case 1:
        input.erase(at, 1 + random.Uniform(16));
        break;
      case 2:
        input.insert(at, input.substr(random.Uniform(input.size() + 1), random.Uniform(64)));
        break;
      default:
        if (!input.empty()) input[at] = static_cast<char>(random.Uniform(256));
    }
  }
  return input.substr(0, kLongest);
}

void Smoke(const std::string& name, const std::function<void(std::string_view)>& target) {
  const char* given = std::getenv("PRIHVAT_SEED");
  base::SeededRandom random(given == nullptr ? 1 : std::strtoull(given, nullptr, 10));
  const std::vector<std::string> corpus = Corpus(name);
  ASSERT_FALSE(corpus.empty());
  // What ends the process is left there.
  const std::string last = ::testing::TempDir() + fmt::format("prihvat_fuzz_{}_{}", name, getpid());
  std::printf("[ input    ] %s holds the last one\n", last.c_str());
  std::fflush(stdout);
  const auto run = [&](const std::string& input) {
    std::ofstream(last, std::ios::binary) << input;
    target(input);
  };
  run("");
  for (const std::string& input : corpus) run(input);
  const absl::Time end = absl::Now() + kTime;
  for (int runs = 0; runs < kRuns && absl::Now() < end; ++runs) {
    std::string input = random.Uniform(4) == 0 ? random.Bytes(random.Uniform(kLongest))
                                               : corpus[random.Uniform(corpus.size())];
    run(Mutated(std::move(input), random));
  }
  std::filesystem::remove(last);
}

TEST(Fuzz, G10_G13_Records) { Smoke("records", &Records); }
TEST(Fuzz, G13_PageTokens) { Smoke("page_tokens", &PageTokens); }
TEST(Fuzz, G13_ResourceNames) { Smoke("resource_names", &ResourceNames); }
TEST(Fuzz, G13_Scenarios) { Smoke("scenarios", &Scenarios); }
TEST(Fuzz, G6_G7_G13_Deciders) {
  int accepted = 0;
  std::set<std::string> refusals;
  Smoke("deciders", [&](std::string_view input) {
    Outcome outcome = OutcomeOfDeciders(input);
    accepted += outcome.accepted;
    refusals.merge(outcome.refusals);
  });
  // The seeds get somewhere, and so does what is made of them.
  EXPECT_GT(accepted, 300);
  // A rule that no command comes up against could be taken out, and nobody would notice.
  EXPECT_THAT(refusals, IsSupersetOf({"OVER_BUDGET", "RETURN_TOO_MUCH", "BED_TAKEN"}));
}

// The rules that every history is held to: each is met by what is right, and ends the process where
// it is broken.
class Rules : public ::testing::Test {
 protected:
  template <class T>
  void Put(const std::string& name, const std::string& fields) {
    T entity;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &entity)) << fields;
    if (const auto* field = T::descriptor()->FindFieldByName("name"))
      entity.GetReflection()->SetString(&entity, field, name);
    rows_.Put(name, es::EncodeEntity(entity));
  }
  es::MapRows rows_;
};

TEST_F(Rules, OfProcurementBite) {
  using procurement::v1::BudgetLine;
  using procurement::v1::PurchaseOrder;
  const std::string line = "operations/ba/projects/p/budgetLines/l";
  const std::string order = "operations/ba/purchaseOrders/o";
  const auto held = [&](int spent) {
    Put<BudgetLine>(line, fmt::format("amount {{ currency_code: 'BAM' units: 100 }}"
                                      "committed {{ currency_code: 'BAM' units: 60 }}"
                                      "spent {{ currency_code: 'BAM' units: {} }}",
                                      spent));
  };
  const auto kept = [&](const char* accepted, const char* receipts) {
    Put<PurchaseOrder>(order, fmt::format("lines {{ quantity {{ value: '100' }} accepted {{ value: "
                                          "'{}' }} tolerance_percent {{ value: '2' }} }} {}",
                                          accepted, receipts));
  };
  held(40);
  kept("102", "receipts: 1");
  CheckProcurement(rows_);
  held(41);
  EXPECT_DEATH(CheckProcurement(rows_), "INV-03");
  held(40);
  kept("102.001", "receipts: 1");
  EXPECT_DEATH(CheckProcurement(rows_), "INV-07");
  kept("1", "receipts: 1 state: PURCHASE_ORDER_STATE_CANCELLED");
  EXPECT_DEATH(CheckProcurement(rows_), "INV-11");
  kept("1",
       "total { currency_code: 'BAM' units: 2 } approved_total { currency_code: 'BAM' units: 1 }");
  EXPECT_DEATH(CheckProcurement(rows_), "INV-05");
}

TEST_F(Rules, OfHandoverBite) {
  using handover::v1::Asset;
  using handover::v1::HandoverCase;
  const auto asset = [&](const char* id, const char* vin, int until) {
    const std::string periods = fmt::format(
        "{{ holder: 'organisations/iom' start_time {{ seconds: 1 }} end_time {{ seconds: {} }} }}",
        until);
    const std::string last = "{ holder: 'organisations/eu' start_time { seconds: 5 } }";
    Put<Asset>(fmt::format("operations/ba/assets/{}", id),
               fmt::format("vin: '{}' title_holder: 'organisations/eu' custodian: "
                           "'organisations/eu' title_periods {} title_periods {} "
                           "custody_periods {} custody_periods {}",
                           vin, periods, last, periods, last));
  };
  const auto of = [&](const char* second, const char* accepted) {
    Put<HandoverCase>(
        "operations/ba/handoverCases/c",
        fmt::format(
            "title_time {{ seconds: 9 }} count_time {{ seconds: 8 }} signatures {{ party: "
            "HANDOVER_PARTY_GIVER person: 'a' mandate: 'm' }} signatures {{ party: "
            "HANDOVER_PARTY_RECIPIENT person: '{}' mandate: 'm' }} items {{ asset_lot: 'l' "
            "quantity {{ value: '3' }} accepted {{ value: '{}' }} missing {{ value: '1' }} }}",
            second, accepted));
  };
  asset("a", "V1", 5);
  asset("b", "V2", 5);
  of("b", "2");
  CheckHandover(rows_);
  asset("b", "V1", 5);
  EXPECT_DEATH(CheckHandover(rows_), "INV-12");
  asset("b", "V2", 4);
  EXPECT_DEATH(CheckHandover(rows_), "INV-14");
  asset("b", "V2", 5);
  of("a", "2");
  EXPECT_DEATH(CheckHandover(rows_), "INV-15");
  of("b", "3");
  EXPECT_DEATH(CheckHandover(rows_), "INV-16");
}

TEST_F(Rules, OfReceptionBite) {
  using namespace reception::v1;  // NOLINT: five names of it
  const auto bed = [&](int until) {
    Put<Bed>("operations/ba/centres/c/beds/1",
             fmt::format("uses {{ person: 'p' start_time {{ seconds: 1 }} end_time {{ seconds: {} "
                         "}} }} uses {{ person: 'q' start_time {{ seconds: 5 }} }}",
                         until));
  };
  const auto stay = [&](const char* id, const char* person) {
    Put<Stay>(fmt::format("operations/ba/stays/{}", id),
              fmt::format("person: '{}' centre: 'operations/ba/centres/c' state: "
                          "STAY_STATE_CHECKED_IN",
                          person));
  };
  const auto tally = [&](int stays) {
    Put<CentreTally>("operations/ba/centreTallies/c",
                     fmt::format("on_the_books: {} beds: 1", stays));
  };
  Put<Centre>("operations/ba/centres/c", "");
  bed(5);
  stay("1", "p");
  stay("2", "q");
  tally(2);
  CheckReception(rows_);
  tally(1);
  EXPECT_DEATH(CheckReception(rows_), "INV-21");
  tally(2);
  bed(6);
  EXPECT_DEATH(CheckReception(rows_), "INV-20");
  Put<Conflict>("operations/ba/conflicts/1", "bed: 'operations/ba/centres/c/beds/1'");
  CheckReception(rows_);
  stay("2", "p");
  EXPECT_DEATH(CheckReception(rows_), "INV-20");
}

}  // namespace
}  // namespace prihvat::fuzz
