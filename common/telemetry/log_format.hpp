#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/telemetry/escape.hpp"
#include "common/telemetry/log_variable.hpp"

namespace turnpike::telemetry {

/// Room for a value that has to be formatted: numbers, dates.
using LogScratch = std::array<char, 256>;

/// Gives the values of one request to its access log line; only those are asked for that the format
/// names, so values are made when asked.
class LogValues {
public:
    /// `key` is set for LogVariable::AuthorizerValue only. The value as it is, not escaped
    /// (ErrorMessageString: a whole JSON text); an empty view if the request has none. Lifetime:
    /// until the next call; it may point into `scratch`.
    virtual std::string_view value(LogVariable variable, std::string_view key,
                                   LogScratch& scratch) const = 0;

protected:
    ~LogValues() = default;
};

/// An access log format, taken apart once. Immutable; any thread.
class LogFormat {
public:
    /// One line of text with "$context.name" references. Whatever is no reference is literal;
    /// unknown and missing values are "-". Never fails: the management API checks formats.
    explicit LogFormat(std::string_view text);

    /// Adds one line with its line end. Values are escaped as in JSON strings whatever the format
    /// looks like, so that no caller can forge fields or lines, and cut to 4 KiB; a line is cut to
    /// 32 KiB.
    void append_line(std::string& out, const LogValues& values) const;

    static constexpr std::size_t kValueBytesMax = 4096;
    static constexpr std::size_t kLineBytesMax = 32U * 1024U;
    /// What one piece may add before the length is looked at: a value, and little around it.
    static constexpr std::size_t kPieceBytesMax = kValueBytesMax * kEscapedBytesMax + 1024;
    /// Cut at a character's start, so that the line stays UTF-8 if the value was.
    static std::string_view cut(std::string_view value) {
        return value.size() <= kValueBytesMax ? value : cut_long(value);
    }

private:
    struct Piece {
        std::string literal;  // goes before the value
        bool has_variable = false;
        LogVariable variable = LogVariable::Status;
        std::string key;
    };
    static std::string_view cut_long(std::string_view value);
    /// Writes a whole line to the room at `line`. Returns: its end.
    char* write_pieces(char* line, const LogValues& values) const;

    std::vector<Piece> pieces_;
};

/// Adds `text` with `"`, `\` and controls escaped as in JSON; bytes beyond ASCII stay.
void append_escaped(std::string& out, std::string_view text);

}  // namespace turnpike::telemetry
