#include "data-plane/worker/state_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/private_file.hpp"
#include "common/json/value.hpp"
#include "common/snapshot/decode.hpp"
#include "common/snapshot/limits.hpp"

namespace turnpike::worker {

namespace {

namespace fs = std::filesystem;

constexpr char kStage = 'S';
constexpr char kStageGone = 's';
constexpr char kPlan = 'P';
constexpr char kPlanGone = 'p';
constexpr char kKey = 'K';
constexpr std::uint64_t kRewriteSlackBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kRecordOverheadBytes = 24;
constexpr auto kBlobGrace = std::chrono::minutes(10);
constexpr std::size_t kKnownKeysMax = 20'000;

std::string key_of(char kind, std::string_view name) { return kind + std::string(name); }

std::uint32_t bytes_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

char gone(char kind) { return kind == kStage ? kStageGone : kPlanGone; }

/// The facts as a line before the record, so that a start parses no JSON.
std::string facts_line(const StageFacts& facts) {
    return facts.snapshot + " " + facts.canary_snapshot + " " +
           (facts.disable_execute_api_endpoint ? "1" : "0") + " " +
           std::to_string(static_cast<std::int64_t>(facts.record_hash)) + "\n";
}

std::optional<StageFacts> parse_facts(std::string_view line) {
    const std::vector<std::string_view> words = split(line, ' ');
    if (words.size() != 4) return std::nullopt;
    const std::optional<long long> hash = parse_integer(words[3]);
    if (!hash) return std::nullopt;
    return StageFacts{std::string(words[0]), std::string(words[1]), words[2] == "1",
                      static_cast<std::uint64_t>(*hash)};
}

json::Value to_document(const model::ApiKey& key) {
    json::Array plans;
    for (const std::string& plan : key.plan_ids) plans.emplace_back(plan);
    json::Object document;
    document.set("id", key.id);
    document.set("name", key.name);
    document.set("customerId", key.customer_id);
    document.set("enabled", key.enabled);
    document.set("plans", json::Value(std::move(plans)));
    json::Array extensions;
    for (const model::ApiKey::Extension& one : key.extensions) {
        extensions.emplace_back(json::Object{{"plan", one.plan_id},
                                             {"windowStart", one.window_start_s},
                                             {"requests", one.requests}});
    }
    if (!extensions.empty()) document.set("extensions", json::Value(std::move(extensions)));
    return json::Value(std::move(document));
}

}  // namespace

bool is_blob_hash(std::string_view text) {
    return text.size() == 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::pair<StateDirectory, StateDirectory::Loaded>> StateDirectory::open(
    const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder / "blobs", error);
    if (error) return internal_error("cannot make " + folder.string() + ": " + error.message());
    ::chmod(folder.c_str(), 0700);

    Loaded loaded;
    std::map<std::string, StageFacts> stages;
    std::map<std::string, std::string> plans;
    Locations live;
    Result<Journal> journal = Journal::open(folder / "state", [&](const Journal::Record& record) {
        const std::string name(record.name);
        if (record.kind == kStage) {
            const std::size_t line = record.value.find('\n');
            const auto facts = parse_facts(record.value.substr(0, line));
            if (line == std::string_view::npos || !facts) return;
            stages[name] = *facts;
            live[key_of(kStage, name)] = {record.offset, bytes_of(record.value),
                                          static_cast<std::uint32_t>(line + 1)};
        } else if (record.kind == kPlan) {
            plans[name] = std::string(record.value);
            live[key_of(kPlan, name)] = {record.offset, bytes_of(record.value), 0};
        } else if (record.kind == kStageGone) {
            stages.erase(name);
            live.erase(key_of(kStage, name));
        } else if (record.kind == kPlanGone) {
            plans.erase(name);
            live.erase(key_of(kPlan, name));
        } else if (record.kind == Journal::kCommit) {
            loaded.epoch = name;
            const std::optional<long long> revision = parse_integer(record.value);
            loaded.revision = static_cast<std::uint64_t>(revision.value_or(0));
        }
    });
    if (!journal) return journal.error();
    StateDirectory state(folder, std::move(*journal));
    state.live_ = std::move(live);
    for (const auto& [key, location] : state.live_) {
        state.live_bytes_ += location.bytes + key.size() + kRecordOverheadBytes;
    }
    state.epoch_ = loaded.epoch;
    state.revision_ = loaded.revision;
    if (!state.lock()) {
        Result<Journal> own = Journal::create_private(folder);
        if (!own) return own.error();
        if (Result<void> copied = state.rewrite(std::move(*own)); !copied) return copied.error();
    }
    loaded.stages.assign(stages.begin(), stages.end());
    loaded.plans.assign(plans.begin(), plans.end());
    return std::pair(std::move(state), std::move(loaded));
}

StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : folder_(std::move(other.folder_)),
      journal_(std::move(other.journal_)),
      lock_(std::exchange(other.lock_, -1)),
      live_(std::move(other.live_)),
      live_bytes_(other.live_bytes_),
      staged_(std::move(other.staged_)),
      epoch_(std::move(other.epoch_)),
      revision_(other.revision_) {}

StateDirectory::~StateDirectory() {
    if (lock_ >= 0) ::close(lock_);
}

bool StateDirectory::lock() {
    const int descriptor = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return false;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return false;
    }
    lock_ = descriptor;
    return true;
}

