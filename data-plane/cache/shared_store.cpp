#include "data-plane/cache/shared_store.hpp"

#include <algorithm>
#include <utility>

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "common/crypto/aead.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/shared_names.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::cache {
namespace {

using redis::Command;
using redis::Reply;

constexpr std::size_t kIdBytes = 20;
constexpr char kVersion = 1;
constexpr char kEncrypted = 1;

/// Keys: entry, index, sizes, lock. Arguments: id, entry, its time (ms), what it counts, how much
/// there may be, prefix of entries, token of the lock, when its call began (ms), when this was sent
/// (ms). When it expires, and when its call began, go before the entry. What is written first fails
/// as a whole if Redis has no memory. Gives 0 if the entry found no room, one of a later call is
/// there, or this comes so late that its time is over: what would say that it was replaced may have
/// expired as well.
constexpr std::string_view kStoreScript = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local began = tonumber(ARGV[8])
local kept = math.min(tonumber(ARGV[3]), ARGV[9] + ARGV[3] - now)
local function unlock()
  if ARGV[7] ~= '' and redis.call('GET', KEYS[4]) == ARGV[7] then redis.call('DEL', KEYS[4]) end
end
local before = redis.call('GETRANGE', KEYS[1], 8, 15)
if kept <= 0 or #before == 8 and struct.unpack('<i8', before) > began then
  unlock()
  return 0
end
redis.call('SET', KEYS[1], struct.pack('<i8i8', now + kept, began) .. ARGV[2], 'PX', kept)
local total = 0
if redis.call('ZCARD', KEYS[2]) > 0 then
  total = tonumber(redis.call('HGET', KEYS[3], 'total') or '0')
else
  redis.call('DEL', KEYS[3])
end
local function forget(id)
  total = total - tonumber(redis.call('HGET', KEYS[3], id) or '0')
  redis.call('HDEL', KEYS[3], id)
  redis.call('ZREM', KEYS[2], id)
end
forget(ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)) do
  forget(id)
end
local size, most, left = tonumber(ARGV[4]), tonumber(ARGV[5]), 1000
while size <= most and total + size > most and left > 0 do
  local first = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not first then break end
  forget(first)
  redis.call('DEL', ARGV[6] .. first)
  left = left - 1
end
local fits = total + size <= most
if fits then
  redis.call('ZADD', KEYS[2], now + kept, ARGV[1])
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
  total = total + size
else
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[3], 'total', total)
for i = 2, 3 do
  if redis.call('PTTL', KEYS[i]) < kept then redis.call('PEXPIRE', KEYS[i], kept) end
end
unlock()
return fits and 1 or 0)";

/// Key: lock. Argument: token.
constexpr std::string_view kUnlockScript = R"(
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0)";

constexpr std::string_view kReplacedMax = "10000";

constexpr std::size_t kTimeBytes = 8;
/// When an entry expires, and when the call began that gave it.
constexpr std::size_t kTimesBytes = 2 * kTimeBytes;

/// As the script writes it: little-endian, milliseconds since 1970. Requires: kTimeBytes.
std::uint64_t time_at(std::string_view bytes) {
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        time |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return time;
}

/// Returns: nothing if it is over, or no time that the script wrote.
std::optional<Milliseconds> time_left(std::uint64_t expires, std::int64_t now) {
    const auto earliest = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
    if (expires <= earliest) return std::nullopt;
    const std::uint64_t left = expires - earliest;
    const auto most = static_cast<std::uint64_t>(Milliseconds(limits::kKeptMax).count());
    if (left > most) return std::nullopt;
    return Milliseconds(static_cast<std::int64_t>(left));
}

}  // namespace

struct SharedStore::Question {
    explicit Question(std::size_t count) : left(count) {
        replies.reserve(count);
        for (std::size_t i = 0; i < count; ++i) replies.emplace_back(unavailable("not answered"));
    }
    Replies replies;
    std::size_t left;
    worker::Signal* waiter = nullptr;
};

SharedStore::SharedStore(worker::Reactor& reactor, const CacheShared& shared)
    : reactor_(reactor), shared_(shared), loop_(reactor) {
    if (shared.redis_url.empty()) return;
    redis::Options options;
    options.url = shared.redis_url;
    options.pending_max = limits::kRedisPendingMax;
    redis_ = std::make_unique<redis::LocalClient>(std::move(options), loop_);
}

