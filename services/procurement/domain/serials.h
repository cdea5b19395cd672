// Pieces with a serial number or a VIN: how they are written, and that none is received twice
// (INV-12, INV-13).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
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

// The piece's names that stand for that line of that receipt: another piece may have taken one
// since.
template <class Rows>
std::vector<std::string> KeysHeld(const Rows& rows, std::string_view operation,
                                  const v1::SerialItem& item, std::string_view receipt, int line) {
  std::vector<std::string> held;
  for (std::string& key : KeysOf(operation, item)) {
    const auto* where = rows.template Find<v1::ReceivedItem>(key);
    if (where != nullptr && where->goods_receipt() == receipt && where->line_number() == line) {
      held.push_back(std::move(key));
    }
  }
  return held;
}

// The piece of that line of that receipt is kept no longer.
void Forget(es::Entities& entities, std::string_view operation, const v1::SerialItem& item,
            std::string_view receipt, int line);

// "Toyota 4711", "VIN WDB..." : the piece in a sentence.
std::string Describe(const v1::SerialItem& item);

}  // namespace prihvat::procurement
