#include "services/procurement/api/published_queries.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/ocds/messages.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/documents/published_package.h"
#include "services/procurement/domain/published.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

constexpr size_t kPageBytes = 2 << 20;  // a page that has as much is full
constexpr size_t kItemBytes = 5 << 20;  // of one release or record: within a message, with a page

// Releases that are told together: one, or those of a record.
struct Item {
  std::string key;  // where the next page goes on
  std::vector<std::string> releases;
};

// What is asked for: items in order, no more than a page takes and one more.
struct Wanted {
  v1::OcdsPackage metadata;
  bool versioned = false;
  std::vector<Item> items;
};

// All places of a process in the package; the first tells where its record stands.
std::vector<v1::PublishedPlace> PlacesOfProcess(const rpc::ReadContext& reads,
                                                const std::string& package,
                                                const std::string& ocid) {
  std::vector<v1::PublishedPlace> places;
  reads.entities().ForEach<v1::PublishedPlace>(
      PublishedPlacesOfProcess(package, ocid),
      [&](std::string_view, const v1::PublishedPlace& place) {
        places.push_back(place);
        return true;
      });
  return places;
}

bool IsFirstOfItsProcess(const rpc::ReadContext& reads, const std::string& package,
                         const v1::PublishedPlace& place) {
  bool first = false;
  reads.entities().ForEach<v1::PublishedPlace>(
      PublishedPlacesOfProcess(package, place.ocid()),
      [&](std::string_view, const v1::PublishedPlace& of_it) {
        first = of_it.place() == place.place();
        return false;
      });
  return first;
}

absl::StatusOr<Wanted> OfPackage(const rpc::ReadContext& reads, const std::string& name,
                                 bool records) {
  PRIHVAT_ASSIGN_OR_RETURN(v1::PublishedPackage package, reads.Find<v1::PublishedPackage>(name));
  Wanted wanted{std::move(*package.mutable_metadata()), package.versioned(), {}};
  reads.entities().rows().Scan(
      PublishedPlacesOf(name) + "/", reads.page_after(),
      [&](std::string_view key, std::string_view value) {
        v1::PublishedPlace place;
        if (!es::DecodeEntity(value, place)) return true;
        Item item{std::string(key), {place.published_release()}};
        if (records) {
          if (!IsFirstOfItsProcess(reads, name, place)) return true;
          item.releases.clear();
          for (const auto& of_it : PlacesOfProcess(reads, name, place.ocid()))
            item.releases.push_back(of_it.published_release());
        }
        wanted.items.push_back(std::move(item));
        return static_cast<int>(wanted.items.size()) <= reads.page_size();
      });
  return wanted;
}

// Where the page begins: the key of the page before is the place of its last item.
size_t FirstOf(const rpc::ReadContext& reads) {
  const std::string& after = reads.page_after();
  size_t last = 0;
  std::from_chars(after.data(), after.data() + after.size(), last);
  return after.empty() ? 0 : last + 1;
}

// All releases of a process, by date; in the package of the last one.
absl::StatusOr<Wanted> OfProcess(const rpc::ReadContext& reads, const std::string& name,
                                 bool records) {
  PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::PublishedProcess>(name).status());
  std::vector<v1::PublishedRelease> releases;  // at most kMaxReleasesOfProcess
  reads.entities().ForEach<v1::PublishedRelease>(
      name + "/publishedReleases", [&](std::string_view, const v1::PublishedRelease& release) {
        releases.push_back(release);
        return true;
      });
  std::stable_sort(releases.begin(), releases.end(), [](const auto& a, const auto& b) {
    return FromProto(a.release_time()) < FromProto(b.release_time());
  });
  Wanted wanted;
  if (releases.empty()) return wanted;
  PRIHVAT_ASSIGN_OR_RETURN(v1::PublishedPackage package,
                           reads.Find<v1::PublishedPackage>(releases.back().published_packages(0)));
  wanted.metadata = std::move(*package.mutable_metadata());
  if (records) {
    if (FirstOf(reads) > 0) return wanted;
    Item& all = wanted.items.emplace_back();
    for (const v1::PublishedRelease& release : releases) all.releases.push_back(release.name());
    return wanted;
  }
  for (size_t i = FirstOf(reads); i < releases.size(); ++i) {
    if (static_cast<int>(wanted.items.size()) > reads.page_size()) break;
    wanted.items.push_back({fmt::format("{:09d}", i), {releases[i].name()}});
  }
  return wanted;
}

