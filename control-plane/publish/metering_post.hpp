#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace turnpike::publish {

/// Posts JSON to one endpoint; a new connection each time. Thread: any, one post at a time.
class MeteringPost {
public:
    struct Options {
        std::string url;         ///< http:// or https://, whose certificate is verified.
        std::string token_file;  ///< Read for each post; empty: no token.
        std::string ca_file;     ///< Roots instead of the system's; empty: those.
        Milliseconds connect_timeout{5'000};
        Milliseconds timeout{30'000};  ///< For the whole post.
    };
    /// `is_stopping` ends a post that is under way.
    MeteringPost(Options options, std::function<bool()> is_stopping);

    /// Returns: the answer's status, redirects included; its body is thrown away.
    /// Errors: Unavailable (nobody answered in time), Invalid (the token cannot be read or sent).
    Result<int> post(std::string_view json) const;

private:
    Options options_;
    std::function<bool()> is_stopping_;
};

}  // namespace turnpike::publish