bool StateDirectory::try_own() {
    if (lock_ >= 0) return true;
    // The journal of the process before is not ours to append to: it may still be writing to it.
    return lock() && rewrite_named().has_value();
}

void StateDirectory::put(char kind, std::string_view name, std::string_view prefix,
                         std::string_view record) {
    const std::string value = std::string(prefix) + std::string(record);
    const std::uint64_t offset = journal_.append(kind, name, value);
    staged_.emplace_back(key_of(kind, name), Location{offset, bytes_of(value), bytes_of(prefix)});
}

void StateDirectory::remove(char kind, std::string_view name) {
    journal_.append(gone(kind), name, {});
    staged_.emplace_back(key_of(kind, name), std::nullopt);
}

void StateDirectory::put_stage(std::string_view name, const StageFacts& facts,
                               std::string_view record) {
    put(kStage, name, facts_line(facts), record);
}

void StateDirectory::put_plan(std::string_view id, std::string_view record) {
    put(kPlan, id, {}, record);
}

void StateDirectory::remove_stage(std::string_view name) { remove(kStage, name); }
void StateDirectory::remove_plan(std::string_view id) { remove(kPlan, id); }

Result<void> StateDirectory::commit(std::string_view epoch, std::uint64_t revision) {
    const auto staged = std::exchange(staged_, {});
    if (Result<void> done = journal_.commit(epoch, std::to_string(revision)); !done) return done;
    for (const auto& [key, location] : staged) {
        const auto before = live_.find(key);
        if (before != live_.end()) {
            live_bytes_ -= before->second.bytes + key.size() + kRecordOverheadBytes;
        }
        if (location) {
            live_bytes_ += location->bytes + key.size() + kRecordOverheadBytes;
            live_[key] = *location;
        } else if (before != live_.end()) {
            live_.erase(before);
        }
    }
    epoch_ = epoch;
    revision_ = revision;
    if (journal_.size() < 2 * live_bytes_ + kRewriteSlackBytes) return {};
    if (lock_ >= 0) return rewrite_named();
    Result<Journal> fresh = Journal::create_private(folder_);
    if (!fresh) return fresh.error();
    return rewrite(std::move(*fresh));
}

Result<void> StateDirectory::rewrite_named() {
    const fs::path temporary = folder_ / "state.new";
    Result<Journal> fresh = Journal::create_named(temporary);
    if (!fresh) return fresh.error();
    if (Result<void> done = rewrite(std::move(*fresh)); !done) return done;
    if (Result<void> done = journal_.sync(); !done) return done;
    std::error_code error;
    fs::rename(temporary, folder_ / "state", error);
    if (error) return internal_error("cannot replace the state: " + error.message());
    return {};
}

