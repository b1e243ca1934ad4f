#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "control-plane/access/authenticator.hpp"
#include "control-plane/api/bindings.hpp"
#include "control-plane/api/encode.hpp"
#include "control-plane/api/router.hpp"
#include "control-plane/service/operation.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::api {

/// One request as received, body included. Views.
struct Request {
    access::RequestHead head;  ///< Exactly as on the wire: signatures cover it.
    std::string_view path;     ///< Raw.
    std::string_view query;    ///< Raw.
    std::string_view body;
    std::string_view source_address = {};  ///< Of the peer: "127.0.0.1".
};

/// What a request leads to: its answer, or how to get it.
struct Reply {
    Answer answer;
    /// Set: gives the answer instead. It may wait, so it is for a thread that serves nobody else;
    /// it keeps nothing of the request, never throws, and needs the handler.
    std::function<Answer()> later = {};
};

/// What turns requests into answers; the HTTP connection knows no more of it. Thread: any.
class RequestHandler {
public:
    virtual ~RequestHandler() = default;
    /// What can be refused by the head alone, so that nobody unknown sends a body.
    virtual std::optional<Answer> precheck(const access::RequestHead& head) = 0;
    /// Never throws.
    virtual Reply handle(const Request& request) = 0;
};

/// The order of checks of the management API: signature, route, types, constraints, rules. Each
/// operation runs in a transaction of its own. Thread: any.
class Dispatcher final : public RequestHandler {
public:
    /// Turnpike's own additions by operation name, those that need no transaction; they read, and
    /// may throw service::StoreUnavailable.
    using Addition = std::function<Result<json::Value>(const service::Call&)>;
    using Additions = std::map<std::string, Addition, std::less<>>;
    /// What is left to do when the transaction of an operation has ended, with what its rule gave;
    /// what it gives may wait (see Reply::later), and gives the output.
    using Completion = std::function<std::function<Result<json::Value>()>(json::Value planned,
                                                                          const Request& request)>;
    /// Told after every call; `operation` is null if none was found. Must not block.
    struct Outcome {
        const Operation* operation = nullptr;
        int status = 0;
        Microseconds took{};
    };
    struct Parts {
        const access::Authenticator& authenticator;
        service::Store& store;
        const BindingTable& bindings;
        const service::Installation& installation;
        Additions additions;
        std::map<std::string, Completion, std::less<>> completions = {};
        const service::LiveUsage* live_usage = nullptr;
        std::function<void(const std::string&)> log_error = [](const std::string&) {};
        std::function<void(const Outcome&)> observe = [](const Outcome&) {};
        /// Told of every change that was made, with its entry in the audit.
        std::function<void(const json::Value&)> report_change = [](const json::Value&) {};
    };
    explicit Dispatcher(Parts parts) : parts_(std::move(parts)) {}

    std::optional<Answer> precheck(const access::RequestHead& head) override;
    Reply handle(const Request& request) override;

private:
    /// Further calls are refused at once for a moment.
    void hold_calls();
    /// `work`, and what is answered to its exceptions.
    Answer guard(const Operation*& operation, const std::function<Answer()>& work);
    Reply answer(const Request& request, const Operation*& operation);
    Reply run_operation(const Match& match, const Request& request,
                        const access::Principal& principal, WallTime now);
    Answer to_answer(const Operation& operation, const Result<json::Value>& output);
    void observe(const Operation* operation, int status, SteadyTime started);
    Result<json::Value> run_handler(const service::Binding& binding, const service::Call& call);
    Result<json::Value> run_change(const service::Binding& binding, const service::Call& call);

    Parts parts_;
    Router router_;
    std::atomic<SteadyTime::rep> outage_until_{0};
};

}  // namespace turnpike::api
