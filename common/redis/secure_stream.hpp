#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace turnpike::redis {

/// Whom TLS trusts: the system's authorities, or those that SSL_CERT_FILE and SSL_CERT_DIR name, as
/// they are when this is made. Reads files. Thread: one at a time.
class TrustedAuthorities {
public:
    TrustedAuthorities();
    ~TrustedAuthorities();
    TrustedAuthorities(const TrustedAuthorities&) = delete;
    TrustedAuthorities& operator=(const TrustedAuthorities&) = delete;

private:
    friend class SecureStream;
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// TLS over a connected, non-blocking socket, whose certificate has to name the host.
/// Thread: the loop's. Does not own the descriptor.
class SecureStream {
public:
    enum class Step { Done, WantsRead, WantsWrite, Failed };
    SecureStream(const TrustedAuthorities& trusted, int descriptor, const std::string& host);
    ~SecureStream();
    SecureStream(const SecureStream&) = delete;
    SecureStream& operator=(const SecureStream&) = delete;

    Step shake_hands();
    /// `bytes`: how many were read or written, if it is Done. Failed also stands for the end.
    Step read(char* into, std::size_t size, std::size_t& bytes);
    /// Requires: after WantsRead or WantsWrite the same bytes first.
    Step write(std::string_view from, std::size_t& bytes);
    /// There is more to read than the socket knows.
    bool has_more() const;
    /// Why it failed.
    const std::string& problem() const { return problem_; }

private:
    Step step(int result);
    struct Free {
        void operator()(ssl_st* session) const;
    };
    std::unique_ptr<ssl_st, Free> session_;
    std::string problem_;
};

}  // namespace turnpike::redis
