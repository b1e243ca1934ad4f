#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/snapshot/mapping_template.hpp"
#include "common/snapshot/parameter_mapping.hpp"
#include "common/snapshot/pattern.hpp"
#include "common/snapshot/uri_template.hpp"
#include "common/snapshot/verb.hpp"

namespace turnpike::snapshot {

enum class ContentHandling : std::uint8_t { None, ToText, ToBinary };

struct CompiledIntegrationResponse {
    int status = 0;  ///< For the client.
    /// Unset: the default response.
    std::optional<Pattern> pattern;
    std::vector<ParameterMapping> parameters;
    std::vector<MappingTemplate> templates;
    ContentHandling content_handling = ContentHandling::None;
    bool maps_body = false;  ///< A parameter's source is in the body of the answer.
    /// False: no method response declares this status, so selecting it is a configuration error.
    bool is_declared = false;
};

/// An integration with everything resolved that does not depend on the stage or the request.
struct CompiledIntegration {
    enum class Type : std::uint8_t { Http, HttpProxy, Mock, Aws, AwsProxy };
    enum class Passthrough : std::uint8_t { WhenNoMatch, WhenNoTemplates, Never };
    enum class Connection : std::uint8_t { Internet, VpcLink };

    Type type = Type::Mock;
    Verb verb = Verb::Any;  ///< Any: the client's. Other: see http_method.
    std::string http_method;
    Milliseconds timeout{29'000};
    UriTemplate uri;  ///< Stage variables still in it; the stage has them resolved (StageMethod).
    Connection connection = Connection::Internet;
    std::string connection_id;
    bool insecure_skip_verification = false;
    std::vector<ParameterMapping> parameters;
    std::vector<MappingTemplate> templates;
    Passthrough passthrough = Passthrough::WhenNoMatch;
    ContentHandling content_handling = ContentHandling::None;
    /// Ascending by status: the order in which patterns are tried.
    std::vector<CompiledIntegrationResponse> responses;
    bool maps_request_body = false;  ///< A parameter's source is in the body of the request.
    /// The body of the request must be there as a whole.
    bool reads_request_body = false;
    /// Its answers may be kept by the response cache: neither MOCK's nor streams.
    bool is_cacheable = false;
    std::string cache_namespace;             ///< Empty: the resource's id.
    std::vector<ParameterSource> cache_key;  ///< What distinguishes entries.

    bool is_proxy() const { return type == Type::HttpProxy || type == Type::AwsProxy; }
    /// First response whose pattern matches all of `value` (a status as text, or an error message);
    /// else the default one. Returns: null if there is none.
    const CompiledIntegrationResponse* select_response(std::string_view value) const;
};

}  // namespace turnpike::snapshot
