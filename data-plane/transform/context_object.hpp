#pragma once

#include "common/dynamic/value.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/transform/context_map.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::transform {

/// `$context`. A group of variables, such as `$context.identity`, is an object of its own; all
/// print nothing as a whole. Source: the reference, mapping section 4.4.
class ContextObject final : public ContextMap {
public:
    ContextObject(pipeline::Exchange& exchange, Transformation& transformation)
        : exchange_(exchange), transformation_(transformation) {}

    dynamic::Value member(std::string_view name) override;

protected:
    Names names() const override;

private:
    pipeline::Exchange& exchange_;
    Transformation& transformation_;
    std::string_view request_time_;
};

}  // namespace turnpike::transform
