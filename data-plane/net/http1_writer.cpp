#include "data-plane/net/http1_writer.hpp"

#include <array>

#include "common/base/text.hpp"
#include "common/http/chunked.hpp"
#include "common/http/header_writer.hpp"
#include "common/http/message.hpp"
#include "common/http/scan.hpp"

namespace turnpike::net {
namespace {

/// Bodies up to this size are copied behind their head; the copy is cheaper than a gathered write.
constexpr std::size_t kCopiedBodyMax = 16384;
/// More than all that a head contains besides the fields of the handler and the reason.
constexpr std::size_t kOwnHeadBytesMax = 256;

/// Fields that only the writer may set.
bool is_reserved(std::string_view name) {
    switch (name.size()) {
        case 4:
            return equals_ignoring_case(name, "date");
        case 10:
            return equals_ignoring_case(name, "connection") ||
                   equals_ignoring_case(name, "keep-alive");
        case 14:
            return equals_ignoring_case(name, "content-length");
        case 17:
            return equals_ignoring_case(name, "transfer-encoding");
        default:
            return false;
    }
}

/// Writes into memory that is known to be large enough.
struct Cursor {
    char* at;

    void put(std::string_view text) { at = copy_text(at, text); }
    void put_number(std::uint64_t number) {
        char digits[20];
        put(http::write_decimal(number, digits));
    }
    /// Controls that a client could take for the end of the line become spaces.
    void put_value(std::string_view value) {
        char* const start = at;
        put(value);
        for (const char* bad = http::find_value_control(start, at); bad != at;
             bad = http::find_value_control(bad, at)) {
            start[bad - start] = ' ';
        }
    }
    void put_field(const ResponseField& field) {
        const char* const name_end = field.name.data() + field.name.size();
        if (field.name.empty() || http::find_not_token(field.name.data(), name_end) != name_end ||
            is_reserved(field.name)) {
            return;
        }
        put(field.name);
        put(": ");
        put_value(field.value);
        put("\r\n");
    }
};

std::size_t bytes_for(const ResponseHead& head) {
    std::size_t bytes = kOwnHeadBytesMax + head.reason.size();
    for (const ResponseField& field : head.fields) {
        bytes += field.name.size() + field.value.size() + 4;
    }
    return bytes;
}

}  // namespace

void Http1Writer::begin(const http::RequestHead& head) {
    state_ = State::Idle;
    status_ = 0;
    body_bytes_sent_ = 0;
    answers_head_ = head.method() == http::Method::Head;
    client_is_http11_ = head.version() == http::Version::Http11;
    keep_alive_ = head.keeps_alive();
}

void Http1Writer::begin_rejection() {
    state_ = State::Idle;
    answers_head_ = false;
    client_is_http11_ = true;
    keep_alive_ = false;
}

bool Http1Writer::may_have_body() const {
    return status_ >= 200 && status_ != 204 && status_ != 304;
}

void Http1Writer::compose_head(const ResponseHead& head, std::optional<std::uint64_t> length) {
    status_ = head.status;
    if (!may_have_body()) {
        framing_ = Framing::None;
    } else if (length) {
        framing_ = Framing::Length;
    } else {
        framing_ = client_is_http11_ ? Framing::Chunked : Framing::UntilClose;
    }
    keep_alive_ = keep_alive_ && framing_ != Framing::UntilClose && body_.is_drainable() &&
                  !server_.is_draining();
    const std::size_t bytes_max = bytes_for(head);
    char* const start = output_.append_uninitialized(bytes_max);
    Cursor out{start};
    out.put("HTTP/1.1 ");
    out.put_number(static_cast<std::uint64_t>(status_));
    out.put(" ");
    out.put_value(head.reason.empty() ? http::reason_phrase(status_) : head.reason);
    out.put("\r\nDate: ");
    out.put(server_.http_date());
    out.put("\r\n");
    for (const ResponseField& field : head.fields) out.put_field(field);
    if (framing_ == Framing::Length) {
        out.put("Content-Length: ");
        out.put_number(*length);
        out.put("\r\n");
    } else if (framing_ == Framing::Chunked) {
        out.put("Transfer-Encoding: chunked\r\n");
    }
    out.put(keep_alive_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    output_.truncate(output_.size() - bytes_max + static_cast<std::size_t>(out.at - start));
    if (answers_head_) framing_ = Framing::None;
    body_.forgo_continue();
}

worker::MaybeTask<bool> Http1Writer::send(const ResponseHead& head, std::string_view body) {
    if (state_ != State::Idle) return false;
    body_.skip_buffered();
    compose_head(head, body.size());
    state_ = State::Finished;
    if (framing_ == Framing::None) return true;
    body_bytes_sent_ = body.size();
    if (body.size() <= kCopiedBodyMax) {
        output_.append(body);
        return true;
    }
    return write_out(body);
}

worker::MaybeTask<bool> Http1Writer::start(const ResponseHead& head,
                                           std::optional<std::uint64_t> length) {
    if (state_ != State::Idle) return false;
    compose_head(head, length);
    state_ = State::Started;
    remaining_ = length.value_or(0);
    return true;
}

worker::MaybeTask<bool> Http1Writer::write(std::string_view piece) {
    if (state_ != State::Started) return false;
    if (framing_ == Framing::None || piece.empty()) return true;
    if (framing_ == Framing::Length && piece.size() > remaining_) {
        abort();
        return false;
    }
    remaining_ -= framing_ == Framing::Length ? piece.size() : 0;
    body_bytes_sent_ += piece.size();
    if (framing_ == Framing::Chunked) put_chunk_head(piece.size());
    if (piece.size() > kCopiedBodyMax) return write_out(piece);
    output_.append(piece);
    if (framing_ == Framing::Chunked) output_.append("\r\n");
    return write_out({});
}

void Http1Writer::put_chunk_head(std::size_t bytes) {
    std::array<char, 18> head;
    output_.append(http::write_chunk_head(bytes, head));
}

worker::MaybeTask<bool> Http1Writer::flush() {
    if (state_ == State::Broken) return false;
    return write_out({});
}

worker::MaybeTask<bool> Http1Writer::finish() {
    if (state_ != State::Started) return state_ == State::Finished;
    if (framing_ == Framing::Length && remaining_ > 0) {
        abort();
        return false;
    }
    if (framing_ == Framing::Chunked) output_.append(http::kLastChunk);
    state_ = State::Finished;
    return true;
}

void Http1Writer::abort() {
    if (state_ != State::Finished) state_ = State::Broken;
}

worker::MaybeTask<bool> Http1Writer::write_out(std::string_view after_output) {
    if (output_.empty() && after_output.empty()) return true;
    auto writing = stream_.write_all(output_.data(), after_output, server_.limits().write_stall);
    // The line end after a large chunk goes out with whatever comes next.
    const bool ends_chunk = !after_output.empty() && framing_ == Framing::Chunked;
    if (!writing.is_ready()) return write_out_slowly(std::move(writing), ends_chunk);
    return note_written(writing.await_resume(), ends_chunk);
}

worker::Task<bool> Http1Writer::write_out_slowly(worker::MaybeTask<IoStatus> writing,
                                                 bool ends_chunk) {
    const IoStatus status = co_await writing;
    co_return note_written(status, ends_chunk);
}

bool Http1Writer::note_written(IoStatus status, bool ends_chunk) {
    output_.clear();
    if (status != IoStatus::Done) {
        state_ = State::Broken;
        return false;
    }
    if (ends_chunk) output_.append("\r\n");
    return true;
}

}  // namespace turnpike::net
