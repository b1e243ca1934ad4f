#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"

namespace turnpike::transform {

/// A part of `$context`: answers what Java's maps answer, over the names that it lists, and prints
/// nothing as a whole.
class ContextMap : public dynamic::Object {
public:
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return {}; }

protected:
    using Names = std::vector<std::string_view>;
    virtual Names names() const = 0;

private:
    dynamic::Value everything(std::string_view method, dynamic::Heap& heap);
};

}  // namespace turnpike::transform
