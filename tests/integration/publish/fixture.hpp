#pragma once

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/publish/publisher.hpp"
#include "data-plane/worker/loader.hpp"
#include "data-plane/worker/task_set.hpp"
#include "tests/integration/publish/fake_source.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::tests {

using namespace std::chrono_literals;

/// Looks until it holds, for at most ten seconds.
template <typename Holds>
bool eventually(Holds holds) {
    const SteadyTime deadline = steady_now() + 10s;
    while (steady_now() < deadline) {
        if (holds()) return true;
        std::this_thread::yield();
    }
    return false;
}

inline redis::Options redis_options(const std::string& url) {
    redis::Options options;
    options.url = url;
    return options;
}

/// A control plane's publisher over a database that the test changes.
class ControlPlane {
public:
    ControlPlane(FakeSource::Database& database, const std::string& redis_url)
        : source_(database),
          redis_(redis_options(redis_url)),
          publisher_(source_, redis_, snapshot::PublishedNames("test"), options(),
                     [](const std::string&, bool) {}) {
        publisher_.start();
    }
    publish::Publisher& publisher() { return publisher_; }

private:
    static publish::Publisher::Options options() {
        publish::Publisher::Options options;
        options.idle_wait = 100ms;
        options.retry_first = 10ms;
        options.retry_max = 100ms;
        options.collect_every = 50ms;
        return options;
    }
    FakeSource source_;
    redis::Client redis_;
    publish::Publisher publisher_;
};

