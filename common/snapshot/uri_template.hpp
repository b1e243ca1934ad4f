#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/deployment.hpp"

namespace turnpike::snapshot {

/// Scheme and authority of a back end.
struct Origin {
    bool is_https = false;
    std::string host;  ///< Lower case; an IPv6 address without its brackets.
    std::uint16_t port = 0;
    /// What the Host header says: host, and the port unless it is the scheme's own.
    std::string authority;
    bool operator==(const Origin&) const = default;
};

/// Returns: nothing unless the text is "http(s)://host[:port]" followed by nothing, "/", "?" or
/// "#", with a host that could be one. No user information. `bytes` is set to where the origin
/// ends.
struct OriginAt {
    Origin origin;
    std::size_t bytes = 0;
};
std::optional<OriginAt> parse_origin(std::string_view uri);

/// An integration URI in pieces, to be joined for each request.
class UriTemplate {
public:
    struct Piece {
        enum class Kind : std::uint8_t { Literal, PathParameter, StageVariable };
        Kind kind = Kind::Literal;
        std::string text;  ///< The literal, or the name.
    };

    UriTemplate() = default;
    /// Placeholders that are not well formed stay literal text.
    static UriTemplate parse(std::string_view uri);
    /// With every stage variable replaced by its value; a variable that is not set is empty.
    UriTemplate resolve(const model::StringMap& variables) const;

    /// Set if scheme, host and port are the same for every request; then target() is what follows.
    const std::optional<Origin>& origin() const { return origin_; }
    /// Everything if there is no constant origin, else what follows the origin (path and query).
    const std::vector<Piece>& target() const { return target_; }
    bool has_stage_variables() const { return has_stage_variables_; }
    bool has_path_parameters() const { return has_path_parameters_; }
    /// No request can make a usable address of it: it is constant up to the host, and wrong.
    bool is_hopeless() const { return is_hopeless_; }

private:
    explicit UriTemplate(std::vector<Piece> pieces);

    std::vector<Piece> target_;
    std::optional<Origin> origin_;
    bool has_stage_variables_ = false;
    bool has_path_parameters_ = false;
    bool is_hopeless_ = false;
};

}  // namespace turnpike::snapshot
