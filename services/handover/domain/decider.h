// The pure part of the handover service: all its commands and events.
#pragma once

#include "libs/es/decider.h"

namespace prihvat::handover {

const es::Decider& HandoverDecider();

}  // namespace prihvat::handover
