#include "data-plane/tls/session.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/crypto/certificate.hpp"
#include "data-plane/net/stream.hpp"
#include "data-plane/tls/client_context.hpp"
#include "data-plane/tls/server_context.hpp"
#include "data-plane/worker/task_set.hpp"

using namespace std::chrono_literals;
using namespace turnpike;
using net::IoStatus;
using net::Stream;
using tls::Verification;

namespace {

const std::string kTicketKey(32, 'k');
WallTime shifted_now = wall_now();
WallTime shifted_clock() { return shifted_now; }

const crypto::Identity& authority() {
    static const crypto::Identity made = *crypto::make_authority(
        "test authority", {wall_now() - std::chrono::hours(1), wall_now() + std::chrono::hours(1)});
    return made;
}

tls::Certificate certificate_for(const std::vector<std::string>& names,
                                 std::chrono::hours until = std::chrono::hours(1)) {
    const auto leaf = crypto::make_leaf(authority(), names,
                                        {wall_now() - std::chrono::hours(2), wall_now() + until});
    REQUIRE(leaf);
    return {leaf->certificate_pem, leaf->key_pem};
}

std::shared_ptr<const tls::ServerContext> server_for(std::vector<tls::Certificate> certificates,
                                                     const std::string& key = kTicketKey,
                                                     WallTime (*clock)() = wall_now) {
    auto context = tls::ServerContext::create({std::move(certificates), key, clock});
    REQUIRE(context);
    return *context;
}

class CaFile {
public:
    CaFile() : path_("/tmp/turnpike-tls-test-" + std::to_string(::getpid()) + ".pem") {
        std::ofstream(path_) << authority().certificate_pem;
    }
    ~CaFile() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::unique_ptr<tls::ClientContext> trusting_client(WallTime (*clock)() = wall_now) {
    const CaFile file;
    auto context = tls::ClientContext::create(
        {.trust = *tls::TrustStore::load(file.path()), .sessions_max = 8, .clock = clock});
    REQUIRE(context);
    return *std::move(context);
}
std::unique_ptr<tls::ClientContext> doubting_client() {
    auto context = tls::ClientContext::create({.trust = *tls::TrustStore::load()});
    REQUIRE(context);
    return *std::move(context);
}

struct Outcome {
    IoStatus status = IoStatus::Failed;
    bool resumed = false;
    std::string failure;
    std::string server_name;
    std::string received;
};

worker::Task<> serve_echo(Stream& stream, Outcome& outcome) {
    outcome.status = co_await stream.handshake(stream.reactor().now() + 10s);
    outcome.failure = stream.tls()->failure();
    if (outcome.status != IoStatus::Done) co_return;
    outcome.resumed = stream.tls()->is_resumed();
    outcome.server_name = stream.tls()->server_name();
    char bytes[4096];
    for (;;) {
        const net::IoResult read = co_await stream.read_some(bytes, stream.reactor().now() + 10s);
        if (read.status != IoStatus::Done) break;
        const std::string_view piece(bytes, read.bytes);
        const IoStatus written = co_await stream.write_all(piece, 10s);
        if (written != IoStatus::Done) break;
    }
    stream.shutdown_write();
}

worker::Task<> call(Stream& stream, Outcome& outcome, const std::string& text) {
    outcome.status = co_await stream.handshake(stream.reactor().now() + 10s);
    outcome.failure = stream.tls()->failure();
    if (outcome.status == IoStatus::Done) {
        outcome.resumed = stream.tls()->is_resumed();
        co_await stream.write_all(text, 10s);
        char bytes[4096];
        while (outcome.received.size() < text.size()) {
            const net::IoResult read =
                co_await stream.read_some(bytes, stream.reactor().now() + 10s);
            if (read.status != IoStatus::Done) break;
            outcome.received.append(bytes, read.bytes);
        }
    }
    stream.shutdown_write();
    stream.reactor().stop();
}

struct Meeting {
    Outcome client;
    Outcome server;
};

Meeting meet(const tls::ServerContext& server, const tls::ClientContext& client,
             const std::string& name, Verification verification = Verification::Full,
             const std::string& text = "hello") {
    worker::Reactor reactor;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    Meeting meeting;
    {
        Stream accepted(reactor, ends[0]);
        Stream connected(reactor, ends[1]);
        accepted.secure_accepted(server);
        connected.secure_towards(client, name, verification);
        worker::TaskSet tasks;
        tasks.spawn(serve_echo(accepted, meeting.server));
        tasks.spawn(call(connected, meeting.client, text));
        reactor.run();
    }
    return meeting;
}

}  // namespace

TEST_CASE("bytes travel both ways, in more than one record") {
    const auto server = server_for({certificate_for({"a.example"})});
    const auto client = trusting_client();
    const std::string text(100'000, 'x');
    const Meeting meeting = meet(*server, *client, "a.example", Verification::Full, text);
    CHECK(meeting.client.status == IoStatus::Done);
    CHECK(meeting.server.server_name == "a.example");
    CHECK((meeting.client.received == text));
}

TEST_CASE("a session is resumed by another context with the same ticket key") {
    const auto certificate = certificate_for({"a.example"});
    const auto first = server_for({certificate});
    const auto second = server_for({certificate});
    const auto stranger = server_for({certificate}, std::string(32, 'z'));
    const auto client = trusting_client();
    CHECK_FALSE(meet(*first, *client, "a.example").server.resumed);
    const Meeting again = meet(*second, *client, "a.example");
    CHECK(again.server.resumed);
    CHECK(again.client.resumed);
    const Meeting elsewhere = meet(*stranger, *client, "a.example");
    CHECK(elsewhere.client.status == IoStatus::Done);
    CHECK_FALSE(elsewhere.server.resumed);
}

TEST_CASE("a resumed connection brings the ticket for the next one") {
    const auto server = server_for({certificate_for({"a.example"})});
    const auto client = trusting_client();
    meet(*server, *client, "a.example");
    for (int i = 0; i < 4; ++i) CHECK(meet(*server, *client, "a.example").server.resumed);
}

TEST_CASE("tickets of the last period are taken, older ones not") {
    const auto certificate = certificate_for({"a.example"});
    const auto server = server_for({certificate}, kTicketKey, shifted_clock);
    const auto client = trusting_client();
    shifted_now = wall_now();
    meet(*server, *client, "a.example");
    shifted_now += std::chrono::hours(8);
    CHECK(meet(*server, *client, "a.example").server.resumed);  // brings a ticket of this period
    shifted_now += std::chrono::hours(16);
    CHECK_FALSE(meet(*server, *client, "a.example").server.resumed);
}

TEST_CASE("the certificate follows the name that the client asks for") {
    const auto server =
        server_for({certificate_for({"default.example"}), certificate_for({"*.wild.example"}),
                    certificate_for({"exact.wild.example"})});
    const auto client = trusting_client();
    for (const char* name :
         {"default.example", "a.wild.example", "exact.wild.example", "A.WILD.example"}) {
        CAPTURE(name);
        CHECK(meet(*server, *client, name).client.status == IoStatus::Done);
    }
    CHECK(meet(*server, *client, "a.b.wild.example").client.failure == "hostname mismatch");
    CHECK(meet(*server, *client, "other.example").client.failure == "hostname mismatch");
}

TEST_CASE("an upstream's certificate must be of a known issuer, in date, and name the host") {
    const auto server = server_for({certificate_for({"a.example", "127.0.0.1"})});
    const auto trusting = trusting_client();
    const auto doubting = doubting_client();
    CHECK(meet(*server, *trusting, "a.example").client.status == IoStatus::Done);
    CHECK(meet(*server, *trusting, "127.0.0.1").client.status == IoStatus::Done);
    CHECK(meet(*server, *trusting, "b.example").client.status == IoStatus::Failed);
    CHECK(meet(*server, *doubting, "a.example").client.status == IoStatus::Failed);
    const auto expired = server_for({certificate_for({"a.example"}, std::chrono::hours(-1))});
    const auto unused = trusting_client();  // has no session to resume
    CHECK(meet(*expired, *unused, "a.example").client.failure == "certificate has expired");
}

TEST_CASE("roots that were read once serve several clients, and longer than who read them") {
    const auto server = server_for({certificate_for({"a.example"})});
    std::shared_ptr<const tls::TrustStore> trust;
    {
        const CaFile file;
        trust = *tls::TrustStore::load(file.path());
    }
    const auto one = tls::ClientContext::create({.trust = trust});
    const auto other = tls::ClientContext::create({.trust = std::move(trust)});
    CHECK(meet(*server, **one, "a.example").client.status == IoStatus::Done);
    CHECK(meet(*server, **other, "a.example").client.status == IoStatus::Done);
}

TEST_CASE("without verification of the issuer, dates and names still count") {
    const auto server = server_for({certificate_for({"a.example"})});
    const auto expired = server_for({certificate_for({"a.example"}, std::chrono::hours(-1))});
    const auto client = doubting_client();
    constexpr auto kAny = Verification::AnyIssuer;
    CHECK(meet(*server, *client, "a.example", kAny).client.status == IoStatus::Done);
    CHECK(meet(*server, *client, "b.example", kAny).client.status == IoStatus::Failed);
    const auto unused = doubting_client();  // has no session to resume
    CHECK(meet(*expired, *unused, "a.example", kAny).client.status == IoStatus::Failed);
    // What was accepted without its issuer is not resumed where the issuer counts.
    CHECK(meet(*server, *client, "a.example").client.status == IoStatus::Failed);
}

TEST_CASE("a session made under one name is not offered under another") {
    // One server with one secret for its tickets, as hosts are that serve several names.
    const auto server = server_for({certificate_for({"a.example"})});
    const auto client = trusting_client();
    meet(*server, *client, "a.example");
    CHECK(meet(*server, *client, "a.example").client.resumed);
    const Meeting other = meet(*server, *client, "b.example");
    CHECK_FALSE(other.server.resumed);
    CHECK(other.client.failure == "hostname mismatch");
    CHECK(meet(*server, *client, "a.example").client.resumed);
}

TEST_CASE("a session is not resumed once its certificate has expired") {
    const auto server = server_for({certificate_for({"a.example"})});
    const auto client = trusting_client(shifted_clock);
    shifted_now = wall_now();
    meet(*server, *client, "a.example");
    CHECK(meet(*server, *client, "a.example").client.resumed);
    shifted_now += std::chrono::hours(2);
    CHECK_FALSE(meet(*server, *client, "a.example").client.resumed);
}

TEST_CASE("certificates and keys that do not work are refused with a reason") {
    const auto a = certificate_for({"a.example"});
    const auto b = certificate_for({"b.example"});
    CHECK_FALSE(tls::ServerContext::create({{}, kTicketKey}));
    CHECK_FALSE(tls::ServerContext::create({{a}, "short"}));
    CHECK_FALSE(tls::ServerContext::create({{{a.chain_pem, b.key_pem}}, kTicketKey}));
    CHECK_FALSE(tls::ServerContext::create({{{"nonsense", a.key_pem}}, kTicketKey}));
    CHECK_FALSE(tls::ServerContext::create({{{a.chain_pem, "nonsense"}}, kTicketKey}));
    CHECK_FALSE(tls::TrustStore::load("/nonexistent.pem"));
}
