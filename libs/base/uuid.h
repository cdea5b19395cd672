// Random ids as RFC 4122 writes them.
#pragma once

#include <string>
#include <string_view>

#include "libs/base/random.h"

namespace prihvat::base {

// A version 4 UUID from `random`: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", in small letters.
std::string MakeUuid(Random& random);

// Whether `text` is a UUID in its 36-character form, of any version and in either case.
bool IsUuid(std::string_view text);

// The seam for new ids. Threads: as the implementation says.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // An id that this source and, as far as chance allows, no other has given before.
  virtual std::string NewId() = 0;
};

// Version 4 UUIDs. `random` outlives it and decides about threads.
class UuidSource final : public IdSource {
 public:
  explicit UuidSource(Random* random) : random_(random) {}
  std::string NewId() override { return MakeUuid(*random_); }

 private:
  Random* random_;
};

}  // namespace prihvat::base
