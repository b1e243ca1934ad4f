#include "control-plane/api/tls.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <fstream>
#include <memory>

#include "common/crypto/certificate.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace turnpike;
using namespace turnpike::api;

namespace {

/// A certificate in files.
struct Certificate {
    Certificate() {
        const crypto::Validity validity{wall_now(), wall_now() + Seconds{3600}};
        const auto made =
            crypto::make_leaf(*crypto::make_authority("test", validity), {"localhost"}, validity);
        std::ofstream(chain) << made->certificate_pem;
        std::ofstream(key) << made->key_pem;
    }
    tests::TemporaryFolder folder;
    std::string chain = folder.path() / "chain.pem";
    std::string key = folder.path() / "key.pem";
};

/// OpenSSL's own client over memory; the server's side is what is tested.
class Client {
public:
    explicit Client(const TlsContext& context, int version_max = TLS1_3_VERSION)
        : server(context), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_max_proto_version(context_.get(), version_max);
        session_.reset(SSL_new(context_.get()));
        SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(session_.get());
    }

    /// Bytes to the server, as it would get them in pieces, and its answers back. Returns: what the
    /// server read.
    std::string exchange(std::size_t piece) {
        std::string read;
        char* data = nullptr;
        const long size = BIO_get_mem_data(SSL_get_wbio(session_.get()), &data);
        const std::string sent(data, size > 0 ? static_cast<std::size_t>(size) : 0);
        BIO_reset(SSL_get_wbio(session_.get()));
        for (std::size_t at = 0; at < sent.size(); at += piece) {
            read += server.receive(std::string_view(sent).substr(at, piece));
            take(server.take_output());
        }
        return read;
    }
    void take(const std::string& bytes) {
        BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
    }
    bool shake_hands(std::size_t piece = 4096) {
        for (int turn = 0; turn < 4; ++turn) {
            const bool is_done = SSL_do_handshake(session_.get()) == 1;
            exchange(piece);
            if (is_done) return true;
        }
        return false;
    }
    void write(std::string_view text) {
        SSL_write(session_.get(), text.data(), static_cast<int>(text.size()));
    }
    std::string read() {
        std::string text(1U << 22U, '\0');
        std::size_t filled = 0;
        int size = 0;
        while ((size = SSL_read(session_.get(), text.data() + filled,
                                static_cast<int>(text.size() - filled))) > 0) {
            filled += static_cast<std::size_t>(size);
        }
        is_ended = SSL_get_error(session_.get(), size) == SSL_ERROR_ZERO_RETURN;
        text.resize(filled);
        return text;
    }

    TlsSession server;
    bool is_ended = false;

private:
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> session_{nullptr, SSL_free};
};

}  // namespace

TEST_CASE("what one side says the other side reads, in pieces of any size") {
    const Certificate certificate;
    const auto context = TlsContext::load(certificate.chain, certificate.key);
    REQUIRE(context);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const std::size_t piece : {1U, 7U, 100'000U}) {
            Client client(*context, version);
            REQUIRE(client.shake_hands(piece));
            const std::string question(50'000, 'q');
            client.write(question);
            CHECK(client.exchange(piece) == question);
            const std::string answer(3U << 20U, 'a');
            client.server.send(answer);
            client.take(client.server.take_output());
            CHECK(client.read() == answer);
            client.server.end();
            client.take(client.server.take_output());
            CHECK(client.read().empty());
            CHECK(client.is_ended);
            CHECK_FALSE(client.server.is_broken());
        }
    }
}

TEST_CASE("a client that is not TLS, or too old, gets an alert and is broken") {
    const Certificate certificate;
    const auto context = TlsContext::load(certificate.chain, certificate.key);
    REQUIRE(context);
    TlsSession session(*context);
    CHECK(session.receive("GET / HTTP/1.1\r\n\r\n").empty());
    CHECK(session.is_broken());
    session.take_output();
    CHECK(session.receive("more").empty());
    session.send("nobody reads this");
    session.end();
    CHECK(session.take_output().empty());
    Client old(*context, TLS1_1_VERSION);
    CHECK_FALSE(old.shake_hands());
}

TEST_CASE("a record that was tampered with ends the session") {
    const Certificate certificate;
    const auto context = TlsContext::load(certificate.chain, certificate.key);
    REQUIRE(context);
    Client client(*context);
    REQUIRE(client.shake_hands());
    CHECK(client.server.receive(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'))
              .empty());
    CHECK(client.server.is_broken());
    CHECK_FALSE(client.server.take_output().empty());
}

TEST_CASE("files that cannot be read, or do not belong together, are told by name") {
    const Certificate one;
    const Certificate other;
    CHECK(TlsContext::load("/nowhere", one.key).error().message.find("/nowhere") !=
          std::string::npos);
    CHECK(TlsContext::load(one.chain, one.chain).error().kind == Error::Kind::Invalid);
    CHECK(TlsContext::load(one.chain, other.key).error().message.find(other.key) !=
          std::string::npos);
}
