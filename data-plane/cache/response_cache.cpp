#include "data-plane/cache/response_cache.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/memory_cache.hpp"
#include "data-plane/cache/post_gate.hpp"
#include "data-plane/cache/replacements.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::cache {
namespace {

using Fetched = SharedStore::Fetched;

bool answers_while_stale(const snapshot::MethodCaching& caching, Milliseconds stale_for) {
    return stale_for < caching.stage->stale_while_revalidate;
}

bool answers_errors(const snapshot::MethodCaching& caching, Milliseconds stale_for) {
    return stale_for < caching.stage->stale_if_error;
}

Milliseconds elapsed(SteadyTime from, SteadyTime to) {
    return std::chrono::duration_cast<Milliseconds>(to - from);
}

}  // namespace

/// One call of the back end, or the look whether one is needed, and everyone who waits for it.
struct ResponseCache::Pending {
    struct Waiter {
        explicit Waiter(worker::Reactor& reactor) : signal(reactor) {}
        worker::Signal signal;
        bool is_promoted = false;
    };

    std::string key;
    SharedStore::Place place;
    std::string token;  ///< Of the lock in Redis; empty: we do not hold it.
    std::unique_ptr<worker::Timer> renewal;
    std::vector<Waiter*> waiters;  ///< Who came first goes first.
    bool is_over = false;
    bool is_overtaken = false;  ///< What it gets was replaced meanwhile: nobody joins any more.
    /// Once it is over. Null: everybody calls on their own.
    std::shared_ptr<const Response> response;
    bool is_stale = false;
};

struct ResponseCache::State : std::enable_shared_from_this<ResponseCache::State> {
    State(worker::Reactor& its_reactor, const CacheShared& what_is_shared)
        : reactor(its_reactor),
          shared(what_is_shared),
          gate(std::make_shared<PostGate>(its_reactor)),
          memory(what_is_shared.memory_bytes_max),
          store(its_reactor, what_is_shared) {}

    /// What memory has under a key.
    struct Look {
        enum class Kind : std::uint8_t { Nothing, Fresh, Stale, Fallback, Note };
        Kind kind = Kind::Nothing;
        std::shared_ptr<const Response> response;
    };
    Look look(const Query& query);
    struct Times {
        Milliseconds fresh_for;
        Milliseconds kept_for;
        SteadyTime began;
    };
    void remember(const Query& query, const std::string& id,
                  std::shared_ptr<const Response> response, const Times& times);
    void forget(const ReplacedFeed::Ids& ids);
    /// Those who come from now on do not wait for what this one gets.
    void leave_behind(Pending& open);

    std::shared_ptr<Pending> open(const Query& query);
    void close(Pending& open, std::shared_ptr<const Response> response, bool is_stale = false);
    void pass_on(Pending& open);
    void hold_lock(Pending& open, std::string token);
    std::string new_token();

    worker::Task<Answer> follow(Query query, std::shared_ptr<Pending> pending);
    worker::Task<Answer> lead(Query query, Lead lead, std::shared_ptr<const Response> fallback);
    /// `asked_at`: how many replacements there had been when Redis was asked.
    std::optional<Answer> take(const Query& query, Lead& lead, Fetched& fetched,
                               std::size_t asked_at, std::shared_ptr<const Response>& fallback);

    worker::Reactor& reactor;
    const CacheShared& shared;
    std::shared_ptr<PostGate> gate;
    MemoryCache memory;
    SharedStore store;
    std::unordered_map<std::string, std::shared_ptr<Pending>, StringHash, std::equal_to<>> pending;
    Replacements replacements;
};

// --- memory ---

ResponseCache::State::Look ResponseCache::State::look(const Query& query) {
    const SteadyTime now = reactor.now();
    const bool is_trusted = shared.feed == nullptr || shared.feed->is_live(now);
    const MemoryCache::Entry* found = is_trusted ? memory.find(query.key, now) : nullptr;
    if (found == nullptr) return {};
    if (found->response->is_note()) return {Look::Kind::Note, nullptr};
    if (now < found->fresh_until) return {Look::Kind::Fresh, found->response};
    const Milliseconds stale_for = elapsed(found->fresh_until, now);
    if (answers_while_stale(*query.caching, stale_for)) return {Look::Kind::Stale, found->response};
    if (answers_errors(*query.caching, stale_for)) return {Look::Kind::Fallback, found->response};
    return {};
}

void ResponseCache::State::remember(const Query& query, const std::string& id,
                                    std::shared_ptr<const Response> response, const Times& times) {
    const SteadyTime now = reactor.now();
    const Milliseconds fresh = std::min<Milliseconds>(times.fresh_for, query.caching->ttl);
    memory.put({std::string(query.key), id, std::move(response), now + fresh,
                now + std::max(fresh, times.kept_for), times.began});
}

