#include "data-plane/tls/session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "common/base/assert.hpp"
#include "data-plane/tls/client_context_state.hpp"
#include "data-plane/tls/server_context_state.hpp"
#include "data-plane/tls/socket_bio.hpp"

namespace turnpike::tls {
namespace {

constexpr unsigned char kProtocol[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool is_ip_address(const std::string& name) {
    unsigned char bytes[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

/// Lets pass what is wrong with the issuer, and nothing else.
int ignore_issuer(int passed, X509_STORE_CTX* context) {
    if (passed == 1) return 1;
    switch (X509_STORE_CTX_get_error(context)) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED:
            X509_STORE_CTX_set_error(context, X509_V_OK);
            return 1;
        default:
            return 0;
    }
}

void expect_name(SSL* ssl, const std::string& name) {
    if (is_ip_address(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
        return;
    }
    SSL_set_tlsext_host_name(ssl, name.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
}

}  // namespace

Session::Session(ssl_st* ssl, worker::Socket& socket) : ssl_(ssl) {
    TURNPIKE_ASSERT(ssl_ != nullptr);
    BIO* bio = make_socket_bio(socket);
    SSL_set_bio(ssl_, bio, bio);
}

Session::~Session() {
    // A connection that ended without an alert would make its session unfit for resumption.
    if (established_ && failure_.empty()) {
        SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
    SSL_free(ssl_);
}

std::unique_ptr<Session> Session::accept(const ServerContext& context, worker::Socket& socket) {
    SSL* ssl = SSL_new(context.state_->contexts.front().get());
    std::unique_ptr<Session> session(new Session(ssl, socket));
    SSL_set_accept_state(ssl);
    return session;
}

std::unique_ptr<Session> Session::connect(const ClientContext& context, worker::Socket& socket,
                                          const std::string& server_name,
                                          Verification verification) {
    SSL* ssl = SSL_new(context.state_->context.get());
    std::unique_ptr<Session> session(new Session(ssl, socket));
    SSL_set_connect_state(ssl);
    expect_name(ssl, server_name);
    SSL_set_alpn_protos(ssl, kProtocol, sizeof kProtocol);
    const bool any_issuer = verification == Verification::AnyIssuer;
    if (any_issuer) SSL_set_verify(ssl, SSL_VERIFY_PEER, ignore_issuer);
    session->session_key_ = (any_issuer ? "?" : "=") + server_name;
    SSL_set_ex_data(ssl, session_key_index(), &session->session_key_);
    if (SSL_SESSION* known = context.state_->find(session->session_key_)) {
        SSL_set_session(ssl, known);
    }
    return session;
}

Session::Status Session::handshake() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_);
    if (outcome == 1) {
        established_ = true;
        return Status::Done;
    }
    const Status status = classify(outcome);
    if (status == Status::Failed || status == Status::Closed) {
        const long verified = SSL_get_verify_result(ssl_);
        failure_ =
            verified != X509_V_OK ? X509_verify_cert_error_string(verified) : take_openssl_error();
        if (failure_.empty()) failure_ = "the peer closed the connection";
        return Status::Failed;
    }
    return status;
}

Session::Result Session::read(std::span<char> space) {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_read_ex(ssl_, space.data(), space.size(), &count);
    wants_socket_ = outcome != 1;
    if (outcome == 1) return {count, Status::Done};
    return {0, classify(outcome)};
}

Session::Result Session::write(std::string_view bytes) {
    if (bytes.empty()) return {};
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count);
    if (outcome == 1) return {count, Status::Done};
    return {0, classify(outcome)};
}

Session::Status Session::classify(int outcome) {
    switch (SSL_get_error(ssl_, outcome)) {
        case SSL_ERROR_WANT_READ:
            return Status::WantRead;
        case SSL_ERROR_WANT_WRITE:
            return Status::WantWrite;
        case SSL_ERROR_ZERO_RETURN:
            return Status::Closed;
        default:
            if (established_) failure_ = "broken";
            return Status::Failed;
    }
}

bool Session::has_pending() const { return !wants_socket_ && SSL_has_pending(ssl_) == 1; }

void Session::close() {
    if (!established_ || !failure_.empty()) return;
    ERR_clear_error();
    SSL_shutdown(ssl_);
}

bool Session::is_resumed() const { return SSL_session_reused(ssl_) == 1; }
std::string_view Session::protocol() const { return SSL_get_version(ssl_); }
std::string_view Session::cipher() const { return SSL_get_cipher_name(ssl_); }

std::string_view Session::server_name() const {
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? std::string_view(name) : std::string_view{};
}

}  // namespace turnpike::tls
