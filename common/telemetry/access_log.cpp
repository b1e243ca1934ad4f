#include "common/telemetry/access_log.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "common/telemetry/log_channel.hpp"
#include "common/telemetry/log_files.hpp"

namespace turnpike::telemetry {
namespace {

constexpr std::size_t kFileNameBytesMax = 200;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

/// FNV-1a, in hexadecimal: tells apart names that differ only in what was replaced.
std::string short_hash(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint32_t hash = 2166136261U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    std::string digits(8, '0');
    for (char& digit : digits) {
        digit = kDigits[hash & 15U];
        hash >>= 4U;
    }
    return digits;
}

/// The name of the log group or delivery stream; all of what is no such resource name.
std::string_view own_name(std::string_view arn) {
    for (const std::string_view marker : {":log-group:", ":deliverystream/"}) {
        const std::size_t at = arn.find(marker);
        if (at == std::string_view::npos) continue;
        arn.remove_prefix(at + marker.size());
        break;
    }
    if (arn.ends_with(":*")) arn.remove_suffix(2);
    return arn;
}

}  // namespace

std::string log_file_name(std::string_view destination_arn, bool is_canary) {
    std::string own(own_name(destination_arn));
    if (is_canary) own += "/Canary";
    std::string name = own.substr(0, kFileNameBytesMax);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !is_plain(c); }, '_');
    if (name.empty() || name.front() == '.') name.insert(0, "_");
    if (name != own) name += "-" + short_hash(own);
    return name + ".log";
}

std::string execution_log_file_name(std::string_view api_id, std::string_view stage,
                                    bool is_canary) {
    std::string name = "API-Gateway-Execution-Logs_";
    name += api_id;
    name += '/';
    name += stage;
    return name + (is_canary ? "/Canary.log" : ".log");
}

AccessLogWriter::AccessLogWriter(std::shared_ptr<LogChannel> channel)
    : channel_(std::move(channel)) {}

AccessLogWriter::~AccessLogWriter() {
    tick();
    channel_->close();
}

void AccessLogWriter::write(LogDestination destination, const LogFormat& format,
                            const LogValues& values) {
    if (!take_block(destination, 1)) return;
    format.append_line(block_->bytes, values);
    end_run(destination, 1);
}

void AccessLogWriter::write(LogDestination destination, const JsonLine& line) {
    if (!take_block(destination, 1)) return;
    block_->bytes += line.text();
    end_run(destination, 1);
}

void AccessLogWriter::write(LogDestination destination, std::string_view lines) {
    const auto count = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
    if (!take_block(destination, count)) return;
    block_->bytes += lines;
    end_run(destination, count);
}

bool AccessLogWriter::take_block(LogDestination destination, std::uint64_t lines) {
    if (destination == AccessLog::kNone) return false;
    const bool has_file = destination != AccessLog::kNoRoom;
    if (has_file && block_ == nullptr) block_ = channel_->take_empty();
    if (has_file && block_ != nullptr) return true;
    channel_->count_dropped(lines);
    return false;
}

void AccessLogWriter::end_run(LogDestination destination, std::uint64_t lines) {
    if (block_->runs.empty() || block_->runs.back().destination != destination) {
        block_->runs.push_back({destination, 0});
    }
    block_->runs.back().end = block_->bytes.size();
    block_->lines += lines;
    if (block_->bytes.size() >= kLogBlockBytes) hand_over();
}

void AccessLogWriter::tick() {
    if (block_ != nullptr && block_->lines > 0) hand_over();
}

void AccessLogWriter::hand_over() {
    channel_->hand_over(block_);
    block_ = nullptr;
}

/// Everything that outlives neither the log nor its thread, and what other threads ask for.
struct AccessLog::Shared {
    explicit Shared(Options its_options) : options(std::move(its_options)), files(options.report) {}

    const Options options;
    const std::shared_ptr<LogSignal> signal = std::make_shared<LogSignal>();
    std::atomic<bool> stopping{false};
    std::atomic<bool> reopening{false};
    std::atomic<std::uint64_t> written{0};
    std::atomic<std::uint64_t> lost{0};  // by files, and by writers that are gone

    mutable std::mutex mutex;  // of what follows
    std::vector<std::shared_ptr<LogChannel>> channels;
    std::map<std::string, LogDestination, std::less<>> numbers;
    std::vector<std::string> paths;

    // The flusher's.
    LogFiles files;
    std::map<LogDestination, std::string> gathered;

    LogDestination number(const std::string& path);
    std::vector<std::shared_ptr<LogChannel>> current_channels() const;
    void drain(LogChannel& channel);
    void write(const LogBlock& block);
    void write(LogDestination destination, std::string_view lines);
    void forget(const std::shared_ptr<LogChannel>& channel);
};

