#pragma once

#include "common/dynamic/value.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::transform {

/// `$input`: the body of one side and the parameters of the request.
/// Source: the reference, mapping section 4.1.
class InputObject final : public dynamic::Object {
public:
    InputObject(pipeline::Exchange& exchange, Transformation& transformation, Document& body)
        : exchange_(exchange), transformation_(transformation), body_(body) {}

    dynamic::Value member(std::string_view name) override;
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return {}; }

private:
    bool is_form() const;
    Result<std::optional<dynamic::Value>> find(const dynamic::Value& expression,
                                               dynamic::Heap& heap);
    Result<dynamic::Value> path(const dynamic::Value& expression, dynamic::Heap& heap);
    Result<dynamic::Value> json(const dynamic::Value& expression, dynamic::Heap& heap);
    dynamic::Value parameters(dynamic::Heap& heap);

    pipeline::Exchange& exchange_;
    Transformation& transformation_;
    Document& body_;
};

}  // namespace turnpike::transform
