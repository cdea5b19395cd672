#include "libs/ocds/merge.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::ocds {
namespace {

using ::testing::HasSubstr;

Json Parsed(std::string_view text) {
  auto parsed = ParseJson(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status() << "\n" << text;
  return parsed.ok() ? *std::move(parsed) : Json();
}

Json ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return Parsed(text.str());
}

std::vector<Json> Releases(std::initializer_list<std::string_view> contents) {
  std::vector<Json> releases;
  for (const std::string_view content : contents) {
    Json release = Parsed(content);
    const std::string number = std::to_string(releases.size() + 1);
    release.Set("ocid", "ocds-213czf-A");
    release.Set("id", number);
    release.Set("date", "2024-01-0" + number + "T00:00:00Z");
    release.Set("tag", Json::Array({"tender"}));
    releases.push_back(std::move(release));
  }
  return releases;
}

// The cases that ocdsmerge is tested with, and their answers (tests/ocds/merge-fixtures).
TEST(OcdsMerge, AnswersTheCasesOfTheFieldsOwnToolAsItDoes) {
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/ocds/merge-fixtures")) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".json" || stem.ends_with("-compiled") ||
        stem.ends_with("-versioned")) {
      continue;
    }
    const std::vector<Json> releases = ReadFile(entry.path()).items();
    const auto compiled = CompileReleases(releases);
    const auto versioned = VersionReleases(releases);
    ASSERT_TRUE(compiled.ok()) << stem << ": " << compiled.status();
    ASSERT_TRUE(versioned.ok()) << stem << ": " << versioned.status();
    const auto folder = entry.path().parent_path();
    EXPECT_EQ(*compiled, ReadFile(folder / (stem + "-compiled.json"))) << stem << "\n"
                                                                       << WriteJson(*compiled);
    EXPECT_EQ(*versioned, ReadFile(folder / (stem + "-versioned.json"))) << stem << "\n"
                                                                         << WriteJson(*versioned);
    ++compared;
  }
  EXPECT_EQ(compared, 17);
}

TEST(OcdsMerge, E2_NullRemovesAFieldAndAllThatIsBelowIt) {
  const auto compiled = CompileReleases(
      Releases({R"({"awards": [{"id": "1", "value": {"amount": 5, "currency": "BAM"},
                                                 "title": "Boots"}]})",
                R"({"awards": [{"id": "1", "value": null, "title": null}]})"}));
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(*compiled->Find("awards"), Parsed(R"([{"id": "1"}])"));
}

TEST(OcdsMerge, EqualDatesCannotBeOrdered) {
  std::vector<Json> releases = Releases({"{}", "{}"});
  releases[1].Set("date", "2024-01-01T00:00:00Z");
  const auto compiled = CompileReleases(releases);
  EXPECT_THAT(std::string(compiled.status().message()),
              HasSubstr("release 2 of 2024-01-01T00:00:00Z is not later than release 1"));
}

TEST(OcdsMerge, ReleasesOfTwoProcessesAndOtherKindsAreRefused) {
  std::vector<Json> releases = Releases(
      {R"({"tender": {"items": [{"id": "1"}]}})", R"({"tender": {"items": {"id": "1"}}})"});
  EXPECT_THAT(std::string(CompileReleases(releases).status().message()),
              HasSubstr("release 2: items is of another kind"));
  releases[1].Set("ocid", "ocds-213czf-B");
  EXPECT_THAT(std::string(CompileReleases(releases).status().message()),
              HasSubstr("is of ocds-213czf-B, not of ocds-213czf-A"));
  EXPECT_FALSE(CompileReleases({}).ok());
}

}  // namespace
}  // namespace prihvat::ocds
