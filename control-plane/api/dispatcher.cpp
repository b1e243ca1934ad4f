#include "control-plane/api/dispatcher.hpp"

#include <exception>

#include "control-plane/api/decode.hpp"
#include "control-plane/api/limits.hpp"
#include "control-plane/service/audit.hpp"

namespace turnpike::api {
namespace {

std::string name_of(const Operation* operation) {
    return operation == nullptr ? "unknown operation" : std::string(operation->name);
}

}  // namespace

std::optional<Answer> Dispatcher::precheck(const access::RequestHead& head) {
    const Result<std::optional<access::Refusal>> checked =
        parts_.authenticator.precheck(head, wall_now());
    if (!checked) return encode(service_unavailable());
    if (!checked->has_value()) return std::nullopt;
    return encode(to_failure(checked->value()));
}

Answer Dispatcher::guard(const Operation*& operation, const std::function<Answer()>& work) {
    try {
        return work();
    } catch (const service::OutcomeUnknown& lost) {
        hold_calls();
        parts_.log_error(name_of(operation) + ": database lost in a commit, which may have been " +
                         "made: " + lost.what());
        return encode(outcome_unknown());
    } catch (const service::StoreUnavailable& away) {
        hold_calls();
        parts_.log_error(name_of(operation) + ": database away: " + away.what());
        return encode(service_unavailable());
    } catch (const std::exception& failure) {
        parts_.log_error(name_of(operation) + ": " + failure.what());
        return encode(to_failure(internal_error({}), Contract::RestV1));
    }
}

Reply Dispatcher::handle(const Request& request) {
    const SteadyTime started = steady_now();
    const Operation* operation = nullptr;
    std::function<Answer()> later;
    Answer result = guard(operation, [&] {
        Reply reply = answer(request, operation);
        later = std::move(reply.later);
        return std::move(reply.answer);
    });
    if (!later) {
        observe(operation, result.status, started);
        return {std::move(result)};
    }
    return {{}, [this, operation, started, work = std::move(later)]() mutable {
                Answer late = guard(operation, work);
                observe(operation, late.status, started);
                return late;
            }};
}

void Dispatcher::observe(const Operation* operation, int status, SteadyTime started) {
    parts_.observe(
        {operation, status, std::chrono::duration_cast<Microseconds>(steady_now() - started)});
}

void Dispatcher::hold_calls() {
    outage_until_ = (steady_now() + limits::kOutageHold).time_since_epoch().count();
}

Reply Dispatcher::answer(const Request& request, const Operation*& operation) {
    const WallTime now = wall_now();
    const auto authenticated = parts_.authenticator.authenticate(request.head, request.body, now);
    if (!authenticated) return {encode(service_unavailable())};
    if (const auto* refusal = std::get_if<access::Refusal>(&*authenticated)) {
        return {encode(to_failure(*refusal))};
    }
    const auto found = router_.find(request.head.method, request.path, request.query);
    if (const auto* failure = std::get_if<Failure>(&found)) return {encode(*failure)};
    const Match& match = std::get<Match>(found);
    operation = match.operation;
    return run_operation(match, request, std::get<access::Principal>(*authenticated), now);
}

Reply Dispatcher::run_operation(const Match& match, const Request& request,
                                const access::Principal& principal, WallTime now) {
    const Operation& operation = *match.operation;
    const auto addition = parts_.additions.find(operation.name);
    const bool is_addition =
        operation.contract == Contract::Turnpike && addition != parts_.additions.end();
    const service::Binding* binding = parts_.bindings.find(operation);
    if (binding == nullptr && !is_addition) return {encode(not_built(operation))};

    const auto decoded = decode(match, {request.query, request.head.fields, request.body});
    if (const auto* failure = std::get_if<Failure>(&decoded)) return {encode(*failure)};
    const service::Call call{
        std::get<json::Value>(decoded), parts_.installation,    now,          principal.arn,
        principal.access_key_id,        request.source_address, request.path, parts_.live_usage};
    Result<json::Value> output = is_addition ? addition->second(call) : run_handler(*binding, call);
    const auto completion = parts_.completions.find(operation.name);
    if (!output || completion == parts_.completions.end()) return {to_answer(operation, output)};
    return {{}, [this, &operation, work = completion->second(*std::move(output), request)] {
                return to_answer(operation, work());
            }};
}

Answer Dispatcher::to_answer(const Operation& operation, const Result<json::Value>& output) {
    if (output) return encode(operation, *output);
    if (output.error().kind == Error::Kind::Internal) {
        parts_.log_error(std::string(operation.name) + ": " + output.error().detail);
    }
    return encode(to_failure(output.error(), operation.contract));
}

Result<json::Value> Dispatcher::run_handler(const service::Binding& binding,
                                            const service::Call& call) {
    // Calls that queue behind one that waited for an absent database must not wait in turn.
    if (steady_now().time_since_epoch().count() < outage_until_.load()) {
        return unavailable("database away");
    }
    if (binding.access == service::Access::Write) return run_change(binding, call);
    return parts_.store.run(binding.access, [&binding, &call](service::Transaction& transaction) {
        return binding.handler(transaction, call);
    });
}

Result<json::Value> Dispatcher::run_change(const service::Binding& binding,
                                           const service::Call& call) {
    json::Value entry;
    const auto work = [&](service::Transaction& transaction) {
        Result<json::Value> made = binding.handler(transaction, call);
        if (made) entry = record_change(transaction, call, binding.operation, *made);
        return made;
    };
    Result<json::Value> answer = parts_.store.run(service::Access::Write, work);
    if (answer) parts_.report_change(entry);
    return answer;
}

}  // namespace turnpike::api
