#include "services/prihvatctl/ocds_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "libs/base/digest.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/ocds/json.h"
#include "libs/ocds/merge.h"

namespace prihvat::ctl {
namespace {

namespace v1 = ::prihvat::procurement::v1;

constexpr size_t kMaxReleaseBytes = 900 << 10;  // the server's, too
constexpr size_t kMaxReleases = 100'000;        // the server's, too
constexpr int kMaxUnmappedSent = 1'000;
constexpr size_t kMaxPathCharacters = 500;
constexpr char kPersonal[] = "names people: kept with --contact-points only";

// A release that will be sent, while the plan is made.
struct Sending {
  size_t number;  // in the document
  std::string path;
  v1::OcdsRelease content;
  std::vector<v1::OcdsLinkedRelease> links;
};

// Of a UUID's form, from a digest: the same text, the same id (RFC 9562, version 8).
std::string RequestIdOf(std::string_view text) {
  std::string hex = base::Sha256Hex(text);
  hex[12] = '8';
  hex[16] = '8';
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

int64_t LeavesOf(const ocds::Json& value) {
  ocds::Mapping all;
  ocds::AddUnmapped(value, "", "", all);
  return all.leaves;
}

// Leaf fields by path.
void Flatten(const ocds::Json& value, const std::string& path,
             std::map<std::string, const ocds::Json*>& leaves) {
  for (size_t i = 0; i < value.items().size(); ++i) {
    Flatten(value.items()[i], fmt::format("{}/{}", path, i), leaves);
  }
  for (const auto& [member, nested] : value.members()) {
    Flatten(nested, path + "/" + member, leaves);
  }
  if (value.IsEmpty()) leaves.emplace(path, &value);
}

// For people and for the server's checks: without control characters, cut.
std::string Printable(std::string_view text, size_t most) {
  std::string printable(text);
  std::replace_if(
      printable.begin(), printable.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return base::TruncateCodepoints(printable, most);
}

class Planner {
 public:
  Planner(const ocds::Json& document, const OcdsPlanOptions& options)
      : document_(document), options_(options) {
    if (!options.contact_points) mapping_.left_out.emplace("OcdsContactPoint", kPersonal);
  }

  absl::StatusOr<OcdsImportPlan> Run(std::string_view text) {
    PRIHVAT_ASSIGN_OR_RETURN(ocds::ReadPackage read,
                             ocds::ReadReleases(document_, {.compiled = true}));
    plan_.refused = std::move(read.refused);
    plan_.warnings = std::move(read.warnings);
    plan_.repeated = read.repeated;
    ReadMetadata();
    for (const ocds::ReadProcess& process : read.processes) AddProcess(process);
    std::sort(sending_.begin(), sending_.end(),
              [](const Sending& a, const Sending& b) { return a.number < b.number; });
    if (sending_.size() > kMaxReleases) {
      return absl::OutOfRangeError(
          fmt::format("a package may have at most {} releases, this one has {}", kMaxReleases,
                      sending_.size()));
    }
    for (size_t i = 0; i < sending_.size(); ++i) sent_at_[sending_[i].path] = i;
    CheckRecords();
    Finish(text);
    return std::move(plan_);
  }

 private:
  // What the publisher said about the package.
  void ReadMetadata() {
    ocds::Json metadata = document_;
    // What else stands under these names, such as null, has no place.
    if (HasReleases()) metadata.Remove("releases");
    if (IsList("records")) metadata.Remove("records");
    ocds::ReadMessage(metadata, "", mapping_,
                      *plan_.package.mutable_published_package()->mutable_metadata(),
                      plan_.mapping);
  }

  bool IsList(std::string_view member) const {
    const ocds::Json* value = document_.Find(member);
    return value != nullptr && value->IsArray();
  }
  // Else it has records; where it has both, its releases are read.
  bool HasReleases() const { return IsList("releases"); }

  void Refuse(const std::string& path, std::string why, const ocds::Json& value) {
    plan_.refused.push_back({path, std::move(why)});
    plan_.refused_leaves += LeavesOf(value);
  }

  // Nothing is sent where one release of the process cannot be.
  void AddProcess(const ocds::ReadProcess& process) {
    std::vector<Sending> told;
    ocds::Mapping mapping;
    for (size_t i = 0; i < process.releases.size(); ++i) {
      told.push_back({process.places[i].number, process.places[i].path, {}, {}});
      ocds::ReadMessage(process.releases[i], told.back().path, mapping_, told.back().content,
                        mapping);
    }
    if (!Fits(process, told)) return;
    Append(std::move(mapping));
    ++plan_.processes;
    std::vector<ocds::Json>& kept = kept_[process.ocid];
    for (Sending& release : told) {
      kept.push_back(ocds::WriteMessage(release.content));
      used_.insert(release.path);
      sending_.push_back(std::move(release));
    }
    for (size_t i = 0; i < process.compiled.size(); ++i) AddCompiled(process, i, kept);
  }

  bool Fits(const ocds::ReadProcess& process, const std::vector<Sending>& told) {
    for (const Sending& release : told) {
      const size_t bytes = release.content.ByteSizeLong();
      if (bytes <= kMaxReleaseBytes) continue;
      plan_.refused.push_back(
          {release.path, fmt::format("has {} bytes, at most {} can be kept; {} is left out as a "
                                     "whole",
                                     bytes, kMaxReleaseBytes, process.ocid)});
      return false;
    }
    return true;
  }

  // A compiled release that merging gives anyway need not be sent.
  void AddCompiled(const ocds::ReadProcess& process, size_t i,
                   const std::vector<ocds::Json>& kept) {
    const ocds::ReadPlace& place = process.compiled_places[i];
    Sending release{place.number, place.path, {}, {}};
    ocds::Mapping mapping;
    ocds::ReadMessage(process.compiled[i], place.path, mapping_, release.content, mapping);
    if (release.content.ByteSizeLong() > kMaxReleaseBytes) {
      plan_.refused.push_back(
          {place.path, fmt::format("has {} bytes, at most {} can be kept",
                                   release.content.ByteSizeLong(), kMaxReleaseBytes)});
      return;
    }
    Append(std::move(mapping));
    used_.insert(place.path);
    const auto merged = ocds::CompileReleases(kept);
    if (merged.ok() && *merged == ocds::WriteMessage(release.content)) return;
    sending_.push_back(std::move(release));
  }

  void Append(ocds::Mapping mapping) {
    plan_.mapping.leaves += mapping.leaves;
    std::move(mapping.unmapped.begin(), mapping.unmapped.end(),
              std::back_inserter(plan_.mapping.unmapped));
  }

  // What of the document is in no release that is sent.
  void CheckRecords() {
    if (HasReleases()) {
      const ocds::Json& releases = *document_.Find("releases");
      for (size_t i = 0; i < releases.items().size(); ++i) {
        if (used_.contains(fmt::format("releases/{}", i))) continue;
        plan_.refused_leaves += LeavesOf(releases.items()[i]);
      }
      return;
    }
    const ocds::Json& records = *document_.Find("records");
    for (size_t i = 0; i < records.items().size(); ++i) {
      CheckRecord(records.items()[i], fmt::format("records/{}", i));
    }
  }

  void CheckRecord(const ocds::Json& record, const std::string& path) {
    const std::string compiled = path + "/compiledRelease";
    bool any = used_.contains(compiled);
    const ocds::Json* releases = record.Find("releases");
    for (size_t i = 0; releases != nullptr && i < releases->items().size(); ++i) {
      any = any || used_.contains(fmt::format("{}/releases/{}", path, i));
    }
    for (const auto& [member, value] : record.members()) {
      const std::string at = path + "/" + member;
      if (!any) {
        plan_.refused_leaves += LeavesOf(value);
      } else if (member == "ocid") {
        ++plan_.mapping.leaves;
      } else if (member == "releases") {
        CheckLinks(value, at, compiled);
      } else if (member == "versionedRelease") {
        CheckVersions(record.TextOf("ocid"), value, at);
      } else if (member != "compiledRelease") {
        ocds::AddUnmapped(value, at, "is no field of a record of OCDS 1.1", plan_.mapping);
      } else if (!used_.contains(compiled)) {
        plan_.refused_leaves += LeavesOf(value);
      }
    }
  }

  // Links are kept with the compiled release of their record.
  void CheckLinks(const ocds::Json& releases, const std::string& path,
                  const std::string& compiled) {
    const auto holder = sent_at_.find(compiled);
    for (size_t i = 0; i < releases.items().size(); ++i) {
      const std::string at = fmt::format("{}/{}", path, i);
      if (used_.contains(at)) continue;
      const ocds::Json& link = releases.items()[i];
      if (holder == sent_at_.end() || !link.IsObject()) {
        plan_.refused_leaves += LeavesOf(link);
      } else {
        ocds::ReadMessage(link, at, mapping_, sending_[holder->second].links.emplace_back(),
                          plan_.mapping);
      }
    }
  }

  // Versions are not sent: they are made of the releases. What would come out otherwise is told.
  void CheckVersions(std::string_view ocid, const ocds::Json& versioned, const std::string& path) {
    ocds::Json ours;
    if (const auto kept = kept_.find(ocid); kept != kept_.end() && !kept->second.empty()) {
      auto merged = ocds::VersionReleases(kept->second);
      if (merged.ok()) ours = *std::move(merged);
      plan_.package.mutable_published_package()->set_versioned(true);
    }
    std::map<std::string, const ocds::Json*> wanted;
    std::map<std::string, const ocds::Json*> made;
    Flatten(versioned, path, wanted);
    if (!ours.IsNull()) Flatten(ours, path, made);
    for (const auto& [at, leaf] : wanted) {
      ++plan_.mapping.leaves;
      const auto same = made.find(at);
      if (same != made.end() && *same->second == *leaf) continue;
      plan_.mapping.unmapped.push_back(
          {at, "versions are made of the releases that are kept, and have another value here"});
    }
  }

  void Finish(std::string_view text) {
    v1::PublishedPackage& package = *plan_.package.mutable_published_package();
    const std::string digest = base::Sha256Hex(text);
    const std::string id = digest.substr(0, 32);
    plan_.package.set_parent(options_.operation);
    plan_.package.set_published_package_id(id);
    package.set_content(HasReleases() ? v1::PUBLISHED_CONTENT_RELEASES
                                      : v1::PUBLISHED_CONTENT_RECORDS);
    package.set_file_digest(digest);
    package.set_release_count(static_cast<int32_t>(sending_.size()));
    package.set_leaf_count(static_cast<int32_t>(plan_.mapping.leaves));
    package.set_unmapped_count(static_cast<int32_t>(plan_.mapping.unmapped.size()));
    for (const ocds::Unmapped& field : plan_.mapping.unmapped) {
      if (package.unmapped_size() == kMaxUnmappedSent) break;
      v1::UnmappedField& sent = *package.add_unmapped();
      sent.set_path(Printable(field.path, kMaxPathCharacters));
      sent.set_reason(field.reason);
    }
    plan_.package.set_request_id(RequestIdOf(plan_.package.SerializeAsString()));
    int32_t place = 0;
    for (Sending& release : sending_) {
      v1::ImportPublishedReleaseRequest request;
      request.set_parent(fmt::format("{}/publishedPackages/{}", options_.operation, id));
      request.set_place(++place);
      *request.mutable_content() = std::move(release.content);
      for (v1::OcdsLinkedRelease& link : release.links) {
        *request.add_linked_releases() = std::move(link);
      }
      request.set_request_id(RequestIdOf(request.SerializeAsString()));
      plan_.releases.push_back(std::move(request));
      plan_.paths.push_back(std::move(release.path));
    }
  }

  const ocds::Json& document_;
  const OcdsPlanOptions& options_;
  ocds::MappingOptions mapping_;
  OcdsImportPlan plan_;
  std::vector<Sending> sending_;
  std::map<std::string, size_t> sent_at_;  // by path, where in sending_
  std::set<std::string> used_;             // paths of releases whose content is kept
  std::map<std::string, std::vector<ocds::Json>, std::less<>> kept_;  // by ocid, as it is kept
};

}  // namespace

absl::StatusOr<OcdsImportPlan> PlanOcdsImport(std::string_view text,
                                              const OcdsPlanOptions& options) {
  if (!base::IsValidUtf8(text)) {
    return absl::InvalidArgumentError(
        "is not UTF-8, as the standard asks for: convert it first, with iconv for example");
  }
  PRIHVAT_ASSIGN_OR_RETURN(const ocds::Json document, ocds::ParseJson(text));
  return Planner(document, options).Run(text);
}

}  // namespace prihvat::ctl