/// A worker without sockets: reactors, loader and key directories.
class Worker {
public:
    Worker(const std::string& redis_url, const std::string& state_directory,
           std::size_t compiled_bytes_max = std::size_t{256} << 20U, worker::RunTest run = {})
        : redis_(std::make_unique<redis::Client>(redis_options(redis_url))) {
        shared_.redis = redis_.get();
        shared_.names = snapshot::PublishedNames("test");
        shared_.lookup_of = [](std::string_view value) { return crypto::sha256_hex(value); };
        shared_.on_learned = [this](const std::string& lookup, const worker::KeyRecord& record) {
            if (loader_) loader_->remember_key(lookup, record);
        };
        shared_.recall = [this](const std::string& lookup,
                                std::function<void(const worker::KeyRecord&)> done) {
            if (loader_) loader_->recall_key(lookup, std::move(done));
        };
        for (int i = 0; i < 2; ++i) seats_.push_back(std::make_unique<Seat>(shared_));
        std::vector<worker::ReactorPort> ports;
        for (const auto& seat : seats_) ports.push_back(seat->port());
        worker::Loader::Options options;
        options.redis_url = redis_url;
        options.name_space = "test";
        options.state_directory = state_directory;
        options.worker_id = worker::worker_id_of(state_directory);
        options.host = "host";
        options.listen = {"0.0.0.0:8443"};
        options.compiled_bytes_max = compiled_bytes_max;
        options.heartbeat = 100ms;
        loader_ = std::make_unique<worker::Loader>(options, *redis_, ports,
                                                   snapshot::CompiledStage::MeterSlots{},
                                                   [](const std::string&, bool) {});
        if (run) loader_->use_tests(std::move(run));
        loader_->start();
        for (const auto& seat : seats_) {
            seat->thread = std::thread([&seat] { seat->reactor.run(); });
        }
    }
    ~Worker() {
        loader_->stop();
        redis_.reset();
        for (const auto& seat : seats_) seat->reactor.stop();
        for (const auto& seat : seats_) seat->thread.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    worker::Loader& loader() { return *loader_; }

    /// What GET /path on "api/stage" would run, on one reactor: "served", "no route", "no stage",
    /// "not ready", or an error.
    std::string get(const std::string& stage_name, const std::string& path, std::size_t seat = 0) {
        auto answer = std::make_shared<std::promise<std::string>>();
        auto future = answer->get_future();
        Seat& here = *seats_[seat];
        here.reactor.post([this, &here, answer, stage_name, path] {
            here.tasks.spawn(serve(*loader_, here, answer, stage_name, path));
        });
        return future.get();
    }

    /// "k1", "k1 disabled", "none", or an error.
    std::string key(const std::string& value, std::size_t seat = 0) {
        auto answer = std::make_shared<std::promise<std::string>>();
        auto future = answer->get_future();
        Seat& here = *seats_[seat];
        here.reactor.post(
            [&here, answer, value] { here.tasks.spawn(look_up(here, answer, value)); });
        return future.get();
    }

    /// The plans that the routing table of a reactor has for a stage.
    bool plan_covers(const std::string& plan, const std::string& api, const std::string& stage) {
        std::promise<bool> answer;
        seats_[0]->reactor.post([&] {
            const worker::SnapshotSlot& slot = seats_[0]->slot;
            const snapshot::CompiledPlan* found =
                slot.has_table() ? slot.table().plan(plan) : nullptr;
            answer.set_value(found != nullptr && found->stage(api, stage) != nullptr);
        });
        return answer.get_future().get();
    }

private:
    struct Seat {
        explicit Seat(const worker::KeyDirectoryShared& shared) : keys(reactor, shared) {}
        worker::ReactorPort port() { return {&reactor, &slot, &keys}; }
        worker::Reactor reactor;
        worker::SnapshotSlot slot;
        worker::KeyDirectory keys;
        worker::TaskSet tasks;
        std::thread thread;
    };
    using Answer = std::shared_ptr<std::promise<std::string>>;

    static worker::Task<> serve(worker::Loader& loader, Seat& seat, Answer answer,
                                std::string stage_name, std::string path) {
        if (!seat.slot.has_table()) {
            answer->set_value("not ready");
            co_return;
        }
        const auto table = seat.slot.pin();
        const std::size_t slash = stage_name.find('/');
        const snapshot::StageEntry* entry =
            table->find(stage_name.substr(0, slash), stage_name.substr(slash + 1));
        if (entry == nullptr) {
            answer->set_value("no stage");
            co_return;
        }
        const auto stage = co_await loader.load_stage(seat.port(), *entry);
        if (!stage) {
            answer->set_value("error " + stage.error().message + stage.error().detail);
            co_return;
        }
        const auto match = (*stage)->production().deployment().match(path, snapshot::Verb::Get);
        answer->set_value(match.method != nullptr ? "served" : "no route");
    }

    static worker::Task<> look_up(Seat& seat, Answer answer, std::string value) {
        const Result<worker::KeyRecord> found = co_await seat.keys.find(value);
        if (!found) {
            answer->set_value("error " + found.error().detail);
        } else if (*found == nullptr) {
            answer->set_value("none");
        } else {
            answer->set_value((*found)->id + ((*found)->enabled ? "" : " disabled"));
        }
    }

    std::unique_ptr<redis::Client> redis_;
    worker::KeyDirectoryShared shared_;
    std::vector<std::unique_ptr<Seat>> seats_;
    std::unique_ptr<worker::Loader> loader_;
};

/// GET `path` on "api/stage" is served sooner or later.
inline bool comes_to_serve(Worker& worker, const std::string& stage_name, const std::string& path,
                           std::size_t seat = 0) {
    return eventually([&] { return worker.get(stage_name, path, seat) == "served"; });
}

/// Worker::key() gives `id` sooner or later.
inline bool comes_to_know(Worker& worker, const std::string& value, const std::string& id,
                          std::size_t seat = 0) {
    return eventually([&] { return worker.key(value, seat) == id; });
}

/// A database that the test changes, and where it is published to. For TEST_CASE_FIXTURE.
struct Setup {
    RedisServer redis;
    TemporaryFolder folder;  ///< The state directory of workers.
    FakeSource::Database database;
    Management management{database};
    redis::Client client{redis_options(redis.url())};
};

/// The same with a control plane that publishes it.
struct Publishing : Setup {
    ControlPlane control{database, redis.url()};
};

/// The same with a worker that follows.
struct Running : Publishing {
    /// Stage "api/prod" with path "/one" and API key "value", which the worker has on return.
    void deploy_with_key() {
        management.deploy("api/prod", "one");
        management.put_key("k1", "value");
        REQUIRE(comes_to_serve(worker, "api/prod", "/one"));
        REQUIRE(comes_to_know(worker, "value", "k1"));
    }

    Worker worker{redis.url(), folder.path()};
};

}  // namespace turnpike::tests
