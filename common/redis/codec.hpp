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
    /// Lifetime: `bytes` until next() has given nothing, or the reader goes.
    bool feed(std::string_view bytes);
    /// The next reply, an error reply as Error; nothing until it is whole. Sets failed() when the
    /// bytes are not RESP.
    std::optional<Result<Reply>> next();
    bool failed() const { return failed_; }

private:
    /// A text or nil that is whole, as GET's answers are, is taken from where it lies: hiredis
    /// would copy it three times.
    std::optional<Reply> take_text();
    void buffer_fresh();

    struct Free {
        void operator()(redisReader* reader) const;
    };
    std::unique_ptr<redisReader, Free> reader_;
    std::string_view fresh_;     // what hiredis has not got
    bool is_buffering_ = false;  // hiredis has what comes before it
    bool failed_ = false;
};

}  // namespace turnpike::redis
