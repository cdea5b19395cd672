// Values as messages carry them, and the exact types that they are reckoned with: the one place for
// the way there and back.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/decider.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::es {

// To the log's resolution: whole microseconds, rounded down.
google::protobuf::Timestamp ToProto(absl::Time time);
google::type::Date ToProto(absl::CivilDay day);
google::type::Money ToProto(const base::Money& money);
common::v1::Decimal ToProto(const base::Decimal& number);

// Of what was checked before it was stored: an amount or a number that is none is a broken
// invariant. An unset number is zero.
absl::Time FromProto(const google::protobuf::Timestamp& stored);
absl::CivilDay FromProto(const google::type::Date& stored);
base::Money FromProto(const google::type::Money& stored);
base::Decimal FromProto(const common::v1::Decimal& stored);

// Of what came from outside: INVALID_ARGUMENT or OUT_OF_RANGE, with a sentence for people. An unset
// number is zero; an unset day or amount is none.
absl::StatusOr<absl::CivilDay> CheckedFromProto(const google::type::Date& date);
absl::StatusOr<base::Money> CheckedFromProto(const google::type::Money& money);
absl::StatusOr<base::Decimal> CheckedFromProto(const common::v1::Decimal& number);

// When a resource was recorded (create_time, set once) and last changed (update_time): for folds.
template <class Resource>
void Stamp(Resource& resource, const EventContext& context) {
  const google::protobuf::Timestamp now = ToProto(context.recorded_at);
  if (!resource.has_create_time()) *resource.mutable_create_time() = now;
  *resource.mutable_update_time() = now;
}

}  // namespace prihvat::es
