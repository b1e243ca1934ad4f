#pragma once

#include "common/dynamic/value.hpp"
#include "common/template/methods.hpp"

namespace turnpike::velocity {

/// String.format(format, arguments...): the conversions s S d x X o f e c b n and %, with flags,
/// width and precision. Problems: as Java's exceptions, and what is not supported.
dynamic::Value format_string(MethodCall& call);

}  // namespace turnpike::velocity
