#include "control-plane/publish/metering_sender.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "common/json/value.hpp"
#include "control-plane/service/store.hpp"

namespace turnpike::publish {

namespace {

using std::chrono::hours;

constexpr hours kFinalAfter{1};
constexpr std::size_t kRecordsPerTransaction = 2'000;
constexpr int kContentTooLarge = 413;

bool is_accepted(int status) { return status >= 200 && status < 300; }

}  // namespace

MeteringSender::MeteringSender(MeteringLedger& ledger, Post post, Options options,
                               std::function<bool()> is_leader, Report report)
    : ledger_(ledger),
      post_(std::move(post)),
      options_(options),
      is_leader_(std::move(is_leader)),
      report_(std::move(report)),
      pause_(options.retry_first) {}

MeteringSender::~MeteringSender() { stop(); }

void MeteringSender::start() {
    thread_ = std::thread([this] { run(); });
}

void MeteringSender::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    stop_asked_.notify_all();
    thread_.join();
}

void MeteringSender::run() {
    while (!is_stopping_) {
        Milliseconds pause = options_.retry_first;
        if (is_leader_()) {
            note(turn(wall_now()));
            pause = is_failing_ ? pause_ : options_.interval;
        }
        std::unique_lock lock(mutex_);
        stop_asked_.wait_for(lock, pause, [this] { return is_stopping_.load(); });
    }
}

void MeteringSender::note(const Result<void>& done) {
    if (is_stopping_) return;
    if (done) {
        if (is_failing_.exchange(false)) report_("usage records are accepted again", false);
        pause_ = options_.retry_first;
        return;
    }
    if (is_failing_.exchange(true)) {
        pause_ = std::min(pause_ * 2, options_.retry_max);
    } else {
        report_("usage records wait: " + done.error().message + done.error().detail, true);
    }
}

Result<void> MeteringSender::turn(WallTime now) {
    // The database's library throws; this is where that ends.
    try {
        ledger_.forget_before(now - options_.retention, options_.is_posting);
        if (!options_.is_posting) return {};
        const WallTime end = std::chrono::floor<hours>(now) - kFinalAfter;
        std::size_t made = kRecordsPerTransaction;
        while (made == kRecordsPerTransaction && !is_stopping_) {
            made = ledger_.make_records(end, kRecordsPerTransaction);
        }
        pending_ = ledger_.pending_count();
        return post_pending();
    } catch (const service::StoreUnavailable& away) {
        return unavailable(away.what());
    } catch (const std::exception& failure) {
        return internal_error(failure.what());
    }
}

Result<void> MeteringSender::post_pending() {
    std::size_t records_max = options_.records_per_post;
    while (!is_stopping_ && is_leader_()) {
        const std::vector<MeteringRecord> records = ledger_.pending(records_max);
        if (records.empty()) return {};
        const Result<int> status = post_(metering_document(records));
        if (!status) return status.error();
        if (*status == kContentTooLarge && records.size() > 1) {
            records_max = records.size() / 2;
            continue;
        }
        if (!is_accepted(*status)) {
            return unavailable("the endpoint answered " + std::to_string(*status));
        }
        ledger_.accept(records);
        pending_ -= std::min(pending_.load(), records.size());
    }
    return {};
}

std::string metering_document(const std::vector<MeteringRecord>& records) {
    json::Array list;
    for (const MeteringRecord& record : records) {
        list.emplace_back(json::Object{{"id", record.id},
                                       {"planId", record.place.plan_id},
                                       {"productCode", record.place.product_code},
                                       {"keyId", record.place.key_id},
                                       {"customerId", record.place.customer_id},
                                       {"hour", to_iso8601(record.hour)},
                                       {"requests", record.requests},
                                       {"correction", record.is_correction}});
    }
    return json::write(json::Object{{"records", std::move(list)}});
}

}  // namespace turnpike::publish
