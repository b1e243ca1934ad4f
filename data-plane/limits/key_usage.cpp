#include "data-plane/limits/key_usage.hpp"

#include <algorithm>
#include <utility>

#include "data-plane/limits/sources.hpp"

namespace turnpike::limits {
namespace {

constexpr Milliseconds kInterval{1000};
/// Nobody waits longer than 50 ms; a timer may be 8 ms late.
constexpr Milliseconds kPatience{42};
constexpr std::size_t kEntriesMax = 10'000;

const Script& state_script() {
    static const Script script("", kStateScript);
    return script;
}

/// One with a rate or a burst alone is none.
bool has_throttle(const model::UsagePlan& plan) {
    return plan.throttle && plan.throttle->rate_limit >= 0 && plan.throttle->burst_limit >= 0;
}

std::optional<StoredState> state_of(const Result<redis::Reply>& reply) {
    if (!reply) return std::nullopt;
    std::vector<std::string_view> words;
    words.reserve(reply->elements.size());
    for (const redis::Reply& word : reply->elements) words.emplace_back(word.text);
    return stored_state(words);
}

}  // namespace

/// One key in one plan.
struct KeyUsages::Entry {
    std::optional<SteadyTime> asked;
    int awaited = 0;  ///< Answers to come.
    bool has_failed = false;
    std::optional<StoredState> throttle;
    std::optional<StoredState> quota;
    std::optional<SteadyTime> known;  ///< When what is here was asked for.
    std::vector<worker::Signal*> waiting;

    bool is_idle(SteadyTime now) const {
        return awaited == 0 && waiting.empty() && (!asked || now - *asked >= kInterval);
    }
    void answered(std::optional<StoredState>& kept, std::optional<StoredState> told) {
        if (told) {
            kept = std::move(told);
            known = asked;
        } else {
            has_failed = true;
        }
        if (--awaited > 0) return;
        for (worker::Signal* signal : waiting) signal->set();
    }
};

/// Somebody who waits for an entry, as long as this is there.
class KeyUsages::Waiting {
public:
    Waiting(Entry& entry, worker::Signal& signal) : entry_(entry), signal_(signal) {
        entry_.waiting.push_back(&signal_);
    }
    ~Waiting() { std::erase(entry_.waiting, &signal_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    Entry& entry_;
    worker::Signal& signal_;
};

KeyUsages::KeyUsages(worker::Reactor& reactor, redis::Client& redis, snapshot::PublishedNames names)
    : reactor_(reactor), names_(std::move(names)), calls_(reactor, redis) {}

KeyUsages::~KeyUsages() = default;

std::shared_ptr<KeyUsages::Entry> KeyUsages::entry_of(const std::string& name) {
    const SteadyTime now = reactor_.now();
    // What is not asked for lately is gone with the next look at any.
    if (now - swept_ >= kInterval) {
        std::erase_if(entries_, [now](const auto& item) { return item.second->is_idle(now); });
        swept_ = now;
    }
    const auto found = entries_.find(name);
    if (found != entries_.end()) return found->second;
    if (entries_.size() >= kEntriesMax) return nullptr;
    return entries_.emplace(name, std::make_shared<Entry>()).first->second;
}

worker::MaybeTask<KeyUsage> KeyUsages::look(const model::UsagePlan& plan,
                                            const model::ApiKey& key) {
    const std::shared_ptr<Entry> entry = entry_of(plan.id + "/" + key.id);
    if (!entry) return KeyUsage{true, {}, {}, {}};
    const bool is_due = !entry->asked || reactor_.now() - *entry->asked >= kInterval;
    if (is_due && entry->awaited == 0) ask(entry, plan, key);
    if (entry->awaited == 0) return usage_of(*entry, plan, key);
    return wait(entry, plan, key);
}

void KeyUsages::ask(const std::shared_ptr<Entry>& entry, const model::UsagePlan& plan,
                    const model::ApiKey& key) {
    entry->asked = reactor_.now();
    entry->has_failed = false;
    const std::string name = plan.id + "/" + key.id;
    if (has_throttle(plan)) ask_one(entry, &Entry::throttle, {names_.bucket("client:" + name)});
    if (!plan.quota) return;
    const unsigned shard = snapshot::usage_shard(plan.id, key.id);
    ask_one(entry, &Entry::quota,
            {names_.usage_quota(shard, plan.id, key.id), names_.usage_since(shard)});
}

void KeyUsages::ask_one(const std::shared_ptr<Entry>& entry,
                        std::optional<StoredState> Entry::*state, std::vector<std::string> keys) {
    ++entry->awaited;
    calls_.call(state_script(), std::move(keys), {},
                [entry, state](const Result<redis::Reply>& reply) {
                    entry->answered((*entry).*state, state_of(reply));
                });
}

worker::Task<KeyUsage> KeyUsages::wait(std::shared_ptr<Entry> entry, const model::UsagePlan& plan,
                                       const model::ApiKey& key) {
    worker::Signal answered(reactor_);
    const Waiting waiting(*entry, answered);
    co_await answered.wait_until(reactor_.now() + kPatience);
    co_return usage_of(*entry, plan, key);
}

KeyUsage KeyUsages::usage_of(const Entry& entry, const model::UsagePlan& plan,
                             const model::ApiKey& key) const {
    KeyUsage usage;
    usage.is_degraded = entry.awaited > 0 || entry.has_failed;
    if (has_throttle(plan) && entry.throttle) {
        const BucketLimit limit{plan.throttle->rate_limit,
                                static_cast<double>(plan.throttle->burst_limit)};
        usage.throttle = bucket_state(limit, *entry.throttle);
    }
    if (!plan.quota || !entry.quota) return usage;
    StoredState stored = *entry.quota;
    // A window may have ended since.
    stored.now_us +=
        std::chrono::duration_cast<Microseconds>(reactor_.now() - *entry.known).count();
    usage.is_degraded = usage.is_degraded || !stored.is_filled;
    if (!stored.is_filled) return usage;
    usage.quota = quota_state(terms_of(plan, key), stored);
    if (usage.quota) {
        usage.quota_reset = std::chrono::ceil<Milliseconds>(usage.quota->window.end -
                                                            WallTime(Microseconds(stored.now_us)));
    }
    return usage;
}

}  // namespace turnpike::limits
