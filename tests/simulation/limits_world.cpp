#include "tests/simulation/limits_world.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::test {
namespace {

/// No request waits longer.
constexpr std::int64_t kWaitUs = 50'000;

}  // namespace

struct LimitsWorld::Worker {
    Worker(std::size_t its_number, const limits::LimiterOptions& options)
        : number(its_number),
          client({.url = "redis://simulated"}),
          limiter(reactor, client, options) {}

    const std::size_t number;
    worker::Reactor reactor;
    redis::Client client;
    limits::Limiter limiter;
    std::shared_ptr<const Published> published;
    std::map<std::int64_t, worker::Task<>> tasks;  ///< By number.
    std::int64_t tasks_made = 0;
};

LimitsWorld::LimitsWorld(World& world, LimitsTerms terms)
    : world_(world),
      terms_(std::move(terms)),
      machine_(world, terms_.epoch_us),
      redis_(world, [this](const redis::Command& command) { return keeper_.execute(command); }) {
    Published first;
    first.plan.id = "plan";
    first.plan.stages.push_back({"api", "prod", {}});
    first.plan.without_redis = terms_.policy;
    if (terms_.throttle.rate >= 0) {
        first.plan.throttle =
            model::Throttle{terms_.throttle.rate, static_cast<std::int64_t>(terms_.throttle.burst)};
    }
    if (terms_.quota > 0) {
        first.plan.quota = model::Quota{.limit = terms_.quota,
                                        .offset = terms_.offset,
                                        .period = terms_.period,
                                        .quota_since_s = terms_.quota_since_s};
    }
    first.key.id = "key";
    first.key.extensions = terms_.extensions;
    stored_ = std::make_shared<const Published>(std::move(first));
    keeper_.workers = terms_.workers;
}

LimitsWorld::~LimitsWorld() { is_resting_ = true; }

QuotaKeeper& LimitsWorld::quota() {
    return keeper_.quotas[names_.usage_quota(snapshot::usage_shard("plan", "key"), "plan", "key")];
}

void LimitsWorld::start() {
    decided_.resize(static_cast<std::size_t>(terms_.workers));
    limits::LimiterOptions options;
    options.names = names_;
    for (int i = 0; i < terms_.workers; ++i) {
        workers_.push_back(std::make_unique<Worker>(static_cast<std::size_t>(i), options));
        Worker& worker = *workers_.back();
        worker.published = stored_;
        worker.reactor.post([&worker] { worker.limiter.start(); });
        world_.after(world_.gap_us(terms_.requests_per_second),
                     [this, &worker] { arrive(worker); });
    }
}

void LimitsWorld::publish(model::UsagePlan plan, std::vector<model::ApiKey::Extension> extensions,
                          std::int64_t within_us) {
    Published next{std::move(plan), stored_->key, stored_->version + 1};
    next.key.extensions = std::move(extensions);
    stored_ = std::make_shared<const Published>(std::move(next));
    for (const auto& worker : workers_) {
        world_.after(world_.upto(within_us), [&one = *worker, published = stored_] {
            if (one.published->version < published->version) one.published = published;
        });
    }
}

bool LimitsWorld::is_installed() const {
    return std::all_of(workers_.begin(), workers_.end(),
                       [this](const auto& worker) { return worker->published == stored_; });
}

std::int64_t LimitsWorld::waiting() const {
    std::int64_t requests = 0;
    for (const auto& worker : workers_) {
        requests += static_cast<std::int64_t>(worker->tasks.size()) -
                    std::count_if(worker->tasks.begin(), worker->tasks.end(), is_done);
    }
    return requests;
}

std::vector<Admitted> LimitsWorld::admitted() const {
    std::vector<Admitted> all;
    for (const auto& of_worker : decided_) {
        for (const Decided& one : of_worker) {
            if (one.is_admitted) all.push_back({one.since_us, one.at_us});
        }
    }
    return all;
}

void LimitsWorld::arrive(Worker& worker) {
    if (is_resting_) return;
    world_.after(world_.gap_us(terms_.requests_per_second), [this, &worker] { arrive(worker); });
    worker.reactor.post([this, &worker] {
        std::erase_if(worker.tasks, is_done);
        const std::int64_t number = worker.tasks_made++;
        worker.tasks.emplace(number, ask(worker)).first->second.start();
        if (terms_.leaves_one_in == 0 || !world_.one_in(terms_.leaves_one_in)) return;
        world_.after(world_.upto(2'000), [number, &worker] { worker.tasks.erase(number); });
    });
}

worker::Task<> LimitsWorld::ask(Worker& worker) {
    const std::int64_t since_us = world_.now_us();
    const std::shared_ptr<const Published> published = worker.published;
    limits::Admission admission;
    admission.api_id = "api";
    admission.stage_name = "prod";
    admission.resource_path = "/pets";
    admission.verb = "GET";
    admission.method_slot = 1;
    admission.key = &published->key;
    admission.plan = &published->plan;
    admission.plan_stage = &published->plan.stages.front();
    auto admitting = worker.limiter.admit(admission);
    const limits::Verdict verdict = co_await admitting;
    const std::int64_t now_us = world_.now_us();
    decided_[worker.number].push_back({since_us, now_us, verdict.is_admitted(),
                                       verdict.is_by_policy,
                                       verdict.refused_by == limits::Level::Quota});
    if (verdict.is_admitted()) ++admissions_;
    if (now_us - since_us > kWaitUs && violation_.empty()) {
        violation_ = "a request waited for " + std::to_string(now_us - since_us) + " us";
    }
}

}  // namespace turnpike::test
