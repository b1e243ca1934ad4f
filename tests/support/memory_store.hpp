#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "control-plane/service/operation.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::tests {

/// A store in memory with the promises of service::Transaction, for tests of the rules. It also
/// checks what the rules promise in return: a read-only operation writes nothing, and a write below
/// a REST API holds that API's lock (TURNPIKE_ASSERT). Thread: one.
class MemoryStore final : public service::Store {
public:
    /// As Store::run: nothing of a failed `work` stays.
    Result<json::Value> run(service::Access access, const Work& work) override;

    /// What the committed operations told the workers, oldest first.
    const std::vector<service::Effect>& effects() const { return state_.effects; }
    void forget_effects() { state_.effects.clear(); }
    /// How often the committed and the failed operations asked for a write or an effect.
    std::size_t writes() const { return writes_; }

private:
    friend class MemoryTransaction;

    struct Stored {
        json::Value document;
        std::uint64_t sequence = 0;
    };
    using Rows = std::map<std::pair<std::string, std::string>, Stored>;
    struct State {
        std::map<service::Table, Rows> tables;
        std::map<std::string, std::string> key_values;
        std::map<std::string, std::string> secrets;
        std::map<std::string, std::string> blobs;
        /// By plan, key and day or start of the window.
        std::map<std::tuple<std::string, std::string, service::CalendarDay>, service::UsageDay>
            usage;
        std::map<std::tuple<std::string, std::string, WallTime>, service::UsageExtension>
            extensions;
        std::vector<service::Effect> effects;
        std::uint64_t sequence = 0;
    };

    State state_;
    std::size_t writes_ = 0;
};

/// Calls operations by name the way the API edge does, against one MemoryStore.
class Caller {
public:
    explicit Caller(std::vector<std::span<const service::Binding>> bindings);

    /// Requires: `operation` is in one of the tables.
    Result<json::Value> operator()(std::string_view operation, json::Value input = json::Object{});
    /// The answer of a call that must succeed. Throws: std::runtime_error with the refusal, which
    /// fails the test.
    json::Value ok(std::string_view operation, json::Value input = json::Object{});
    /// "<kind> <message>" of a call that must fail: "400 Invalid ...", with 400 Invalid, 404
    /// NotFound, 409 Conflict, 429 LimitExceeded.
    std::string refused(std::string_view operation, json::Value input = json::Object{});

    MemoryStore store;
    service::Installation installation;
    WallTime now = WallTime{Seconds{1'774'818'307}};
    const service::LiveUsage* live_usage = nullptr;

private:
    std::vector<std::span<const service::Binding>> bindings_;
};

}  // namespace turnpike::tests