void ResponseCache::State::forget(const ReplacedFeed::Ids& ids) {
    const SteadyTime now = steady_now();
    if (!ids) {
        replacements.note_all(now);
        return memory.clear();
    }
    for (const std::string& id : *ids) {
        memory.erase_id(id);
        replacements.note(id, now);
    }
    if (pending.empty()) return;
    const std::unordered_set<std::string_view> replaced(ids->begin(), ids->end());
    std::vector<std::shared_ptr<Pending>> overtaken;
    for (const auto& [key, open] : pending) {
        if (replaced.contains(open->place.id)) overtaken.push_back(open);
    }
    for (const auto& open : overtaken) leave_behind(*open);
}

void ResponseCache::State::leave_behind(Pending& open) {
    if (open.is_over || std::exchange(open.is_overtaken, true)) return;
    const auto found = pending.find(open.key);
    const std::shared_ptr<Pending> held = found == pending.end() ? nullptr : found->second;
    if (held.get() == &open) pending.erase(found);
    open.renewal.reset();
    if (!open.token.empty()) store.unlock(open.place, std::exchange(open.token, {}));
}

// --- who calls ---

std::shared_ptr<ResponseCache::Pending> ResponseCache::State::open(const Query& query) {
    auto made = std::make_shared<Pending>();
    made->key = std::string(query.key);
    made->place = store.place_of(*query.caching, query.key);
    pending.emplace(made->key, made);
    return made;
}

void ResponseCache::State::close(Pending& open, std::shared_ptr<const Response> response,
                                 bool is_stale) {
    if (open.is_over) return;
    const auto found = pending.find(open.key);
    if (found != pending.end() && found->second.get() == &open) pending.erase(found);
    open.is_over = true;
    open.response = std::move(response);
    open.is_stale = is_stale;
    open.renewal.reset();
    if (!open.token.empty()) store.unlock(open.place, std::exchange(open.token, {}));
    for (Pending::Waiter* waiter : std::exchange(open.waiters, {})) waiter->signal.set();
}

void ResponseCache::State::pass_on(Pending& open) {
    if (open.is_over) return;
    if (open.waiters.empty()) return close(open, nullptr);
    open.renewal.reset();
    Pending::Waiter* next = open.waiters.front();
    open.waiters.erase(open.waiters.begin());
    next->is_promoted = true;
    next->signal.set();
}

void ResponseCache::State::hold_lock(Pending& open, std::string token) {
    if (open.is_overtaken) return store.unlock(open.place, token);
    open.token = std::move(token);
    open.renewal = std::make_unique<worker::Timer>(reactor, [this, held = &open] {
        store.renew(held->place);
        held->renewal->expire_after(limits::kLockRenewal);
    });
    open.renewal->expire_after(limits::kLockRenewal);
}

std::string ResponseCache::State::new_token() {
    const std::uint64_t numbers[] = {reactor.random().next(), reactor.random().next()};
    return to_hex({reinterpret_cast<const char*>(numbers), sizeof(numbers)});
}

ResponseCache::Lead::Lead(const std::shared_ptr<State>& state, std::shared_ptr<Pending> pending)
    : state_(state), pending_(std::move(pending)) {}

ResponseCache::Lead& ResponseCache::Lead::operator=(Lead&& other) noexcept {
    if (this == &other) return *this;
    pass_on();
    state_ = std::move(other.state_);
    pending_ = std::move(other.pending_);
    return *this;
}

ResponseCache::Lead::~Lead() { pass_on(); }

void ResponseCache::Lead::pass_on() {
    const std::shared_ptr<Pending> pending = std::exchange(pending_, nullptr);
    if (!pending) return;
    if (const std::shared_ptr<State> state = state_.lock()) state->pass_on(*pending);
}

/// Waits for the leader of this reactor, or becomes it.
worker::Task<ResponseCache::Answer> ResponseCache::State::follow(Query query,
                                                                 std::shared_ptr<Pending> joined) {
    const std::shared_ptr<State> self = shared_from_this();
    Pending::Waiter waiter(reactor);
    joined->waiters.push_back(&waiter);
    // The request may be destroyed while it waits, even after it was made the leader.
    struct Guard {
        State& state;
        Pending& pending;
        Pending::Waiter& waiter;
        ~Guard() {
            std::erase(pending.waiters, &waiter);
            if (waiter.is_promoted) state.pass_on(pending);
        }
    };
    const Guard guard{*self, *joined, waiter};
    const SteadyTime deadline = reactor.now() + query.patience;
    co_await waiter.signal.wait_until(deadline);
    Answer answer;
    if (joined->is_over && joined->response) {
        answer.response = joined->response;
        answer.source = Source::Coalesced;
        answer.is_stale = joined->is_stale;
        co_return answer;
    }
    Look now = look(query);
    if (now.kind == Look::Kind::Fallback) answer.fallback = std::move(now.response);
    if (!std::exchange(waiter.is_promoted, false)) co_return answer;
    answer.lead = Lead(self, joined);
    if (!joined->token.empty()) {
        hold_lock(*joined, std::move(joined->token));
    } else if (store.is_available(joined->place)) {
        auto searching = lead(query, std::move(answer.lead), std::move(answer.fallback));
        answer = co_await searching;
    }
    co_return answer;
}

