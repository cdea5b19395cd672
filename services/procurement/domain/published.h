// What other publishers told (OCDS): where it is kept, and what may be kept. No command of our own
// work looks at it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "libs/ocds/messages.h"
#include "prihvat/procurement/v1/ocds.pb.h"

namespace prihvat::procurement {

inline constexpr std::string_view kPublishedPackagePattern = "operations/*/publishedPackages/*";
inline constexpr std::string_view kPublishedProcessPattern = "operations/*/publishedProcesses/*";
inline constexpr std::string_view kPublishedReleasePattern =
    "operations/*/publishedProcesses/*/publishedReleases/*";

inline constexpr ocds::MessageLimits kPublishedLimits{};
inline constexpr size_t kMaxReleaseBytes = 900 << 10;  // in the log, of at most 1 MiB a record
inline constexpr int32_t kMaxReleasesOfPackage = 100'000;
inline constexpr int32_t kMaxReleasesOfProcess = 5'000;
inline constexpr int kMaxUnmappedKept = 1'000;
inline constexpr int kMaxLinkedReleases = 1'000;
inline constexpr int kMaxPackagesOfRelease = 20;

// A name's last part for a publisher's id: the id itself where it can stand there, else a digest.
std::string PublishedId(std::string_view id);

// "operations/ba/publishedProcesses/ocds-213czf-1"
std::string PublishedProcessName(std::string_view operation, std::string_view ocid);
// A compiled release is told apart from the release of the same id: publishers give both one.
std::string PublishedReleaseName(std::string_view operation, const v1::OcdsRelease& content);

// Rows that are no resources: the content of a release (apart from the releases, so that these can
// be gone through without it); what stands in a place of a package; which release has a date. Names
// of the latter two sort by place and by date.
std::string PublishedContentName(std::string_view release);
std::string PublishedPlacesOf(std::string_view package);
// The same places once more, by process: so that a record is found at once.
std::string PublishedPlacesOfProcess(std::string_view package, std::string_view ocid);
std::string PublishedPlaceName(std::string_view package, int32_t place);
std::string PublishedDatesOf(std::string_view process);
std::string PublishedDateName(std::string_view process, absl::Time date);

// Tagged "compiled": its publisher put it together from others.
bool IsCompiled(const v1::OcdsRelease& content);

// SHA-256 of the content, hexadecimal.
std::string PublishedDigest(const v1::OcdsRelease& content);

}  // namespace prihvat::procurement
