#include "common/telemetry/access_log.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "common/telemetry/log_channel.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/common/telemetry/fixed_values.hpp"

using namespace turnpike::telemetry;
using turnpike::telemetry::testing::FixedValues;
using turnpike::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

const LogFormat kFormat("$context.requestId");

FixedValues request(const std::string& id) { return FixedValues({{LogVariable::RequestId, id}}); }

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Waits until the flusher has got so far.
void wait_until_written(const AccessLog& log, std::uint64_t lines) {
    while (log.written_lines() + log.dropped_lines() < lines) std::this_thread::yield();
}

}  // namespace

TEST_CASE("lines reach the default file after a tick") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "new" / "access.log";
    AccessLog log({.default_file = file, .folder = folder.path(), .report = {}});
    const auto writer = log.make_writer();
    writer->write(log.default_destination(), kFormat, request("a"));
    writer->write(log.default_destination(), kFormat, request("b"));
    CHECK_FALSE(fs::exists(file));
    writer->tick();
    wait_until_written(log, 2);
    CHECK(read(file) == "a\nb\n");
    CHECK((fs::status(file).permissions() & fs::perms::others_read) == fs::perms::none);
}

TEST_CASE("what was handed over is written before the log ends") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "access.log";
    {
        AccessLog log({.default_file = file, .folder = folder.path(), .report = {}});
        auto writer = log.make_writer();
        writer->write(AccessLog::kDefault, kFormat, request("last words"));
        writer.reset();
    }
    CHECK(read(file) == "last words\n");
}

TEST_CASE("each destination has its file, in order of its lines") {
    const TemporaryFolder folder;
    AccessLog log(
        {.default_file = folder.path() / "all.log", .folder = folder.path(), .report = {}});
    const auto one = log.destination("arn:aws:logs:us-east-1:000000000000:log-group:one");
    const auto two = log.destination("arn:aws:logs:us-east-1:000000000000:log-group:two");
    CHECK(one == log.destination("arn:aws:logs:us-east-1:000000000000:log-group:one"));
    CHECK(one != two);
    auto writer = log.make_writer();
    for (int i = 0; i < 3; ++i) {
        writer->write(AccessLog::kDefault, kFormat, request(std::to_string(i)));
        writer->write(i % 2 == 0 ? one : two, kFormat, request(std::to_string(i)));
    }
    writer->tick();
    wait_until_written(log, 6);
    CHECK(read(folder.path() / "all.log") == "0\n1\n2\n");
    CHECK(read(folder.path() / "one.log") == "0\n2\n");
    CHECK(read(folder.path() / "two.log") == "1\n");
}

TEST_CASE("what has no file for want of room counts as dropped") {
    const TemporaryFolder folder;
    AccessLog log(
        {.default_file = "", .folder = folder.path(), .destinations_max = 1, .report = {}});
    auto writer = log.make_writer();
    writer->write(log.destination("a"), kFormat, request("written"));
    writer->write(log.destination("b"), kFormat, request("lost"));
    writer->write(log.execution_destination("api", "prod", false), "lost\nlost\n");
    writer.reset();
    wait_until_written(log, 4);
    CHECK(log.written_lines() == 1);
    CHECK(log.dropped_lines() == 3);
    CHECK(read(folder.path() / "a.log") == "written\n");
}

TEST_CASE("without a default file nothing is written for it") {
    const TemporaryFolder folder;
    AccessLog log({.default_file = "", .folder = folder.path(), .report = {}});
    CHECK(log.default_destination() == AccessLog::kNone);
    auto writer = log.make_writer();
    writer->write(AccessLog::kNone, kFormat, request("a"));
    writer.reset();
    CHECK(log.dropped_lines() == 0);
}

TEST_CASE("execution logs have a file for each stage and for its canary, in a folder of the API") {
    const TemporaryFolder folder;
    AccessLog log({.default_file = "", .folder = folder.path(), .report = {}});
    auto writer = log.make_writer();
    writer->write(log.execution_destination("abc123", "prod", false), "one\ntwo\n");
    writer->write(log.execution_destination("abc123", "prod", true), "two\n");
    writer->write(AccessLog::kNone, "nowhere\n");
    writer.reset();
    wait_until_written(log, 3);
    const fs::path api = folder.path() / "API-Gateway-Execution-Logs_abc123";
    CHECK(read(api / "prod.log") == "one\ntwo\n");
    CHECK(read(api / "prod" / "Canary.log") == "two\n");
}

TEST_CASE("destinations are bounded") {
    const TemporaryFolder folder;
    AccessLog log(
        {.default_file = "", .folder = folder.path(), .destinations_max = 2, .report = {}});
    CHECK(log.destination("a") != AccessLog::kNoRoom);
    CHECK(log.destination("b") != AccessLog::kNoRoom);
    CHECK(log.destination("c") == AccessLog::kNoRoom);
    CHECK(log.destination("a") != AccessLog::kNoRoom);
}

TEST_CASE("files are opened anew when asked, for rotation") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "access.log";
    AccessLog log({.default_file = file, .folder = folder.path(), .report = {}});
    auto writer = log.make_writer();
    writer->write(AccessLog::kDefault, kFormat, request("old"));
    writer->tick();
    wait_until_written(log, 1);
    fs::rename(file, folder.path() / "access.log.1");
    log.reopen();
    writer->write(AccessLog::kDefault, kFormat, request("new"));
    writer->tick();
    wait_until_written(log, 2);
    CHECK(read(folder.path() / "access.log.1") == "old\n");
    CHECK(read(file) == "new\n");
}

