// Whether Kafka's brokers take this client: asked before all else, so that a wrong password or an
// authority that nobody knows is told as such, and not as a broker that does not answer.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/event_log/kafka/kafka_log.h"

namespace prihvat::event_log {

// OK as soon as one broker has answered. Else what a broker or the way to it said, and which
// properties to look at: UNAUTHENTICATED for a user that is refused and FAILED_PRECONDITION for TLS
// that does not come about, both after a few seconds in which no other broker answered;
// UNAVAILABLE at `deadline` for all else; INVALID_ARGUMENT for properties that make no client. Says
// no password.
absl::Status CheckBrokers(const KafkaClientOptions& options, absl::Time deadline);

}  // namespace prihvat::event_log
