#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/http/authority.hpp"

namespace turnpike::http {

/// Which bytes besides the unreserved ones (letters, digits, "-._~") stay as they are.
enum class EncodeKeep : std::uint8_t { Nothing, Slash };

/// Adds `text` percent-encoded with upper-case digits (RFC 3986 section 2.1).
void append_percent_encoded(std::string& out, std::string_view text,
                            EncodeKeep keep = EncodeKeep::Nothing);
std::string percent_encode(std::string_view text, EncodeKeep keep = EncodeKeep::Nothing);

/// What a "+" stands for: itself in paths, a space in query strings.
enum class Plus : std::uint8_t { Literal, Space };

/// Adds the decoded bytes. Returns: false on an incomplete or invalid escape; then nothing was
/// added. Every byte may come out, NUL and "/" too: whoever decodes decides what they mean.
bool append_percent_decoded(std::string& out, std::string_view text, Plus plus = Plus::Literal);
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::Literal);

/// The segments of a raw path: what lies between slashes, empty segments included; the leading
/// slash starts the first. "/a//b/" gives "a", "", "b", "". "/" gives one empty segment.
class PathSegments {
public:
    explicit PathSegments(std::string_view path);
    /// Returns: nothing after the last.
    std::optional<std::string_view> next();
    /// What next() has not given yet, without the slash before it.
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    bool done_ = false;
};

/// `path` without "." and ".." segments, also when their dots are percent-encoded, never leaving
/// the root. For everything that decides by path: routes, policies and firewalls must see the same.
/// Source: RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path);
/// Whether remove_dot_segments() would change it; no allocation.
bool has_dot_segments(std::string_view path);

struct QueryParameter {
    std::string_view raw_name;
    std::string_view raw_value;
    bool has_equals = false;  ///< Tells "a=" from "a".

    /// Decoded, "+" as a space. Returns: nothing on an invalid escape.
    std::optional<std::string> name() const;
    std::optional<std::string> value() const;
};

/// The parameters of a raw query string in order, repeated ones too; empty pieces are skipped.
class QueryParameters {
public:
    /// What separates parameters: the data plane splits at ";" too, signatures only at "&".
    enum class Separators : std::uint8_t { Ampersand, AmpersandOrSemicolon };
    explicit QueryParameters(std::string_view query, Separators separators = Separators::Ampersand)
        : rest_(query), separators_(separators) {}
    /// Returns: nothing after the last.
    std::optional<QueryParameter> next();

private:
    std::string_view rest_;
    Separators separators_;
};

/// "scheme://host[:port][/path][?query]"; views into the parsed text.
struct AbsoluteUri {
    std::string_view scheme;  ///< As written.
    Authority authority;
    std::string_view authority_text;
    std::string_view path;   ///< Raw; may be empty.
    std::string_view query;  ///< Raw, without the "?".
    bool has_query = false;
};

/// Errors: Invalid on a relative reference, user information, a fragment, or bytes that a URI
/// cannot have (controls, spaces, non-ASCII).
Result<AbsoluteUri> parse_absolute_uri(std::string_view text);

}  // namespace turnpike::http
