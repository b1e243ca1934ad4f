// Several reactors' caches over one real Redis.
#include "data-plane/cache/response_cache.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <optional>
#include <thread>

#include "common/base/encoding.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/shared_names.hpp"
#include "data-plane/worker/task_set.hpp"
#include "tests/support/redis_node.hpp"
#include "tests/support/redis_server.hpp"

using namespace turnpike;
using namespace std::chrono_literals;
using cache::ResponseCache;
using cache::ResponseParts;
using Source = ResponseCache::Source;

namespace {

constexpr Milliseconds kPatience{10'000};

/// What all workers of an installation have in common.
struct Installation {
    explicit Installation(const std::string& url) : redis({.url = url}), redis_url(url) {
        while (!redis.is_connected()) std::this_thread::yield();
    }
    std::string ask(redis::Command command) {
        const auto reply = redis.call(std::move(command), 2000ms);
        REQUIRE(reply);
        return reply->kind == redis::Reply::Kind::Integer ? std::to_string(reply->integer)
                                                          : reply->text;
    }
    redis::Client redis;
    std::string redis_url;
};

std::string body_of(const ResponseCache::Answer& answer) {
    return answer.response ? std::string(answer.response->body()) : "(miss)";
}

/// One worker process with one reactor.
class Worker {
public:
    explicit Worker(Installation& installation)
        : feed_(installation.redis_url, "ns"),
          shared_{.redis_url = installation.redis_url,
                  .feed = &feed_,
                  .name_space = "ns",
                  .id_key = crypto::HmacKey("secret"),
                  .encryption_key = std::string(32, 'e'),
                  .memory_bytes_max = std::size_t{16} << 20U},
          cache_(std::in_place, reactor_, shared_) {
        feed_.start();
        while (!feed_.is_live(steady_now())) std::this_thread::yield();
        thread_ = std::thread([this] { reactor_.run(); });
        // The feed told when it began; calls that began before it did are not kept in memory.
        bool is_connected = false;
        while (!is_connected) post([&](ResponseCache& cache) { is_connected = cache.connect(); });
    }
    ~Worker() {
        reactor_.stop();
        thread_.join();
        tasks_.clear();
        cache_.reset();
    }

    /// Runs it on the reactor.
    template <typename Result>
    std::future<Result> begin_on_reactor(std::function<worker::Task<Result>(ResponseCache&)> work) {
        auto done = std::make_shared<std::promise<Result>>();
        reactor_.post([this, done, work] { tasks_.spawn(run<Result>(work, *cache_, done)); });
        return done->get_future();
    }
    template <typename Result>
    Result on_reactor(std::function<worker::Task<Result>(ResponseCache&)> work) {
        return begin_on_reactor<Result>(std::move(work)).get();
    }
    template <typename Result>
    static worker::Task<> run(std::function<worker::Task<Result>(ResponseCache&)> work,
                              ResponseCache& cache, std::shared_ptr<std::promise<Result>> done) {
        auto task = work(cache);
        done->set_value(co_await task);
    }
    void post(std::function<void(ResponseCache&)> work) {
        std::promise<void> done;
        reactor_.post([&] {
            work(*cache_);
            done.set_value();
        });
        done.get_future().wait();
    }

    /// What is posted afterwards runs after it asked, or began to wait.
    std::future<ResponseCache::Answer> begin(const snapshot::MethodCaching& caching,
                                             std::string key, Milliseconds patience = kPatience) {
        return begin_on_reactor<ResponseCache::Answer>(
            [&caching, key, patience](ResponseCache& cache) {
                return look(cache, caching, key, patience);
            });
    }
    ResponseCache::Answer find(const snapshot::MethodCaching& caching, std::string key,
                               Milliseconds patience = kPatience) {
        return begin(caching, std::move(key), patience).get();
    }
    /// Of a miss, nobody is to answer.
    std::string body(const snapshot::MethodCaching& caching, std::string key,
                     Milliseconds patience = kPatience) {
        ResponseCache::Answer answer = find(caching, std::move(key), patience);
        drop(std::move(answer.lead));
        return body_of(answer);
    }
    static worker::Task<ResponseCache::Answer> look(ResponseCache& cache,
                                                    const snapshot::MethodCaching& caching,
                                                    std::string key, Milliseconds patience) {
        auto finding = cache.find({&caching, key, patience});
        co_return co_await finding;
    }
    void store(const snapshot::MethodCaching& caching, const std::string& key,
               const std::string& body, ResponseCache::Lead lead = {}, bool replaces = false,
               SteadyTime began = steady_now()) {
        post([&](ResponseCache& cache) {
            ResponseParts parts;
            parts.status = 200;
            parts.fields = {{"Content-Type", "text/plain"}};
            parts.body = body;
            cache.store({&caching, key, kPatience, began}, parts, std::move(lead), replaces);
        });
    }
    /// Leads have to be let go where the cache lives.
    void drop(ResponseCache::Lead lead) {
        post([&](const ResponseCache&) { lead = ResponseCache::Lead(); });
    }

private:
    cache::ReplacedFeed feed_;
    const cache::CacheShared shared_;
    worker::Reactor reactor_;
    worker::TaskSet tasks_;
    std::optional<ResponseCache> cache_;
    std::thread thread_;
};

struct Fixture {
    tests::RedisServer server;
    Installation installation{server.url()};
    snapshot::StageCache stage{"a1/prod", 10'000'000, Seconds(0), Seconds(0)};
    snapshot::MethodCaching caching = [this] {
        snapshot::MethodCaching made;
        made.stage = &stage;
        return made;
    }();

    /// Until Redis has it; its script runs after whatever was sent before.
    void wait_for_entries(const std::string& count) {
        const cache::StageNames names("ns", stage.id);
        while (installation.ask({"ZCARD", names.index()}) != count) std::this_thread::yield();
    }
    std::string everything_in_redis() {
        std::string all;
        const auto keys = installation.redis.call({"KEYS", "*"}, 2000ms);
        REQUIRE(keys);
        for (const redis::Reply& key : keys->elements) {
            const auto dump = installation.redis.call({"DUMP", key.text}, 2000ms);
            if (dump) all += key.text + dump->text;
        }
        return all;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what one worker stored another finds, in Redis and then in memory") {
    Worker one(installation);
    Worker two(installation);
    auto miss = one.find(caching, "key");
    CHECK(body_of(miss) == "(miss)");
    REQUIRE(miss.lead);
    one.store(caching, "key", "stored", std::move(miss.lead));
    wait_for_entries("1");
    CHECK(one.find(caching, "key").source == Source::Memory);
    const auto found = two.find(caching, "key");
    CHECK(found.source == Source::Redis);
    CHECK(body_of(found) == "stored");
    CHECK_FALSE(found.is_stale);
    CHECK(two.find(caching, "key").source == Source::Memory);
    CHECK(two.body(caching, "other", 0ms) == "(miss)");
}

TEST_CASE_FIXTURE(Fixture, "while one worker calls the back end the others wait for its answer") {
    Worker one(installation);
    Worker two(installation);
    auto leading = one.find(caching, "key");
    REQUIRE(leading.lead);
    auto waiting = two.begin(caching, "key");
    auto same_reactor = one.begin(caching, "key");
    one.store(caching, "key", "once", std::move(leading.lead));
    const auto elsewhere = waiting.get();
    CHECK(body_of(elsewhere) == "once");
    CHECK_FALSE(elsewhere.lead);
    CHECK(body_of(same_reactor.get()) == "once");
    CHECK(installation.ask({"EXISTS", cache::StageNames("ns", stage.id).lock("x")}) == "0");
}

TEST_CASE_FIXTURE(Fixture, "a leader that goes away, or dies, is followed by another") {
    Worker one(installation);
    Worker two(installation);
    auto leading = one.find(caching, "key");
    REQUIRE(leading.lead);
    auto next = one.begin(caching, "key");
    auto remote = two.begin(caching, "key");
    one.drop(std::move(leading.lead));
    auto second = next.get();
    CHECK_FALSE(second.response);
    REQUIRE(second.lead);
    one.store(caching, "key", "second", std::move(second.lead));
    CHECK(body_of(remote.get()) == "second");

    // One that was killed: its lock goes by itself.
    std::optional<Worker> killed(std::in_place, installation);
    auto lost = killed->find(caching, "gone");
    REQUIRE(lost.lead);
    auto orphan = two.begin(caching, "gone");
    killed.reset();
    auto heir = orphan.get();
    CHECK_FALSE(heir.response);
    CHECK(heir.lead);
    two.drop(std::move(heir.lead));
}

TEST_CASE_FIXTURE(Fixture, "nobody waits longer than agreed") {
    Worker one(installation);
    Worker two(installation);
    auto leading = one.find(caching, "key");
    auto alone = two.find(caching, "key", 100ms);
    CHECK_FALSE(alone.response);
    auto follower = one.find(caching, "key", 100ms);
    CHECK_FALSE(follower.response);
    one.drop(std::move(leading.lead));
    two.drop(std::move(alone.lead));
}

TEST_CASE_FIXTURE(Fixture, "an answer that is not kept lets all call on their own, everywhere") {
    Worker one(installation);
    Worker two(installation);
    auto leading = one.find(caching, "key");
    auto waiting = two.begin(caching, "key");
    one.post([&](ResponseCache& cache) {
        cache.pass({&caching, "key", kPatience, steady_now()}, std::move(leading.lead));
    });
    const auto other = waiting.get();
    CHECK_FALSE(other.response);
    for (int i = 0; i < 3; ++i) {
        const auto next = one.find(caching, "key");
        CHECK_FALSE(next.response);
        CHECK_FALSE(next.lead);
    }
}

TEST_CASE_FIXTURE(Fixture, "encrypted entries are not in Redis as they are, and are found") {
    caching.encrypts = true;
    Worker one(installation);
    Worker two(installation);
    one.store(caching, "key with a secret-in-key", "secret-in-body");
    wait_for_entries("1");
    CHECK(everything_in_redis().find("secret-in") == std::string::npos);
    CHECK(two.body(caching, "key with a secret-in-key") == "secret-in-body");
    // One that is not encrypted could come from anybody.
    snapshot::MethodCaching plain = caching;
    plain.encrypts = false;
    one.store(plain, "planted", "planted");
    wait_for_entries("2");
    CHECK(two.body(caching, "planted", 0ms) == "(miss)");
    CHECK(everything_in_redis().find("planted") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "bytes in Redis that are no entry are a miss") {
    Worker one(installation);
    one.store(caching, "key", "good");
    wait_for_entries("1");
    const auto keys = installation.redis.call({"KEYS", "*:entry:*"}, 2000ms);
    REQUIRE(keys->elements.size() == 1);
    const auto good = installation.redis.call({"GET", keys->elements[0].text}, 2000ms);
    for (const char* bytes : {"", "x", "\x01\x01", "nonsense that is longer than a header is"}) {
        installation.ask({"SET", keys->elements[0].text, bytes, "PX", "60000"});
        Worker fresh(installation);
        auto answer = fresh.find(caching, "key");
        CHECK(body_of(answer) == "(miss)");
        fresh.drop(std::move(answer.lead));
    }
    // An entry as it was, but with a time that nobody writes.
    installation.ask(
        {"SET", keys->elements[0].text, std::string(7, '\xff') + '\x7f' + good->text.substr(8)});
    Worker other(installation);
    auto answer = other.find(caching, "key");
    CHECK(body_of(answer) == "(miss)");
    other.drop(std::move(answer.lead));
}

TEST_CASE_FIXTURE(Fixture, "a stage keeps no more bytes in Redis than its size") {
    stage.bytes_max = 100'000;
    Worker one(installation);
    const cache::StageNames names("ns", stage.id);
    for (int i = 0; i < 40; ++i) {
        one.store(caching, "key" + std::to_string(i), std::string(9'000, 'x'));
    }
    one.store(caching, "too large for the stage", std::string(101'000, 'x'));
    one.store(caching, "last", "x");
    const auto total = [&] {
        return std::stoll(installation.ask({"HGET", names.sizes(), "total"}));
    };
    Worker two(installation);
    ResponseCache::Answer last;
    while (!last.response) {
        last = two.find(caching, "last", 0ms);
        two.drop(std::move(last.lead));
    }
    CHECK(total() <= 100'000);
    CHECK(total() > 80'000);
    const auto keys = installation.redis.call({"KEYS", "*:entry:*"}, 2000ms);
    CHECK(std::to_string(keys->elements.size()) == installation.ask({"ZCARD", names.index()}));
    // The oldest made room.
    auto oldest = two.find(caching, "key0", 0ms);
    CHECK(body_of(oldest) == "(miss)");
    two.drop(std::move(oldest.lead));
    auto too_large = two.find(caching, "too large for the stage", 0ms);
    CHECK(body_of(too_large) == "(miss)");
    two.drop(std::move(too_large.lead));
    CHECK(two.body(caching, "key39") == std::string(9'000, 'x'));
}

TEST_CASE_FIXTURE(Fixture, "storing a key again counts once, and expired entries count no more") {
    Worker one(installation);
    const cache::StageNames names("ns", stage.id);
    for (int i = 0; i < 5; ++i) one.store(caching, "key", std::string(1000, 'x'));
    caching.ttl = Seconds(1);
    one.store(caching, "short", std::string(5000, 'x'));
    wait_for_entries("2");
    while (installation.ask({"EXISTS", names.index()}) == "1" &&
           installation.redis.call({"KEYS", "*:entry:*"}, 2000ms)->elements.size() > 1) {
        std::this_thread::yield();
    }
    caching.ttl = Seconds(300);
    one.store(caching, "other", std::string(1000, 'x'));
    while (one.body(caching, "other") == "(miss)") std::this_thread::yield();
    wait_for_entries("2");
    const long long total = std::stoll(installation.ask({"HGET", names.sizes(), "total"}));
    CHECK(total > 2000);
    CHECK(total < 3000);
}

TEST_CASE_FIXTURE(Fixture, "what a caller had replaced every memory forgets") {
    Worker one(installation);
    Worker two(installation);
    one.store(caching, "key", "old");
    wait_for_entries("1");
    CHECK(two.body(caching, "key") == "old");
    CHECK(two.find(caching, "key").source == Source::Memory);
    one.store(caching, "key", "new", {}, true);
    while (two.body(caching, "key") == "old") std::this_thread::yield();
    CHECK(two.body(caching, "key") == "new");
    CHECK(one.body(caching, "key") == "new");
}

TEST_CASE_FIXTURE(Fixture, "an answer to an earlier call takes the place of no replacement") {
    Worker one(installation);
    Worker two(installation);
    ResponseCache::Answer leading = one.find(caching, "key");
    REQUIRE(leading.lead);
    const SteadyTime began = steady_now() - Seconds(1);
    two.store(caching, "key", "new", {}, true);
    // Who comes once it is told does not wait for the call that began before.
    while (one.body(caching, "key", Milliseconds(20)) != "new") std::this_thread::yield();
    one.store(caching, "key", "old", std::move(leading.lead), false, began);
    two.store(caching, "key", "older", {}, true, began - Seconds(1));
    one.store(caching, "other", "x");
    two.store(caching, "another", "x");
    wait_for_entries("3");
    CHECK(one.body(caching, "key") == "new");
    CHECK(two.body(caching, "key") == "new");
    Worker three(installation);
    CHECK(three.body(caching, "key") == "new");
}

TEST_CASE_FIXTURE(Fixture, "what comes to Redis late is kept for as much less") {
    caching.ttl = Seconds(5);
    Worker one(installation);
    installation.ask({"CLIENT", "PAUSE", "500", "WRITE"});
    one.store(caching, "key", "late");
    wait_for_entries("1");
    const auto keys = installation.redis.call({"KEYS", "*:entry:*"}, 2000ms);
    REQUIRE(keys);
    REQUIRE(keys->elements.size() == 1);
    CHECK(std::stoll(installation.ask({"PTTL", keys->elements[0].text})) < 4700);
}

TEST_CASE_FIXTURE(Fixture, "an entry is found stale for as long as the stage wants it") {
    stage.stale_while_revalidate = Seconds(3600);
    caching.ttl = Seconds(1);
    Worker one(installation);
    Worker two(installation);
    one.store(caching, "key", "old");
    ResponseCache::Answer stale;
    while (!stale.is_stale) {
        one.drop(std::move(stale.lead));
        stale = one.find(caching, "key");
        REQUIRE(body_of(stale) == "old");
    }
    // One renews it, the others of this reactor do not; of two reactors one only.
    REQUIRE(stale.lead);
    CHECK_FALSE(one.find(caching, "key").lead);
    auto remote = two.find(caching, "key");
    while (!remote.is_stale) remote = two.find(caching, "key");
    REQUIRE(remote.lead);
    const auto confirm = [&](Worker& worker, ResponseCache::Lead& lead) {
        return worker.on_reactor<bool>([&](ResponseCache& cache) -> worker::Task<bool> {
            return [](ResponseCache& where, const snapshot::MethodCaching& what,
                      ResponseCache::Lead& mine) -> worker::Task<bool> {
                mine = co_await where.confirm({&what, "key", kPatience}, std::move(mine));
                co_return static_cast<bool>(mine);
            }(cache, caching, lead);
        });
    };
    CHECK(confirm(one, stale.lead));
    CHECK_FALSE(confirm(two, remote.lead));
    caching.ttl = Seconds(300);
    one.store(caching, "key", "new", std::move(stale.lead));
    CHECK(one.body(caching, "key") == "new");
}

TEST_CASE("in a cluster what a stage has lies together, whatever makes room for what") {
    tests::RedisNode node("cluster-enabled yes\ncluster-port " +
                          std::to_string(tests::free_port()) + "\n");
    node.ask({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    tests::wait_until("the cluster", [&node] {
        return node.ask({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos;
    });
    Installation installation("redis-cluster://" + node.endpoint());
    const snapshot::StageCache stage{"a1/prod", 50'000, Seconds(0), Seconds(0)};
    snapshot::MethodCaching caching;
    caching.stage = &stage;
    Worker one(installation);
    Worker two(installation);
    for (int i = 0; i < 20; ++i) {
        one.store(caching, "key" + std::to_string(i), std::string(9'000, 'x'));
    }
    auto leading = one.find(caching, "last");
    REQUIRE(leading.lead);
    auto waiting = two.begin(caching, "last");
    one.store(caching, "last", "done", std::move(leading.lead), true);
    CHECK(body_of(waiting.get()) == "done");
    const cache::StageNames names("ns", stage.id);
    CHECK(std::stoll(node.ask({"HGET", names.sizes(), "total"}).text) <= 50'000);
    CHECK(node.ask({"ZCARD", names.index()}).integer ==
          static_cast<std::int64_t>(node.ask({"KEYS", "*:entry:*"}).elements.size()));
    tests::wait_until("the stream of what was replaced", [&node] {
        return node.ask({"XLEN", cache::replaced_stream("ns")}).integer == 1;
    });
}

TEST_CASE_FIXTURE(Fixture, "without Redis all is a miss, at once, and nothing hangs") {
    Worker one(installation);
    one.store(caching, "key", "stored");
    wait_for_entries("1");
    CHECK(one.find(caching, "key").source == Source::Memory);
    server.pause();
    // Memory is passed over once nobody can say any more whether it holds.
    ResponseCache::Answer answer = one.find(caching, "key");
    while (answer.response) answer = one.find(caching, "key");
    CHECK(answer.lead);
    one.store(caching, "key", "while away", std::move(answer.lead));
    server.resume();
    answer = one.find(caching, "key");
    while (!answer.response) {
        one.drop(std::move(answer.lead));
        answer = one.find(caching, "key");
    }
    CHECK(body_of(answer) != "(miss)");
    server.kill();
    answer = one.find(caching, "key");
    while (answer.response) answer = one.find(caching, "key");
    one.drop(std::move(answer.lead));
    server.start();
    one.store(caching, "key", "again");
    while (body_of(answer) != "again") {
        answer = one.find(caching, "key");
        if (answer.lead) one.store(caching, "key", "again", std::move(answer.lead));
    }
}
