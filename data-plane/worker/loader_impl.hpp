#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "data-plane/worker/event_queue.hpp"
#include "data-plane/worker/loader.hpp"
#include "data-plane/worker/published_reader.hpp"
#include "data-plane/worker/stage_shelf.hpp"
#include "data-plane/worker/state_directory.hpp"

namespace turnpike::worker {

/// What Loader does on its thread. Everything without another word belongs to that thread (to the
/// one that called start() before it runs). Held by callbacks under way, which may come late.
class Loader::Impl : public std::enable_shared_from_this<Loader::Impl> {
public:
    using Compiled = std::shared_ptr<const snapshot::CompiledStage>;

    Impl(Options options, redis::Client& redis, std::vector<ReactorPort> ports,
         snapshot::CompiledStage::MeterSlots slots, Report report);

    void use_tests(RunTest run);
    void start();
    void stop();

    // Thread: any.
    std::atomic<bool> is_ready{false};
    std::atomic<bool> is_connected{false};
    std::atomic<std::uint64_t> installed_revision{0};
    void remember_key(std::string lookup, KeyRecord record);
    void recall_key(std::string lookup, std::function<void(const KeyRecord&)> done);

    /// One call of load_stage(). Thread: its reactor, but for `name`.
    struct Request {
        std::string name;
        Reactor* reactor = nullptr;
        std::function<void()> wake;
        Result<Compiled> result = unavailable("not answered");
        bool is_done = false;
    };
    /// False if too many wait. Thread: a reactor's.
    bool ask(const std::shared_ptr<Request>& request);

private:
    struct KeyChange {
        std::string lookup;
        KeyRecord record;  // null: gone, or not known
    };

    // loader.cpp: the thread and its turns
    void restore();
    void run();
    SteadyTime next_turn() const;
    void turn();
    void serve_urgent();
    void heartbeat();
    void on_heartbeat(const Result<PublishedReader::Position>& position);
    void collect_garbage();
    json::Value describe() const;
    void warn(const std::string& text);

    // loader_sync.cpp: following what is published
    void synchronise(const PublishedReader::Position& position);
    Result<void> resync(const PublishedReader::Position& position);
    Result<void> expect_epoch(std::string_view epoch);
    void remove_others(const std::set<std::string>& stages, const std::set<std::string>& plans);
    Result<std::vector<KeyChange>> read_known_keys();
    void follow();
    void on_stream(const Result<redis::Reply>& reply, std::uint64_t generation);
    Result<void> on_changes(const std::vector<PublishedChanges>& entries);
    Result<void> apply(const std::set<std::string>& stages, const std::set<std::string>& plans,
                       const std::vector<std::string>& lookups, std::uint64_t revision);
    Result<std::vector<KeyChange>> read_keys(const std::vector<std::string>& lookups);
    void learn_key(const std::string& lookup, const KeyRecord& record);
    void note_key(const std::string& lookup, const KeyRecord& record);
    Result<PublishedReader::Records> read_stages(const std::vector<std::string>& names);
    bool put_stage(const std::string& name, const std::optional<std::string>& record,
                   StageShelf::Compile compile);
    void put_plan(const std::string& id, const std::optional<std::string>& record);
    bool set_plan(const std::string& id, std::string_view record);
    void retry_stages();
    void lost(const Error& error);

    // loader_install.cpp: towards reactors and disk
    void install(const std::set<std::string>& changed, std::vector<KeyChange> keys,
                 bool resets_keys);
    void save();
    void take_learned_keys();
    void save_keys_if_due();
    void fetch_ahead();
    Result<std::string> document(std::string_view hash);
    Result<std::string> stage_record(const std::string& name);
    void answer(const std::shared_ptr<Request>& request);
    void keep_budget();
    void set_problem(const std::string& stage_name, const std::optional<Error>& problem);

    // loader_tests.cpp: methods that control planes want tested
    void note_tests(const std::vector<TestTicket>& tickets);
    void take_test();
    Result<TestJob> prepare_test(const std::string& text);
    void end_test(const std::string& call_id, const Result<snapshot::TestAnswer>& answer);

    Options options_;
    std::vector<ReactorPort> ports_;
    Report report_;
    EventQueue queue_;
    EventQueue learned_keys_;  // apart, so that it delays nothing and is not lost at the end
    snapshot::PublishedNames names_;
    PublishedReader reader_;
    StageShelf shelf_;
    snapshot::RoutingTable::Plans plans_;
    std::unique_ptr<StateDirectory> state_;  // null: the disk cannot be used

    std::string epoch_;
    std::uint64_t revision_ = 0;
    bool is_synced_ = false;     // the stream can be followed from revision_
    bool needs_resync_ = false;  // what the stream tells does not follow what is held
    bool is_waiting_for_stream_ = false;
    bool is_waiting_for_heartbeat_ = false;
    std::uint64_t generation_ = 0;  // of what is followed; grows with each resync
    SteadyTime next_heartbeat_{};
    SteadyTime next_follow_{};
    SteadyTime next_collection_{};

    std::set<std::string> retry_;                  // stages whose document was not to be had
    std::map<std::string, std::string> problems_;  // stage name -> what is wrong with it
    std::uint64_t sound_revision_ = 0;             // last one after which there was no problem
    std::vector<std::pair<std::string, std::string>> unsaved_blobs_;
    std::set<std::string> fetch_ahead_;
    KnownKeys known_keys_;
    bool are_keys_dirty_ = false;
    KnownKeys lately_changed_keys_;  ///< Null: deleted.
    SteadyTime next_key_save_{};

    RunTest run_test_;
    std::string inbox_;  // of this process; empty: no tests are taken
    std::string inbox_position_ = "0-0";
    std::deque<TestTicket> waiting_tests_;
    std::size_t tests_running_ = 0;

    std::atomic<std::size_t> waiting_{0};
    std::atomic<bool> is_stopping_{false};
    std::int64_t started_ms_ = 0;
    std::unique_ptr<redis::Client> stream_;
    std::thread thread_;
};

}  // namespace turnpike::worker
