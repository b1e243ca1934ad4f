#include "data-plane/integration/names.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "data-plane/worker/signal.hpp"

namespace turnpike::integration {
namespace {

bool is_localhost(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

/// Returns: null if the host needs a look-up.
Addresses known_without_asking(std::string_view host) {
    if (is_localhost(host)) {
        static const Addresses kLoopback = [] {
            auto both = std::make_shared<std::vector<net::SocketAddress>>();
            both->push_back(*net::SocketAddress::from_ip("127.0.0.1", 0));
            both->push_back(*net::SocketAddress::from_ip("::1", 0));
            return both;
        }();
        return kLoopback;
    }
    auto literal = net::SocketAddress::from_ip(host, 0);
    if (!literal) return nullptr;
    return std::make_shared<const std::vector<net::SocketAddress>>(1, *literal);
}

}  // namespace

struct Names::Entry {
    Addresses addresses;  // null: never resolved, or failed
    std::optional<Error> failure;
    SteadyTime fresh_until;
    SteadyTime usable_until;
    bool is_asking = false;
    std::vector<worker::Signal*> waiting;
};

/// Shared with answers under way, which may come after the directory is gone.
struct Names::State {
    State(worker::Reactor& its_reactor, Ask its_ask, const Limits& its_limits)
        : reactor(its_reactor), ask(std::move(its_ask)), limits(its_limits) {}

    worker::Reactor& reactor;
    Ask ask;
    Limits limits;
    std::unordered_map<std::string, Entry, StringHash, std::equal_to<>> entries;

    static void start(const std::shared_ptr<State>& self, const std::string& host) {
        self->entries[host].is_asking = true;
        self->ask(host, [weak = std::weak_ptr<State>(self), host](Result<Resolved> answer) {
            const auto state = weak.lock();
            if (!state) return;
            state->reactor.post([weak, host, answer = std::move(answer)]() mutable {
                if (const auto alive = weak.lock()) alive->take(host, std::move(answer));
            });
        });
    }

    void take(const std::string& host, Result<Resolved> answer) {
        Entry& entry = entries[host];
        entry.is_asking = false;
        const SteadyTime now = reactor.now();
        if (answer) {
            accept(entry, *std::move(answer), now);
        } else if (!entry.addresses || now >= entry.usable_until) {
            entry.addresses = nullptr;
            entry.failure = std::move(answer).error();
            entry.fresh_until = entry.usable_until = now + limits.name_failure_ttl;
        } else {
            entry.fresh_until = now + limits.name_failure_ttl;  // keeps the old answer
        }
        for (worker::Signal* signal : std::exchange(entry.waiting, {})) signal->set();
    }

    void accept(Entry& entry, Resolved resolved, SteadyTime now) const {
        if (resolved.addresses.size() > limits.addresses_per_name_max) {
            resolved.addresses.resize(limits.addresses_per_name_max);
        }
        const Milliseconds told = resolved.time_to_live.count() == 0
                                      ? limits.name_ttl_default
                                      : Milliseconds(resolved.time_to_live);
        entry.fresh_until = now + std::clamp(told, limits.name_ttl_min, limits.name_ttl_max);
        entry.usable_until = entry.fresh_until + limits.name_stale_max;
        entry.failure.reset();
        entry.addresses =
            std::make_shared<const std::vector<net::SocketAddress>>(std::move(resolved.addresses));
    }

    /// Returns: false if there is no room for another name.
    bool make_room() {
        if (entries.size() < limits.names_max) return true;
        const SteadyTime now = reactor.now();
        std::erase_if(entries, [now](const auto& item) {
            const Entry& entry = item.second;
            return !entry.is_asking && entry.waiting.empty() && now >= entry.usable_until;
        });
        return entries.size() < limits.names_max;
    }
};

Names::Names(worker::Reactor& reactor, Ask ask, const Limits& limits)
    : state_(std::make_shared<State>(reactor, std::move(ask), limits)) {}

Names::~Names() = default;

worker::MaybeTask<Result<Addresses>> Names::find(std::string_view host, SteadyTime deadline) {
    if (Addresses known = known_without_asking(host)) return Result<Addresses>(std::move(known));
    const SteadyTime now = state_->reactor.now();
    const auto found = state_->entries.find(host);
    if (found != state_->entries.end()) {
        Entry& entry = found->second;
        if (entry.addresses && now < entry.usable_until) {
            Addresses addresses = entry.addresses;
            if (now >= entry.fresh_until && !entry.is_asking) {
                State::start(state_, std::string(host));
            }
            return Result<Addresses>(std::move(addresses));
        }
        if (entry.failure && now < entry.fresh_until) return Result<Addresses>(*entry.failure);
    } else if (!state_->make_room()) {
        return Result<Addresses>(unavailable("too many names are being resolved"));
    }
    return wait(std::string(host), deadline);
}

worker::Task<Result<Addresses>> Names::wait(std::string host, SteadyTime deadline) {
    const std::shared_ptr<State> state = state_;
    worker::Signal signal(state->reactor);
    struct Leave {  // also when this coroutine is destroyed while it waits
        State& state;
        const std::string& host;
        worker::Signal& signal;
        ~Leave() {
            const auto found = state.entries.find(host);
            if (found != state.entries.end()) std::erase(found->second.waiting, &signal);
        }
    };
    state->entries[host].waiting.push_back(&signal);
    const Leave leave{*state, host, signal};
    if (!state->entries[host].is_asking) State::start(state, host);
    if (!co_await signal.wait_until(deadline))
        co_return timed_out("the name server did not answer in time");
    const Entry& entry = state->entries[host];
    if (entry.addresses) co_return entry.addresses;
    co_return entry.failure.value_or(unavailable("the name could not be resolved"));
}

}  // namespace turnpike::integration