LogDestination AccessLog::Shared::number(const std::string& path) {
    const std::lock_guard lock(mutex);
    const auto found = numbers.find(path);
    if (found != numbers.end()) return found->second;
    if (paths.size() > options.destinations_max) return kNoRoom;
    const auto destination = static_cast<LogDestination>(paths.size());
    paths.push_back(path);
    numbers.emplace(path, destination);
    return destination;
}

std::vector<std::shared_ptr<LogChannel>> AccessLog::Shared::current_channels() const {
    const std::lock_guard lock(mutex);
    return channels;
}

void AccessLog::Shared::drain(LogChannel& channel) {
    while (LogBlock* block = channel.take_full()) {
        write(*block);
        written.fetch_add(block->lines, std::memory_order_relaxed);
        channel.give_back(block);
    }
}

void AccessLog::Shared::write(const LogBlock& block) {
    if (block.runs.size() == 1) {
        write(block.runs.front().destination, block.bytes);
        return;
    }
    // Lines of several destinations alternate; each file gets its own in one call.
    std::size_t start = 0;
    for (const LogBlock::Run& run : block.runs) {
        gathered[run.destination].append(block.bytes, start, run.end - start);
        start = run.end;
    }
    for (const auto& [destination, lines] : gathered) write(destination, lines);
    gathered.clear();
}

void AccessLog::Shared::write(LogDestination destination, std::string_view lines) {
    if (!files.has_name(destination)) {
        const std::lock_guard lock(mutex);
        files.name(destination, paths[destination]);
    }
    const std::uint64_t lost_lines = files.write(destination, lines, steady_now());
    lost.fetch_add(lost_lines, std::memory_order_relaxed);
    written.fetch_sub(lost_lines, std::memory_order_relaxed);
}

void AccessLog::Shared::forget(const std::shared_ptr<LogChannel>& channel) {
    lost.fetch_add(channel->dropped(), std::memory_order_relaxed);
    const std::lock_guard lock(mutex);
    std::erase(channels, channel);
}

AccessLog::AccessLog(Options options) : shared_(std::make_shared<Shared>(std::move(options))) {
    // Number 0 is the default's even if there is none.
    shared_->number(shared_->options.default_file);
    flusher_ = std::thread(&AccessLog::run, this);
}

AccessLog::~AccessLog() {
    shared_->stopping.store(true, std::memory_order_release);
    shared_->signal->raise();
    flusher_.join();
}

LogDestination AccessLog::default_destination() const {
    return shared_->options.default_file.empty() ? kNone : kDefault;
}

LogDestination AccessLog::destination(std::string_view destination_arn, bool is_canary) {
    return shared_->number(shared_->options.folder + "/" +
                           log_file_name(destination_arn, is_canary));
}

LogDestination AccessLog::execution_destination(std::string_view api_id, std::string_view stage,
                                                bool is_canary) {
    return shared_->number(shared_->options.folder + "/" +
                           execution_log_file_name(api_id, stage, is_canary));
}

std::unique_ptr<AccessLogWriter> AccessLog::make_writer() {
    auto channel = std::make_shared<LogChannel>(shared_->signal);
    const std::lock_guard lock(shared_->mutex);
    shared_->channels.push_back(channel);
    return std::make_unique<AccessLogWriter>(std::move(channel));
}

void AccessLog::reopen() {
    shared_->reopening.store(true, std::memory_order_release);
    shared_->signal->raise();
}

std::uint64_t AccessLog::dropped_lines() const {
    std::uint64_t dropped = shared_->lost.load(std::memory_order_relaxed);
    for (const auto& channel : shared_->current_channels()) dropped += channel->dropped();
    return dropped;
}

std::uint64_t AccessLog::written_lines() const {
    return shared_->written.load(std::memory_order_relaxed);
}

void AccessLog::run() {
    Shared& shared = *shared_;
    while (true) {
        // Read before looking, so that what comes meanwhile ends the wait at once.
        const std::uint32_t seen = shared.signal->seen();
        const bool is_last_round = shared.stopping.load(std::memory_order_acquire);
        if (shared.reopening.exchange(false, std::memory_order_acq_rel)) shared.files.close_all();
        for (const auto& channel : shared.current_channels()) {
            const bool ends = channel->is_closed();
            shared.drain(*channel);
            if (ends) shared.forget(channel);
        }
        shared.files.close_idle(steady_now());
        if (is_last_round) return;
        shared.signal->wait(seen);
    }
}

}  // namespace turnpike::telemetry
