#include "common/redis/codec.hpp"

#include <hiredis/hiredis.h>

#include <charconv>

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

void append_count(std::string& text, char kind, std::size_t count) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), count).ptr;
    text += kind;
    text.append(digits, end);
    text += "\r\n";
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

}  // namespace

std::string format(const Command& command) {
    TURNPIKE_ASSERT(!command.empty());
    constexpr std::size_t kAroundWord = 16;
    std::size_t bytes = kAroundWord;
    for (const std::string& word : command) bytes += word.size() + kAroundWord;
    std::string text;
    text.reserve(bytes);
    append_count(text, '*', command.size());
    for (const std::string& word : command) {
        append_count(text, '$', word.size());
        text += word;
        text += "\r\n";
    }
    return text;
}

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) { TURNPIKE_ASSERT(reader_ != nullptr); }
ReplyReader::~ReplyReader() = default;

bool ReplyReader::feed(std::string_view bytes) {
    buffer_fresh();
    fresh_ = bytes;
    if (is_buffering_) buffer_fresh();
    return !failed_;
}

void ReplyReader::buffer_fresh() {
    if (fresh_.empty()) return;
    failed_ = failed_ || redisReaderFeed(reader_.get(), fresh_.data(), fresh_.size()) != REDIS_OK;
    fresh_ = {};
    is_buffering_ = true;
}

std::optional<Reply> ReplyReader::take_text() {
    constexpr std::size_t kLengthDigitsMax = 10;
    if (fresh_.empty() || fresh_.front() != '$') return std::nullopt;
    const std::size_t end = fresh_.substr(0, kLengthDigitsMax + 2).find('\r');
    if (end == std::string_view::npos || end + 1 >= fresh_.size() || fresh_[end + 1] != '\n') {
        return std::nullopt;
    }
    const std::string_view digits = fresh_.substr(1, end - 1);
    Reply reply;
    std::size_t whole = end + 2;
    if (digits != "-1") {
        std::size_t length = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
            fresh_.size() - whole < length + 2) {
            return std::nullopt;
        }
        reply.kind = Reply::Kind::Text;
        reply.text = fresh_.substr(whole, length);
        whole += length + 2;
    }
    fresh_.remove_prefix(whole);
    return reply;
}

std::optional<Result<Reply>> ReplyReader::next() {
    if (!is_buffering_) {
        if (std::optional<Reply> text = take_text()) return Result<Reply>(*std::move(text));
        if (fresh_.empty()) return std::nullopt;
        buffer_fresh();
    }
    void* parsed = nullptr;
    if (failed_ || redisReaderGetReply(reader_.get(), &parsed) != REDIS_OK) {
        failed_ = true;
        return std::nullopt;
    }
    if (parsed == nullptr) return std::nullopt;
    is_buffering_ = reader_->pos < reader_->len;
    const std::unique_ptr<redisReply, FreeReply> raw(static_cast<redisReply*>(parsed));
    if (raw->type == REDIS_REPLY_ERROR) {
        return Result<Reply>(internal_error(std::string(raw->str, raw->len)));
    }
    return Result<Reply>(convert(*raw));
}

}  // namespace turnpike::redis
