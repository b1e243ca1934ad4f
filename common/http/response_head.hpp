#pragma once

#include <string_view>

#include "common/http/head_parser.hpp"

namespace turnpike::http {

/// The head of one response of an upstream, as strict as RequestHead and with the same lifetimes.
/// Interim responses (1xx) are heads like others; skipping a bounded number is the caller's task.
class ResponseHead : public HeadParser {
public:
    /// `answers_head`: the request was HEAD, so there is no body whatever the fields say.
    ParseOutcome parse(std::string_view buffer, const HeadLimits& limits, bool answers_head);
    void reset();
    void move_to(const char* base) { rebase(base); }

    /// 100 to 999.
    int status() const { return status_; }
    bool is_interim() const { return status_ < 200; }
    /// May be empty.
    std::string_view reason() const { return {base_ + reason_at_, reason_size_}; }

    /// Content-Length as received, also where there is no body to measure (HEAD, 304).
    bool has_content_length() const { return has_length_; }
    std::uint64_t declared_length() const { return content_length_; }

private:
    ParseOutcome parse_status_line(std::string_view buffer);
    ParseOutcome finish(bool answers_head);

    std::uint16_t status_ = 0;
    std::uint16_t reason_at_ = 0;
    std::uint16_t reason_size_ = 0;
    bool has_status_line_ = false;
};

}  // namespace turnpike::http
