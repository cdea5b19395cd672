// Reads a publisher's package: says of each release that cannot be used where it stands and why,
// and puts the others together by process. Nothing is mended and nothing is dropped in silence.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/ocds/json.h"

namespace prihvat::ocds {

struct Finding {
  std::string path;  // from the document's root: "releases/3/tender/tenderers"
  std::string text;
};

// Where a release stands.
struct ReadPlace {
  std::string path;
  size_t number = 0;  // in the order of the document
};

struct ReadProcess {
  std::string ocid;
  std::vector<Json> releases;     // by date, each later than the one before; as they stood there
  std::vector<ReadPlace> places;  // of these
  // Compiled releases, where they were asked for: as their publisher put them together.
  std::vector<Json> compiled;
  std::vector<ReadPlace> compiled_places;
};

struct ReadOptions {
  // Take compiled releases too: those in a package of releases, and those of records; then links
  // to releases beside them are passed over.
  bool compiled = false;
};

struct ReadPackage {
  int releases = 0;                    // that the document holds, refused and repeated ones too
  int repeated = 0;                    // said again, alike: kept once
  std::vector<ReadProcess> processes;  // in the order of their first release
  std::vector<Finding> refused;        // why releases, and their whole processes, are left out
  std::vector<Finding> warnings;       // what is used as it is, and looks wrong
};

// `document`: a package of releases or of records with embedded releases, OCDS 1.0 or 1.1.
// INVALID_ARGUMENT for any other.
//
// A release is told apart by ocid and id together (case E3); the same pair with two bodies is
// refused. So is (case E4): a release without ocid, id, date or tag; a date that is not of RFC 3339
// with an offset; a list where the standard has an object, or the other way round; an amount that
// is no number; a process two releases of which have one date, since their order cannot be told. A
// process with a refused release is left out as a whole: compiled without it, it would be another.
// Identifiers that end in ".0" are warned of (case X2): a spreadsheet has made numbers of them.
//
// A compiled release that cannot be used is refused by itself.
absl::StatusOr<ReadPackage> ReadReleases(const Json& document, const ReadOptions& options = {});

}  // namespace prihvat::ocds
