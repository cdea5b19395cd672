#include "services/procurement/documents/published_package.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/ocds/dates.h"
#include "libs/ocds/merge.h"
#include "libs/ocds/messages.h"

namespace prihvat::procurement {
namespace {

std::vector<ocds::Json> ByDate(std::vector<ocds::Json> releases) {
  std::stable_sort(releases.begin(), releases.end(), [](const ocds::Json& a, const ocds::Json& b) {
    return ocds::ParseDate(a.TextOf("date")) < ocds::ParseDate(b.TextOf("date"));
  });
  return releases;
}

absl::Status CannotMerge(std::string_view ocid, const absl::Status& why) {
  return absl::FailedPreconditionError(
      fmt::format("{} cannot be told as a record: {}", ocid, base::FromAbsl(why.message())));
}

}  // namespace

absl::StatusOr<ocds::Json> PublishedRecord(const std::vector<v1::PublishedRelease>& releases,
                                           bool versioned) {
  const std::string& ocid = releases.front().content().ocid();
  ocds::Json compiled;
  std::vector<ocds::Json> told;
  ocds::Json listed = ocds::Json::Array();
  for (const v1::PublishedRelease& release : releases) {
    ocds::Json content = ocds::WriteMessage(release.content());
    if (release.compiled()) {
      compiled = std::move(content);
      for (const v1::OcdsLinkedRelease& linked : release.linked_releases()) {
        listed.Add(ocds::WriteMessage(linked));
      }
    } else {
      listed.Add(content);
      told.push_back(std::move(content));
    }
  }
  ocds::Json record = ocds::Json::Object();
  record.Set("ocid", ocid);
  record.Set("releases", std::move(listed));
  told = ByDate(std::move(told));
  if (compiled.IsNull()) {
    auto merged = ocds::CompileReleases(told);
    if (!merged.ok()) return CannotMerge(ocid, merged.status());
    compiled = *std::move(merged);
  }
  record.Set("compiledRelease", std::move(compiled));
  if (versioned && !told.empty()) {
    auto merged = ocds::VersionReleases(told);
    if (!merged.ok()) return CannotMerge(ocid, merged.status());
    record.Set("versionedRelease", *std::move(merged));
  }
  return record;
}

ocds::Json PackageOfPublished(const v1::OcdsPackage& metadata, bool records,
                              std::vector<ocds::Json> items) {
  ocds::Json package = ocds::WriteMessage(metadata);
  package.Set(records ? "records" : "releases", ocds::Json::Array(std::move(items)));
  return package;
}

}  // namespace prihvat::procurement
