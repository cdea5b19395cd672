#include "libs/ocds/package_reader.h"

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/ocds/merge.h"

namespace prihvat::ocds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Release(std::string_view ocid, std::string_view id, std::string_view date,
                    std::string_view more = "") {
  return fmt::format(R"({{"ocid": "{}", "id": "{}", "date": "{}", "tag": ["tender"]{}}})", ocid, id,
                     date, more);
}

ReadPackage Reading(std::vector<std::string> releases) {
  const auto document = ParseJson(fmt::format(R"({{"releases": [{}]}})", fmt::join(releases, ",")));
  EXPECT_TRUE(document.ok()) << document.status();
  auto reading = ReadReleases(*document);
  EXPECT_TRUE(reading.ok()) << reading.status();
  return *std::move(reading);
}

std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) lines.push_back(finding.path + ": " + finding.text);
  return lines;
}

TEST(OcdsPackageReader, E3_ElevenReleasesOfElevenProcessesMayShareAnId) {
  std::vector<std::string> releases;
  for (int i = 0; i < 11; ++i) {
    releases.push_back(Release(fmt::format("ocds-213czf-{}", i), "1", "2024-01-01T00:00:00Z"));
  }
  const ReadPackage reading = Reading(releases);
  EXPECT_THAT(Lines(reading.refused), IsEmpty());
  EXPECT_EQ(reading.processes.size(), 11u);
}

TEST(OcdsPackageReader, E3_TheSamePairAgainIsOneReleaseAndWithAnotherBodyRefused) {
  const std::string once = Release("ocds-213czf-A", "1", "2024-01-01T00:00:00Z");
  const ReadPackage again = Reading({once, once});
  EXPECT_THAT(Lines(again.refused), IsEmpty());
  EXPECT_EQ(again.releases, 2);
  EXPECT_EQ(again.repeated, 1);
  EXPECT_EQ(again.processes[0].releases.size(), 1u);

  const ReadPackage other = Reading({once, Release("ocds-213czf-A", "1", "2024-01-02T00:00:00Z"),
                                     Release("ocds-213czf-B", "1", "2024-01-02T00:00:00Z")});
  EXPECT_THAT(
      Lines(other.refused),
      ElementsAre("releases/1: is another release than releases/0, of the same ocid ocds-213czf-A "
                  "and id 1",
                  "releases/0: ocds-213czf-A is left out as a whole: one of its releases is "
                  "refused"));
  ASSERT_EQ(other.processes.size(), 1u);
  EXPECT_EQ(other.processes[0].ocid, "ocds-213czf-B");
}

TEST(OcdsPackageReader, E4_WhatCannotBeReadIsRefusedWithItsPathAndWhy) {
  const ReadPackage reading = Reading({
      Release("ocds-213czf-A", "1", "2022-12-08 15:45:47.8730413"),
      Release("ocds-213czf-B", "1", "2022-12-08T15:45:47.8730413Z",
              R"(, "tender": {"tenderers": {"id": "1"}})"),
      R"({"id": "1", "date": "2022-12-08T00:00:00Z", "tag": ["tender"]})",
      Release("ocds-213czf-C", "1", "2022-12-08T00:00:00Z",
              R"(, "contracts": [{"id": "1", "value": {"amount": "170900,00"}}])"),
      R"({"url": "https://data.example.org/1.json", "date": "2022-12-08T00:00:00Z"})",
      R"({"ocid": "ocds-213czf-D", "date": "2022-12-08T00:00:00Z", "tag": ["compiled"]})",
  });
  EXPECT_THAT(
      Lines(reading.refused),
      ElementsAre("releases/0/date: must be a time of RFC 3339 with its offset, is the text "
                  "\"2022-12-08 15:45:47.8730413\"",
                  "releases/1/tender/tenderers: must be a list, is an object",
                  "releases/2/ocid: there is none",
                  "releases/3/contracts/0/value/amount: must be a number, is the text "
                  "\"170900,00\"",
                  "releases/4: is a link to a release, and not the release itself",
                  "releases/5/id: there is none",
                  "releases/5/tag: is a compiled release: what it was compiled of is wanted"));
  EXPECT_THAT(reading.processes, IsEmpty());
}

