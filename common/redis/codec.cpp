#include "common/redis/codec.hpp"

#include <hiredis/hiredis.h>

#include "common/base/assert.hpp"

namespace turnpike::redis {
namespace {

// Errors inside an array (a failed command of a script or transaction) become text.
Reply convert(const redisReply& raw) {
    Reply reply;
    switch (raw.type) {
        case REDIS_REPLY_STATUS:
        case REDIS_REPLY_ERROR:
            reply.kind = Reply::Kind::Status;
            reply.text.assign(raw.str, raw.len);
            break;
        case REDIS_REPLY_STRING:
            reply.kind = Reply::Kind::Text;
            reply.text.assign(raw.str, raw.len);
            break;
        case REDIS_REPLY_INTEGER:
            reply.kind = Reply::Kind::Integer;
            reply.integer = raw.integer;
            break;
        case REDIS_REPLY_ARRAY:
            reply.kind = Reply::Kind::Array;
            reply.elements.reserve(raw.elements);
            for (std::size_t i = 0; i < raw.elements; ++i) {
                reply.elements.push_back(convert(*raw.element[i]));
            }
            break;
        default:
            break;
    }
    return reply;
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

}  // namespace

std::string format(const Command& command) {
    TURNPIKE_ASSERT(!command.empty());
    std::vector<const char*> words;
    std::vector<std::size_t> lengths;
    for (const std::string& word : command) {
        words.push_back(word.data());
        lengths.push_back(word.size());
    }
    char* formatted = nullptr;
    const long long bytes = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()),
                                                   words.data(), lengths.data());
    TURNPIKE_ASSERT(bytes > 0);
    std::string text(formatted, static_cast<std::size_t>(bytes));
    redisFreeCommand(formatted);
    return text;
}

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) { TURNPIKE_ASSERT(reader_ != nullptr); }
ReplyReader::~ReplyReader() = default;

bool ReplyReader::feed(std::string_view bytes) {
    failed_ = failed_ || redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK;
    return !failed_;
}

std::optional<Result<Reply>> ReplyReader::next() {
    void* parsed = nullptr;
    if (failed_ || redisReaderGetReply(reader_.get(), &parsed) != REDIS_OK) {
        failed_ = true;
        return std::nullopt;
    }
    if (parsed == nullptr) return std::nullopt;
    const std::unique_ptr<redisReply, FreeReply> raw(static_cast<redisReply*>(parsed));
    if (raw->type == REDIS_REPLY_ERROR) {
        return Result<Reply>(internal_error(std::string(raw->str, raw->len)));
    }
    return Result<Reply>(convert(*raw));
}

}  // namespace turnpike::redis
