#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace turnpike::api {

/// The certificate under which the management API is served; TLS 1.2 and 1.3. Immutable. Thread:
/// any.
class TlsContext {
public:
    /// `certificate_file`: PEM chain, leaf first. Errors: Invalid, if a file cannot be read or they
    /// do not belong together; keys with a passphrase cannot be read.
    static Result<TlsContext> load(const std::string& certificate_file,
                                   const std::string& key_file);

private:
    friend class TlsSession;
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
    std::shared_ptr<ssl_ctx_st> context_;
};

/// The server's side of TLS on one connection: bytes in, bytes out, no socket, so nothing in it
/// waits for a client. Thread: one at a time.
class TlsSession {
public:
    explicit TlsSession(const TlsContext& context);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Takes what the client sent. Returns: what it says, maybe nothing.
    std::string receive(std::string_view bytes);
    /// Says this to the client. Requires: it said something, so hands were shaken.
    void send(std::string_view text);
    /// Says that nothing more follows.
    void end();
    /// What is to be sent to the client by now. Requires: called after each of the above.
    std::string take_output();
    /// The client broke the protocol; the output is the last that it will understand.
    bool is_broken() const { return is_broken_; }

private:
    struct Free {
        void operator()(ssl_st* session) const;
    };
    std::unique_ptr<ssl_st, Free> session_;
    bio_st* input_;  ///< Both are the session's.
    bio_st* output_;
    bool is_broken_ = false;
};

}  // namespace turnpike::api
