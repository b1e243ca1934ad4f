#include "data-plane/transform/transformation.hpp"

#include <array>
#include <new>

#include "common/base/encoding.hpp"
#include "common/base/text.hpp"
#include "common/dynamic/text.hpp"
#include "common/template/util.hpp"
#include "data-plane/transform/context_object.hpp"
#include "data-plane/transform/input_object.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/recycled_blocks.hpp"

namespace turnpike::transform {
namespace {

using dynamic::Heap;
using dynamic::Value;
using pipeline::Exchange;

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

/// In the heap, which frees nothing before its end.
std::pmr::string& new_text(Heap& heap) { return *heap.make<std::pmr::string>(heap.resource()); }

Value stage_variables(const Exchange& exchange, Heap& heap) {
    auto& map = *heap.make<dynamic::Map>(heap);
    for (const auto& [name, value] : exchange.variant->variables()) {
        map.put(name, Value::string(value));
    }
    return Value::map(map);
}

}  // namespace

/// What a caller sent may be any bytes; what a template works on is UTF-8.
Value RequestParameters::text(std::string_view bytes) {
    return Value::string(is_utf8(bytes) ? bytes : heap_.copy(valid_utf8(bytes)));
}

const dynamic::Map& RequestParameters::path() {
    if (path_) return *path_;
    path_.emplace(heap_);
    for (const std::string& name : exchange_.method->resource->parameter_names) {
        const std::string_view value = path_value(exchange_, name);
        if (value.data() != nullptr) path_->put(name, text(value));
    }
    return *path_;
}

const dynamic::Map& RequestParameters::query_string() {
    if (query_string_) return *query_string_;
    query_string_.emplace(heap_);
    for_each_query_parameter(exchange_, [this](std::string_view name, std::string_view value) {
        query_string_->put(text(name).as_string(), text(value));
    });
    return *query_string_;
}

const dynamic::Map& RequestParameters::header() {
    if (header_) return *header_;
    header_.emplace(heap_);
    for (const http::Field field : exchange_.head().fields()) {
        if (is_hidden(field.known)) continue;
        header_->erase(field.name);  // so that the last one of a name is behind its other spellings
        header_->put(field.name, text(field.value));
    }
    return *header_;
}

Value RequestParameters::find(std::string_view name) {
    if (const Value* found = path().find(name)) return *found;
    const Value* found = query_string().find(name);
    if (found != nullptr && !found->as_string().empty()) return *found;
    std::string_view last = "";
    for (const http::Field field : exchange_.head().fields()) {
        if (!is_hidden(field.known) && equals_ignoring_case(field.name, name)) last = field.value;
    }
    return text(last);
}

void Document::set(std::string_view text) {
    if (text.empty()) text = "{}";
    if (text.data() == text_.data() && text.size() == text_.size()) return;  // maybe parsed already
    text_ = text;
    is_parsed_ = false;
    json_.reset();
}

bool Document::looks_like_json() const {
    const std::string_view text = without_blanks(text_);
    return !text.empty() && std::string_view("{[\"'").find(text.front()) != std::string_view::npos;
}

const Value* Document::json(Heap& heap) {
    if (!is_parsed_) {
        is_parsed_ = true;
        if (auto parsed = dynamic::parse_json(text_, heap)) json_ = *parsed;
    }
    return json_ ? &*json_ : nullptr;
}

Result<std::optional<Value>> Document::find(const jsonpath::Path& path, Heap& heap) {
    const Value* root = json(heap);
    if (root == nullptr) return std::optional<Value>{};
    return jsonpath::evaluate(path, *root, heap);
}

Transformation& Transformation::of(Exchange& exchange) {
    if (!exchange.transformation) {
        exchange.transformation = std::make_unique<Transformation>(exchange);
    }
    return static_cast<Transformation&>(*exchange.transformation);
}

const Transformation* Transformation::find(const Exchange& exchange) {
    return static_cast<const Transformation*>(exchange.transformation.get());
}

Transformation::Transformation(Exchange& exchange)
    : heap_(Heap::FirstBlock{kRecycledBytes}, &recycled_blocks()),
      overrides_(heap_),
      parameters_(exchange, heap_) {
    if (exchange.body) request_body_.set(*exchange.body);
}

bool Transformation::may_search(const Document& body) {
    if (body.text().size() > search_bytes_left_) return false;
    search_bytes_left_ -= body.text().size();
    return true;
}

Result<std::string_view> Transformation::render(Exchange& exchange,
                                                const snapshot::MappingTemplate& mapping_template,
                                                Document& body) {
    const Result<velocity::Program>& program = *mapping_template.program;
    if (!program) return program.error();
    try {
        overrides_.begin_template();
        InputObject input(exchange, *this, body);
        ContextObject context(exchange, *this);
        velocity::Util util(mapping_template.util);
        const std::array variables{
            velocity::Variable{"input", Value::object(input)},
            velocity::Variable{"util", Value::object(util)},
            velocity::Variable{"context", Value::object(context)},
            velocity::Variable{"stageVariables", stage_variables(exchange, heap_)},
        };
        std::pmr::string& out = new_text(heap_);
        out.reserve(2 * mapping_template.text.size());  // as good a guess as any
        auto evaluated = velocity::evaluate(*program, velocity::Scope{variables}, heap_,
                                            velocity::Limits{}, out);
        if (!evaluated) return evaluated.error();
        if (auto ended = overrides_.end_template(); !ended) {
            Error error = std::move(ended).error();
            error.message = "template " + std::string(program->name()) + ": " + error.message;
            return error;
        }
        return std::string_view(out);
    } catch (const std::bad_alloc&) {
        return limit_exceeded("the template needs too much memory");
    }
}

std::string_view Transformation::find_text(const snapshot::ParameterSource& source,
                                           Document& body) {
    if (source.name.empty()) return body.text();
    if (!source.path) return {};
    try {
        const auto found = body.find(*source.path, heap_);
        return found && *found ? parameter_text(**found, heap_) : std::string_view{};
    } catch (const std::bad_alloc&) {
        return {};
    }
}

}  // namespace turnpike::transform
