// Pieces with a serial number or a VIN: how they are written, and that none is received twice
// (INV-12, INV-13).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// A piece as it is stored: without blanks around, VIN in capitals.
struct CheckedItem {
  v1::SerialItem item;
  std::string warning;  // what people should look at; "" for nothing
};

// `field` is the piece's path in the request. It has a serial with its manufacturer, or a VIN, or
// both.
Checked<CheckedItem> CheckItem(const v1::SerialItem& item, std::string_view field);

// The names under which a piece that was received is remembered while it is kept: one for its
// manufacturer and serial (base::SerialKey), one for its VIN, as far as it has them.
std::vector<std::string> KeysOf(std::string_view operation, const v1::SerialItem& item);

// "Toyota 4711", "VIN WDB..." : the piece in a sentence.
std::string Describe(const v1::SerialItem& item);

}  // namespace prihvat::procurement