TEST_CASE("a file that cannot be written is reported once and its lines are counted") {
    const TemporaryFolder folder;
    std::mutex mutex;
    std::vector<std::string> reports;
    {
        AccessLog log({.default_file = folder.path(),  // a folder is no file
                       .folder = folder.path(),
                       .report = [&](std::string_view file, std::string_view reason) {
                           const std::lock_guard lock(mutex);
                           reports.push_back(std::string(file) + ": " + std::string(reason));
                       }});
        auto writer = log.make_writer();
        for (int i = 0; i < 3; ++i) {
            writer->write(AccessLog::kDefault, kFormat, request("x"));
            writer->tick();
        }
        wait_until_written(log, 3);
        CHECK(log.dropped_lines() == 3);
        CHECK(log.written_lines() == 0);
    }
    REQUIRE(reports.size() == 1);
    CHECK(reports[0] == folder.path().string() + ": Is a directory");
}

TEST_CASE("lines are dropped and counted, not waited for, when the flusher is stuck") {
    const auto channel = std::make_shared<LogChannel>(std::make_shared<LogSignal>());
    AccessLogWriter writer(channel);
    const auto values = request(std::string(1000, 'x'));
    constexpr std::uint64_t kLines = 3000;
    for (std::uint64_t i = 0; i < kLines; ++i) writer.write(AccessLog::kDefault, kFormat, values);
    const std::uint64_t dropped = channel->dropped();
    CHECK(dropped > 0);
    std::uint64_t kept = 0;
    while (LogBlock* block = channel->take_full()) {
        kept += block->lines;
        CHECK(block->bytes.size() == block->lines * 1001);
        channel->give_back(block);
    }
    CHECK(kept + dropped == kLines);
    writer.write(AccessLog::kDefault, kFormat, values);
    CHECK(channel->dropped() == dropped);
}

TEST_CASE("a pipe that nobody reads does not hold up other files, nor the end") {
    const TemporaryFolder folder;
    const fs::path pipe = folder.path() / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    AccessLog log({.default_file = pipe, .folder = folder.path(), .report = {}});
    auto writer = log.make_writer();
    writer->write(AccessLog::kDefault, kFormat, request("lost"));
    writer->write(log.destination("own"), kFormat, request("kept"));
    writer->tick();
    wait_until_written(log, 2);
    CHECK(log.dropped_lines() == 1);
    CHECK(read(folder.path() / "own.log") == "kept\n");
}

TEST_CASE("many writers lose nothing when the flusher keeps up") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "access.log";
    constexpr int kWriters = 4;
    constexpr int kLines = 5000;
    {
        AccessLog log({.default_file = file, .folder = folder.path(), .report = {}});
        std::vector<std::thread> threads;
        for (int t = 0; t < kWriters; ++t) {
            threads.emplace_back([&log, t] {
                const auto writer = log.make_writer();
                for (int i = 0; i < kLines; ++i) {
                    writer->write(AccessLog::kDefault, kFormat,
                                  request(std::to_string(t) + "-" + std::to_string(i)));
                    if (i % 100 == 0) writer->tick();
                    if (i % 1000 == 0) std::this_thread::yield();
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        wait_until_written(log, kWriters * kLines);
        const std::string text = read(file);
        const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
        CHECK(lines == log.written_lines());
        CHECK(lines + log.dropped_lines() == kWriters * kLines);
    }
}

TEST_CASE("file names come from the destination and stay in the folder") {
    CHECK(log_file_name("arn:aws:logs:us-east-1:000000000000:log-group:my-api") == "my-api.log");
    CHECK(log_file_name("arn:aws:logs:us-east-1:000000000000:log-group:my-api:*") == "my-api.log");
    CHECK(log_file_name("arn:aws:firehose:r:a:deliverystream/amazon-apigateway-x") ==
          "amazon-apigateway-x.log");
    CHECK(log_file_name("arn:aws:logs:r:a:log-group:/a/b").starts_with("_a_b-"));
    CHECK(log_file_name("arn:aws:logs:r:a:log-group:/a/b") !=
          log_file_name("arn:aws:logs:r:a:log-group:_a/b"));
    for (const auto hostile : {"", ".", "..", "../../etc/passwd", "/etc/passwd", "a/../b"}) {
        const std::string name = log_file_name(hostile);
        CHECK(name.find('/') == std::string::npos);
        CHECK_FALSE(name.starts_with('.'));
    }
    CHECK(log_file_name(std::string(5000, 'a')).size() < 255);
}

TEST_CASE("a canary's file is that of the log group with /Canary behind it") {
    const std::string group = "arn:aws:logs:us-east-1:000000000000:log-group:my-api";
    const std::string canary = log_file_name(group, true);
    CHECK(canary.starts_with("my-api_Canary-"));
    CHECK(canary == log_file_name(group + "/Canary"));
    CHECK(canary == log_file_name(group + ":*", true));
    CHECK(canary != log_file_name(group + "_Canary"));
}
