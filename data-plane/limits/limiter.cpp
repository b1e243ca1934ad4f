#include "data-plane/limits/limiter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "data-plane/limits/questions.hpp"

namespace turnpike::limits {
namespace {

using State = Want::State;

/// No request waits longer than 50 ms; a timer may be 8 ms late.
constexpr Milliseconds kPatience{42};
constexpr Milliseconds kProbeInterval{200};
constexpr Milliseconds kSweepInterval{500};
/// With what the mover takes, and what both need, less than a second.
constexpr Milliseconds kReportInterval{400};
constexpr Milliseconds kCensusInterval{2000};
constexpr Milliseconds kFinishInterval{16};
/// Longer than a request may wait.
constexpr Milliseconds kClientIdle{2000};
constexpr std::size_t kLesseeBytes = 6;

bool is_limit(const BucketLimit& limit) {
    return limit.rate >= 0 && limit.burst >= 0 && std::isfinite(limit.rate);
}

BucketLimit limit_of(const model::Throttle& throttle) {
    return {throttle.rate_limit, static_cast<double>(throttle.burst_limit)};
}

const model::Throttle* method_throttle(const Admission& admission) {
    for (const auto& [method, throttle] : admission.plan_stage->method_throttles) {
        const std::string_view name = method;
        if (name.size() == admission.resource_path.size() + 1 + admission.verb.size() &&
            name.starts_with(admission.resource_path) && name.ends_with(admission.verb)) {
            return &throttle;
        }
    }
    return nullptr;
}

std::string method_name(const Admission& admission) {
    std::string name;
    for (const std::string_view part :
         {admission.api_id, std::string_view("/"), admission.stage_name, admission.resource_path,
          std::string_view("/"), admission.verb}) {
        name += part;
    }
    return name;
}

std::string client_name(const Admission& admission) {
    return admission.plan->id + "/" + admission.key->id;
}

}  // namespace

Limiter::Limiter(worker::Reactor& reactor, redis::Client& redis, LimiterOptions options)
    : reactor_(reactor),
      redis_(redis),
      calls_(reactor, redis),
      suspects_(redis),
      options_(std::move(options)),
      lessee_(to_hex(secure_random_bytes(kLesseeBytes))),
      reports_(calls_, options_.names, lessee_),
      sweep_timer_(reactor, [this] { sweep(); }),
      report_timer_(reactor,
                    [this] {
                        reports_.send();
                        report_timer_.expire_after(kReportInterval);
                    }),
      census_timer_(reactor, [this] { ask_census(); }),
      finish_timer_(reactor, [this] { finish_when_clear(); }) {}

Limiter::~Limiter() = default;

void Limiter::start() {
    sweep_timer_.expire_after(kSweepInterval);
    report_timer_.expire_after(kReportInterval);
    ask_census();
}

LimiterCounters Limiter::counters() const {
    LimiterCounters counters = counters_;
    counters.commands = calls_.sent();
    return counters;
}

// --- what concerns a request ---

template <typename Name>
BucketSource* Limiter::use(std::unique_ptr<BucketSource>& source, const BucketLimit& limit,
                           Policy policy, Name name) {
    if (!source) {
        std::string key = options_.names.bucket(name());
        const std::uint16_t slot = redis_.slot_of(key);
        source = std::make_unique<BucketSource>(std::move(key), slot, policy, reactor_.now());
    }
    source->use(limit, policy);
    return source.get();
}

BucketSource* Limiter::account_bucket() {
    if (!is_limit(options_.account)) return nullptr;
    return use(account_, options_.account, options_.policy, [] { return std::string("account"); });
}

BucketSource* Limiter::stage_bucket(const Admission& admission) {
    if (!is_limit(admission.stage_limit)) return nullptr;
    const auto name = [&admission] { return "stage:" + method_name(admission); };
    if (admission.method_slot == 0) {
        return use(unnumbered_[name()], admission.stage_limit, options_.policy, name);
    }
    if (stages_.size() <= admission.method_slot) stages_.resize(admission.method_slot + 1);
    return use(stages_[admission.method_slot], admission.stage_limit, options_.policy, name);
}

BucketSource* Limiter::method_bucket(const Admission& admission, Client& client) {
    if (admission.plan_stage->method_throttles.empty()) return nullptr;
    const model::Throttle* throttle = method_throttle(admission);
    if (!throttle || !is_limit(limit_of(*throttle))) return nullptr;
    const Policy policy = parse_policy(admission.plan->without_redis, options_.policy);
    const auto name = [&admission] {
        return "client:" + client_name(admission) + "/" + method_name(admission);
    };
    if (admission.method_slot == 0) {
        return use(unnumbered_[name()], limit_of(*throttle), policy, name);
    }
    return use(client.methods[admission.method_slot], limit_of(*throttle), policy, name);
}

Limiter::Client* Limiter::client_of(const Admission& admission) {
    if (!admission.key || !admission.plan) return nullptr;
    std::array<char, 64> buffer;
    const std::string_view plan_id = admission.plan->id;
    const std::string_view key_id = admission.key->id;
    if (plan_id.size() + 1 + key_id.size() <= buffer.size()) {
        char* end = std::copy(plan_id.begin(), plan_id.end(), buffer.data());
        *end++ = '/';
        end = std::copy(key_id.begin(), key_id.end(), end);
        const auto found = clients_.find(std::string_view(buffer.data(), end));
        if (found != clients_.end()) return found->second.get();
    }
    auto& client = clients_[client_name(admission)];
    if (client) return client.get();
    client = std::make_unique<Client>();
    client->count.name = client_name(admission);
    client->count.shard = snapshot::usage_shard(plan_id, key_id);
    return client.get();
}

std::unique_ptr<QuotaSource> Limiter::make_quota(const Admission& admission, UsageCount& count) {
    std::vector keys{options_.names.usage_quota(count.shard, admission.plan->id, admission.key->id),
                     options_.names.usage_since(count.shard)};
    const std::uint16_t slot = redis_.slot_of(keys.front());
    return std::make_unique<QuotaSource>(std::move(keys), slot, count, reactor_.now());
}

Limiter::Need Limiter::need_of(const Admission& admission) {
    Need need;
    need.client = client_of(admission);
    if (need.client) {
        Client& client = *need.client;
        client.last_seen = reactor_.now();
        const Policy policy = parse_policy(admission.plan->without_redis, options_.policy);
        need.add(Level::ClientMethod, method_bucket(admission, client));
        if (admission.plan->throttle && is_limit(limit_of(*admission.plan->throttle))) {
            need.add(Level::Client,
                     use(client.throttle, limit_of(*admission.plan->throttle), policy,
                         [&admission] { return "client:" + client_name(admission); }));
        }
        if (admission.plan->quota) {
            if (!client.quota) client.quota = make_quota(admission, client.count);
            client.quota->use(*admission.plan, *admission.key, policy);
            need.quota = client.quota.get();
        }
    }
    need.add(Level::StageMethod, stage_bucket(admission));
    need.add(Level::Account, account_bucket());
    return need;
}

// --- deciding ---

Verdict Limiter::refused(Level level, const BucketLimit& limit, bool is_by_policy) {
    ++counters_.refused[static_cast<std::size_t>(level)];
    counters_.by_policy += is_by_policy ? 1U : 0U;
    return {level, limit, is_by_policy};
}

Verdict Limiter::admitted(const Need& need, bool is_by_policy, bool owes_unit) {
    ++counters_.admitted;
    counters_.by_policy += is_by_policy ? 1U : 0U;
    // A unit that is owed is reported once it is paid: of a shard that is filled meanwhile with
    // what was reported, it would count twice.
    if (need.client && !owes_unit) reports_.count(need.client->count);
    return {Level::None, {}, is_by_policy};
}

worker::MaybeTask<Verdict> Limiter::admit(const Admission& admission) {
    const Need need = need_of(admission);
    const SteadyTime now = reactor_.now();
    if (auto verdict = decide_at_once(need, now)) return *verdict;
    return decide_later(need, std::min(now, admission.waits_since) + kPatience);
}

std::optional<Verdict> Limiter::decide_at_once(const Need& need, SteadyTime now) {
    bool has_all = true;
    for (std::size_t i = 0; i < need.bucket_count; ++i) {
        BucketSource& source = *need.buckets[i].source;
        source.lease.stock().note_demand(now);
        if (source.limit.blocks()) return refused(need.buckets[i].level, source.limit);
        const Standing standing = source.lease.standing(now);
        if (standing == Standing::Refused && !source.line.is_away()) {
            return refused(need.buckets[i].level, source.limit);
        }
        has_all = has_all && standing == Standing::Available;
    }
    if (need.quota) {
        need.quota->lease.note_demand(now);
        const Standing standing = need.quota->lease.standing(now);
        if (has_all && standing == Standing::Refused && !need.quota->line.is_away()) {
            return refused(Level::Quota, {});
        }
        has_all = has_all && standing == Standing::Available;
    }
    if (!has_all) return std::nullopt;
    for (std::size_t i = 0; i < need.bucket_count; ++i) {
        BucketSource& source = *need.buckets[i].source;
        source.lease.stock().spend();
        if (source.lease.should_ask(now)) ask(source);
    }
    if (need.quota) {
        need.quota->lease.take();
        if (need.quota->lease.should_ask(now)) ask(*need.quota);
    }
    return admitted(need);
}

worker::Task<Verdict> Limiter::decide_later(Need need, SteadyTime deadline) {
    Waiter buckets(reactor_);
    bool has_waited = false;
    // One after the other: what one grants is lost if another refuses.
    for (std::size_t i = 0; i < need.bucket_count; ++i) {
        const Concerned& one = need.buckets[i];
        stand(buckets.add(one.level, *one.source), *one.source, reactor_.now());
        has_waited = has_waited || !buckets.is_decided();
        co_await settle(buckets, deadline);
        if (buckets.refused()) break;
    }
    if (has_waited) ++counters_.waits;
    bool is_by_policy = buckets.has(State::ByPolicy);
    bool owes_unit = false;
    if (const Want* want = buckets.refused()) {
        const auto& source = static_cast<const BucketSource&>(*want->source);
        co_return refused(want->level, source.limit, source.line.is_away());
    }
    if (need.quota) {
        Waiter unit(reactor_);
        stand(unit.add(Level::Quota, *need.quota), *need.quota, reactor_.now());
        if (!has_waited && !unit.is_decided()) ++counters_.waits;
        co_await settle(unit, deadline);
        if (unit.refused()) co_return refused(Level::Quota, {}, need.quota->line.is_away());
        owes_unit = unit.has(State::ByPolicy);
        unit.commit();
    }
    buckets.commit();
    co_return admitted(need, is_by_policy || owes_unit, owes_unit);
}

template <typename Kind>
void Limiter::stand(Want& want, Kind& source, SteadyTime now) {
    const Standing standing = source.lease.standing(now);
    if (standing == Standing::Available) {
        want.state = source.reserve();
    } else if (standing == Standing::Refused && !source.line.is_away()) {
        want.state = State::Refused;
    } else if (source.line.is_away() || suspects_.has(source.slot)) {
        want.state = source.decide_alone(lessees(), now);
        if (source.line.may_probe(now)) ask(source);
    } else {
        source.line.join(want, now);
        ask(source);
    }
}

worker::Task<> Limiter::settle(Waiter& waiter, SteadyTime deadline) {
    if (waiter.is_decided()) co_return;
    // What came before may have taken all the time; a timer could make it a tick more.
    if (reactor_.now() < deadline) co_await waiter.wait_until(deadline);
    const SteadyTime now = reactor_.now();
    for (Want& want : waiter) {
        if (want.state != State::Waiting) continue;
        want.source->line.leave(want);
        want.source->line.await_no_longer(now + kProbeInterval);
        suspects_.add(want.source->slot);
        want.state = want.source->decide_alone(lessees(), now);
    }
}

// --- asking ---

void Limiter::ask(BucketSource& source) {
    if (source.line.is_asking()) return;
    const std::int64_t waiting = source.line.ask();
    BucketQuestion question = source.lease.question(waiting, reactor_.now());
    const SteadyTime now = steady_now();
    source.lease.sending(question, source.line.ages(now), now);
    calls_.call(bucket_script(), {source.key}, arguments_of(lessee_, source.limit, question),
                [this, &source](const Result<redis::Reply>& reply) {
                    const auto answer = reply ? bucket_answer(*reply) : std::nullopt;
                    if (!answer) {
                        source.lease.failed();
                        return lost(source);
                    }
                    suspects_.clear(source.slot);
                    source.answered(*answer, reactor_.now());
                    if (!source.line.empty()) ask(source);
                });
}

void Limiter::ask(QuotaSource& source) {
    if (source.line.is_asking()) return;
    const std::int64_t waiting = source.line.ask();
    const QuotaQuestion question = source.lease.question(waiting, reactor_.now());
    calls_.call(quota_script(), source.keys, arguments_of(lessee_, source.terms, question),
                [this, &source](const Result<redis::Reply>& reply) {
                    const auto answer = reply ? quota_answer(*reply) : std::nullopt;
                    if (!answer) {
                        source.lease.failed();
                        return lost(source);
                    }
                    suspects_.clear(source.slot);
                    source.answered(*answer, reactor_.now());
                    reports_.count(source.count, source.lease.take_settled());
                    if (source.line.is_away()) {
                        decide_alone(source);
                    } else if (!source.line.empty()) {
                        ask(source);
                    }
                });
}

void Limiter::lost(Source& source) {
    suspects_.add(source.slot);
    source.line.lost(reactor_.now() + kProbeInterval);
    decide_alone(source);
}

void Limiter::decide_alone(Source& source) {
    source.line.settle(
        [this](Want& want) { return want.source->decide_alone(lessees(), reactor_.now()); });
}

void Limiter::ask_census() {
    calls_.call(census_script(), {options_.names.workers()}, {},
                [this](const Result<redis::Reply>& reply) {
                    if (reply) counters_.workers = std::max<std::int64_t>(reply->integer, 1);
                    census_timer_.expire_after(kCensusInterval);
                });
}

// --- looking after what is here ---

template <typename Visit>
void Limiter::for_each_bucket(Visit visit) {
    if (account_) visit(*account_);
    for (const auto& source : stages_) {
        if (source) visit(*source);
    }
    for (const auto& [key, source] : unnumbered_) visit(*source);
    for (const auto& [name, client] : clients_) {
        if (client->throttle) visit(*client->throttle);
        for (const auto& [slot, source] : client->methods) visit(*source);
    }
}

void Limiter::sweep() {
    const SteadyTime now = reactor_.now();
    const auto look = [this, now](auto& source) {
        if (source.lease.should_ask(now) && source.line.may_probe(now)) ask(source);
    };
    for_each_bucket(look);
    for (const auto& [name, client] : clients_) {
        if (client->quota) look(*client->quota);
    }
    forget_idle(now);
    sweep_timer_.expire_after(kSweepInterval);
}

bool Limiter::Client::is_forgettable(SteadyTime now) const {
    if (now - last_seen < kClientIdle) return false;
    const auto is_idle = [now](const auto& source) {
        return !source || (source->lease.is_forgettable(now) && source->line.is_at_rest());
    };
    return !count.is_listed && is_idle(throttle) && is_idle(quota) &&
           std::all_of(methods.begin(), methods.end(),
                       [&is_idle](const auto& item) { return is_idle(item.second); });
}

void Limiter::forget_idle(SteadyTime now) {
    std::erase_if(clients_, [now](const auto& item) { return item.second->is_forgettable(now); });
    std::erase_if(unnumbered_, [now](const auto& item) {
        return item.second->lease.is_forgettable(now) && item.second->line.is_at_rest();
    });
    for (auto& source : stages_) {
        if (source && source->lease.is_forgettable(now) && source->line.is_at_rest())
            source.reset();
    }
}

void Limiter::finish(std::function<void()> done) {
    finished_ = std::move(done);
    const auto retire = [this](auto& source) {
        source.lease.retire();
        if (source.lease.stock().units() > 0) ask(source);
    };
    for_each_bucket(retire);
    for (const auto& [name, client] : clients_) {
        if (client->quota) retire(*client->quota);
    }
    finish_when_clear();
}

bool Limiter::settle_quotas() {
    bool owes = false;
    const SteadyTime now = reactor_.now();
    for (const auto& [name, client] : clients_) {
        if (!client->quota || !client->quota->lease.owes()) continue;
        owes = true;
        if (client->quota->line.may_probe(now)) ask(*client->quota);
    }
    return owes;
}

void Limiter::finish_when_clear() {
    const bool owes = settle_quotas();
    reports_.send();
    if (!owes && reports_.is_clear() && calls_.under_way() == 0) {
        if (const auto done = std::exchange(finished_, nullptr)) done();
    } else {
        finish_timer_.expire_after(kFinishInterval);
    }
}

}  // namespace turnpike::limits
