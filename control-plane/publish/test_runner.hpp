#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/publish/rollout.hpp"

namespace turnpike::publish {

/// Has workers run TestInvokeMethod and waits for their answers; docs/test-invoke.md. Thread: any.
class TestRunner {
public:
    struct Options {
        std::string redis_url;             ///< Each test that waits has a connection of its own.
        std::size_t running_max = 16;      ///< More are refused.
        Milliseconds claim_wait{2000};     ///< For a worker to take what it was asked.
        Milliseconds answer_wait{35'000};  ///< For everything.
        /// A worker that said nothing for so long while it runs a test is gone.
        Milliseconds silence_max{10'000};
    };
    TestRunner(redis::Client& redis, snapshot::PublishedNames names, const Rollout& rollout,
               Options options);

    /// `planned`: what the rule of TestInvokeMethod gave (service/test_invoke.hpp). A test is run
    /// once; a second time only if nobody took it, or if its worker went away and running it twice
    /// does no harm.
    /// Returns: the members of the operation's output.
    /// Errors: Throttled (too many wait here), Invalid (no worker, a worker refused it, its answer
    /// did not come), Unavailable (Redis away, and nothing was run).
    Result<json::Value> run(const json::Value& planned, std::string_view user_agent);

    /// Those that wait give up within about two seconds; for the end of the process.
    void stop() { is_stopping_ = true; }

private:
    class Attempt;
    Result<void> put_document(const std::string& hash, const std::string& document);
    Result<json::Value> run_somewhere(const std::string& call, bool is_repeatable);

    redis::Client& redis_;
    snapshot::PublishedNames names_;
    const Rollout& rollout_;
    Options options_;
    std::atomic<std::size_t> running_{0};
    std::atomic<bool> is_stopping_{false};
};

}  // namespace turnpike::publish
