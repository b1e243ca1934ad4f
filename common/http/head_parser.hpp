#pragma once

#include <cstdint>
#include <string_view>

#include "common/http/field_list.hpp"
#include "common/http/limits.hpp"
#include "common/http/message.hpp"

namespace turnpike::http {

/// What requests and responses have in common: the incremental reading of lines and fields, and the
/// fields that decide where the body ends. Base of RequestHead and ResponseHead.
///
/// A line is parsed in the one pass that looks for its end. If it has not arrived whole, later
/// calls look for its end from where the last one stopped, so a head that comes byte by byte costs
/// linear time too. Source: RFC 9112; stricter where docs/compatibility.md says so.
class HeadParser {
public:
    const FieldList& fields() const { return fields_; }
    Version version() const { return version_; }
    BodyFraming framing() const { return framing_; }
    /// Length of the body. Requires: framing() is Length.
    std::uint64_t content_length() const { return content_length_; }
    /// Whether the connection may carry another message after this one.
    bool keeps_alive() const { return keeps_alive_; }

protected:
    HeadParser() = default;
    ~HeadParser() = default;

    /// What Connection fields say.
    struct ConnectionOptions {
        bool close = false;
        bool keep_alive = false;
        bool upgrade = false;
    };
    enum class Coding : std::uint8_t { None, Chunked, Unsupported };

    void reset_fields();
    /// Moves the views to where the bytes are now.
    void rebase(const char* base);
    /// Reads fields from line_at_ on. Done: the empty line was consumed.
    ParseOutcome parse_fields(std::string_view buffer, std::uint32_t header_bytes_max);
    /// True if the line at line_at_ may be parsed: it is new, or its end has arrived.
    bool line_may_be_complete(std::string_view buffer);
    /// Decides framing_ and keeps_alive_: one length, or chunked, or `without_length`.
    ParseOutcome finish_framing(BodyFraming without_length);

    static ParseOutcome refuse(HeadProblem problem, const char* reason);
    static ParseOutcome malformed(const char* reason);

    FieldList fields_;
    const char* base_ = nullptr;
    std::uint64_t content_length_ = 0;
    std::uint32_t line_at_ = 0;    // start of the first line that is not parsed yet
    std::uint32_t scanned_ = 0;    // beyond line_at_: no line ends between the two
    std::uint32_t fields_at_ = 0;  // where the first field starts
    Version version_ = Version::Http11;
    BodyFraming framing_ = BodyFraming::None;
    Coding coding_ = Coding::None;
    ConnectionOptions connection_;
    std::uint8_t host_fields_ = 0;  // 2: two or more
    bool has_length_ = false;
    bool keeps_alive_ = false;

private:
    struct LineOutcome {
        enum class Status : std::uint8_t { Incomplete, Field, EmptyLine, Refused };
        Status status = Status::Incomplete;
        HeadProblem problem = HeadProblem::None;
        std::uint32_t next = 0;  // offset of the line after this one
        const char* reason = "";

        static LineOutcome malformed(const char* reason) {
            return {Status::Refused, HeadProblem::Malformed, 0, reason};
        }
    };
    LineOutcome parse_line(std::string_view head);
    LineOutcome parse_line_without_name(const char* line, const char* end);
    // Each returns why the field is refused, or null.
    const char* note_field(KnownHeader known, std::string_view raw, std::string_view value);
    const char* note_length(std::string_view raw, std::string_view value);
    const char* note_coding(std::string_view raw, std::string_view value);
    void note_connection_options(std::string_view value);
};

}  // namespace turnpike::http
