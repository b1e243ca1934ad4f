#include "common/http/response_head.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/assert.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

constexpr std::size_t kStatusBytes = 12;  // "HTTP/1.1 200"

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

void ResponseHead::reset() {
    reset_fields();
    status_ = 0;
    reason_at_ = 0;
    reason_size_ = 0;
    has_status_line_ = false;
}

ParseOutcome ResponseHead::parse(std::string_view buffer, const HeadLimits& limits,
                                 bool answers_head) {
    TURNPIKE_ASSERT(limits.header_bytes_max <= 62'000);
    rebase(buffer.data());
    if (!has_status_line_) {
        const ParseOutcome outcome = parse_status_line(buffer);
        if (!outcome.done()) return outcome;
        has_status_line_ = true;
    }
    const ParseOutcome outcome = parse_fields(buffer, limits.header_bytes_max);
    if (!outcome.done()) return outcome;
    ParseOutcome finished = finish(answers_head);
    finished.consumed = outcome.consumed;
    return finished;
}

ParseOutcome ResponseHead::parse_status_line(std::string_view buffer) {
    if (!buffer.empty() && buffer.front() != 'H') return malformed("not an HTTP response");
    const std::size_t line_bytes_max = kStatusBytes + 1 + kReasonBytesMax + 2;
    if (!line_may_be_complete(buffer) && buffer.size() < line_bytes_max) return {};
    scanned_ = static_cast<std::uint32_t>(std::min(buffer.size(), line_bytes_max));
    if (buffer.size() <= kStatusBytes) {
        const bool ended = buffer.find('\n') != std::string_view::npos;
        return ended ? malformed("status line is too short") : ParseOutcome{};
    }
    if (!buffer.starts_with("HTTP/1.1 ") && !buffer.starts_with("HTTP/1.0 ")) {
        return malformed("status line does not start with HTTP/1.1 or HTTP/1.0");
    }
    version_ = buffer[7] == '1' ? Version::Http11 : Version::Http10;
    if (buffer[9] < '1' || !is_digit(buffer[9]) || !is_digit(buffer[10]) || !is_digit(buffer[11])) {
        return malformed("status is not three digits");
    }
    status_ = static_cast<std::uint16_t>((buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 +
                                         (buffer[11] - '0'));
    // Some back ends leave the space out together with the phrase.
    const std::size_t reason_at = buffer[kStatusBytes] == ' ' ? kStatusBytes + 1 : kStatusBytes;
    const char* const begin = buffer.data() + reason_at;
    const char* const stop = buffer.data() + std::min(buffer.size(), line_bytes_max);
    const char* const line_end =
        reason_at == kStatusBytes ? begin : find_value_control(begin, stop);
    if (line_end == stop || line_end + 1 == stop) {
        return buffer.size() >= line_bytes_max ? malformed("reason phrase is too long")
                                               : ParseOutcome{};
    }
    if (line_end[0] != '\r' || line_end[1] != '\n') return malformed("invalid status line");
    reason_at_ = static_cast<std::uint16_t>(reason_at);
    reason_size_ = static_cast<std::uint16_t>(line_end - begin);
    line_at_ = static_cast<std::uint32_t>(line_end + 2 - base_);
    fields_at_ = line_at_;
    scanned_ = line_at_;
    return {ParseOutcome::Status::Done, HeadProblem::None, 0, ""};
}

ParseOutcome ResponseHead::finish(bool answers_head) {
    const ParseOutcome outcome = finish_framing(BodyFraming::UntilClose);
    if (!outcome.done()) return outcome;
    if (answers_head || !may_have_body(status_)) {
        // Fields that announce a body where none may be leave it open what the next bytes are.
        const bool announces_body = coding_ != Coding::None || content_length_ > 0;
        if (!may_have_body(status_) && status_ != 304 && announces_body) keeps_alive_ = false;
        framing_ = BodyFraming::None;
    }
    if (framing_ == BodyFraming::UntilClose) keeps_alive_ = false;
    return outcome;
}

}  // namespace turnpike::http
