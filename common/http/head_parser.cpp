#include "common/http/head_parser.hpp"

#include <cstring>
#include <limits>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"
#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

constexpr std::size_t kEmptyLineBytes = 2;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Takes the next element of a comma-separated list off `rest`.
std::string_view take_element(std::string_view& rest) {
    const std::size_t comma = rest.find(',');
    const std::string_view element = trim(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    return element;
}

}  // namespace

ParseOutcome HeadParser::refuse(HeadProblem problem, const char* reason) {
    return {ParseOutcome::Status::Refused, problem, 0, reason};
}

ParseOutcome HeadParser::malformed(const char* reason) {
    return refuse(HeadProblem::Malformed, reason);
}

void HeadParser::reset_fields() {
    fields_.clear();
    content_length_ = 0;
    line_at_ = 0;
    scanned_ = 0;
    fields_at_ = 0;
    framing_ = BodyFraming::None;
    coding_ = Coding::None;
    connection_ = {};
    host_fields_ = 0;
    has_length_ = false;
    keeps_alive_ = false;
}

void HeadParser::rebase(const char* base) {
    base_ = base;
    fields_.rebase(base);
}

bool HeadParser::line_may_be_complete(std::string_view buffer) {
    if (scanned_ <= line_at_) return true;
    const std::size_t unseen = buffer.size() - scanned_;
    if (unseen > 0 && std::memchr(buffer.data() + scanned_, '\n', unseen) != nullptr) return true;
    scanned_ = static_cast<std::uint32_t>(buffer.size());
    return false;
}

ParseOutcome HeadParser::parse_fields(std::string_view buffer, std::uint32_t header_bytes_max) {
    // Nothing beyond the limit is looked at, which also keeps every offset within 16 bits.
    const std::size_t limit = std::size_t{fields_at_} + header_bytes_max + kEmptyLineBytes;
    const bool at_limit = buffer.size() >= limit;
    const std::string_view head = buffer.substr(0, limit);
    if (!line_may_be_complete(head) && !at_limit) return {};
    while (true) {
        const LineOutcome line = parse_line(head);
        switch (line.status) {
            case LineOutcome::Status::Field:
                line_at_ = line.next;
                break;
            case LineOutcome::Status::EmptyLine:
                return {ParseOutcome::Status::Done, HeadProblem::None, line.next, ""};
            case LineOutcome::Status::Refused:
                return refuse(line.problem, line.reason);
            case LineOutcome::Status::Incomplete:
                if (at_limit) return refuse(HeadProblem::HeaderTooLarge, "header is too large");
                scanned_ = static_cast<std::uint32_t>(buffer.size());
                return {};
        }
    }
}

HeadParser::LineOutcome HeadParser::parse_line(std::string_view head) {
    const char* const line = head.data() + line_at_;
    const char* const end = head.data() + head.size();
    if (line == end) return {};
    const char* const name_end = find_not_token(line, end);
    if (name_end == line) return parse_line_without_name(line, end);
    if (name_end == end) return {};
    if (*name_end != ':') return LineOutcome::malformed("no colon directly after a field name");

    const char* value = name_end + 1;
    const char* const line_end = find_value_control(value, end);
    if (line_end == end) return {};
    if (*line_end != '\r') return LineOutcome::malformed("control character in a field value");
    if (line_end + 1 == end) return {};
    if (line_end[1] != '\n') return LineOutcome::malformed("bare CR in a field value");

    const std::string_view name(line, static_cast<std::size_t>(name_end - line));
    const std::string_view raw(value, static_cast<std::size_t>(line_end - value));
    const KnownHeader known = find_header(name);
    const char* value_end = line_end;
    while (value != value_end && is_blank(*value)) ++value;
    while (value != value_end && is_blank(value_end[-1])) --value_end;
    const std::string_view trimmed(value, static_cast<std::size_t>(value_end - value));
    if (!fields_.append(name, trimmed, known)) {
        return {LineOutcome::Status::Refused, HeadProblem::HeaderTooLarge, 0, "too many fields"};
    }
    if (const char* reason = note_field(known, raw, trimmed)) return LineOutcome::malformed(reason);
    return {LineOutcome::Status::Field, HeadProblem::None,
            static_cast<std::uint32_t>(line_end + 2 - head.data()), ""};
}

