#pragma once

#include <string_view>

#include "common/http/head_parser.hpp"
#include "common/http/method.hpp"

namespace turnpike::http {

/// The head of one request, parsed from the caller's buffer without copying or allocating. About
/// 1.5 KiB: idle connections need not keep one.
/// Thread: one. Lifetime: every view lasts until the buffer changes; if it only moved, the next
/// parse() call or move_to() follows it.
///
///     RequestHead head;
///     ParseOutcome outcome = head.parse(received, limits);   // again whenever more has arrived
///     if (outcome.done()) received.remove_prefix(outcome.consumed) ...
class RequestHead : public HeadParser {
public:
    /// `buffer` holds everything received from the first byte of the head on; it grows from call to
    /// call. One empty line before the request line is skipped (RFC 9112 section 2.2).
    /// After Done or Refused: call reset() before the next head.
    ParseOutcome parse(std::string_view buffer, const HeadLimits& limits);
    void reset();
    /// The bytes of the head are now at `base`.
    void move_to(const char* base) { rebase(base); }

    Method method() const { return method_; }
    /// The token as received.
    std::string_view method_text() const { return view(method_at_, method_size_); }

    enum class TargetForm : std::uint8_t { Origin, Absolute, Asterisk };
    TargetForm target_form() const { return form_; }
    /// As received.
    std::string_view target() const { return view(target_at_, target_size_); }
    /// Raw. "/" if an absolute target has none; "*" for the asterisk form.
    std::string_view path() const;
    /// Raw, without the "?".
    std::string_view query() const { return view(query_at_, query_size_); }
    /// Tells "/a?" from "/a".
    bool has_query() const { return has_query_; }
    /// Path and query as received, starting with "/".
    std::string_view path_with_query() const;

    /// Host and port as received: of an absolute target, else of Host. Valid as checked by
    /// parse_authority(). Empty only in HTTP/1.0.
    std::string_view authority() const { return view(authority_at_, authority_size_); }
    /// That of authority(), IPv6 addresses without brackets.
    std::string_view host() const { return view(host_at_, host_size_); }

    enum class Expect : std::uint8_t { None, Continue, Other };  ///< Other: to be answered 417.
    Expect expect() const { return expect_; }

    /// What the caller asks to change to; only if Connection says so too. Http2 and Other are to be
    /// ignored, and like every hop-by-hop field never forwarded.
    enum class Upgrade : std::uint8_t { None, Websocket, Http2, Other };
    Upgrade upgrade() const { return upgrade_; }

    /// Whether a body follows.
    bool has_body() const {
        return framing_ == BodyFraming::Chunked ||
               (framing_ == BodyFraming::Length && content_length_ > 0);
    }

private:
    std::string_view view(std::uint32_t at, std::uint32_t size) const { return {base_ + at, size}; }
    ParseOutcome parse_request_line(std::string_view buffer, const HeadLimits& limits);
    ParseOutcome parse_version(const char* begin, const char* end);
    /// Splits the target and notes its parts; returns why it is refused, or null.
    const char* note_target(const char* begin, const char* end);
    const char* note_absolute_target(const char* begin, const char* end);
    void note_path_with_query(const char* begin, const char* end);
    ParseOutcome finish(std::uint32_t consumed);
    const char* note_host();
    bool note_authority(std::string_view text);
    void note_expectation();
    void note_upgrade();
    std::uint16_t offset(const char* p) const { return static_cast<std::uint16_t>(p - base_); }

    std::uint16_t method_at_ = 0;
    std::uint16_t target_at_ = 0;
    std::uint16_t target_size_ = 0;
    std::uint16_t path_at_ = 0;
    std::uint16_t path_size_ = 0;
    std::uint16_t query_at_ = 0;
    std::uint16_t query_size_ = 0;
    std::uint16_t authority_at_ = 0;
    std::uint16_t authority_size_ = 0;
    std::uint16_t host_at_ = 0;
    std::uint16_t host_size_ = 0;
    std::uint8_t method_size_ = 0;
    Method method_ = Method::Other;
    TargetForm form_ = TargetForm::Origin;
    Expect expect_ = Expect::None;
    Upgrade upgrade_ = Upgrade::None;
    bool has_query_ = false;
    bool has_request_line_ = false;
};

}  // namespace turnpike::http
