// The pure part of the reception service: all its commands and events.
#pragma once

#include "libs/es/decider.h"

namespace prihvat::reception {

const es::Decider& ReceptionDecider();

}  // namespace prihvat::reception
