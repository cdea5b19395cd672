// From values on the wire to exact ones, and back.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::reporting {

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

google::type::Date ToProto(absl::CivilDay day);
// INVALID_ARGUMENT for a date that does not exist.
absl::StatusOr<absl::CivilDay> FromProto(const google::type::Date& date);

google::type::Money ToProto(const base::Money& money);
absl::StatusOr<base::Money> FromProto(const google::type::Money& money);

common::v1::Decimal ToProto(const base::Decimal& decimal);
// Zero where nothing was said.
absl::StatusOr<base::Decimal> FromProto(const common::v1::Decimal& decimal);

// The amount in EUR: itself, or by the fixed rate; nothing where there is none (never zero, which
// would lower a sum unseen).
absl::StatusOr<std::optional<base::Money>> InEuro(const base::Money& money);

}  // namespace prihvat::reporting
