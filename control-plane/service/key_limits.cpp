#include <algorithm>
#include <array>

#include "control-plane/service/api_key.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/usage_plan.hpp"
#include "control-plane/service/usage_report.hpp"

/// What limits a key has, and what is left of them now. Turnpike's own addition (docs/limits.md).
namespace turnpike::service {
namespace {

using limits::BucketLimit;
using limits::StoredState;

/// Buckets and quotas of one answer that are looked at; the throttles of methods beyond are shown
/// without what is left.
constexpr std::size_t kQuestionsMax = 500;

/// One plan of the key, as the database has it.
struct KeyPlan {
    json::Value plan;
    std::optional<Quota> quota;
    KeyUsage usage;  ///< Of the quota's window.
};

/// The questions of an answer, and what was told. An unset answer, or none: the stored counts.
class Asked {
public:
    /// Returns: the number of the question, or nothing if there are too many.
    std::optional<std::size_t> add(LiveUsage::Question question) {
        if (questions_.size() >= kQuestionsMax) return std::nullopt;
        questions_.push_back(std::move(question));
        return questions_.size() - 1;
    }
    void ask(const LiveUsage* live_usage) {
        auto told = live_usage == nullptr ? std::nullopt : live_usage->states(questions_);
        is_degraded_ = !told;
        if (told) states_ = *std::move(told);
        states_.resize(questions_.size());
        for (const auto& state : states_)
            is_degraded_ = is_degraded_ || !state || !state->is_filled;
    }
    const StoredState* state(std::optional<std::size_t> number) const {
        if (!number || !states_.at(*number) || !states_[*number]->is_filled) return nullptr;
        return &*states_[*number];
    }
    bool is_degraded() const { return is_degraded_; }

private:
    std::vector<LiveUsage::Question> questions_;
    std::vector<std::optional<StoredState>> states_;
    bool is_degraded_ = false;
};

/// What the answer shows of one throttle, and whom to ask about it.
struct Throttled {
    json::Value shown;
    BucketLimit limit;
    std::optional<std::size_t> question;
};

struct PlanView {
    const KeyPlan* held = nullptr;
    std::optional<Throttled> throttle;
    std::vector<Throttled> methods;
    std::optional<std::size_t> quota;
};

std::vector<KeyPlan> plans_of(Transaction& transaction, const Call& call,
                              const std::string& key_id) {
    std::vector<KeyPlan> plans;
    for (const std::string& plan_id : transaction.plans_of_key(key_id)) {
        auto plan = find_usage_plan(transaction, plan_id);
        if (!plan) continue;
        KeyPlan held{*std::move(plan), {}, {}};
        held.quota = quota_of(held.plan);
        if (held.quota) {
            const CalendarDay today = day_of(call.now);
            const CalendarDay first = first_counted_day(held.quota, today);
            held.usage.days = transaction.usage(plan_id, {key_id}, first, today);
            held.usage.extensions = transaction.usage_extensions(plan_id, {key_id}, first);
        }
        plans.push_back(std::move(held));
    }
    return plans;
}

Throttled throttled(Asked& asked, const json::Value& settings, std::string bucket) {
    Throttled throttle{json::Object{}, {}, {}};
    const auto rate = settings.number("rateLimit");
    const auto burst = settings.integer("burstLimit");
    if (rate) throttle.shown["rateLimit"] = *rate;
    if (burst) throttle.shown["burstLimit"] = *burst;
    if (!rate || !burst) return throttle;  // workers go by both or none
    throttle.limit = {*rate, static_cast<double>(*burst)};
    throttle.question = asked.add({.bucket = std::move(bucket)});
    return throttle;
}

void ask_methods(Asked& asked, const std::string& client, PlanView& view) {
    for (const json::Value& stage : view.held->plan.array("apiStages")) {
        const std::string scope =
            std::string(stage.text("apiId")) + "/" + std::string(stage.text("stage"));
        for (const auto& [method, settings] : stage.object("throttle")) {
            Throttled one = throttled(asked, settings, client + "/" + scope + method);
            one.shown["apiId"] = stage.text("apiId");
            one.shown["stage"] = stage.text("stage");
            one.shown["method"] = method;
            view.methods.push_back(std::move(one));
        }
    }
}

/// Quotas and plans' throttles come before the throttles of methods, which may be many.
std::vector<PlanView> ask_for(Asked& asked, const std::vector<KeyPlan>& plans,
                              const std::string& key_id) {
    std::vector<PlanView> views;
    const auto client = [&key_id](const KeyPlan& held) {
        return "client:" + std::string(held.plan.text("id")) + "/" + key_id;
    };
    for (const KeyPlan& held : plans) {
        PlanView view;
        view.held = &held;
        const std::string plan_id(held.plan.text("id"));
        if (held.quota) view.quota = asked.add({"", plan_id, key_id});
        if (const json::Value* settings = held.plan.find("throttle")) {
            view.throttle = throttled(asked, *settings, client(held));
        }
        views.push_back(std::move(view));
    }
    for (PlanView& view : views) ask_methods(asked, client(*view.held), view);
    return views;
}

json::Value shown_throttle(const Asked& asked, Throttled throttle) {
    if (const StoredState* stored = asked.state(throttle.question)) {
        const limits::BucketState state = bucket_state(throttle.limit, *stored);
        throttle.shown["tokens"] = state.tokens;
        throttle.shown["heldByWorkers"] = state.held;
    }
    return std::move(throttle.shown);
}

limits::QuotaTerms terms_of(const KeyPlan& held, const QuotaWindow& window) {
    limits::QuotaTerms terms;
    terms.period = held.plan.find("quota")->text("period");
    terms.limit = held.quota->limit;
    terms.offset = held.quota->offset;
    terms.since_s = epoch_seconds(held.quota->since);
    for (const UsageExtension& extension : held.usage.extensions) {
        if (extension.window_start != window.start) continue;
        terms.extended_window_s = epoch_seconds(window.start);
        terms.extension = extension.requests;
    }
    return terms;
}

/// Redis may lack what the database has, for a moment, but never the other way round for long.
json::Value shown_quota(const Asked& asked, const PlanView& view, WallTime now) {
    const KeyPlan& held = *view.held;
    const StoredState* stored = asked.state(view.quota);
    const WallTime moment = stored ? WallTime(Microseconds(stored->now_us)) : now;
    const QuotaWindow window = quota_window(held.quota->period, moment);
    const limits::QuotaTerms terms = terms_of(held, window);
    limits::QuotaState state{window, allowance_of(terms, window), 0, 0};
    if (stored) state = quota_state(terms, *stored).value_or(state);
    state.used = std::max(state.used, used_in_window(*held.quota, held.usage.days, moment));
    json::Value shown = json::Object{{"limit", held.quota->limit},
                                     {"period", terms.period},
                                     {"allowance", state.allowance},
                                     {"windowStart", epoch_seconds(window.start)},
                                     {"windowEnd", epoch_seconds(window.end)},
                                     {"used", state.used},
                                     {"remaining", state.remaining()}};
    if (stored) shown["heldByWorkers"] = state.held;
    return shown;
}

json::Value shown_plan(const Asked& asked, PlanView view, WallTime now) {
    json::Value shown =
        json::Object{{"id", view.held->plan.text("id")}, {"name", view.held->plan.text("name")}};
    if (view.throttle) shown["throttle"] = shown_throttle(asked, *std::move(view.throttle));
    json::Array methods;
    for (Throttled& method : view.methods) {
        methods.push_back(shown_throttle(asked, std::move(method)));
    }
    shown["methods"] = std::move(methods);
    if (view.held->quota) shown["quota"] = shown_quota(asked, view, now);
    return shown;
}

Result<json::Value> get_key_limits(Transaction& transaction, const Call& call) {
    const auto key = find_api_key(transaction, call.input.text("apiKey"));
    if (!key) return key;
    const std::string key_id(key->text("id"));
    const std::vector<KeyPlan> plans = plans_of(transaction, call, key_id);
    Asked asked;
    std::vector<PlanView> views = ask_for(asked, plans, key_id);
    asked.ask(call.live_usage);
    json::Array shown;
    for (PlanView& view : views) shown.push_back(shown_plan(asked, std::move(view), call.now));
    return json::Value(json::Object{{"id", key_id},
                                    {"name", key->text("name")},
                                    {"enabled", key->flag("enabled")},
                                    {"degraded", asked.is_degraded()},
                                    {"plans", std::move(shown)}});
}

constexpr std::array<Binding, 1> kBindings{
    {{"GetKeyLimits", get_key_limits, Access::Read, Binding::Contract::Turnpike}}};

}  // namespace

std::span<const Binding> key_limits_bindings() { return kBindings; }

}  // namespace turnpike::service
