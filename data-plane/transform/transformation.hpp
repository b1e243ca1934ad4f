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
    dynamic::Heap heap_{dynamic::Heap::FirstBlock{16384}};  ///< Holds all of a usual request.
    Document request_body_;
    Document response_body_;
    Overrides overrides_;
};

}  // namespace turnpike::transform
