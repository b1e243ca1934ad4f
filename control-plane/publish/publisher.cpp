#include "control-plane/publish/publisher.hpp"

#include <exception>
#include <set>

#include "common/base/random.hpp"

namespace turnpike::publish {

namespace {

using Kind = service::Effect::Kind;

constexpr std::size_t kEpochCharacters = 20;
constexpr std::size_t kIdsPerPage = 500;
constexpr std::int64_t kForgetWorkersAfterMs = std::int64_t{24} * 3600 * 1000;

}  // namespace

Publisher::Publisher(PublicationSource& source, redis::Client& redis,
                     snapshot::PublishedNames names, Options options, Report report)
    : source_(source),
      writer_(redis, std::move(names), {options.stream_entries_max, options.redis_timeout}),
      options_(options),
      report_(std::move(report)) {}

Publisher::~Publisher() { stop(); }

void Publisher::start() {
    thread_ = std::thread([this] { run(); });
}

void Publisher::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    stop_asked_.notify_all();
    source_.wake();
    thread_.join();
}

void Publisher::rest(Milliseconds time) {
    std::unique_lock lock(mutex_);
    stop_asked_.wait_for(lock, time, [this] { return is_stopping_.load(); });
}

void Publisher::run() {
    Milliseconds pause = options_.retry_first;
    while (!is_stopping_) {
        std::string failure;
        // The database's library throws; this thread is where that ends.
        try {
            const Result<Progress> progress = work();
            if (!progress) {
                failure = progress.error().detail + progress.error().message;
            } else if (*progress == Progress::Idle && !is_stopping_) {
                source_.wait_for_work(options_.idle_wait);
            }
        } catch (const std::exception& exception) {
            failure = exception.what();
            is_leader_ = false;
        }
        if (failure.empty()) {
            pause = options_.retry_first;
            continue;
        }
        epoch_.clear();
        report_("publishing failed, trying again: " + failure, true);
        rest(pause);
        pause = std::min(pause * 2, options_.retry_max);
    }
    try {
        if (is_leader_) source_.resign();
    } catch (const std::exception& exception) {
        report_(std::string("giving up the lead failed: ") + exception.what(), true);
    }
    is_leader_ = false;
}

Result<Publisher::Progress> Publisher::work() {
    const bool was_leader = is_leader_;
    is_leader_ = source_.try_lead();
    if (!is_leader_) return Progress::Idle;
    if (!was_leader) {
        report_("this control plane publishes now", false);
        epoch_.clear();
    }
    // The script that publishes checks the epoch too; this look is for when nothing happens.
    if (epoch_.empty() || steady_now() >= next_look_) {
        if (Result<void> done = ensure_epoch(); !done) return done.error();
        next_look_ = steady_now() + options_.idle_wait;
    }
    Result<Progress> progress = publish_outbox();
    if (!progress) return progress;
    if (*progress == Progress::Idle) {
        if (Result<void> done = collect_if_due(); !done) return done.error();
    }
    return progress;
}

/// Redis must hold what this database published, all of it: not emptied, not another one, and not
/// an old copy of it.
Result<void> Publisher::ensure_epoch() {
    const Result<RedisWriter::Position> position = writer_.position();
    if (!position) return position.error();
    const std::string wanted = source_.epoch();
    const bool is_ours = !wanted.empty() && position->epoch == wanted &&
                         position->revision >= source_.published_revision();
    Result<bool> is_whole = false;
    if (is_ours) is_whole = writer_.is_whole(wanted);
    if (!is_whole) return is_whole.error();
    if (*is_whole) {
        epoch_ = wanted;
        return {};
    }
    report_(position->epoch.empty() ? "Redis holds nothing published; publishing everything"
            : is_ours               ? "Redis lost a part of it; publishing everything"
                                    : "Redis holds another state; publishing everything",
            true);
    return publish_anew();
}

Result<void> Publisher::publish_anew() {
    const std::uint64_t revision = source_.next_revision();
    const Complain complain = [this](const std::string& text) { report_(text, false); };
    if (Result<void> done = writer_.begin_anew(); !done) return done;
    std::set<std::string> stages;
    std::set<std::string> plans;
    for (const Kind kind : {Kind::Stage, Kind::UsagePlan, Kind::ApiKey}) {
        std::string after;
        while (!is_stopping_) {
            const std::vector<std::string> ids = source_.ids(kind, after, kIdsPerPage);
            if (ids.empty()) break;
            after = ids.back();
            std::vector<service::Effect> effects;
            effects.reserve(ids.size());
            for (const std::string& id : ids) effects.push_back({kind, id});
            const Batch batch = read_batch(source_, effects, complain);
            Result<void> done = writer_.write_blobs(source_, batch.blobs, complain);
            if (done) done = writer_.add_anew(batch, revision);
            if (!done) return done;
            if (kind == Kind::Stage) stages.insert(ids.begin(), ids.end());
            if (kind == Kind::UsagePlan) plans.insert(ids.begin(), ids.end());
            if (!source_.try_lead()) return unavailable("the lead was lost");
        }
    }
    if (is_stopping_) return unavailable("stopping");
    const std::string epoch = random_id(kEpochCharacters);
    if (Result<void> done = writer_.finish_anew(epoch, revision, stages, plans); !done) return done;
    source_.set_epoch(epoch, revision);
    epoch_ = epoch;
    revision_ = revision;
    return {};
}

Result<Publisher::Progress> Publisher::publish_outbox() {
    const std::vector<OutboxRow> rows = source_.take_outbox(options_.batch_rows_max);
    if (rows.empty()) return Progress::Idle;
    const Complain complain = [this](const std::string& text) { report_(text, false); };
    std::vector<std::int64_t> ids;
    std::vector<service::Effect> effects;
    for (const OutboxRow& row : rows) {
        ids.push_back(row.id);
        effects.push_back(row.effect);
    }
    const std::uint64_t revision = source_.next_revision();
    const Batch batch = read_batch(source_, effects, complain);
    if (!batch.is_empty()) {
        Result<void> done = writer_.write_blobs(source_, batch.blobs, complain);
        if (done) done = writer_.publish(batch, epoch_, revision);
        if (!done) return done.error();
        revision_ = revision;
    }
    source_.mark_published(ids, batch.is_empty() ? source_.published_revision() : revision);
    return Progress::Published;
}

Result<void> Publisher::collect_if_due() {
    const SteadyTime now = steady_now();
    if (now < next_collection_) return {};
    next_collection_ = now + options_.collect_every;
    return writer_.collect(epoch_milliseconds(wall_now()) - kForgetWorkersAfterMs);
}

}  // namespace turnpike::publish