SharedStore::~SharedStore() { stop(); }

void SharedStore::stop() { redis_.reset(); }

void SharedStore::begin() {
    if (redis_ == nullptr || redis_->has_started()) return;
    redis_->start();
    connecting_until_ = reactor_.now() + limits::kRedisPatience;
}

bool SharedStore::is_connected() const {
    constexpr std::uint16_t kAnySlot = 0;
    return redis_ != nullptr && redis_->is_slot_connected(kAnySlot);
}

bool SharedStore::is_available(const Place& place) {
    if (redis_ == nullptr) return false;
    const SteadyTime now = reactor_.now();
    begin();
    const bool rests = std::ranges::any_of(rests_, [&](const Rest& one) {
        return now < one.until && redis_->is_same_server(one.slot, place.slot);
    });
    return !rests && (now < connecting_until_ || redis_->is_slot_connected(place.slot));
}

void SharedStore::rest(std::uint16_t slot) {
    if (redis_ == nullptr) return;
    const SteadyTime now = reactor_.now();
    std::erase_if(rests_, [&](const Rest& one) {
        return now >= one.until || redis_->is_same_server(one.slot, slot);
    });
    rests_.push_back({slot, now + limits::kRedisRest});
}

SharedStore::Place SharedStore::place_of(const snapshot::MethodCaching& caching,
                                         std::string_view key) const {
    const crypto::Digest digest = shared_.id_key.digest(key);
    Place place{caching.stage->id, to_hex(crypto::view(digest).substr(0, kIdBytes)),
                caching.stage->bytes_max, caching.encrypts};
    if (redis_ != nullptr && redis_->is_cluster()) {
        place.slot = redis_->slot_of(StageNames(shared_.name_space, place.stage).entry_prefix());
    }
    return place;
}

worker::Task<std::optional<SharedStore::Replies>> SharedStore::ask(std::vector<Command> commands,
                                                                   std::uint16_t slot,
                                                                   SteadyTime deadline) {
    std::optional<Replies> replies;
    if (redis_ == nullptr) co_return replies;
    worker::Signal signal(reactor_);
    const auto question = std::make_shared<Question>(commands.size());
    question->waiter = &signal;
    // The request may be destroyed while it waits.
    struct Guard {
        Question& question;
        ~Guard() { question.waiter = nullptr; }
    };
    const Guard guard{*question};
    const bool was_connected = redis_->is_slot_connected(slot);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        redis_->send(std::move(commands[i]), [question, i](Result<Reply> reply) {
            question->replies[i] = std::move(reply);
            if (--question->left == 0 && question->waiter != nullptr) question->waiter->set();
        });
    }
    co_await signal.wait_until(deadline);
    if (question->left == 0) {
        replies = std::move(question->replies);
    } else if (was_connected) {
        rest(slot);
    }
    co_return replies;
}

std::int64_t SharedStore::redis_time() const {
    return shared_.feed != nullptr ? shared_.feed->redis_time() : epoch_milliseconds(wall_now());
}

SharedStore::Fetched SharedStore::fetched(const Place& place, Result<Reply>& entry) const {
    Fetched found;
    if (!entry) return found;
    found.state = Fetched::State::Absent;
    std::string& bytes = entry->text;
    if (entry->kind != Reply::Kind::Text || bytes.size() < kTimesBytes) return found;
    const std::int64_t now = redis_time();
    const std::optional<Milliseconds> left = time_left(time_at(bytes), now);
    if (!left) return found;
    const std::uint64_t began = time_at(std::string_view(bytes).substr(kTimeBytes));
    const auto latest = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
    const auto most = static_cast<std::uint64_t>(Milliseconds(limits::kKeptMax).count());
    const std::uint64_t ago = began < latest ? std::min(latest - began, most) : 0;
    found.began = reactor_.now() - Milliseconds(static_cast<std::int64_t>(ago));
    bytes.erase(0, kTimesBytes);
    found.response = read(place, std::move(bytes));
    if (!found.response) return found;
    found.state = Fetched::State::Found;
    found.kept_for = *left;
    found.fresh_for = found.kept_for - found.response->kept_longer();
    return found;
}

