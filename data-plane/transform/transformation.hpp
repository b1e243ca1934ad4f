#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"
#include "common/jsonpath/path.hpp"
#include "common/snapshot/mapping_template.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/transform/overrides.hpp"

namespace turnpike::transform {

/// A body as templates and mappings see it: text that may be JSON, parsed when first asked for.
class Document {
public:
    /// `text` outlives the document. An empty body counts as "{}".
    void set(std::string_view text);
    std::string_view text() const { return text_; }
    /// Begins with what only JSON begins with: then it is an error if it is none.
    bool looks_like_json() const;
    /// Returns: null if the text is no JSON, or the heap is full.
    const dynamic::Value* json(dynamic::Heap& heap);
    /// What the path finds; nothing if there is no such thing. Errors: LimitExceeded.
    Result<std::optional<dynamic::Value>> find(const jsonpath::Path& path, dynamic::Heap& heap);

private:
    std::string_view text_ = "{}";
    bool is_parsed_ = false;
    std::optional<dynamic::Value> json_;
};

/// The caller's parameters as templates see them: the last value of each name, in valid UTF-8. Each
/// kind is read when first asked for, and once a request. Any call may throw std::bad_alloc: the
/// heap is full. Source: the reference, mapping section 4.1.
class RequestParameters {
public:
    RequestParameters(pipeline::Exchange& exchange, dynamic::Heap& heap)
        : exchange_(exchange), heap_(heap) {}

    const dynamic::Map& path();
    const dynamic::Map& query_string();
    /// Names as they were sent.
    const dynamic::Map& header();
    /// Searched in this order, in header fields without regard to case. Returns: empty if there is
    /// none, or an empty one.
    dynamic::Value find(std::string_view name);

private:
    dynamic::Value text(std::string_view bytes);

    pipeline::Exchange& exchange_;
    dynamic::Heap& heap_;
    std::optional<dynamic::Map> path_;
    std::optional<dynamic::Map> query_string_;
    std::optional<dynamic::Map> header_;
};

/// What evaluating templates and reading bodies takes, shared by both templates of a request.
/// Thread: the exchange's.
class Transformation final : public pipeline::Attachment {
public:
    /// That of the exchange, made if it has none.
    static Transformation& of(pipeline::Exchange& exchange);
    /// Returns: null if nothing asked for one.
    static const Transformation* find(const pipeline::Exchange& exchange);

    dynamic::Heap& heap() { return heap_; }
    Document& request_body() { return request_body_; }
    Document& response_body() { return response_body_; }
    Overrides& overrides() { return overrides_; }
    const Overrides& overrides() const { return overrides_; }

    RequestParameters& parameters() { return parameters_; }
    /// Whether a path that walks the whole body may do so once more. Counts: such walks are no
    /// steps of a template.
    bool may_search(const Document& body);

    /// What the template gives with `body` as `$input`'s. Requires: it needs evaluation.
    /// Lifetime of the text: the exchange's. Errors: as of velocity::evaluate, and Invalid for a
    /// template that could not be compiled or that overrides a parameter twice.
    Result<std::string_view> render(pipeline::Exchange& exchange,
                                    const snapshot::MappingTemplate& mapping_template,
                                    Document& body);
    /// What a mapping finds in a body, as text; empty if that is nothing. Lifetime: the exchange's.
    std::string_view find_text(const snapshot::ParameterSource& source, Document& body);

    explicit Transformation(pipeline::Exchange& exchange);

private:
    static constexpr std::size_t kSearchBytesMax = std::size_t{1} << 30U;

    dynamic::Heap heap_;
    Document request_body_;
    Document response_body_;
    Overrides overrides_;
    RequestParameters parameters_;
    std::size_t search_bytes_left_ = kSearchBytesMax;
};

}  // namespace turnpike::transform
