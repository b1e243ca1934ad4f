#pragma once

#include "common/dynamic/value.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::transform {

/// `$context`. A group of variables, such as `$context.identity`, is an object of its own; all
/// print nothing as a whole. Source: the reference, mapping section 4.4.
class ContextObject final : public dynamic::Object {
public:
    ContextObject(pipeline::Exchange& exchange, Transformation& transformation)
        : exchange_(exchange), transformation_(transformation) {}

    dynamic::Value member(std::string_view name) override;
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return {}; }

private:
    pipeline::Exchange& exchange_;
    Transformation& transformation_;
};

}  // namespace turnpike::transform
