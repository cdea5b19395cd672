// Each fuzz target for a moment: its seeds (corpus/NAME), and seeded mutations of them.
// PRIHVAT_SEED=N draws others; with one seed it is the same each time.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {
namespace {

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

void Smoke(const std::string& name, void (*target)(std::string_view)) {
  const char* given = std::getenv("PRIHVAT_SEED");
  base::SeededRandom random(given == nullptr ? 1 : std::strtoull(given, nullptr, 10));
  const std::vector<std::string> corpus = Corpus(name);
  ASSERT_FALSE(corpus.empty());
  target("");
  for (const std::string& input : corpus) target(input);
  const absl::Time end = absl::Now() + kTime;
  for (int run = 0; run < kRuns && absl::Now() < end; ++run) {
    std::string input = random.Uniform(4) == 0 ? random.Bytes(random.Uniform(kLongest))
                                               : corpus[random.Uniform(corpus.size())];
    target(Mutated(std::move(input), random));
  }
}

TEST(Fuzz, G10_G13_Records) { Smoke("records", &Records); }
TEST(Fuzz, G13_ResourceNames) { Smoke("resource_names", &ResourceNames); }

}  // namespace
}  // namespace prihvat::fuzz
