// The pure part of the reporting service: it learns of operations and their zones. All else that it
// says is read from the journals (views/).
#pragma once

#include "libs/es/decider.h"

namespace prihvat::reporting {

const es::Decider& ReportingDecider();

}  // namespace prihvat::reporting
