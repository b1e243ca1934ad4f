#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/redis/client.hpp"

struct redisReader;

namespace turnpike::redis {

/// The command as RESP2.
std::string format(const Command& command);

/// Takes bytes as they come and gives whole replies. Thread: one.
class ReplyReader {
public:
    ReplyReader();
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    /// False if the bytes are not RESP or a bound is broken: the connection is of no more use.
    bool feed(std::string_view bytes);
    /// The next reply, an error reply as Error; nothing until it is whole. Sets failed() when the
    /// bytes are not RESP.
    std::optional<Result<Reply>> next();
    bool failed() const { return failed_; }

private:
    struct Free {
        void operator()(redisReader* reader) const;
    };
    std::unique_ptr<redisReader, Free> reader_;
    bool failed_ = false;
};

}  // namespace turnpike::redis
