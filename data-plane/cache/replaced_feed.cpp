#include "data-plane/cache/replaced_feed.hpp"

#include "common/base/text.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/shared_names.hpp"

namespace turnpike::cache {
namespace {

constexpr std::string_view kNothingYet = "0-0";
constexpr std::string_view kBatch = "1000";
constexpr std::size_t kIdBytesMax = 128;
constexpr long long kSecondsMax = 1'000'000'000'000;

/// [[stream, [[entry, [name, value]], ...]]]
const redis::Reply* entries_of(const redis::Reply& reply) {
    if (reply.elements.size() != 1 || reply.elements[0].elements.size() != 2) return nullptr;
    return &reply.elements[0].elements[1];
}

}  // namespace

ReplacedFeed::ReplacedFeed(std::string redis_url, std::string name_space)
    : redis_url_(std::move(redis_url)), stream_(replaced_stream(name_space)) {}

ReplacedFeed::~ReplacedFeed() {
    {
        const std::lock_guard lock(mutex_);
        stops_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ReplacedFeed::start() {
    if (is_started_.load(std::memory_order_relaxed) || is_started_.exchange(true)) return;
    const std::lock_guard lock(mutex_);
    if (!stops_) thread_ = std::thread([this] { run(); });
}

void ReplacedFeed::run() {
    redis::Client client({.url = redis_url_});
    do {
        if (!begin(client)) continue;
        while (follow(client)) {
            const std::lock_guard lock(mutex_);
            if (stops_) return;
        }
    } while (rest());
}

bool ReplacedFeed::begin(redis::Client& client) {
    const auto last =
        client.call({"XREVRANGE", stream_, "+", "-", "COUNT", "1"}, limits::kFeedTrust);
    if (!last) return false;
    const bool is_empty = last->elements.empty() || last->elements[0].elements.empty();
    last_id_ = is_empty ? std::string(kNothingYet) : last->elements[0].elements[0].text;
    // What was replaced while nobody listened is not known.
    tell(nullptr);
    return true;
}

/// Of a cluster, the clock of one master stands for all.
void ReplacedFeed::compare_clocks(redis::Client& client) {
    const SteadyTime asked = steady_now();
    if (asked < next_comparison_) return;
    next_comparison_ = asked + limits::kClockCheck;
    const auto time = client.call({"TIME"}, limits::kFeedTrust);
    if (!time || time->elements.size() != 2) return;
    const auto seconds = parse_integer(time->elements[0].text);
    const auto microseconds = parse_integer(time->elements[1].text);
    if (!seconds || !microseconds || *seconds < 0 || *seconds > kSecondsMax) return;
    // Half of the way was back.
    const auto way = std::chrono::duration_cast<Milliseconds>(steady_now() - asked) / 2;
    const std::int64_t there = *seconds * 1000 + *microseconds / 1000 + way.count();
    ahead_ms_.store(there - epoch_milliseconds(wall_now()), std::memory_order_relaxed);
}

bool ReplacedFeed::follow(redis::Client& client) {
    compare_clocks(client);
    const auto news =
        client.call({"XREAD", "COUNT", std::string(kBatch), "BLOCK",
                     std::to_string(limits::kFeedBlock.count()), "STREAMS", stream_, last_id_},
                    limits::kFeedTrust);
    if (!news) return false;
    auto ids = std::make_shared<std::vector<std::string>>();
    if (const redis::Reply* entries = entries_of(*news)) {
        for (const redis::Reply& entry : entries->elements) {
            if (entry.elements.size() != 2 || entry.elements[1].elements.size() != 2) continue;
            last_id_ = entry.elements[0].text;
            const std::string& id = entry.elements[1].elements[1].text;
            if (id.size() <= kIdBytesMax) ids->push_back(id);
        }
    }
    if (!ids->empty()) tell(ids);
    trusted_until_.store((steady_now() + limits::kFeedTrust).time_since_epoch().count(),
                         std::memory_order_release);
    return true;
}

void ReplacedFeed::tell(const Ids& ids) const {
    for (const Listener& listener : listeners_) listener(ids);
}

/// Returns: false if the feed is to end.
bool ReplacedFeed::rest() {
    std::unique_lock lock(mutex_);
    return !woken_.wait_for(lock, limits::kRedisPatience, [this] { return stops_; });
}

}  // namespace turnpike::cache
