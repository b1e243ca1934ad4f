#include "tests/simulation/cache_world.hpp"

#include <algorithm>
#include <utility>

#include "common/base/text.hpp"
#include "common/model/stage.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::test {

using cache::Response;
using cache::ResponseCache;
using cache::ResponseParts;

namespace {

constexpr int kDeployments = 2;
constexpr int kNameSpaces = 2;
constexpr int kParameters = 3;
/// Until every worker knows of a flush.
constexpr std::int64_t kFlushUs = 50'000;
/// Once a replica that is behind has taken over, until the publisher has seen it.
constexpr std::int64_t kPublishedAnewUs = 1'200'000;
constexpr Milliseconds kPatience{29'000};
/// A lock of somebody who is gone, and looks at it.
constexpr Milliseconds kLockMost{3'200};

Milliseconds milliseconds(std::int64_t us) { return Milliseconds(us / 1000); }

}  // namespace

/// One thread of a worker, and what it is at.
struct CacheWorld::Reactor {
    Reactor(Worker& its_worker, const cache::CacheShared& shared, double its_rate)
        : worker(its_worker), cache(reactor, shared), rate(its_rate) {}
    ~Reactor() {
        cache.stop();
        tasks.clear();
    }
    void spawn(worker::Task<> task) {
        std::erase_if(tasks, [](const auto& one) { return one.second.done(); });
        const auto place = tasks.emplace(tasks_made++, std::move(task)).first;
        place->second.start();
    }

    Worker& worker;
    worker::Reactor reactor;
    ResponseCache cache;
    const double rate;
    std::map<std::string, int> leads;  ///< Calls of the back end that hold a lead, by key.
    std::map<std::int64_t, worker::Task<>> tasks;  ///< By number.
    std::int64_t tasks_made = 0;
};

struct CacheWorld::Worker {
    explicit Worker(const CacheTerms& terms)
        : feed("redis://simulated", "ns"),
          shared{.redis_url = "redis://simulated",
                 .feed = &feed,
                 .name_space = "ns",
                 .id_key = crypto::HmacKey("secret"),
                 .encryption_key = std::string(32, 'e'),
                 .memory_bytes_max = terms.memory_bytes_max} {}

    cache::ReplacedFeed feed;
    cache::CacheShared shared;
    std::int64_t generation = 0;
    std::list<Reactor> reactors;
    /// As the snapshot has them; those of before stay for requests that began with them.
    std::list<snapshot::StageCache> stages;
    std::list<snapshot::MethodCaching> methods;
    std::map<std::pair<int, int>, const snapshot::MethodCaching*> method_of;
    std::shared_ptr<char> alive = std::make_shared<char>();
};

CacheWorld::CacheWorld(World& world, CacheTerms terms)
    : world_(world),
      terms_(std::move(terms)),
      machine_(world),
      redis_(world, [this](const redis::Command& command) { return keeper_.execute(command); }),
      flushes_{{world.now_us(), world.now_us()}} {
    keeper_.on_stored = [this](const std::string& id) {
        Call& stored = calls_[static_cast<std::size_t>(redis_.label)];
        stored.written_us = world_.now_us();
        if (stored.replaces) replacing_[id] = redis_.label;
    };
    keeper_.on_told = [this](const std::string& id) {
        redis_.wake_blocked();
        const auto found = replacing_.find(id);
        if (found == replacing_.end()) return;
        const Call& call = calls_[static_cast<std::size_t>(found->second)];
        if (is_lost(call)) return;
        replaced_[{call.aim, call.generation}].push_back(
            {call.began_us, world_.now_us(), call.written_us});
    };
}

CacheWorld::~CacheWorld() { is_resting_ = true; }

void CacheWorld::fails(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
}

std::size_t CacheWorld::waiting() const {
    std::size_t count = 0;
    for (const auto& worker : workers_) {
        for (const Reactor& reactor : worker->reactors) {
            count += static_cast<std::size_t>(
                std::count_if(reactor.tasks.begin(), reactor.tasks.end(),
                              [](const auto& one) { return !one.second.done(); }));
        }
    }
    return count;
}

// --- workers ---

/// Compiled as the snapshot is.
void CacheWorld::install(Worker& worker, std::int64_t generation) {
    worker.generation = generation;
    model::Stage stage;
    stage.api_id = "api";
    stage.name = "prod";
    stage.cache_cluster_enabled = true;
    stage.cache_cluster_size = "0.5";
    stage.response_generation = generation;
    stage.response_cache.stale_while_revalidate_seconds = terms_.stale_while_revalidate.count();
    stage.response_cache.stale_if_error_seconds = terms_.stale_if_error.count();
    worker.stages.push_back(*snapshot::compile_stage_cache(stage));
    worker.stages.back().bytes_max = terms_.stage_bytes_max;
    model::MethodSettings settings;
    settings.caching_enabled = true;
    settings.cache_ttl_seconds = terms_.ttl.count();
    settings.cache_data_encrypted = terms_.encrypts;
    for (int deployment = 0; deployment < kDeployments; ++deployment) {
        for (int name_space = 0; name_space < kNameSpaces; ++name_space) {
            snapshot::CompiledMethod method;
            method.verb = snapshot::Verb::Get;
            method.integration.emplace();
            method.integration->is_cacheable = true;
            method.integration->cache_namespace = "namespace" + std::to_string(name_space);
            worker.methods.push_back(*snapshot::compile_caching(
                stage, worker.stages.back(), "deployment" + std::to_string(deployment), method,
                settings, true));
            worker.method_of[{deployment, name_space}] = &worker.methods.back();
        }
    }
}

void CacheWorld::add_worker(int reactors, double requests_per_second) {
    const ClockAhead ahead(world_.upto(2 * terms_.clock_ahead_us_max) - terms_.clock_ahead_us_max);
    workers_.push_back(std::make_unique<Worker>(terms_));
    Worker& worker = *workers_.back();
    const bool is_behind = world_.now_us() < tells_last_us_;
    install(worker, is_behind ? told_generation_ : generation_);
    if (is_behind) install_later(worker, generation_);
    for (int i = 0; i < reactors; ++i) {
        Reactor& reactor = worker.reactors.emplace_back(worker, worker.shared, requests_per_second);
        world_.after(world_.gap_us(requests_per_second),
                     [this, &reactor, is_there = std::weak_ptr(worker.alive)] {
                         if (!is_there.expired()) arrive(reactor);
                     });
    }
}

void CacheWorld::replace_worker() {
    const auto victim =
        static_cast<std::size_t>(world_.upto(static_cast<std::int64_t>(workers_.size()) - 1));
    const auto reactors = static_cast<int>(workers_[victim]->reactors.size());
    const double rate = workers_[victim]->reactors.front().rate;
    // What it was at is gone; nothing of it is told to anybody.
    for (Reactor& reactor : workers_[victim]->reactors) {
        for (const auto& [key, count] : reactor.leads) leads_[key] -= count;
    }
    is_calm = false;
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(victim));
    add_worker(reactors, rate);
}

void CacheWorld::flush() {
    told_generation_ = ++generation_;
    flushes_.push_back({world_.now_us(), world_.now_us() + kFlushUs});
    for (const auto& worker : workers_) install_later(*worker, generation_);
}

/// When the worker is told; what Redis has lost by then is told later.
void CacheWorld::install_later(Worker& worker, std::int64_t generation) {
    const Flush& flush = flushes_[static_cast<std::size_t>(generation)];
    const std::int64_t left = std::max<std::int64_t>(flush.in_force_us - world_.now_us(), 1);
    const std::int64_t expected_us = flush.in_force_us;
    world_.after(world_.upto(left - 1),
                 [this, &worker, generation, expected_us, is_there = std::weak_ptr(worker.alive)] {
                     if (is_there.expired() || worker.generation >= generation) return;
                     const bool is_lost =
                         flushes_[static_cast<std::size_t>(generation)].in_force_us != expected_us;
                     if (is_lost) return install_later(worker, generation);
                     install(worker, generation);
                 });
}

void CacheWorld::fail_over(CacheKeeper::Memory copy, std::int64_t until_us, std::int64_t away_us) {
    redis_.kill(away_us);
    keeper_.become(std::move(copy));
    lost_from_us_ = until_us;
    lost_to_us_ = world_.now_us();
    std::erase_if(replacing_, [this](const auto& one) {
        return is_lost(calls_[static_cast<std::size_t>(one.second)]);
    });
    for (auto& [aim, replaced] : replaced_) {
        std::erase_if(replaced,
                      [until_us](const Replaced& one) { return one.written_us >= until_us; });
    }
    tells_last_us_ = world_.now_us() + away_us + kPublishedAnewUs;
    told_generation_ = generation_;
    for (std::int64_t generation = generation_; generation > 0; --generation) {
        Flush& flush = flushes_[static_cast<std::size_t>(generation)];
        if (flush.at_us < until_us) break;
        told_generation_ = generation - 1;
        flush.in_force_us = std::max(flush.in_force_us, tells_last_us_);
    }
}

// --- requests ---

void CacheWorld::arrive(Reactor& reactor) {
    if (is_resting_) return;
    world_.after(world_.gap_us(reactor.rate),
                 [this, &reactor, is_there = std::weak_ptr(reactor.worker.alive)] {
                     if (!is_there.expired()) arrive(reactor);
                 });
    const auto some = [this](int count) { return static_cast<int>(world_.upto(count - 1)); };
    Request request;
    request.aim = {some(kDeployments), some(kNameSpaces), some(kParameters)};
    request.caching = reactor.worker.method_of[{request.aim.deployment, request.aim.name_space}];
    request.generation = reactor.worker.generation;
    request.key = request.caching->key_prefix + "GET;p" + std::to_string(request.aim.parameter);
    request.since_us = world_.now_us();
    request.replaces = terms_.replaces_one_in > 0 && world_.one_in(terms_.replaces_one_in);
    reactor.reactor.post([this, &reactor, request = std::move(request)] {
        const std::int64_t number = reactor.tasks_made;
        reactor.spawn(serve(reactor, request));
        if (terms_.leaves_one_in == 0 || !world_.one_in(terms_.leaves_one_in)) return;
        // Its caller goes away, wherever it is by then.
        world_.after(world_.upto(terms_.call_us_max),
                     [number, &reactor, is_there = std::weak_ptr(reactor.worker.alive)] {
                         if (!is_there.expired()) reactor.tasks.erase(number);
                     });
    });
}

/// How long an answer may be stale that stands in for a call that failed: it was looked at when the
/// request came.
Milliseconds CacheWorld::failing(const Request& request) const {
    return terms_.stale_if_error + milliseconds(world_.now_us() - request.since_us) +
           Milliseconds(10);
}

/// How long a call may last for which others wait; without faults nobody waits for a lock of
/// somebody who is gone.
Milliseconds CacheWorld::leading() const {
    return milliseconds(terms_.call_us_max) + (is_calm ? Milliseconds(0) : kLockMost);
}

/// As the phases look_up_cache and store_response do it.
worker::Task<> CacheWorld::serve(Reactor& reactor, Request request) {
    if (request.replaces) {
        auto calling = call(reactor, request, {}, nullptr);
        co_await calling;
        co_return;
    }
    ResponseCache::Query query{request.caching, request.key, kPatience};
    auto finding = reactor.cache.find(query);
    ResponseCache::Answer answer = co_await finding;
    if (reactor.cache.memory_bytes() > terms_.memory_bytes_max) fails("memory is over its bound");
    if (answer.response) {
        ++hits_;
        // Who waited for a call that failed gets what the call falls back to.
        const bool may_be_fallback = answer.source == ResponseCache::Source::Coalesced;
        const Milliseconds renewing = terms_.stale_while_revalidate;
        check(request, answer,
              may_be_fallback ? std::max(renewing, failing(request) + leading()) : renewing);
        if (answer.lead) reactor.spawn(renew(reactor, request, std::move(answer.lead)));
        co_return;
    }
    auto calling = call(reactor, request, std::move(answer.lead), std::move(answer.fallback));
    co_await calling;
}

worker::Task<> CacheWorld::renew(Reactor& reactor, Request request, ResponseCache::Lead lead) {
    ResponseCache::Query query{request.caching, request.key, kPatience};
    auto confirming = reactor.cache.confirm(query, std::move(lead));
    ResponseCache::Lead confirmed = co_await confirming;
    if (!confirmed) co_return;
    auto calling = call(reactor, request, std::move(confirmed), nullptr);
    co_await calling;
}

void CacheWorld::begin_lead(Reactor& reactor, const std::string& key) {
    // Who replaces does not wait for others, and after it a call that began before is left behind.
    if (terms_.replaces_one_in > 0) return;
    if (++reactor.leads[key] > 1) fails("two calls for one key of one reactor at a time");
    if (++leads_[key] > 1 && is_calm) fails("two calls for one key at a time");
}

worker::Task<> CacheWorld::call(Reactor& reactor, Request request, ResponseCache::Lead lead,
                                std::shared_ptr<const Response> fallback) {
    struct Leading {
        CacheWorld& world;
        Reactor& reactor;
        const std::string& key;
        bool is_over;
        void end() {
            if (std::exchange(is_over, true) || world.terms_.replaces_one_in > 0) return;
            --reactor.leads[key];
            --world.leads_[key];
        }
        ~Leading() { end(); }
    };
    if (lead) begin_lead(reactor, request.key);
    Leading leading{*this, reactor, request.key, !lead};
    const std::int64_t number = calls();
    calls_.push_back({request.aim, request.generation, world_.now_us(), 0, 0, request.replaces});
    co_await worker::Delay(reactor.reactor, milliseconds(world_.upto(terms_.call_us_max)));
    leading.end();
    if (terms_.fails_one_in > 0 && world_.one_in(terms_.fails_one_in)) {
        if (fallback) {
            ResponseCache::Answer answer;
            answer.response = fallback;
            answer.is_stale = true;
            check(request, answer, failing(request));
        }
        reactor.cache.fail(std::move(lead), fallback);
        co_return;
    }
    keep(reactor, request, number, std::move(lead));
}

void CacheWorld::keep(Reactor& reactor, const Request& request, std::int64_t number,
                      ResponseCache::Lead lead) {
    Call& made = calls_[static_cast<std::size_t>(number)];
    ResponseCache::Query query{request.caching, request.key, Milliseconds(0),
                               SteadyTime(Microseconds(made.began_us))};
    redis_.label = number;
    made.stored_us = world_.now_us();
    if (terms_.unstorable_one_in > 0 && world_.one_in(terms_.unstorable_one_in)) {
        reactor.cache.pass(query, std::move(lead));
    } else {
        const std::string body = std::to_string(number);
        ResponseParts parts;
        parts.status = 200;
        parts.body = body;
        reactor.cache.store(query, std::move(parts), std::move(lead), request.replaces);
    }
    redis_.label = 0;
}

// --- what holds of every answer ---

void CacheWorld::check(const Request& request, const ResponseCache::Answer& answer,
                       Milliseconds stale) {
    const auto number = parse_integer(answer.response->body());
    if (!number || *number < 0 || *number >= calls()) return fails("an answer that nobody gave");
    const Call& call = calls_[static_cast<std::size_t>(*number)];
    if (call.aim != request.aim) return fails("the answer of another key");
    const auto flush = std::find_if(flushes_.rbegin(), flushes_.rend(), [&](const Flush& one) {
        return request.since_us >= one.in_force_us;
    });
    if (flush != flushes_.rend() && call.began_us < flush->at_us) {
        return fails("an answer from before a flush");
    }
    if (call.generation != request.generation) return fails("the answer of another generation");
    check_age(call, answer.is_stale ? stale : Milliseconds(0));
    check_replaced(request, call);
}

void CacheWorld::check_age(const Call& call, Milliseconds stale) {
    const std::int64_t since = std::max(call.stored_us, call.written_us);
    const std::int64_t most = Microseconds(terms_.ttl).count() + Microseconds(stale).count();
    const std::int64_t age = world_.now_us() - since;
    if (age <= most + terms_.clock_error_us) return;
    fails("an answer is " + std::to_string((age - most) / 1000) + " ms too old");
}

void CacheWorld::check_replaced(const Request& request, const Call& call) {
    const auto found = replaced_.find({request.aim, request.generation});
    if (found == replaced_.end()) return;
    for (const Replaced& one : found->second) {
        if (request.since_us < one.told_us + terms_.told_within_us) continue;
        if (call.began_us < one.began_us - terms_.clock_error_us) {
            return fails("an answer that was replaced " +
                         std::to_string((request.since_us - one.told_us) / 1000) + " ms before");
        }
    }
}

}  // namespace turnpike::test
