#pragma once

#include <span>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// TestInvokeMethod up to where its transaction ends: what a worker is to be asked. The answer of
/// the rule is not yet the operation's: {"document": text of a deployment document with nothing
/// but the tested method and the way to its resource, "call": members of docs/test-invoke.md but
/// for "document" and "userAgent", "isRepeatable": whether running it twice does no harm}.
/// publish::TestRunner makes the answer of it.
std::span<const Binding> test_invoke_bindings();

}  // namespace turnpike::service
