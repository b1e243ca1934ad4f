#pragma once

#include <memory>

#include "common/base/result.hpp"
#include "common/snapshot/stage.hpp"
#include "common/snapshot/test_invocation.hpp"
#include "data-plane/pipeline/services.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::phase {

/// Runs the phases of order() for a request that nobody sent, without those that concern callers
/// and stages, and keeps the answer and a log of what happened. Real back ends are called.
/// `stage`: kTestStage on a deployment that has the tested method; kept until the task ends.
/// Time: the integration's timeout, and as much again at most for a body that drips.
/// Errors: Invalid (no request can be like that), NotFound (the deployment lacks the method).
/// Thread: the reactor of `services`. Source: the reference, observability section 5.
worker::Task<Result<snapshot::TestAnswer>> test_invoke(
    const pipeline::Services& services, std::shared_ptr<const snapshot::TestCall> call,
    std::shared_ptr<const snapshot::CompiledStage> stage);

}  // namespace turnpike::phase
