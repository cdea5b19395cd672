// Between the messages' values and the exact types of libs/base.
#pragma once

#include "libs/base/money.h"
#include "libs/es/values.h"

namespace prihvat::procurement {

using es::CheckedFromProto;
using es::FromProto;
using es::Stamp;
using es::ToProto;

// The part of `whole` that `part` is of `of`, rounded half-up; `whole` where part is all of it.
// `part` and `of` are of one currency, 0 <= part <= of; zero of nothing.
base::Money ShareOf(const base::Money& whole, const base::Money& part, const base::Money& of);

}  // namespace prihvat::procurement