/// What was found in Redis ends the search, or is kept for the case that the back end fails.
std::optional<ResponseCache::Answer> ResponseCache::State::take(
    const Query& query, Lead& lead, Fetched& fetched, std::size_t asked_at,
    std::shared_ptr<const Response>& fallback) {
    if (fetched.state != Fetched::State::Found) return std::nullopt;
    if (asked_at == replacements.count()) {
        remember(query, lead.pending_->place.id, fetched.response,
                 {fetched.fresh_for, fetched.kept_for, fetched.began});
    }
    Answer answer;
    if (fetched.response->is_note()) {
        close(*lead.pending_, nullptr);
        return answer;
    }
    const Milliseconds stale_for = -fetched.fresh_for;
    const bool is_stale = stale_for >= Milliseconds(0);
    if (is_stale && !answers_while_stale(*query.caching, stale_for)) {
        if (answers_errors(*query.caching, stale_for)) fallback = fetched.response;
        return std::nullopt;
    }
    answer.response = fetched.response;
    answer.source = Source::Redis;
    answer.is_stale = is_stale;
    close(*lead.pending_, fetched.response, is_stale);
    if (is_stale) answer.lead = Lead(shared_from_this(), open(query));
    return answer;
}

/// Looks for what other reactors and workers have, or waits for what one of them is about to have.
worker::Task<ResponseCache::Answer> ResponseCache::State::lead(
    Query query, Lead mine, std::shared_ptr<const Response> fallback) {
    const std::shared_ptr<State> self = shared_from_this();
    const SteadyTime deadline = reactor.now() + query.patience;
    Milliseconds pause = limits::kLookFirst;
    std::size_t before = replacements.count();
    // For the look and the lock together: this much a request waits for Redis itself.
    SteadyTime redis_deadline = reactor.now() + limits::kRedisPatience;
    Fetched fetched = co_await store.fetch(mine.pending_->place, redis_deadline);
    bool goes_on = fetched.state != Fetched::State::Failed;
    bool has_tried = false;
    while (true) {
        std::optional<Answer> found = take(query, mine, fetched, before, fallback);
        if (found) co_return *std::move(found);
        if (!goes_on) break;
        if (std::exchange(has_tried, true)) {
            co_await worker::Delay(reactor, pause);
            pause = std::min(2 * pause, limits::kLookMost);
            redis_deadline = reactor.now() + limits::kRedisPatience;
        }
        std::string token = new_token();
        before = replacements.count();
        SharedStore::Locked locked =
            co_await store.lock(mine.pending_->place, token, redis_deadline);
        if (locked.state == SharedStore::Lock::Taken) hold_lock(*mine.pending_, std::move(token));
        goes_on = locked.state == SharedStore::Lock::Held && reactor.now() < deadline;
        fetched = std::move(locked.fetched);
    }
    Answer answer;
    answer.fallback = std::move(fallback);
    answer.lead = std::move(mine);
    co_return answer;
}

// --- what requests call ---

ResponseCache::ResponseCache(worker::Reactor& reactor, const CacheShared& shared)
    : state_(std::make_shared<State>(reactor, shared)) {
    if (shared.feed == nullptr) return;
    shared.feed->subscribe(
        [gate = state_->gate, weak = std::weak_ptr(state_)](const ReplacedFeed::Ids& ids) {
            gate->post([weak, ids] {
                if (const std::shared_ptr<State> state = weak.lock()) state->forget(ids);
            });
        });
}

ResponseCache::~ResponseCache() { stop(); }

void ResponseCache::stop() {
    state_->gate->close();
    state_->store.stop();
    // Their timers know the state, and requests may hold them for longer.
    for (const auto& [key, open] : state_->pending) open->renewal.reset();
}

bool ResponseCache::connect() {
    state_->store.begin();
    return state_->store.is_connected();
}

