// What other publishers told: what is kept of it, and what is refused.
#include "services/procurement/domain/published.h"

#include "prihvat/procurement/v1/published_events.pb.h"
#include "services/procurement/domain/testing/procurement_spec.h"

namespace prihvat::procurement {
namespace {

constexpr char kPackage[] = "operations/ba/publishedPackages/p1";
constexpr char kProcess[] = "operations/ba/publishedProcesses/ocds-213czf-1";
constexpr char kRelease[] = "operations/ba/publishedProcesses/ocds-213czf-1/publishedReleases/r1";

v1::EnterPublishedPackageRequest Package(const std::string& id, int releases = 3) {
  v1::EnterPublishedPackageRequest command;
  command.set_parent(kOperation);
  command.set_published_package_id(id);
  v1::PublishedPackage& package = *command.mutable_published_package();
  package.set_content(v1::PUBLISHED_CONTENT_RELEASES);
  package.mutable_metadata()->mutable_publisher()->set_name("EJN");
  package.mutable_metadata()->set_license("CC0");
  package.set_file_digest(std::string(64, 'a'));
  package.set_release_count(releases);
  package.set_leaf_count(10);
  return command;
}

v1::ImportPublishedReleaseRequest Release(const std::string& package, int place,
                                          const std::string& id = "r1",
                                          const std::string& date = "2024-01-01T00:00:00+01:00") {
  v1::ImportPublishedReleaseRequest command;
  command.set_parent("operations/ba/publishedPackages/" + package);
  command.set_place(place);
  v1::OcdsRelease& content = *command.mutable_content();
  content.set_ocid("ocds-213czf-1");
  content.mutable_id()->set_text(id);
  content.set_date(date);
  content.add_tag("tender");
  content.mutable_tender()->set_title("Boots");
  content.mutable_tender()->mutable_value()->mutable_amount()->set_digits("37930.710");
  return command;
}

class Published : public ::testing::Test {
 protected:
  Published() {
    spec_.When(Package("p1")).ThenAccepted();
    spec_.When(Package("p2")).ThenAccepted();
  }
  ProcurementSpec spec_;
};

TEST_F(Published, AReleaseIsKeptAsItWasTold) {
  const auto command = Release("p1", 1);
  v1::PublishedReleaseImported event;
  event.set_published_release(kRelease);
  event.set_published_package(kPackage);
  event.set_place(1);
  event.set_content_digest(PublishedDigest(command.content()));
  *event.mutable_content() = command.content();
  spec_.When(command).Then(event);
  const auto process = spec_.Entity<v1::PublishedProcess>(kProcess);
  EXPECT_EQ(process.title(), "Boots");
  EXPECT_EQ(process.value(), "37930.710");
  EXPECT_EQ(process.publisher(), "EJN");
  EXPECT_EQ(process.license(), "CC0");
  EXPECT_EQ(process.release_count(), 1);
  const auto package = spec_.Entity<v1::PublishedPackage>(kPackage);
  EXPECT_EQ(package.imported_count(), 1);
  EXPECT_EQ(package.publisher(), "EJN");
  EXPECT_EQ(package.license(), "CC0");
  EXPECT_EQ(spec_.Entity<v1::OcdsRelease>(PublishedContentName(kRelease)).tender().title(),
            "Boots");
}

TEST_F(Published, TheSameAgainIsNothingAndInAnotherPackageOneMorePlace) {
  spec_.When(Release("p1", 1)).ThenAccepted();
  spec_.When(Release("p1", 1)).ThenNothing();
  spec_.When(Package("p1")).ThenNothing();
  v1::PublishedReleaseRepeated event;
  event.set_published_release(kRelease);
  event.set_published_package("operations/ba/publishedPackages/p2");
  event.set_place(2);
  spec_.When(Release("p2", 2)).Then(event);
  spec_.When(Release("p2", 2)).ThenNothing();
  EXPECT_EQ(spec_.Entity<v1::PublishedRelease>(kRelease).published_packages_size(), 2);
  EXPECT_EQ(spec_.Entity<v1::PublishedProcess>(kProcess).release_count(), 1);
}

TEST_F(Published, E3_AnotherContentOfTheSameOcidAndIdIsRefused) {
  spec_.When(Release("p1", 1)).ThenAccepted();
  auto other = Release("p2", 1);
  other.mutable_content()->mutable_tender()->set_title("Shoes");
  spec_.When(other).ThenRejected("RELEASE_DIFFERS", {{"published_release", kRelease}});
}

TEST_F(Published, E4_ReleasesOfOneInstantHaveNoOrder) {
  spec_.When(Release("p1", 1)).ThenAccepted();
  spec_.When(Release("p1", 2, "r2", "2023-12-31T23:00:00Z"))
      .ThenRejected("RELEASE_DATE_TAKEN", {{"published_release", kRelease}});
  auto compiled = Release("p1", 2, "r2", "2023-12-31T23:00:00Z");
  compiled.mutable_content()->set_tag(0, "compiled");
  spec_.When(compiled).ThenAccepted();
}

TEST_F(Published, AnIdThatEndsAsCompiledOnesDoIsNotTheCompiledRelease) {
  auto compiled = Release("p1", 1, "r1");
  compiled.mutable_content()->set_tag(0, "compiled");
  spec_.When(compiled).ThenAccepted();
  spec_.When(Release("p1", 2, "r1~compiled")).ThenAccepted();
  EXPECT_EQ(spec_.Entity<v1::PublishedProcess>(kProcess).release_count(), 2);
  // Neither where both are too long to be names.
  const std::string longest(58, 'x');
  auto long_compiled = Release("p2", 1, longest);
  long_compiled.mutable_content()->set_tag(0, "compiled");
  spec_.When(long_compiled).ThenAccepted();
  spec_.When(Release("p2", 2, longest + "~compiled", "2024-03-01T00:00:00Z")).ThenAccepted();
}

TEST_F(Published, TheListShowsWhatTheLatestReleaseSaid) {
  auto later = Release("p1", 2, "r2", "2024-02-01T00:00:00Z");
  later.mutable_content()->mutable_tender()->set_title("Better boots");
  spec_.When(later).ThenAccepted();
  spec_.When(Release("p1", 1)).ThenAccepted();
  const auto process = spec_.Entity<v1::PublishedProcess>(kProcess);
  EXPECT_EQ(process.title(), "Better boots");
  EXPECT_LT(process.first_release_time().seconds(), process.last_release_time().seconds());
}

TEST_F(Published, APackageThatSaysOtherwiseIsAnother) {
  auto other = Package("p1");
  other.mutable_published_package()->set_leaf_count(11);
  spec_.When(other).ThenRejected("ALREADY_EXISTS");
}

TEST_F(Published, APlaceIsOfOneRelease) {
  spec_.When(Release("p1", 0)).ThenRejectedField("place");
  spec_.When(Release("p1", 4)).ThenRejectedField("place");
  spec_.When(Release("p1", 1)).ThenAccepted();
  spec_.When(Release("p1", 1, "r2", "2024-03-01T00:00:00Z")).ThenRejectedField("place");
  spec_.When(Release("none", 1)).ThenRejected("NOT_FOUND");
}

// A client may send what it likes: what cannot be told again as JSON, or has no bounds, is refused.
TEST_F(Published, G13_WhatNoDocumentCouldSayIsRefusedByPathAndRule) {
  const auto refused = [&](std::string_view field, auto change) {
    auto command = Release("p1", 1);
    change(*command.mutable_content());
    spec_.When(command).ThenRejectedField(field);
  };
  using Content = v1::OcdsRelease;
  refused("content/ocid", [](Content& c) { c.set_ocid(""); });
  refused("content/ocid", [](Content& c) { c.set_ocid(std::string(301, 'o')); });
  refused("content/id", [](Content& c) { c.clear_id(); });
  refused("content/date", [](Content& c) { c.set_date("2024-01-01"); });
  refused("content/date", [](Content& c) { c.set_date("9999-12-31T23:59:59-14:00"); });
  refused("content/tag", [](Content& c) { c.clear_tag(); });
  refused("content/language", [](Content& c) { c.set_language("a\x01"); });
  refused("content/tender/title",
          [](Content& c) { c.mutable_tender()->set_title(std::string(32769, 't')); });
  for (const char* digits :
       {"", "abc", "1,5", "01", "1.", "1e", "1e31", "1e+-5", "1e+", "--1", "1 ", "NaN"}) {
    refused("content/tender/value/amount", [&](Content& c) {
      c.mutable_tender()->mutable_value()->mutable_amount()->set_digits(digits);
    });
  }
  refused("content/tender/value/amount", [](Content& c) {
    c.mutable_tender()->mutable_value()->mutable_amount()->set_digits(std::string(41, '1'));
  });
  refused("content/tender/id", [](Content& c) {
    c.mutable_tender()->mutable_id()->set_text("1.5");
    c.mutable_tender()->mutable_id()->set_number(true);
  });
  refused("content/tender/nonsense", [](Content& c) { c.mutable_tender()->add_nulls("nonsense"); });
  refused("content/tender/title", [](Content& c) { c.mutable_tender()->add_nulls("title"); });
  refused("content/tender/title", [](Content& c) { c.mutable_tender()->add_empties("title"); });
  refused("content/tender/items", [](Content& c) {
    c.mutable_tender()->add_items();
    c.mutable_tender()->add_empties("items");
  });
  refused("content/tender/id_es",
          [](Content& c) { c.mutable_tender()->add_translations()->set_member("id_es"); });
  refused("content/parties", [](Content& c) {
    for (int i = 0; i <= 5000; ++i) c.add_parties();
  });
  refused("content", [](Content& c) {
    for (int i = 0; i < 40; ++i) c.add_parties()->set_name(std::string(30'000, 'n'));
  });
}

TEST_F(Published, G13_APackageHasItsBoundsToo) {
  const auto refused = [&](std::string_view field, auto change) {
    auto command = Package("p3");
    change(*command.mutable_published_package());
    spec_.When(command).ThenRejectedField(field);
  };
  using Sent = v1::PublishedPackage;
  refused("published_package.content", [](Sent& p) { p.clear_content(); });
  refused("published_package.file_digest", [](Sent& p) { p.set_file_digest("a"); });
  refused("published_package.release_count", [](Sent& p) { p.set_release_count(100'001); });
  refused("published_package.unmapped_count", [](Sent& p) { p.set_unmapped_count(11); });
  refused("published_package.unmapped", [](Sent& p) { p.add_unmapped(); });
  refused("published_package.metadata/uri",
          [](Sent& p) { p.mutable_metadata()->set_uri(std::string(32769, 'u')); });
  auto id = Package("no spaces");
  spec_.When(id).ThenRejectedField("published_package_id");
}

TEST(PublishedNames, AnIdThatCannotStandInANameStandsThereAsItsDigest) {
  EXPECT_EQ(PublishedId("ocds-213czf-1"), "ocds-213czf-1");
  EXPECT_TRUE(PublishedId("ocds/1 a").starts_with("sha256-"));
  EXPECT_NE(PublishedId("ocds/1 a"), PublishedId("ocds/1 b"));
  EXPECT_EQ(PublishedContentName(kRelease),
            "operations/ba/publishedContents/ocds-213czf-1/publishedReleases/r1");
}

}  // namespace
}  // namespace prihvat::procurement
