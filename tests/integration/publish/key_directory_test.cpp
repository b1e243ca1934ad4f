#include "data-plane/worker/key_directory.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "data-plane/worker/task_set.hpp"

namespace turnpike::worker {
namespace {

using Told = std::function<void(const KeyRecord&)>;

KeyRecord record_of(const std::string& id) {
    auto record = std::make_shared<model::ApiKey>();
    record->id = id;
    return record;
}

redis::Options nobody_listens() {
    redis::Options options;
    options.url = "redis://127.0.0.1:1";
    return options;
}

/// A directory on a reactor of its own, whose Redis is away, and which the test tells what was
/// known before.
struct WithoutRedis {
    WithoutRedis() : thread([this] { reactor.run(); }) {}
    ~WithoutRedis() {
        redis.reset();
        reactor.stop();
        thread.join();
    }

    KeyDirectoryShared shared_with(redis::Client& client) {
        KeyDirectoryShared all;
        all.redis = &client;
        all.names = snapshot::PublishedNames("test");
        all.lookup_of = [](std::string_view value) { return "of " + std::string(value); };
        all.recall = [this](const std::string&, Told told) {
            const std::lock_guard lock(mutex);
            recalled.push_back(std::move(told));
            changed.notify_all();
        };
        return all;
    }

    /// The id of what is found, or "error".
    std::future<std::string> find(const std::string& value) {
        auto answer = std::make_shared<std::promise<std::string>>();
        reactor.post([this, answer, value] { tasks.spawn(look_up(keys, answer, value)); });
        return answer->get_future();
    }

    /// The question after what was known, number `index`.
    Told question(std::size_t index) {
        std::unique_lock lock(mutex);
        REQUIRE(
            changed.wait_for(lock, Milliseconds{10'000}, [&] { return recalled.size() > index; }));
        return recalled[index];
    }

    void on_reactor(const std::function<void()>& action) {
        std::promise<void> done;
        reactor.post([&] {
            action();
            done.set_value();
        });
        done.get_future().wait();
    }

    static Task<> look_up(KeyDirectory& keys, std::shared_ptr<std::promise<std::string>> answer,
                          std::string value) {
        const Result<KeyRecord> found = co_await keys.find(value);
        answer->set_value(found && *found ? (*found)->id : "error");
    }

    Reactor reactor;
    std::unique_ptr<redis::Client> redis = std::make_unique<redis::Client>(nobody_listens());
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Told> recalled;
    const KeyDirectoryShared shared = shared_with(*redis);
    KeyDirectory keys{reactor, shared};
    TaskSet tasks;
    std::thread thread;
};

TEST_CASE_FIXTURE(WithoutRedis, "what was known of a key counts while Redis is away") {
    auto found = find("value");
    question(0)(record_of("known"));
    CHECK(found.get() == "known");
    auto unknown = find("other");
    question(1)(nullptr);
    CHECK(unknown.get() == "error");
}

TEST_CASE_FIXTURE(WithoutRedis, "a change counts that comes while what was known is looked up") {
    auto found = find("value");
    const Told told = question(0);
    on_reactor([this] { keys.refresh("of value", record_of("changed")); });
    told(record_of("known"));
    CHECK(found.get() == "changed");
    CHECK(find("value").get() == "changed");
}

TEST_CASE_FIXTURE(WithoutRedis, "a key that changed meanwhile, and is not known, is not served") {
    auto found = find("value");
    const Told told = question(0);
    on_reactor([this] { keys.invalidate("of value"); });
    told(record_of("known"));
    CHECK(found.get() == "error");
}

}  // namespace
}  // namespace turnpike::worker
