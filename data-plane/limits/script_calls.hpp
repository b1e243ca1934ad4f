#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/redis/client.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::limits {

/// A script of Redis and the name by which it is called.
class Script {
public:
    /// What it runs is the clock, then the body.
    Script(std::string_view clock, std::string_view body);
    const std::string& text() const { return text_; }
    const std::string& sha1() const { return sha1_; }

private:
    std::string text_;
    std::string sha1_;
};

/// Calls scripts for one reactor, and brings the answers to it. A Redis that does not know a script
/// gets its text. Thread: the reactor's. Lifetime: answers that come later are dropped.
class ScriptCalls {
public:
    using Done = std::function<void(const Result<redis::Reply>&)>;

    ScriptCalls(worker::Reactor& reactor, redis::Client& redis);
    ~ScriptCalls();
    ScriptCalls(const ScriptCalls&) = delete;
    ScriptCalls& operator=(const ScriptCalls&) = delete;

    /// `script` outlives the reactor.
    void call(const Script& script, std::vector<std::string> keys,
              std::vector<std::string> arguments, Done done);
    /// So many commands were sent.
    std::uint64_t sent() const { return sent_; }
    std::size_t under_way() const { return under_way_; }

private:
    struct Call;
    void send(const std::shared_ptr<Call>& call);

    worker::Reactor& reactor_;
    redis::Client& redis_;
    std::uint64_t sent_ = 0;
    std::size_t under_way_ = 0;
    std::shared_ptr<char> alive_;  // its owners know whether this is still there
};

}  // namespace turnpike::limits
