#include "common/redis/secure_stream.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "common/base/assert.hpp"

namespace turnpike::redis {
namespace {

int descriptor_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int read_socket(BIO* bio, char* into, int space) {
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::recv(descriptor_of(bio), into, static_cast<std::size_t>(space), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(count);
}

/// OpenSSL's own would raise SIGPIPE.
int write_socket(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t count =
        ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(count);
}

long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "redis socket");
    TURNPIKE_ASSERT(method != nullptr);
    BIO_meth_set_read(method, read_socket);
    BIO_meth_set_write(method, write_socket);
    BIO_meth_set_ctrl(method, control);
    return method;
}

BIO* make_bio(int descriptor) {
    // A table of functions for the whole process, never freed: connections may end after main.
    static const BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    TURNPIKE_ASSERT(bio != nullptr);
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    BIO_set_init(bio, 1);
    return bio;
}

void expect_host(SSL* session, const std::string& host) {
    in6_addr binary{};
    const bool is_address = ::inet_pton(AF_INET, host.c_str(), &binary) == 1 ||
                            ::inet_pton(AF_INET6, host.c_str(), &binary) == 1;
    if (is_address) {
        TURNPIKE_ASSERT(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1);
        return;
    }
    TURNPIKE_ASSERT(SSL_set1_host(session, host.c_str()) == 1);
    SSL_set_tlsext_host_name(session, host.c_str());
}

}  // namespace

void TrustedAuthorities::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TrustedAuthorities::TrustedAuthorities() : context_(SSL_CTX_new(TLS_client_method())) {
    TURNPIKE_ASSERT(context_ != nullptr);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                         SSL_MODE_RELEASE_BUFFERS);
}
TrustedAuthorities::~TrustedAuthorities() = default;

void SecureStream::Free::operator()(ssl_st* session) const { SSL_free(session); }

SecureStream::SecureStream(const TrustedAuthorities& trusted, int descriptor,
                           const std::string& host)
    : session_(SSL_new(trusted.context_.get())) {
    TURNPIKE_ASSERT(session_ != nullptr);
    BIO* const bio = make_bio(descriptor);
    SSL_set_bio(session_.get(), bio, bio);
    SSL_set_connect_state(session_.get());
    expect_host(session_.get(), host);
}
SecureStream::~SecureStream() = default;

SecureStream::Step SecureStream::shake_hands() {
    ERR_clear_error();
    return step(SSL_do_handshake(session_.get()));
}

SecureStream::Step SecureStream::read(char* into, std::size_t size, std::size_t& bytes) {
    ERR_clear_error();
    return step(SSL_read_ex(session_.get(), into, size, &bytes));
}

SecureStream::Step SecureStream::write(std::string_view from, std::size_t& bytes) {
    ERR_clear_error();
    return step(SSL_write_ex(session_.get(), from.data(), from.size(), &bytes));
}

bool SecureStream::has_more() const { return SSL_pending(session_.get()) > 0; }

SecureStream::Step SecureStream::step(int result) {
    if (result == 1) return Step::Done;
    const int system_error = errno;
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Step::WantsRead;
        case SSL_ERROR_WANT_WRITE:
            return Step::WantsWrite;
        case SSL_ERROR_ZERO_RETURN:
            problem_ = "the server ended it";
            break;
        case SSL_ERROR_SSL: {
            const char* const reason = ERR_reason_error_string(ERR_peek_error());
            problem_ = reason != nullptr ? reason : "protocol error";
            break;
        }
        default:
            problem_ = std::error_code(system_error, std::generic_category()).message();
    }
    ERR_clear_error();
    return Step::Failed;
}

}  // namespace turnpike::redis