/// Copies what lives to `target`, which then is the journal.
Result<void> StateDirectory::rewrite(Journal target) {
    Locations moved;
    for (const auto& [key, location] : live_) {
        const Result<std::string> value = journal_.read(location.offset, location.bytes);
        if (!value) return value.error();
        const std::uint64_t offset =
            target.append(key.front(), std::string_view(key).substr(1), *value);
        moved.emplace_hint(moved.end(), key,
                           Location{offset, location.bytes, location.prefix_bytes});
    }
    if (Result<void> done = target.commit(epoch_, std::to_string(revision_)); !done) return done;
    journal_ = std::move(target);
    live_ = std::move(moved);
    return {};
}

Result<std::string> StateDirectory::stage_record(const std::string& name) const {
    const auto found = live_.find(key_of(kStage, name));
    if (found == live_.end()) return not_found("no record of stage " + name);
    const Location& location = found->second;
    return journal_.read(location.offset + location.prefix_bytes,
                         location.bytes - location.prefix_bytes);
}

fs::path StateDirectory::blob_path(std::string_view hash) const {
    return folder_ / "blobs" / std::string(hash);
}

bool StateDirectory::has_blob(std::string_view hash) const {
    std::error_code ignored;
    return is_blob_hash(hash) && fs::exists(blob_path(hash), ignored);
}

Result<std::string> StateDirectory::blob(std::string_view hash) const {
    if (!is_blob_hash(hash)) return not_found("not the hash of a document");
    Result<std::string> bytes =
        crypto::read_file(blob_path(hash), snapshot::limits::kDeploymentBytesMax, false);
    if (!bytes) return not_found("no document " + std::string(hash));
    // Written without waiting for the disk, so a power failure may have torn it.
    if (crypto::sha256_hex(*bytes) != hash) return not_found("document is damaged");
    return bytes;
}

Result<void> StateDirectory::put_blob(std::string_view hash, std::string_view bytes) {
    if (!is_blob_hash(hash)) return invalid("not the hash of a document");
    const fs::path path = blob_path(hash);
    fs::path temporary = path;
    temporary += "." + std::to_string(::getpid());
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code error;
    if (file) fs::rename(temporary, path, error);
    if (!file || error) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        return internal_error("cannot write " + path.string());
    }
    return {};
}

void StateDirectory::collect_blobs(const std::set<std::string>& referenced) {
    if (lock_ < 0) return;
    std::error_code error;
    const auto now = fs::file_time_type::clock::now();
    for (const fs::directory_entry& file : fs::directory_iterator(folder_ / "blobs", error)) {
        if (referenced.contains(file.path().filename().string())) continue;
        std::error_code ignored;
        // Another process may be about to point to what it has just written.
        if (now - file.last_write_time(ignored) < kBlobGrace) continue;
        fs::remove(file.path(), ignored);
    }
}

KnownKeys StateDirectory::load_keys() const {
    KnownKeys keys;
    const Result<Journal> journal =
        Journal::open(folder_ / "keys", [&keys](const Journal::Record& record) {
            if (record.kind != kKey || keys.size() >= kKnownKeysMax) return;
            Result<model::ApiKey> key = snapshot::decode_key(record.value);
            if (!key) return;
            keys[std::string(record.name)] = std::make_shared<const model::ApiKey>(std::move(*key));
        });
    return keys;
}

Result<void> StateDirectory::save_keys(const KnownKeys& keys) {
    if (lock_ < 0) return {};
    const fs::path temporary = folder_ / "keys.new";
    Result<Journal> journal = Journal::create_named(temporary);
    if (!journal) return journal.error();
    for (const auto& [lookup, key] : keys) {
        journal->append(kKey, lookup, json::write(to_document(*key)));
    }
    if (Result<void> done = journal->commit({}, {}); !done) return done;
    std::error_code error;
    fs::rename(temporary, folder_ / "keys", error);
    if (error) return internal_error("cannot replace the known keys: " + error.message());
    return {};
}

}  // namespace turnpike::worker