worker::Task<SharedStore::Fetched> SharedStore::fetch(Place place, SteadyTime deadline) {
    const StageNames names(shared_.name_space, place.stage);
    std::vector<Command> commands;
    commands.push_back({"GET", names.entry(place.id)});
    std::optional<Replies> replies = co_await ask(std::move(commands), place.slot, deadline);
    if (!replies) co_return Fetched();
    co_return fetched(place, (*replies)[0]);
}

worker::Task<SharedStore::Locked> SharedStore::lock(Place place, std::string token,
                                                    SteadyTime deadline) {
    const StageNames names(shared_.name_space, place.stage);
    std::vector<Command> commands;
    commands.push_back({"SET", names.lock(place.id), std::move(token), "NX", "PX",
                        std::to_string(limits::kLockTime.count())});
    commands.push_back({"GET", names.entry(place.id)});
    std::optional<Replies> replies = co_await ask(std::move(commands), place.slot, deadline);
    Locked locked;
    if (!replies || !(*replies)[0]) co_return locked;
    locked.state = (*replies)[0]->is_nil() ? Lock::Held : Lock::Taken;
    locked.fetched = fetched(place, (*replies)[1]);
    co_return locked;
}

void SharedStore::renew(const Place& place) {
    if (!is_available(place)) return;
    const StageNames names(shared_.name_space, place.stage);
    redis_->send({"PEXPIRE", names.lock(place.id), std::to_string(limits::kLockTime.count())},
                 [](const Result<Reply>&) {});
}

void SharedStore::unlock(const Place& place, const std::string& token) {
    if (!is_available(place)) return;
    const StageNames names(shared_.name_space, place.stage);
    redis_->send({"EVAL", std::string(kUnlockScript), "1", names.lock(place.id), token},
                 [](const Result<Reply>&) {});
}

void SharedStore::store(const Place& place, const Response& response, const Storing& storing) {
    if (!is_available(place)) return;
    std::string entry = wire_form(place, response);
    const std::size_t bytes = entry.size();
    if (storing_bytes_ + bytes > limits::kStoreBytesMax) {
        if (!storing.token.empty()) unlock(place, storing.token);
        return;
    }
    const StageNames names(shared_.name_space, place.stage);
    const std::int64_t now = redis_time();
    const auto ago = std::chrono::duration_cast<Milliseconds>(steady_now() - storing.began);
    Command command{"EVAL",
                    std::string(kStoreScript),
                    "4",
                    names.entry(place.id),
                    names.index(),
                    names.sizes(),
                    names.lock(place.id),
                    place.id,
                    std::move(entry),
                    std::to_string(storing.kept_for.count()),
                    std::to_string(bytes + kTimesBytes + limits::kEntryOverhead),
                    std::to_string(place.stage_bytes_max),
                    names.entry_prefix(),
                    storing.token,
                    std::to_string(now - ago.count()),
                    std::to_string(now)};
    Command told;
    if (storing.tells_replaced) {
        told = {"XADD",
                replaced_stream(shared_.name_space),
                "MAXLEN",
                "~",
                std::string(kReplacedMax),
                "*",
                "id",
                place.id};
    }
    storing_bytes_ += bytes;
    redis_->send(std::move(command),
                 [this, bytes, told = std::move(told)](const Result<Reply>& reply) {
                     storing_bytes_ -= bytes;
                     // Not before it is replaced: who is told looks at once.
                     if (reply && !told.empty()) redis_->send(told, [](const Result<Reply>&) {});
                 });
}

std::string SharedStore::wire_form(const Place& place, const Response& response) const {
    if (!place.encrypts) return response.encoded();
    std::string wire;
    wire += kVersion;
    wire += kEncrypted;
    wire += crypto::aes_256_gcm_encrypt(shared_.encryption_key,
                                        secure_random_bytes(crypto::kAeadNonceBytes),
                                        response.encoded(), place.id);
    return wire;
}

std::shared_ptr<const Response> SharedStore::read(const Place& place, std::string bytes) const {
    if (!place.encrypts) return Response::decode(std::move(bytes), place.id);
    // A plain one could come from anybody who may write to Redis.
    if (bytes.size() < 2 || bytes[0] != kVersion || bytes[1] != kEncrypted) return nullptr;
    auto plain = crypto::aes_256_gcm_decrypt(shared_.encryption_key,
                                             std::string_view(bytes).substr(2), place.id);
    return plain ? Response::decode(*std::move(plain), place.id) : nullptr;
}

}  // namespace turnpike::cache
