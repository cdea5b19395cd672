#include "services/procurement/domain/published.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/digest.h"
#include "libs/base/resource_name.h"
#include "libs/base/text.h"
#include "libs/ocds/dates.h"
#include "prihvat/procurement/v1/published_events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

constexpr size_t kMaxIdBytes = 300;  // of an ocid and of a release's id
constexpr char kCompiledSuffix[] = "~compiled";

template <class Message>
MaybeRejected CheckOcds(std::string_view field, const Message& message) {
  const auto violation = ocds::CheckMessage(message, kPublishedLimits);
  if (!violation) return std::nullopt;
  return es::InvalidField(
      violation->path.empty() ? std::string(field) : fmt::format("{}/{}", field, violation->path),
      violation->rule);
}

MaybeRejected CheckRange(std::string_view field, int64_t value, int64_t most) {
  if (value >= 0 && value <= most) return std::nullopt;
  return es::InvalidField(field, fmt::format("must be from 0 to {}, is {}", most, value));
}

MaybeRejected CheckUnmapped(const v1::PublishedPackage& package) {
  const int most = std::min(kMaxUnmappedKept, package.unmapped_count());
  if (package.unmapped_size() > most) {
    return es::InvalidField(
        "published_package.unmapped",
        fmt::format("may have at most {} entries, has {}", most, package.unmapped_size()));
  }
  for (int i = 0; i < package.unmapped_size(); ++i) {
    const v1::UnmappedField& field = package.unmapped(i);
    if (auto no =
            CheckText(FieldOf("published_package.unmapped", i, "path"), field.path(), true, 500)) {
      return no;
    }
    if (auto no = CheckText(FieldOf("published_package.unmapped", i, "reason"), field.reason(),
                            true, 300)) {
      return no;
    }
  }
  return std::nullopt;
}

