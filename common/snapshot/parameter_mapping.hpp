#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/http/header_name.hpp"
#include "common/jsonpath/path.hpp"
#include "common/model/deployment.hpp"

namespace turnpike::snapshot {

/// Where a mapped value comes from. Source: the reference, mapping sections 1 and 2.
struct ParameterSource {
    enum class Kind : std::uint8_t {
        Literal,             ///< name: the text itself
        Path,                ///< of the request; name
        QueryLast,           ///< name; last value
        QueryAll,            ///< name; every value
        HeaderLast,          ///< name; last value
        HeaderAll,           ///< name; joined with ","
        Body,                ///< name: JSONPath without "$.", empty for the whole body
        StageVariable,       ///< name
        Context,             ///< name: path below $context
        ResponseHeaderLast,  ///< of the integration response; name
        ResponseHeaderAll,   ///< of the integration response; name
        ResponseBody,        ///< name: JSONPath without "$.", empty for the whole body
    };
    Kind kind = Kind::Literal;
    std::string name;
    http::KnownHeader known = http::KnownHeader::Unknown;  ///< Of a header kind.
    /// Of a body kind with a name. Null: the name is no JSONPath, and nothing is found.
    std::shared_ptr<const jsonpath::Path> path;

    bool reads_body() const { return kind == Kind::Body || kind == Kind::ResponseBody; }
};

/// One entry of requestParameters or responseParameters, taken apart.
struct ParameterMapping {
    enum class Destination : std::uint8_t { Header, Query, Path, ResponseHeader };
    Destination destination = Destination::Header;
    std::string name;                                      ///< As written: this spelling goes out.
    http::KnownHeader known = http::KnownHeader::Unknown;  ///< Of a header destination.
    std::string name_lower;                                ///< For comparing header names.
    ParameterSource source;
};

/// Errors: Invalid, naming the entry that is not of the contract's form.
Result<std::vector<ParameterMapping>> compile_request_mappings(const model::StringMap& entries);
Result<std::vector<ParameterMapping>> compile_response_mappings(const model::StringMap& entries);
/// Of a gateway response: "gatewayresponse.header.X" from the request, never from its body.
Result<std::vector<ParameterMapping>> compile_gateway_mappings(const model::StringMap& entries);

/// What a gateway response's template may name after a "$". Returns: nothing if `text` is no such
/// source.
std::optional<ParameterSource> gateway_source(std::string_view text);

}  // namespace turnpike::snapshot
