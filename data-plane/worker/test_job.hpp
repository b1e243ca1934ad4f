#pragma once

#include <functional>
#include <memory>

#include "common/base/result.hpp"
#include "common/snapshot/stage.hpp"
#include "common/snapshot/test_invocation.hpp"

namespace turnpike::worker {

/// A test of a method that a control plane asked for, compiled. See docs/test-invoke.md.
struct TestJob {
    std::shared_ptr<const snapshot::TestCall> call;
    std::shared_ptr<const snapshot::CompiledStage> stage;
};

/// Takes the answer, once. Thread: any.
using TestDone = std::function<void(Result<snapshot::TestAnswer>)>;
/// Starts a test and returns. Thread: the loader's.
using RunTest = std::function<void(TestJob job, TestDone done)>;

}  // namespace turnpike::worker
