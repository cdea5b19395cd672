// What a List tells of an entity's row (es::EncodeEntity) without parsing it: entries of
// `mentioned` of Calls::List. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prihvat::rpc {

// An entry for entities whose own field of that number, an enum, has one of the values. "", which
// leaves all to the parser, for no values, and where one is not above 0: proto3 does not write 0,
// and callers may send what no enum has.
std::string FieldIsOneOf(int field_number, const std::vector<int>& values);

// The same for one value: what a filter asks for, 0 for nothing.
std::string FieldIs(int field_number, int value);

// Whether the row can be of an entity that the entry asks for: a text stands in it whole, as a
// string field does, or the field has such a value. True for "", and for what cannot be read.
bool Mentions(std::string_view row, std::string_view entry);

}  // namespace prihvat::rpc