worker::MaybeTask<ResponseCache::Answer> ResponseCache::find(const Query& query) {
    using Kind = State::Look::Kind;
    State& state = *state_;
    if (state.shared.feed != nullptr) state.shared.feed->start();
    State::Look look = state.look(query);
    Answer answer;
    if (look.kind == Kind::Fresh || look.kind == Kind::Stale) {
        answer.response = std::move(look.response);
        answer.source = Source::Memory;
        answer.is_stale = look.kind == Kind::Stale;
        if (answer.is_stale && !state.pending.contains(query.key)) {
            answer.lead = Lead(state_, state.open(query));
        }
        return worker::MaybeTask<Answer>(std::move(answer));
    }
    if (look.kind == Kind::Fallback) answer.fallback = std::move(look.response);
    if (look.kind == Kind::Note) return worker::MaybeTask<Answer>(std::move(answer));
    const auto found = state.pending.find(query.key);
    if (found != state.pending.end()) return state.follow(query, found->second);
    if (state.pending.size() >= limits::kPendingMax) {
        return worker::MaybeTask<Answer>(std::move(answer));
    }
    Lead lead(state_, state.open(query));
    if (state.store.is_available(lead.pending_->place)) {
        return state.lead(query, std::move(lead), std::move(answer.fallback));
    }
    answer.lead = std::move(lead);
    return worker::MaybeTask<Answer>(std::move(answer));
}

worker::Task<ResponseCache::Lead> ResponseCache::confirm(Query query, Lead lead) {
    const std::shared_ptr<State> state = state_;
    Pending& pending = *lead.pending_;
    if (!state->store.is_available(pending.place)) co_return std::move(lead);
    std::string token = state->new_token();
    const std::size_t before = state->replacements.count();
    SharedStore::Locked locked = co_await state->store.lock(
        pending.place, token, state->reactor.now() + limits::kRedisPatience);
    if (locked.state == SharedStore::Lock::Taken) state->hold_lock(pending, std::move(token));
    const Fetched& fetched = locked.fetched;
    if (fetched.state == Fetched::State::Found && fetched.fresh_for > Milliseconds(0)) {
        if (before == state->replacements.count()) {
            state->remember(query, pending.place.id, fetched.response,
                            {fetched.fresh_for, fetched.kept_for, fetched.began});
        }
        state->close(pending, fetched.response);
        co_return Lead();
    }
    if (locked.state != SharedStore::Lock::Held) co_return std::move(lead);
    state->close(pending, nullptr);
    co_return Lead();
}

void ResponseCache::store(const Query& query, ResponseParts parts, Lead lead, bool replaces) {
    State& state = *state_;
    const SharedStore::Place place =
        lead ? lead.pending_->place : state.store.place_of(*query.caching, query.key);
    parts.kept_longer = query.caching->stage->kept_longer();
    const std::shared_ptr<const Response> response = Response::make(parts, place.id);
    if (!response) return pass(query, std::move(lead));
    const Milliseconds ttl = query.caching->ttl;
    SharedStore::Storing storing;
    storing.kept_for = ttl + parts.kept_longer;
    storing.tells_replaced = replaces;
    storing.began = query.began;
    // The script that stores unlocks as well.
    if (lead) storing.token = std::exchange(lead.pending_->token, {});
    const bool is_overtaken = state.replacements.is_overtaken(place.id, query.began);
    if (!is_overtaken) {
        state.remember(query, place.id, response, {ttl, storing.kept_for, query.began});
    }
    // What says so in Redis may have expired by the time this comes there.
    if (!replaces && state.replacements.is_replaced(place.id, query.began)) {
        if (!storing.token.empty()) state.store.unlock(place, storing.token);
    } else {
        state.store.store(place, *response, storing);
    }
    if (lead) state.close(*lead.pending_, response);
    if (!replaces) return;
    state.replacements.note(place.id, steady_now());
    const auto others = state.pending.find(query.key);
    if (others != state.pending.end()) state.leave_behind(*others->second);
}

void ResponseCache::pass(const Query& query, Lead lead) {
    State& state = *state_;
    const SharedStore::Place place =
        lead ? lead.pending_->place : state.store.place_of(*query.caching, query.key);
    ResponseParts note;
    note.is_note = true;
    const std::shared_ptr<const Response> response = Response::make(note, place.id);
    SharedStore::Storing storing;
    storing.kept_for = limits::kPassTime;
    storing.began = query.began;
    if (lead) storing.token = std::exchange(lead.pending_->token, {});
    if (!state.replacements.is_overtaken(place.id, query.began)) {
        state.remember(query, place.id, response,
                       {limits::kPassTime, limits::kPassTime, query.began});
    }
    state.store.store(place, *response, storing);
    if (lead) state.close(*lead.pending_, nullptr);
}

void ResponseCache::fail(Lead lead, std::shared_ptr<const Response> fallback) {
    if (lead) state_->close(*lead.pending_, std::move(fallback), true);
}

std::size_t ResponseCache::memory_bytes() const { return state_->memory.bytes(); }

}  // namespace turnpike::cache