absl::StatusOr<Wanted> WantedBy(const rpc::ReadContext& reads,
                                const v1::RenderPublishedPackageRequest& request) {
  if (request.content() != v1::PUBLISHED_CONTENT_RELEASES &&
      request.content() != v1::PUBLISHED_CONTENT_RECORDS) {
    return rpc::Reject(es::InvalidField("content", "must be releases or records"));
  }
  const bool records = request.content() == v1::PUBLISHED_CONTENT_RECORDS;
  if (base::CheckName(request.name(), kPublishedPackagePattern).ok()) {
    return OfPackage(reads, request.name(), records);
  }
  if (base::CheckName(request.name(), kPublishedProcessPattern).ok()) {
    return OfProcess(reads, request.name(), records);
  }
  return rpc::Reject(es::InvalidField(
      "name", fmt::format("must be {} or {}", kPublishedPackagePattern, kPublishedProcessPattern)));
}

// A release or a record.
absl::StatusOr<ocds::Json> ItemOf(const rpc::ReadContext& reads, const access::Policy& access,
                                  const std::vector<std::string>& names, bool records,
                                  bool versioned) {
  std::vector<v1::PublishedRelease> releases(names.size());
  size_t bytes = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    PRIHVAT_RETURN_IF_ERROR(AnswerPublishedRelease(reads, names[i], releases[i]));
    bytes += releases[i].ByteSizeLong();
    if (bytes > kItemBytes) {
      return absl::OutOfRangeError(
          fmt::format("the record of {} has more than {} bytes: ask for releases",
                      releases[i].content().ocid(), kItemBytes));
    }
    access::Mask(releases[i], access, reads.principal(),
                 absl::ToCivilDay(reads.now(), reads.zone()));
  }
  if (records) return PublishedRecord(releases, versioned);
  return ocds::WriteMessage(releases.front().content());
}

}  // namespace

absl::Status AnswerPublishedRelease(const rpc::ReadContext& reads, const std::string& name,
                                    v1::PublishedRelease& response) {
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, response));
  return reads.FindInto(PublishedContentName(name), *response.mutable_content());
}

absl::Status AnswerPublishedPackage(const rpc::ReadContext& reads, const access::Policy& access,
                                    const v1::RenderPublishedPackageRequest& request,
                                    v1::RenderPublishedPackageResponse& response) {
  PRIHVAT_ASSIGN_OR_RETURN(const Wanted wanted, WantedBy(reads, request));
  const bool records = request.content() == v1::PUBLISHED_CONTENT_RECORDS;
  std::vector<ocds::Json> items;
  std::vector<std::string> processes;
  size_t bytes = 0;
  for (size_t i = 0; i < wanted.items.size(); ++i) {
    if (!items.empty() &&
        (static_cast<int>(items.size()) >= reads.page_size() || bytes >= kPageBytes)) {
      reads.NextPage(wanted.items[i - 1].key);
      break;
    }
    PRIHVAT_ASSIGN_OR_RETURN(ocds::Json item, ItemOf(reads, access, wanted.items[i].releases,
                                                     records, wanted.versioned));
    const size_t size = ocds::WriteJson(item).size();
    if (size > kItemBytes) {
      return absl::OutOfRangeError(
          fmt::format("what is told of {} has {} bytes, at most {} can be sent{}",
                      item.TextOf("ocid"), size, kItemBytes, records ? ": ask for releases" : ""));
    }
    if (!items.empty() && bytes + size > kPageBytes) {
      reads.NextPage(wanted.items[i - 1].key);
      break;
    }
    bytes += size;
    processes.emplace_back(item.TextOf("ocid"));
    response.set_release_count(response.release_count() +
                               static_cast<int32_t>(wanted.items[i].releases.size()));
    items.push_back(std::move(item));
  }
  std::sort(processes.begin(), processes.end());
  processes.erase(std::unique(processes.begin(), processes.end()), processes.end());
  response.set_process_count(static_cast<int32_t>(processes.size()));
  response.set_package(
      ocds::WriteJson(PackageOfPublished(wanted.metadata, records, std::move(items))));
  return absl::OkStatus();
}

}  // namespace prihvat::procurement
