#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"

namespace turnpike::worker {

/// One test that waits in the inbox of this worker.
struct TestTicket {
    std::string entry;    ///< Id in the stream.
    std::string call_id;  ///< Names the call and its answer.
};

/// Reads what is published from Redis; docs/publishing.md. Every method may fail with what
/// redis::Client gives. Thread: the loader's, which it blocks.
class PublishedReader {
public:
    PublishedReader(redis::Client& redis, snapshot::PublishedNames names, Milliseconds timeout)
        : redis_(redis), names_(std::move(names)), timeout_(timeout) {}

    struct Position {
        std::string epoch;  ///< Empty: nothing complete is published.
        std::uint64_t revision = 0;
    };
    Result<Position> position();

    using Visit = std::function<void(const std::string& name, const std::string& record)>;
    /// In pages; between them `pause` may serve others. A name may be visited twice.
    Result<void> each_stage(const Visit& visit, const std::function<void()>& pause);
    Result<void> each_plan(const Visit& visit, const std::function<void()>& pause);

    using Records = std::vector<std::optional<std::string>>;
    Result<Records> stages(const std::vector<std::string>& names);
    Result<Records> plans(const std::vector<std::string>& ids);
    Result<Records> keys(const std::vector<std::string>& lookups);
    /// Errors: also NotFound, and Invalid if the bytes do not hash to the name.
    Result<std::string> blob(std::string_view hash);

    /// Writes the worker's report and reads where the publisher is, without blocking. `done` runs
    /// on the client's thread.
    void report(const std::string& worker_id, const json::Value& report,
                std::function<void(Result<Position>)> done);
    void forget(const std::string& worker_id);

    /// Takes a test for this worker, so that nobody else runs it. Returns: the call; nothing if it
    /// was taken back.
    Result<std::optional<std::string>> claim_test(std::string_view inbox, const TestTicket& ticket);
    /// Errors: also NotFound, and Invalid if the bytes do not hash to the name.
    Result<std::string> test_document(std::string_view hash);
    /// Does not wait. An answer that nobody fetches goes after a minute.
    void answer_test(std::string_view call_id, std::string answer);

private:
    Result<std::string> document(std::string_view hash, std::string key);
    Result<void> each(const std::string& hash, const Visit& visit,
                      const std::function<void()>& pause);
    Result<Records> members(const std::string& hash, const std::vector<std::string>& fields);

    redis::Client& redis_;
    snapshot::PublishedNames names_;
    Milliseconds timeout_;
};

/// One entry of the publisher's stream.
struct PublishedChanges {
    std::uint64_t revision = 0;
    std::uint64_t previous = 0;                                ///< Revision before this one.
    std::vector<std::pair<std::string, std::string>> changes;  ///< kind, name
};

/// The entries of `stream` in an XREAD reply; nil, or a reply about others, gives none.
/// Errors: Invalid.
Result<std::vector<PublishedChanges>> parse_stream(const redis::Reply& reply,
                                                   std::string_view stream);
/// The same of a worker's inbox; what is no ticket is left out.
std::vector<TestTicket> parse_inbox(const redis::Reply& reply, std::string_view inbox);

}  // namespace turnpike::worker
