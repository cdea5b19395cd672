// The processes of this room, one a file.
#pragma once

#include "libs/es/process.h"

namespace prihvat::reception {

const es::Process& OperationsProcess();
const es::Process& ResponsibilitiesProcess();

}  // namespace prihvat::reception