HeadParser::LineOutcome HeadParser::parse_line_without_name(const char* line, const char* end) {
    switch (*line) {
        case '\r':
            if (line + 1 == end) return {};
            if (line[1] != '\n') return LineOutcome::malformed("bare CR");
            return {LineOutcome::Status::EmptyLine, HeadProblem::None,
                    static_cast<std::uint32_t>(line + 2 - base_), ""};
        case '\n':
            return LineOutcome::malformed("bare LF");
        case ' ':
        case '\t':
            return LineOutcome::malformed("line starts with white space");
        default:
            return LineOutcome::malformed("field name is not a token");
    }
}

const char* HeadParser::note_field(KnownHeader known, std::string_view raw,
                                   std::string_view value) {
    switch (known) {
        case KnownHeader::ContentLength:
            return note_length(raw, value);
        case KnownHeader::TransferEncoding:
            return note_coding(raw, value);
        case KnownHeader::Connection:
            note_connection_options(value);
            return nullptr;
        case KnownHeader::Host:
            if (host_fields_ < 2) ++host_fields_;
            return nullptr;
        default:
            return nullptr;
    }
}

const char* HeadParser::note_length(std::string_view raw, std::string_view value) {
    if (has_length_) return "more than one Content-Length";
    has_length_ = true;
    // Recipients disagree on tabs here, which is how requests are smuggled.
    if (raw.find('\t') != std::string_view::npos) return "tab in Content-Length";
    if (value.empty()) return "empty Content-Length";
    std::uint64_t length = 0;
    for (const char c : value) {
        if (c < '0' || c > '9') return "Content-Length is not a number";
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (length > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) {
            return "Content-Length is too large";
        }
        length = length * 10 + digit;
    }
    content_length_ = length;
    return nullptr;
}

const char* HeadParser::note_coding(std::string_view raw, std::string_view value) {
    if (coding_ != Coding::None) return "more than one Transfer-Encoding";
    coding_ = Coding::Unsupported;
    if (raw.find('\t') != std::string_view::npos) return "tab in Transfer-Encoding";
    if (equals_ignoring_case(value, "chunked")) {
        coding_ = Coding::Chunked;
        return nullptr;
    }
    if (value.ends_with(',')) return "Transfer-Encoding is not a list of codings";
    bool chunked = false;
    std::string_view last;
    do {
        last = take_element(value);
        if (find_not_token(last.data(), last.data() + last.size()) != last.data() + last.size() ||
            last.empty()) {
            return "Transfer-Encoding is not a list of codings";
        }
        if (!equals_ignoring_case(last, "chunked")) continue;
        if (chunked) return "chunked twice";
        chunked = true;
    } while (!value.empty());
    if (chunked && !equals_ignoring_case(last, "chunked")) return "chunked is not the last coding";
    return nullptr;
}

void HeadParser::note_connection_options(std::string_view value) {
    while (!value.empty()) {
        const std::string_view option = take_element(value);
        if (equals_ignoring_case(option, "close")) {
            connection_.close = true;
        } else if (equals_ignoring_case(option, "keep-alive")) {
            connection_.keep_alive = true;
        } else if (equals_ignoring_case(option, "upgrade")) {
            connection_.upgrade = true;
        }
    }
}

ParseOutcome HeadParser::finish_framing(BodyFraming without_length) {
    keeps_alive_ = !connection_.close && (version_ == Version::Http11 || connection_.keep_alive);
    framing_ = without_length;
    if (has_length_) framing_ = BodyFraming::Length;
    if (coding_ == Coding::None) return {ParseOutcome::Status::Done, HeadProblem::None, 0, ""};
    if (has_length_) return malformed("Transfer-Encoding with Content-Length");
    if (version_ == Version::Http10) return malformed("Transfer-Encoding in HTTP/1.0");
    if (coding_ == Coding::Unsupported) {
        return refuse(HeadProblem::UnsupportedTransferCoding, "unsupported transfer coding");
    }
    framing_ = BodyFraming::Chunked;
    return {ParseOutcome::Status::Done, HeadProblem::None, 0, ""};
}

}  // namespace turnpike::http
