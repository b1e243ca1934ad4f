#include "data-plane/worker/loader.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/random.hpp"
#include "common/crypto/private_file.hpp"
#include "data-plane/worker/loader_impl.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::worker {

namespace {

constexpr Milliseconds kUnsettledHeartbeat{200};
constexpr Milliseconds kCollectEvery{600'000};
constexpr std::size_t kErrorsReported = 100;
constexpr std::size_t kLearnedKeysWaitingMax = 10'000;
constexpr std::size_t kWorkerIdCharacters = 12;
constexpr std::size_t kInboxCharacters = 16;

json::Value list_of(const std::vector<std::string>& items) {
    json::Array list;
    for (const std::string& item : items) list.emplace_back(item);
    return json::Value(std::move(list));
}

Task<Result<Loader::Impl::Compiled>> wait_for(Reactor& reactor,
                                              std::shared_ptr<Loader::Impl::Request> request) {
    if (!request->is_done) {
        Signal signal(reactor);
        // The caller may be destroyed while it waits; the answer comes all the same.
        struct Guard {
            Loader::Impl::Request& request;
            ~Guard() { request.wake = nullptr; }
        };
        const Guard guard{*request};
        request->wake = [&signal] { signal.set(); };
        co_await signal.wait();
    }
    co_return request->result;
}

}  // namespace

Loader::Loader(Options options, redis::Client& redis, std::vector<ReactorPort> ports,
               snapshot::CompiledStage::MeterSlots slots, Report report)
    : impl_(std::make_shared<Impl>(std::move(options), redis, std::move(ports), std::move(slots),
                                   std::move(report))) {}

Loader::~Loader() { stop(); }

void Loader::use_tests(RunTest run) { impl_->use_tests(std::move(run)); }
void Loader::start() { impl_->start(); }
void Loader::stop() { impl_->stop(); }
bool Loader::is_ready() const { return impl_->is_ready.load(std::memory_order_acquire); }
bool Loader::is_connected() const { return impl_->is_connected.load(std::memory_order_relaxed); }
std::uint64_t Loader::revision() const {
    return impl_->installed_revision.load(std::memory_order_relaxed);
}
void Loader::recall_key(const std::string& lookup, std::function<void(const KeyRecord&)> done) {
    impl_->recall_key(lookup, std::move(done));
}

void Loader::remember_key(const std::string& lookup, const KeyRecord& record) {
    impl_->remember_key(lookup, record);
}

MaybeTask<Result<std::shared_ptr<const snapshot::CompiledStage>>> Loader::load_stage(
    const ReactorPort& port, const snapshot::StageEntry& entry) {
    using Answer = Result<std::shared_ptr<const snapshot::CompiledStage>>;
    if (auto compiled = port.slot->stage(entry)) return Answer(std::move(compiled));
    auto request = std::make_shared<Impl::Request>();
    request->name = entry.api_id + "/" + entry.name;
    request->reactor = port.reactor;
    if (!impl_->ask(request)) return Answer(unavailable("too many stages are being loaded"));
    return wait_for(*port.reactor, std::move(request));
}

std::string worker_id_of(const std::string& state_directory) {
    const std::filesystem::path folder(state_directory);
    std::string fresh = random_id(kWorkerIdCharacters);
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return fresh;
    const bool is_alone = ::flock(lock, LOCK_EX | LOCK_NB) == 0;
    ::close(lock);
    if (!is_alone) return fresh;
    const std::filesystem::path path = folder / "worker-id";
    if (const Result<std::string> saved = crypto::read_file(path, 64, false)) {
        if (saved->size() == kWorkerIdCharacters) return *saved;
    }
    // Without a saved id the next run shows as another worker; nothing else depends on it.
    if (!crypto::replace_file(path, fresh, crypto::kOwnerOnly)) return fresh;
    return fresh;
}

Loader::Impl::Impl(Options options, redis::Client& redis, std::vector<ReactorPort> ports,
                   snapshot::CompiledStage::MeterSlots slots, Report report)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      report_(std::move(report)),
      names_(options_.name_space),
      reader_(redis, names_, options_.redis_timeout),
      shelf_([this](std::string_view hash) { return document(hash); }, std::move(slots),
             options_.compiled_bytes_max),
      started_ms_(epoch_milliseconds(wall_now())) {}

void Loader::Impl::use_tests(RunTest run) {
    run_test_ = std::move(run);
    inbox_ = random_id(kInboxCharacters);
}

void Loader::Impl::start() {
    restore();
    redis::Options stream_options;
    stream_options.url = options_.redis_url;
    stream_options.reply_timeout = options_.stream_block + options_.redis_timeout;
    stream_ = std::make_unique<redis::Client>(std::move(stream_options));
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
}

void Loader::Impl::stop() {
    if (!thread_.joinable()) return;
    is_stopping_ = true;
    queue_.post_urgent([] {});
    thread_.join();
    // Its callbacks post to the queue, which nobody empties any more.
    stream_.reset();
}

void Loader::Impl::restore() {
    auto opened = StateDirectory::open(options_.state_directory);
    if (!opened) {
        report_("no state can be kept on disk: " + opened.error().detail, false);
        return;
    }
    auto& [state, loaded] = *opened;
    state_ = std::make_unique<StateDirectory>(std::move(state));
    known_keys_ = state_->load_keys();
    if (loaded.epoch.empty()) return;
    for (const auto& [name, facts] : loaded.stages) shelf_.restore(name, facts);
    for (const auto& [id, record] : loaded.plans) set_plan(id, record);
    epoch_ = loaded.epoch;
    revision_ = sound_revision_ = loaded.revision;
    install({}, {}, true);
}

void Loader::Impl::run() {
    if (state_) {
        for (const std::string& hash : shelf_.referenced_blobs()) fetch_ahead_.insert(hash);
    }
    next_collection_ = steady_now() + kCollectEvery;
    while (!is_stopping_) {
        const bool is_idle = fetch_ahead_.empty() || !is_connected;
        if (const EventQueue::Event event =
                queue_.take_until(is_idle ? next_turn() : steady_now())) {
            event();
        } else if (!is_idle) {
            fetch_ahead();
        }
        turn();
    }
    save_keys_if_due();
    if (is_connected) reader_.forget(options_.worker_id);
}

SteadyTime Loader::Impl::next_turn() const {
    const bool may_follow = is_synced_ && !is_waiting_for_stream_;
    return may_follow ? std::min(next_heartbeat_, next_follow_) : next_heartbeat_;
}

void Loader::Impl::turn() {
    const SteadyTime now = steady_now();
    if (now >= next_heartbeat_) heartbeat();
    if (is_synced_ && !is_waiting_for_stream_ && now >= next_follow_) follow();
    if (now >= next_collection_) collect_garbage();
}

/// Requests that wait for a stage go before a long piece of work goes on.
void Loader::Impl::serve_urgent() {
    while (const EventQueue::Event event = queue_.take_urgent()) event();
}

void Loader::Impl::heartbeat() {
    const bool is_settled = is_synced_ && is_connected;
    next_heartbeat_ = steady_now() + (is_settled ? options_.heartbeat : kUnsettledHeartbeat);
    if (is_waiting_for_heartbeat_) return;
    is_waiting_for_heartbeat_ = true;
    reader_.report(
        options_.worker_id, describe(),
        [weak = weak_from_this()](const Result<PublishedReader::Position>& position) {
            const auto self = weak.lock();
            if (!self) return;
            self->queue_.post([impl = self.get(), position] { impl->on_heartbeat(position); });
        });
}

void Loader::Impl::on_heartbeat(const Result<PublishedReader::Position>& position) {
    is_waiting_for_heartbeat_ = false;
    save_keys_if_due();
    keep_budget();
    if (!position) return lost(position.error());
    if (!is_connected.exchange(true)) report_("Redis answers", false);
    synchronise(*position);
    retry_stages();
}

void Loader::Impl::collect_garbage() {
    next_collection_ = steady_now() + kCollectEvery;
    if (!state_) return;
    // Also the moment to take the directory over from a process that is gone.
    if (state_->try_own() && is_synced_) state_->collect_blobs(shelf_.referenced_blobs());
}

json::Value Loader::Impl::describe() const {
    std::vector<std::string> errors;
    for (const auto& [name, problem] : problems_) {
        if (errors.size() >= kErrorsReported) break;
        errors.push_back(std::string("stage ").append(name).append(": ").append(problem));
    }
    json::Object report;
    report.set("id", options_.worker_id);
    report.set("revision", static_cast<std::int64_t>(installed_revision.load()));
    report.set("pid", static_cast<std::int64_t>(::getpid()));
    report.set("host", options_.host);
    report.set("listen", list_of(options_.listen));
    report.set("started", started_ms_);
    report.set("lastSeen", epoch_milliseconds(wall_now()));
    report.set("ready", is_ready.load());
    report.set("errors", list_of(errors));
    if (!inbox_.empty()) report.set("inbox", inbox_);
    return json::Value(std::move(report));
}

void Loader::Impl::warn(const std::string& text) { report_(text, true); }

void Loader::Impl::remember_key(std::string lookup, KeyRecord record) {
    // Beyond the bound it is forgotten: a key that is in use will be learned again.
    learned_keys_.post_if_room([this, lookup = std::move(lookup),
                                record = std::move(record)] { learn_key(lookup, record); },
                               kLearnedKeysWaitingMax);
}

void Loader::Impl::recall_key(std::string lookup, std::function<void(const KeyRecord&)> done) {
    queue_.post_urgent([this, lookup = std::move(lookup), done = std::move(done)] {
        take_learned_keys();
        const auto found = known_keys_.find(lookup);
        done(found == known_keys_.end() ? nullptr : found->second);
    });
}

void Loader::Impl::learn_key(const std::string& lookup, const KeyRecord& record) {
    // It may have been read before a change that was handled meanwhile.
    const auto changed = lately_changed_keys_.find(lookup);
    const KeyRecord& latest = changed == lately_changed_keys_.end() ? record : changed->second;
    if (!latest) return;
    known_keys_[lookup] = latest;
    are_keys_dirty_ = true;
}

bool Loader::Impl::ask(const std::shared_ptr<Request>& request) {
    if (waiting_.fetch_add(1) >= options_.waiting_stages_max) {
        waiting_.fetch_sub(1);
        return false;
    }
    queue_.post_urgent([this, request] { answer(request); });
    return true;
}

}  // namespace turnpike::worker
