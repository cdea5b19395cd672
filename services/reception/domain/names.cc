#include "services/reception/domain/names.h"

#include "fmt/format.h"
#include "services/reception/domain/times.h"

namespace prihvat::reception {

std::string_view IdOf(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string_view ParentOf(std::string_view name) {
  for (int segment = 0; segment < 2; ++segment) {
    const size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) return "";
    name = name.substr(0, slash);
  }
  return name;
}

std::string_view OperationOf(std::string_view name) {
  const size_t collection_end = name.find('/');
  if (collection_end == std::string_view::npos) return "";
  return name.substr(0, name.find('/', collection_end + 1));
}

std::string TallyName(std::string_view centre) {
  return fmt::format("{}/centreTallies/{}", OperationOf(centre), IdOf(centre));
}

std::string PastBedUsePrefix(std::string_view bed) {
  return fmt::format("{}/pastBedUses/{}/{}/", OperationOf(bed), IdOf(ParentOf(bed)), IdOf(bed));
}

std::string PastBedUseName(std::string_view bed, absl::Time end, std::string_view stay) {
  return fmt::format("{}{}/{}", PastBedUsePrefix(bed), OrderedTime(end), IdOf(stay));
}

std::string PastStayPrefix(std::string_view person) {
  return fmt::format("{}/pastStays/{}/", OperationOf(person), IdOf(person));
}

std::string PastStayName(std::string_view person, absl::Time end, std::string_view stay) {
  return fmt::format("{}{}/{}", PastStayPrefix(person), OrderedTime(end), IdOf(stay));
}

std::string AfterTime(std::string_view prefix, absl::Time time) {
  // '0' sorts behind the '/' that follows the digits of this very instant.
  return fmt::format("{}{}0", prefix, OrderedTime(time));
}

}  // namespace prihvat::reception
