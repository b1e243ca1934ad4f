#include "data-plane/phase/renewal.hpp"

#include <optional>
#include <string>

#include "data-plane/phase/order.hpp"
#include "data-plane/pipeline/memory_writer.hpp"
#include "data-plane/worker/task_set.hpp"

namespace turnpike::phase {
namespace {

using cache::ResponseCache;
using pipeline::CacheUse;
using pipeline::Exchange;
using pipeline::Outcome;

constexpr std::size_t kRenewalsMax = 100;

struct NoBody final : net::BodySource {
    std::optional<std::uint64_t> declared_length() const override { return 0; }
    bool is_complete() const override { return true; }
    worker::MaybeTask<net::BodyPiece> next() override { return net::BodyPiece{}; }
    worker::MaybeTask<net::BodyPiece> read_all() override { return net::BodyPiece{}; }
};

std::string written(const http::RequestHead& head) {
    std::string text(head.method_text());
    text += ' ';
    text += head.target();
    text += " HTTP/1.1\r\n";
    for (const http::Field field : head.fields()) {
        text += field.name;
        text += ": ";
        text += field.value;
        text += "\r\n";
    }
    return text + "\r\n";
}

/// A request of its own that asks the same as another, whose connection may be gone meanwhile.
class Renewal {
public:
    /// Returns: null if the head cannot be read again.
    static std::unique_ptr<Renewal> create(Exchange& original) {
        std::unique_ptr<Renewal> made(new Renewal(original));
        if (!made->head_.parse(made->bytes_, http::HeadLimits{}).done()) return nullptr;
        made->request_.emplace(net::Request{made->head_, made->body_, made->peer_,
                                            original.request.received,
                                            original.request.received_date, made->bytes_.size()});
        made->exchange_.emplace(original.services, *made->request_, made->writer_);
        made->seed(original);
        return made;
    }
    Exchange& exchange() { return *exchange_; }

private:
    explicit Renewal(const Exchange& original)
        : bytes_(written(original.head())),
          peer_ip_(original.request.peer.ip),
          peer_(original.request.peer) {
        peer_.ip = peer_ip_;
        peer_.tls = nullptr;
    }

    /// What the phases before found out.
    void seed(Exchange& original) {
        Exchange& mine = *exchange_;
        const auto copy = [&mine](std::string_view text) {
            return text.data() == nullptr ? text : mine.arena.copy(text);
        };
        mine.api_id = copy(original.api_id);
        mine.stage_name = copy(original.stage_name);
        mine.path = copy(original.path);
        mine.context_path = copy(original.context_path);
        mine.domain_name = copy(original.domain_name);
        mine.table = original.table;
        mine.stage = original.stage;
        mine.variant = original.variant;
        mine.is_canary = original.is_canary;
        mine.verb = original.verb;
        mine.http_method = copy(original.http_method);
        mine.match = mine.variant->deployment().match(mine.path, mine.verb);
        mine.method = original.method;
        mine.stage_method = original.stage_method;
        mine.identity = original.identity;
        for (std::string_view pipeline::CallerIdentity::*text :
             {&pipeline::CallerIdentity::api_key, &pipeline::CallerIdentity::user_agent,
              &pipeline::CallerIdentity::account_id, &pipeline::CallerIdentity::caller,
              &pipeline::CallerIdentity::user, &pipeline::CallerIdentity::user_arn}) {
            mine.identity.*text = copy(original.identity.*text);
        }
        mine.cache.key = copy(original.cache.key);
        mine.cache.result = CacheUse::Result::Miss;
        mine.cache.lead = std::move(original.cache.lead);
    }

    const std::string bytes_;
    const std::string peer_ip_;
    net::Peer peer_;
    http::RequestHead head_;
    NoBody body_;
    pipeline::MemoryWriter writer_;  // nothing is answered
    std::optional<net::Request> request_;
    std::optional<Exchange> exchange_;
};

worker::Task<> run(std::unique_ptr<Renewal> renewal) {
    Exchange& exchange = renewal->exchange();
    ResponseCache::Query query;
    query.caching = exchange.stage_method->caching;
    query.key = exchange.cache.key;
    auto confirming = exchange.services.cache->confirm(query, std::move(exchange.cache.lead));
    exchange.cache.lead = co_await confirming;
    if (!exchange.cache.lead) co_return;
    exchange.cache.began = steady_now();
    bool has_ended = false;
    for (const pipeline::PhaseStep& step : order()) {
        if (!step.is_skipped_by_hit || (has_ended && !step.is_final)) continue;
        const Outcome outcome = step.run ? step.run(exchange) : co_await step.run_waiting(exchange);
        has_ended = has_ended || outcome == Outcome::Ended;
    }
}

}  // namespace

void renew_in_background(Exchange& exchange) {
    worker::TaskSet* renewals = exchange.services.renewals;
    if (renewals == nullptr || renewals->size() >= kRenewalsMax || exchange.head().has_body()) {
        exchange.cache.lead = {};
        return;
    }
    if (auto renewal = Renewal::create(exchange)) {
        renewals->spawn(run(std::move(renewal)));
    } else {
        exchange.cache.lead = {};
    }
}

}  // namespace turnpike::phase
