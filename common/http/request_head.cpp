#include "common/http/request_head.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "common/http/authority.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

constexpr std::size_t kVersionBytes = 8;  // "HTTP/1.1"

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Finds what ends a target: a space, or a byte that cannot be in one.
const char* find_target_end(const char* p, const char* end) {
    p = find_path_end(p, end);
    return p != end && *p == '?' ? find_query_end(p + 1, end) : p;
}

std::size_t scheme_size(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
    }
    return 0;
}

}  // namespace

void RequestHead::reset() {
    reset_fields();
    path_size_ = 0;
    query_size_ = 0;
    authority_size_ = 0;
    host_size_ = 0;
    target_size_ = 0;
    method_size_ = 0;
    method_at_ = 0;
    expect_ = Expect::None;
    upgrade_ = Upgrade::None;
    has_query_ = false;
    has_request_line_ = false;
}

ParseOutcome RequestHead::parse(std::string_view buffer, const HeadLimits& limits) {
    TURNPIKE_ASSERT(std::size_t{limits.target_bytes_max} + limits.header_bytes_max <= 64'000);
    rebase(buffer.data());
    if (!has_request_line_) {
        const ParseOutcome outcome = parse_request_line(buffer, limits);
        if (!outcome.done()) return outcome;
        has_request_line_ = true;
    }
    const ParseOutcome outcome = parse_fields(buffer, limits.header_bytes_max);
    return outcome.done() ? finish(outcome.consumed) : outcome;
}

ParseOutcome RequestHead::parse_request_line(std::string_view buffer, const HeadLimits& limits) {
    const char* const end = buffer.data() + buffer.size();
    if (method_at_ == 0 && !buffer.empty() && buffer.front() == '\r') {
        if (buffer.size() < 2) return {};
        if (buffer[1] != '\n') return malformed("bare CR before the request line");
        method_at_ = 2;
        line_at_ = 2;
    }
    const std::size_t line_bytes_max =
        kMethodBytesMax + 1 + limits.target_bytes_max + 1 + kVersionBytes + 2;
    if (!line_may_be_complete(buffer) && buffer.size() - line_at_ < line_bytes_max) return {};
    scanned_ = static_cast<std::uint32_t>(std::min<std::size_t>(buffer.size(), 0xffffffffU));

    const char* const method = base_ + line_at_;
    const char* const method_end = find_not_token(
        method,
        std::min(end, method + std::min<std::ptrdiff_t>(end - method, kMethodBytesMax + 1)));
    if (method_end - method > static_cast<std::ptrdiff_t>(kMethodBytesMax)) {
        return malformed("method is too long");
    }
    if (method_end == end) return {};
    if (method_end == method || *method_end != ' ') return malformed("method is not a token");
    method_size_ = static_cast<std::uint8_t>(method_end - method);
    method_ = find_method(method_text());
    if (method_ == Method::Connect) return malformed("CONNECT is not served");

    const char* const target = method_end + 1;
    const char* const target_stop =
        target + std::min<std::ptrdiff_t>(end - target, limits.target_bytes_max + 1);
    const char* const target_end = find_target_end(target, target_stop);
    if (target_end - target > static_cast<std::ptrdiff_t>(limits.target_bytes_max)) {
        return refuse(HeadProblem::TargetTooLong, "target is too long");
    }
    if (target_end == end) return {};
    if (*target_end != ' ') return malformed("invalid character in the target");
    if (const char* reason = note_target(target, target_end)) return malformed(reason);
    return parse_version(target_end + 1, end);
}

ParseOutcome RequestHead::parse_version(const char* begin, const char* end) {
    const auto available = static_cast<std::size_t>(end - begin);
    if (available < kVersionBytes + 2) {
        if (std::memchr(begin, '\n', available) == nullptr) return {};
        return malformed("no version in the request line");
    }
    if (begin[kVersionBytes] != '\r' || begin[kVersionBytes + 1] != '\n') {
        return malformed("request line does not end after the version");
    }
    const std::string_view version(begin, kVersionBytes);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        const bool well_formed = version.starts_with("HTTP/") && is_digit(version[5]) &&
                                 version[6] == '.' && is_digit(version[7]);
        return well_formed ? refuse(HeadProblem::VersionNotSupported, "version is not HTTP/1")
                           : malformed("version is not HTTP");
    }
    version_ = version[7] == '1' ? Version::Http11 : Version::Http10;
    line_at_ = static_cast<std::uint32_t>(begin + kVersionBytes + 2 - base_);
    fields_at_ = line_at_;
    scanned_ = line_at_;
    return {ParseOutcome::Status::Done, HeadProblem::None, 0, ""};
}