TEST(OcdsPackageReader, E4_AmountsAreKeptExactlyAsText) {
  const ReadPackage reading =
      Reading({Release("ocds-213czf-A", "1", "2024-01-01T00:00:00Z",
                       R"(, "tender": {"id": "1", "value": {"amount": 196000.006}})")});
  ASSERT_EQ(reading.processes.size(), 1u);
  const auto compiled = CompileReleases(reading.processes[0].releases);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(compiled->Find("tender")->Find("value")->Find("amount")->text(), "196000.006");
}

TEST(OcdsPackageReader, E4_ReleasesOfOneDateCannotBeOrdered) {
  const ReadPackage reading = Reading({Release("ocds-213czf-A", "1", "2024-01-01T12:00:00+01:00"),
                                       Release("ocds-213czf-A", "2", "2024-01-01T11:00:00Z")});
  EXPECT_THAT(Lines(reading.refused),
              ElementsAre("releases/1/date: 2024-01-01T11:00:00Z is the date of releases/0 too: "
                          "their order cannot be told",
                          "releases/0: ocds-213czf-A is left out as a whole: one of its releases "
                          "is refused"));
}

// As instants, whatever their offsets.
TEST(OcdsPackageReader, ReleasesAreOrderedByTime) {
  const ReadPackage reading = Reading({Release("ocds-213czf-A", "2", "2024-01-01T11:30:00Z"),
                                       Release("ocds-213czf-A", "1", "2024-01-01T12:00:00+01:00")});
  ASSERT_EQ(reading.processes.size(), 1u);
  EXPECT_EQ(reading.processes[0].releases[0].TextOf("id"), "1");
  EXPECT_TRUE(CompileReleases(reading.processes[0].releases).ok());
}

TEST(OcdsPackageReader, X2_IdentifiersThatASpreadsheetMadeNumbersOfAreWarnedOf) {
  const ReadPackage reading =
      Reading({Release("ocds-213czf-A", "1", "2024-01-01T00:00:00Z",
                       R"(, "parties": [{"id": "09506232", "identifier": {"id": "9506232.0"}},
                                        {"id": "v1.0"}])")});
  EXPECT_THAT(Lines(reading.warnings),
              ElementsAre("releases/0/parties/0/identifier/id: \"9506232.0\" ends in .0: a "
                          "spreadsheet may have made a number of it"));
  EXPECT_EQ(reading.processes[0].releases[0].Find("parties")->items()[0].TextOf("id"), "09506232");
}

// The standard's own sample has this for the company 09506232.
TEST(OcdsPackageReader, X2_ThePublishersIdentifierIsWarnedOfToo) {
  const auto reading =
      ReadReleases(*ParseJson(R"({"publisher": {"uid": "9506232.0"}, "releases": []})"));
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_THAT(Lines(reading->warnings),
              ElementsAre("publisher/uid: \"9506232.0\" ends in .0: a spreadsheet may have made a "
                          "number of it"));
}

TEST(OcdsPackageReader, RecordsAreReadByTheirEmbeddedReleases) {
  const auto document =
      ParseJson(fmt::format(R"({{"records": [{{"ocid": "ocds-213czf-A", "releases": [{}]}}]}})",
                            Release("ocds-213czf-A", "1", "2024-01-01T00:00:00Z",
                                    R"(, "awards": [{"id": "1"}, {"id": 1}])")));
  const auto reading = ReadReleases(*document);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->processes.size(), 1u);
  EXPECT_THAT(Lines(reading->warnings),
              ElementsAre("records/0/releases/0/awards/1: the id 1 is there already: the two are "
                          "merged"));
  EXPECT_FALSE(ReadReleases(Json::Object()).ok());
}

}  // namespace
}  // namespace prihvat::ocds
