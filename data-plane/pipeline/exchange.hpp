#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/model/api_key.hpp"
#include "common/snapshot/routing_table.hpp"
#include "common/snapshot/stage.hpp"
#include "common/snapshot/uri_template.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "data-plane/limits/admission.hpp"
#include "data-plane/limits/concurrency.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/net/request.hpp"
#include "data-plane/net/response_writer.hpp"
#include "data-plane/pipeline/arena.hpp"
#include "data-plane/pipeline/execution_record.hpp"
#include "data-plane/pipeline/gateway_response.hpp"
#include "data-plane/pipeline/request_ids.hpp"
#include "data-plane/pipeline/response_fields.hpp"
#include "data-plane/pipeline/services.hpp"
#include "data-plane/pipeline/upstream_answer.hpp"

namespace turnpike::pipeline {

/// What is sent to the back end.
struct IntegrationRequest {
    std::string_view verb;
    /// Null: the integration calls nobody (MOCK).
    const snapshot::Origin* origin = nullptr;
    /// Holds the origin when it depends on the request.
    std::optional<snapshot::Origin> request_origin;
    std::string_view target;
    /// Request line and fields, but for those that frame the body, and without the empty line.
    net::Buffer head;
    /// Of the request's media type. Null: the caller's body passes as it is.
    const snapshot::MappingTemplate* chosen_template = nullptr;
    /// A rendered template, sent in place of the caller's body; read by MOCK.
    std::optional<std::string_view> body;
    /// The caller's body is passed on.
    bool passes_body = false;

    explicit IntegrationRequest(net::BufferPool& buffers) : head(buffers) {}
};

/// What a folder above this one keeps with an exchange.
class Attachment {
public:
    Attachment() = default;
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;
    virtual ~Attachment() = default;
};

/// What came back from the back end.
struct IntegrationResponse {
    /// For MOCK: what the request template yields. 0: none yet.
    int status = 0;
    UpstreamAnswerPtr answer;
    /// Its body, read as a whole. Unset: it is still with `answer`.
    std::optional<std::string_view> body;
    /// Holds `body` if it came in pieces; without `body`, the beginning of it, and the rest is
    /// still with `answer`.
    std::string collected;
    std::string_view request_id;  ///< The back end's own, for logs.
    SteadyTime called;            ///< When the request went out.
    /// From the call to the head of the response.
    std::optional<Microseconds> latency;
    std::string_view error;
};

/// What the caller gets, unless an error takes its place.
struct MethodResponse {
    int status = 200;
    ResponseFields fields;
    enum class Body : std::uint8_t { None, Text, Upstream };
    Body body = Body::None;
    std::string_view text;
    /// Of a mapped body, unless a field says otherwise.
    std::string_view content_type = "application/json";

    explicit MethodResponse(Arena& arena) : fields(arena) {}
};

/// What the response cache has to do with a request; docs/cache.md.
struct CacheUse {
    enum class Result : std::uint8_t {
        None,  ///< The method is not cached.
        Hit,   ///< The phases that ask the back end do not run.
        Miss,
    };
    Result result = Result::None;
    cache::ResponseCache::Source source = cache::ResponseCache::Source::None;
    bool is_stale = false;  ///< Of a hit: its time is over.
    bool replaces = false;  ///< The caller demands a new answer, and may.
    bool warns = false;     ///< The caller demands it, but may not, and is told.
    SteadyTime began{};     ///< Of a miss: when it was known that the back end is to be called.
    std::string_view key;
    std::shared_ptr<const cache::Response> response;  ///< Of a hit.
    std::shared_ptr<const cache::Response> fallback;  ///< Answers if the back end fails.
    cache::ResponseCache::Lead lead;
};

/// Who calls, as far as phases found out. Unset texts are null views.
struct CallerIdentity {
    std::string_view api_key;
    worker::KeyRecord key;
    const snapshot::CompiledPlan* plan = nullptr;  ///< Lifetime: the pinned table's.
    const model::PlanStage* plan_stage = nullptr;
    /// In place of what the User-Agent field says.
    std::string_view user_agent;
    std::string_view account_id;
    std::string_view caller;
    std::string_view user;
    std::string_view user_arn;
};

/// Everything about one request on its way through the phases; each group of members is set by the
/// phase that its comment names, and constant afterwards. Lives in the frame of the driver's
/// coroutine. Thread: its reactor's.
/// Invariant: `table` and `stage` are pinned once and never exchanged.
struct Exchange {
    Exchange(const Services& its_services, net::Request& its_request,
             net::ResponseWriter& its_writer);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    const Services& services;
    net::Request& request;
    net::ResponseWriter& writer;
    Arena arena;
    RequestIds ids;

    // identify_stage
    std::string_view api_id;
    std::string_view stage_name;
    std::string_view path;  ///< Raw, after the stage; without dot segments.
    /// "/{stage}/...": $context.path.
    std::string_view context_path;
    std::string_view domain_name;  ///< Host without port.
    std::shared_ptr<const snapshot::RoutingTable> table;
    std::shared_ptr<const snapshot::CompiledStage> stage;  ///< Null: not known.

    // start_record
    std::unique_ptr<ExecutionRecord> record;  ///< Null: nobody watches.

    // choose_canary
    const snapshot::StageVariant* variant = nullptr;
    bool is_canary = false;

    // match_route
    snapshot::Verb verb = snapshot::Verb::Other;
    std::string_view http_method;  ///< The caller's verb, overridden or not.
    snapshot::RouteMatch match;
    const snapshot::CompiledMethod* method = nullptr;
    const snapshot::StageMethod* stage_method = nullptr;

    // check_api_key
    CallerIdentity identity;

    // limit
    /// When the request began to wait for Redis; max: it has not.
    SteadyTime waits_since = SteadyTime::max();
    limits::Verdict limit_verdict;
    /// What the answer tells of limits. Null: nothing.
    const ResponseFields* limit_fields = nullptr;
    limits::ConcurrencyLimit::Slot concurrency_slot;

    // read_body
    /// The caller's body, read and decoded as a whole. Unset: it is still with `request`.
    std::optional<std::string_view> body;
    /// The body had a Content-Encoding that is undone in `body`.
    bool is_body_decoded = false;

    // validate
    std::string_view validation_error;  ///< $context.error.validationErrorString.

    // look_up_cache, store_response
    CacheUse cache;

    // map_request, integrate, map_response
    std::unique_ptr<Attachment> transformation;  ///< transform::Transformation; null: not needed.
    IntegrationRequest integration_request;
    IntegrationResponse integration_response;
    MethodResponse method_response;

    /// Set by the phase that ended the request early.
    std::optional<GatewayError> error;
    /// The phase that set `error`. A constant.
    std::string_view failed_phase;

    const http::RequestHead& head() const { return request.head; }
    const snapshot::CompiledIntegration& integration() const { return *method->integration; }
    bool has_integration() const { return method && method->integration.has_value(); }
};

}  // namespace turnpike::pipeline
