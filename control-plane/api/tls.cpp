#include "control-plane/api/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <new>

#include "common/base/assert.hpp"

namespace turnpike::api {
namespace {

constexpr std::size_t kRecordBytesMax = 16'384;

/// Empties the queue of this thread.
std::string take_error() {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

/// Nobody sits at the terminal on which the library would ask.
int no_passphrase(char*, int, int, void*) { return 0; }

BIO* new_buffer() {
    BIO* buffer = BIO_new(BIO_s_mem());
    if (buffer == nullptr) throw std::bad_alloc();
    BIO_set_mem_eof_return(buffer, -1);  // empty means: not yet
    return buffer;
}

}  // namespace

Result<TlsContext> TlsContext::load(const std::string& certificate_file,
                                    const std::string& key_file) {
    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return invalid("the certificate " + certificate_file + " cannot be read: " + take_error());
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return invalid("the key " + key_file + " cannot be used with " + certificate_file + ": " +
                       take_error());
    }
    return TlsContext(std::move(context));
}

void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsSession::TlsSession(const TlsContext& context)
    : session_(SSL_new(context.context_.get())), input_(new_buffer()), output_(new_buffer()) {
    if (!session_) throw std::bad_alloc();
    SSL_set_bio(session_.get(), input_, output_);
    SSL_set_accept_state(session_.get());
}

TlsSession::~TlsSession() = default;

std::string TlsSession::receive(std::string_view bytes) {
    std::string text;
    if (is_broken_ || bytes.empty()) return text;
    ERR_clear_error();
    const int taken = BIO_write(input_, bytes.data(), static_cast<int>(bytes.size()));
    if (taken != static_cast<int>(bytes.size())) throw std::bad_alloc();
    std::array<char, kRecordBytesMax> record;  // NOLINT(*-member-init): filled before it is read
    while (true) {
        const int size = SSL_read(session_.get(), record.data(), static_cast<int>(record.size()));
        if (size > 0) {
            text.append(record.data(), static_cast<std::size_t>(size));
            continue;
        }
        const int reason = SSL_get_error(session_.get(), size);
        is_broken_ = reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_ZERO_RETURN;
        ERR_clear_error();
        return text;
    }
}

void TlsSession::send(std::string_view text) {
    if (is_broken_ || text.empty()) return;
    ERR_clear_error();
    // Into memory: all at once, or the session is of no more use.
    std::size_t written = 0;
    is_broken_ = SSL_write_ex(session_.get(), text.data(), text.size(), &written) != 1;
    ERR_clear_error();
}

void TlsSession::end() {
    if (is_broken_ || SSL_is_init_finished(session_.get()) == 0) return;
    SSL_shutdown(session_.get());
    ERR_clear_error();
}

std::string TlsSession::take_output() {
    char* data = nullptr;
    const long size = BIO_get_mem_data(output_, &data);
    if (size <= 0) return {};
    std::string bytes(data, static_cast<std::size_t>(size));
    BIO_reset(output_);
    return bytes;
}

}  // namespace turnpike::api
