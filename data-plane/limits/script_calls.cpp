#include "data-plane/limits/script_calls.hpp"

#include <utility>

#include "common/crypto/digest.hpp"

namespace turnpike::limits {

Script::Script(std::string_view clock, std::string_view body)
    : text_(std::string(clock) + std::string(body)), sha1_(crypto::sha1_hex(text_)) {}

struct ScriptCalls::Call {
    const Script& script;
    std::vector<std::string> keys;
    std::vector<std::string> arguments;
    Done done;
    bool with_text = false;

    redis::Command command() const {
        redis::Command words{with_text ? "EVAL" : "EVALSHA",
                             with_text ? script.text() : script.sha1(),
                             std::to_string(keys.size())};
        words.insert(words.end(), keys.begin(), keys.end());
        words.insert(words.end(), arguments.begin(), arguments.end());
        return words;
    }
    bool is_unknown(const Result<redis::Reply>& reply) const {
        return !with_text && !reply && reply.error().detail.starts_with("NOSCRIPT");
    }
};

ScriptCalls::ScriptCalls(worker::Reactor& reactor, redis::Client& redis)
    : reactor_(reactor), redis_(redis), alive_(std::make_shared<char>()) {}

ScriptCalls::~ScriptCalls() = default;

void ScriptCalls::call(const Script& script, std::vector<std::string> keys,
                       std::vector<std::string> arguments, Done done) {
    ++under_way_;
    send(std::make_shared<Call>(
        Call{script, std::move(keys), std::move(arguments), std::move(done)}));
}

void ScriptCalls::send(const std::shared_ptr<Call>& call) {
    ++sent_;
    redis_.send(call->command(), [this, call, reactor = &reactor_,
                                  alive = std::weak_ptr(alive_)](Result<redis::Reply> reply) {
        reactor->post([this, call, alive, reply = std::move(reply)] {
            if (alive.expired()) return;
            if (call->is_unknown(reply)) {
                call->with_text = true;
                send(call);
            } else {
                --under_way_;
                call->done(reply);
            }
        });
    });
}

}  // namespace turnpike::limits