MaybeRejected CheckPackage(const v1::PublishedPackage& package) {
  if (package.content() != v1::PUBLISHED_CONTENT_RELEASES &&
      package.content() != v1::PUBLISHED_CONTENT_RECORDS) {
    return es::InvalidField("published_package.content", "must be releases or records");
  }
  const std::string& digest = package.file_digest();
  const bool hexadecimal = std::all_of(digest.begin(), digest.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (digest.size() != 64 || !hexadecimal) {
    return es::InvalidField("published_package.file_digest",
                            "must be 64 small hexadecimal digits (SHA-256)");
  }
  if (auto no = CheckOcds("published_package.metadata", package.metadata())) return no;
  if (auto no = CheckRange("published_package.release_count", package.release_count(),
                           kMaxReleasesOfPackage)) {
    return no;
  }
  if (auto no = CheckRange("published_package.leaf_count", package.leaf_count(), INT32_MAX)) {
    return no;
  }
  if (auto no = CheckRange("published_package.unmapped_count", package.unmapped_count(),
                           package.leaf_count())) {
    return no;
  }
  return CheckUnmapped(package);
}

// What a caller says of a package, without what we add.
v1::PublishedPackage Said(v1::PublishedPackage package) {
  package.clear_publisher();
  package.clear_license();
  package.clear_imported_count();
  package.clear_create_time();
  package.clear_update_time();
  package.clear_etag();
  return package;
}

es::Decision DecideEnter(const es::View& view, const v1::EnterPublishedPackageRequest& command,
                         es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  if (auto no = CheckPackage(command.published_package())) return *no;
  v1::PublishedPackageEntered event;
  v1::PublishedPackage& package = *event.mutable_published_package();
  package = Said(command.published_package());
  if (const absl::Status id = base::CheckId(command.published_package_id()); !id.ok()) {
    return es::InvalidField("published_package_id",
                            "must be letters, digits and ._~-, at most 63, the first of them a "
                            "letter or a digit");
  }
  package.set_name(
      fmt::format("{}/publishedPackages/{}", command.parent(), command.published_package_id()));
  if (const auto* known = view.Find<v1::PublishedPackage>(package.name())) {
    if (es::SerializeDeterministically(Said(*known)) == es::SerializeDeterministically(package)) {
      return es::Decision::Accept().Naming(package.name());
    }
    return es::AlreadyExists(package.name());
  }
  const std::string name = package.name();
  return es::Accepted(std::move(event)).Naming(name);
}

// The date of a release, or why it has none that can be kept.
Checked<absl::Time> CheckReleaseDate(const v1::OcdsRelease& content) {
  const auto date = ocds::ParseDate(content.date());
  if (!date) {
    return es::InvalidField("content/date",
                            fmt::format("must be a time of RFC 3339 with its offset, is {}",
                                        base::Quoted(content.date())));
  }
  const auto year = absl::ToCivilYear(*date, absl::UTCTimeZone()).year();
  if (year < 1900 || year > 2200) {
    return es::InvalidField("content/date",
                            fmt::format("must be in the years 1900 to 2200, is in {}", year));
  }
  return *date;
}

MaybeRejected CheckRelease(const v1::ImportPublishedReleaseRequest& command) {
  const v1::OcdsRelease& content = command.content();
  if (content.ByteSizeLong() > kMaxReleaseBytes) {
    return es::InvalidField("content", fmt::format("may have at most {} bytes, has {}",
                                                   kMaxReleaseBytes, content.ByteSizeLong()));
  }
  if (auto no = CheckOcds("content", content)) return no;
  for (const auto& [field, id] :
       {std::pair("content/ocid", &content.ocid()), {"content/id", &content.id().text()}}) {
    if (id->empty() || id->size() > kMaxIdBytes) {
      return es::InvalidField(
          field, fmt::format("must have 1 to {} bytes, has {}", kMaxIdBytes, id->size()));
    }
  }
  if (content.tag().empty()) return es::InvalidField("content/tag", "must have at least one tag");
  if (!command.linked_releases().empty() && !IsCompiled(content)) {
    return es::InvalidField("linked_releases", "stand beside a compiled release only");
  }
  if (command.linked_releases_size() > kMaxLinkedReleases) {
    return es::InvalidField("linked_releases",
                            fmt::format("may have at most {} entries, has {}", kMaxLinkedReleases,
                                        command.linked_releases_size()));
  }
  for (int i = 0; i < command.linked_releases_size(); ++i) {
    if (auto no = CheckOcds(fmt::format("linked_releases/{}", i), command.linked_releases(i))) {
      return no;
    }
  }
  return std::nullopt;
}

// That the order among the process's releases can be told (case E4).
MaybeRejected CheckOrder(const es::View& view, const std::string& process, absl::Time date,
                         const v1::OcdsRelease& content) {
  if (const auto* known = view.Find<v1::PublishedProcess>(process)) {
    if (known->ocid() != content.ocid()) return es::AlreadyExists(process);
    if (known->release_count() >= kMaxReleasesOfProcess) {
      return es::InvalidField(
          "content", fmt::format("its process has {} releases, the most", kMaxReleasesOfProcess));
    }
  }
  if (IsCompiled(content)) return std::nullopt;
  const auto* taken = view.Find<v1::TakenReleaseDate>(PublishedDateName(process, date));
  if (taken == nullptr) return std::nullopt;
  return es::Rejected(kReleaseDateTaken)
      .Saying(fmt::format("{} is the date of {} too: their order cannot be told", content.date(),
                          taken->published_release()))
      .With("date", content.date())
      .With("published_release", taken->published_release());
}

// A release that is here: nothing to do where it is the same, in the same place.
es::Decision DecideRepeated(const es::View& view, const v1::ImportPublishedReleaseRequest& command,
                            const v1::PublishedRelease& known) {
  const std::string digest = PublishedDigest(command.content());
  if (known.release_id() != command.content().id().text() || known.content_digest() != digest) {
    return es::Rejected(kReleaseDiffers)
        .Saying(fmt::format("{} is another release of ocid {} and id {}", known.name(),
                            command.content().ocid(), command.content().id().text()))
        .With("published_release", known.name())
        .With("content_digest", known.content_digest())
        .With("digest", digest);
  }
  const auto* place =
      view.Find<v1::PublishedPlace>(PublishedPlaceName(command.parent(), command.place()));
  if (place != nullptr) return es::Decision::Accept().Naming(known.name());
  v1::PublishedReleaseRepeated event;
  event.set_published_release(known.name());
  event.set_published_package(command.parent());
  event.set_place(command.place());
  return es::Accepted(std::move(event)).Naming(known.name());
}

es::Decision DecideImport(const es::View& view, const v1::ImportPublishedReleaseRequest& command,
                          es::Context& context) {
  const auto package = Find<v1::PublishedPackage>(view, context, "parent", command.parent(),
                                                  kPublishedPackagePattern);
  if (!package.ok()) return package.rejection();
  const int32_t places = (*package)->release_count();
  if (command.place() < 1 || command.place() > places) {
    return es::InvalidField("place",
                            fmt::format("must be from 1 to {}, is {}", places, command.place()));
  }
  if (auto no = CheckRelease(command)) return *no;
  const auto date = CheckReleaseDate(command.content());
  if (!date.ok()) return date.rejection();
  const std::string name = PublishedReleaseName(context.operation, command.content());
  const auto* place =
      view.Find<v1::PublishedPlace>(PublishedPlaceName(command.parent(), command.place()));
  if (place != nullptr && place->published_release() != name) {
    return es::InvalidField(
        "place", fmt::format("{} is that of {}", command.place(), place->published_release()));
  }
  if (const auto* known = view.Find<v1::PublishedRelease>(name)) {
    return DecideRepeated(view, command, *known);
  }
  const std::string process = PublishedProcessName(context.operation, command.content().ocid());
  if (auto no = CheckOrder(view, process, *date, command.content())) return *no;
  v1::PublishedReleaseImported event;
  event.set_published_release(name);
  event.set_published_package(command.parent());
  event.set_place(command.place());
  event.set_content_digest(PublishedDigest(command.content()));
  *event.mutable_content() = command.content();
  *event.mutable_linked_releases() = command.linked_releases();
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldEntered(es::Entities& entities, const v1::PublishedPackageEntered& event,
                 const es::EventContext& context) {
  v1::PublishedPackage package = event.published_package();
  package.set_publisher(package.metadata().publisher().name());
  package.set_license(package.metadata().license());
  Stamp(package, context);
  entities.Put(package.name(), package);
}

void FoldPlace(es::Entities& entities, const std::string& package, int32_t number,
               const std::string& release, const std::string& ocid,
               const es::EventContext& context) {
  v1::PublishedPlace place;
  place.set_published_release(release);
  place.set_ocid(ocid);
  place.set_place(number);
  entities.Put(PublishedPlaceName(package, number), place);
  entities.Put(fmt::format("{}/{:06d}", PublishedPlacesOfProcess(package, ocid), number), place);
  entities.Edit<v1::PublishedPackage>(package, [&](v1::PublishedPackage& entity) {
    entity.set_imported_count(entity.imported_count() + 1);
    Stamp(entity, context);
  });
}

void SetUnlessEmpty(const std::string& said, std::string& value) {
  if (!said.empty()) value = said;
}

// Of the tender; where a release tells of none, of the first award or contract.
std::string TitleOf(const v1::OcdsRelease& content) {
  const v1::OcdsTender& tender = content.tender();
  if (!tender.title().empty()) return tender.title();
  if (!tender.description().empty()) return tender.description();
  for (const v1::OcdsAward& award : content.awards()) {
    if (!award.title().empty()) return award.title();
  }
  for (const v1::OcdsContract& contract : content.contracts()) {
    if (!contract.title().empty()) return contract.title();
  }
  return "";
}

// What the list of processes shows, as the latest release that speaks of it has it.
void Summarize(const v1::OcdsRelease& content, const v1::OcdsPackage& metadata,
               v1::PublishedProcess& process) {
  const v1::OcdsTender& tender = content.tender();
  SetUnlessEmpty(TitleOf(content), *process.mutable_title());
  SetUnlessEmpty(tender.status(), *process.mutable_tender_status());
  const std::string& buyer = content.buyer().name();
  SetUnlessEmpty(buyer.empty() ? tender.procuring_entity().name() : buyer,
                 *process.mutable_buyer());
  if (tender.value().has_amount()) {
    process.set_value(tender.value().amount().digits());
    process.set_currency(tender.value().currency());
  }
  process.set_publisher(metadata.publisher().name());
  process.set_license(metadata.license());
}

// To the nanosecond: releases are put in order by it, and others write more digits than our log has
// room for.
google::protobuf::Timestamp ExactProto(absl::Time date) {
  google::protobuf::Timestamp exact = ToProto(date);
  const int64_t rest = absl::ToInt64Nanoseconds(date - FromProto(exact));
  exact.set_nanos(exact.nanos() + static_cast<int32_t>(rest));
  return exact;
}

void FoldProcess(es::Entities& entities, const std::string& name,
                 const v1::PublishedReleaseImported& event, absl::Time date,
                 const es::EventContext& context) {
  const auto* package = entities.Find<v1::PublishedPackage>(event.published_package());
  const v1::OcdsPackage metadata = package == nullptr ? v1::OcdsPackage() : package->metadata();
  entities.Edit<v1::PublishedProcess>(name, [&](v1::PublishedProcess& process) {
    const bool first = process.release_count() == 0;
    process.set_name(name);
    process.set_ocid(event.content().ocid());
    process.set_release_count(process.release_count() + 1);
    if (first || date < FromProto(process.first_release_time())) {
      *process.mutable_first_release_time() = ExactProto(date);
    }
    if (first || date >= FromProto(process.last_release_time())) {
      *process.mutable_last_release_time() = ExactProto(date);
      Summarize(event.content(), metadata, process);
    }
    Stamp(process, context);
  });
}

void FoldImported(es::Entities& entities, const v1::PublishedReleaseImported& event,
                  const es::EventContext& context) {
  const v1::OcdsRelease& content = event.content();
  const absl::Time date = ocds::ParseDate(content.date()).value_or(absl::UnixEpoch());
  const std::string process = PublishedProcessName(context.operation, content.ocid());
  v1::PublishedRelease release;
  release.set_name(event.published_release());
  release.set_release_id(content.id().text());
  *release.mutable_release_time() = ExactProto(date);
  *release.mutable_tags() = content.tag();
  release.set_compiled(IsCompiled(content));
  release.add_published_packages(event.published_package());
  release.set_content_digest(event.content_digest());
  *release.mutable_linked_releases() = event.linked_releases();
  Stamp(release, context);
  entities.Put(release.name(), release);
  entities.Put(PublishedContentName(release.name()), content);
  if (!release.compiled()) {
    v1::TakenReleaseDate taken;
    taken.set_published_release(release.name());
    entities.Put(PublishedDateName(process, date), taken);
  }
  FoldProcess(entities, process, event, date, context);
  FoldPlace(entities, event.published_package(), event.place(), release.name(), content.ocid(),
            context);
}

void FoldRepeated(es::Entities& entities, const v1::PublishedReleaseRepeated& event,
                  const es::EventContext& context) {
  std::string ocid;
  if (const auto* content =
          entities.Find<v1::OcdsRelease>(PublishedContentName(event.published_release()))) {
    ocid = content->ocid();
  }
  entities.Edit<v1::PublishedRelease>(
      event.published_release(), [&](v1::PublishedRelease& release) {
        auto& packages = *release.mutable_published_packages();
        const bool known = std::find(packages.begin(), packages.end(), event.published_package()) !=
                           packages.end();
        if (!known && packages.size() < kMaxPackagesOfRelease) {
          *packages.Add() = event.published_package();
        }
        Stamp(release, context);
      });
  FoldPlace(entities, event.published_package(), event.place(), event.published_release(), ocid,
            context);
}

}  // namespace

std::string PublishedId(std::string_view id) {
  if (base::CheckId(id).ok()) return std::string(id);
  return "sha256-" + base::Sha256Hex(id).substr(0, 40);
}

std::string PublishedProcessName(std::string_view operation, std::string_view ocid) {
  return fmt::format("{}/publishedProcesses/{}", operation, PublishedId(ocid));
}

std::string PublishedReleaseName(std::string_view operation, const v1::OcdsRelease& content) {
  std::string id = PublishedId(content.id().text());
  if (IsCompiled(content)) {
    id = PublishedId(id + kCompiledSuffix);
  } else if (content.id().text().ends_with(kCompiledSuffix)) {
    // Not the name of the compiled release of a shorter id; no id of a compiled one has a space.
    id = PublishedId("release " + content.id().text());
  }
  return fmt::format("{}/publishedReleases/{}", PublishedProcessName(operation, content.ocid()),
                     id);
}

std::string PublishedContentName(std::string_view release) {
  constexpr std::string_view kProcesses = "/publishedProcesses/";
  const size_t at = release.find(kProcesses);
  PRIHVAT_CHECK(at != std::string_view::npos, "a release lies in a process");
  return fmt::format("{}/publishedContents/{}", release.substr(0, at),
                     release.substr(at + kProcesses.size()));
}

std::string PublishedPlacesOf(std::string_view package) {
  return fmt::format("{}/places", package);
}

std::string PublishedPlacesOfProcess(std::string_view package, std::string_view ocid) {
  return fmt::format("{}/processPlaces/{}", package, PublishedId(ocid));
}

std::string PublishedPlaceName(std::string_view package, int32_t place) {
  return fmt::format("{}/{:06d}", PublishedPlacesOf(package), place);
}

std::string PublishedDatesOf(std::string_view process) { return fmt::format("{}/dates", process); }

std::string PublishedDateName(std::string_view process, absl::Time date) {
  return fmt::format(
      "{}/{}", PublishedDatesOf(process),
      std::string(absl::FormatTime("%E4Y-%m-%dT%H:%M:%E9S", date, absl::UTCTimeZone())));
}

bool IsCompiled(const v1::OcdsRelease& content) {
  return std::find(content.tag().begin(), content.tag().end(), "compiled") != content.tag().end();
}

std::string PublishedDigest(const v1::OcdsRelease& content) {
  return base::Sha256Hex(es::SerializeDeterministically(content));
}

void AddPublished(es::Decider& decider) {
  decider.On<v1::EnterPublishedPackageRequest>(&DecideEnter);
  decider.On<v1::ImportPublishedReleaseRequest>(&DecideImport);
  decider.Fold<v1::PublishedPackageEntered>(&FoldEntered);
  decider.Fold<v1::PublishedReleaseImported>(&FoldImported);
  decider.Fold<v1::PublishedReleaseRepeated>(&FoldRepeated);
}

}  // namespace prihvat::procurement