const char* RequestHead::note_target(const char* begin, const char* end) {
    target_at_ = offset(begin);
    target_size_ = static_cast<std::uint16_t>(end - begin);
    if (begin == end) return "no target";
    if (*begin == '/') {
        form_ = TargetForm::Origin;
        note_path_with_query(begin, end);
        return nullptr;
    }
    if (target() == "*") {
        form_ = TargetForm::Asterisk;
        note_path_with_query(begin, end);
        return method_ == Method::Options ? nullptr : "asterisk target without OPTIONS";
    }
    form_ = TargetForm::Absolute;
    return note_absolute_target(begin, end);
}

const char* RequestHead::note_absolute_target(const char* begin, const char* end) {
    const std::string_view target(begin, static_cast<std::size_t>(end - begin));
    const std::size_t authority_at = scheme_size(target);
    if (authority_at == 0) return "target is neither a path nor an http URI";
    const std::size_t authority_end =
        std::min(target.find_first_of("/?", authority_at), target.size());
    if (!note_authority(target.substr(authority_at, authority_end - authority_at))) {
        return "invalid host in the target";
    }
    if (authority_end < target.size() && target[authority_end] == '?') {
        return "absolute target with a query but no path";
    }
    note_path_with_query(begin + authority_end, end);
    return nullptr;
}

void RequestHead::note_path_with_query(const char* begin, const char* end) {
    const auto size = static_cast<std::size_t>(end - begin);
    const void* const mark = size == 0 ? nullptr : std::memchr(begin, '?', size);
    const char* const path_end = mark == nullptr ? end : static_cast<const char*>(mark);
    path_at_ = offset(begin);
    path_size_ = static_cast<std::uint16_t>(path_end - begin);
    has_query_ = path_end != end;
    query_at_ = offset(has_query_ ? path_end + 1 : end);
    query_size_ = has_query_ ? static_cast<std::uint16_t>(end - path_end - 1) : std::uint16_t{0};
}

ParseOutcome RequestHead::finish(std::uint32_t consumed) {
    if (const char* reason = note_host()) return malformed(reason);
    ParseOutcome outcome = finish_framing(BodyFraming::None);
    if (!outcome.done()) return outcome;
    if (version_ == Version::Http11) {
        note_expectation();
        note_upgrade();
    }
    outcome.consumed = consumed;
    return outcome;
}

const char* RequestHead::note_host() {
    if (host_fields_ == 0) return version_ == Version::Http11 ? "no Host" : nullptr;
    if (host_fields_ > 1) return "more than one Host";
    const std::string_view host = *fields_.find(KnownHeader::Host);
    const bool is_valid =
        form_ == TargetForm::Absolute ? parse_authority(host).has_value() : note_authority(host);
    return is_valid ? nullptr : "invalid Host";
}

/// Returns: whether it is one.
bool RequestHead::note_authority(std::string_view text) {
    const auto authority = parse_authority(text);
    if (!authority) return false;
    authority_at_ = offset(text.data());
    authority_size_ = static_cast<std::uint16_t>(text.size());
    host_at_ = offset(authority->host.data());
    host_size_ = static_cast<std::uint16_t>(authority->host.size());
    return true;
}

void RequestHead::note_expectation() {
    if (!fields_.contains(KnownHeader::Expect)) return;
    expect_ = Expect::Continue;
    for (const Field field : fields_) {
        if (field.known == KnownHeader::Expect &&
            !equals_ignoring_case(field.value, "100-continue")) {
            expect_ = Expect::Other;
        }
    }
}

void RequestHead::note_upgrade() {
    if (!connection_.upgrade || !fields_.contains(KnownHeader::Upgrade)) return;
    const std::string_view protocol = *fields_.find(KnownHeader::Upgrade);
    if (equals_ignoring_case(protocol, "websocket")) {
        upgrade_ = Upgrade::Websocket;
    } else {
        upgrade_ = equals_ignoring_case(protocol, "h2c") ? Upgrade::Http2 : Upgrade::Other;
    }
}

std::string_view RequestHead::path() const {
    return path_size_ == 0 ? std::string_view("/") : view(path_at_, path_size_);
}

std::string_view RequestHead::path_with_query() const {
    if (path_size_ == 0) return "/";
    return view(path_at_, path_size_ + (has_query_ ? 1U + query_size_ : 0U));
}

}  // namespace turnpike::http
