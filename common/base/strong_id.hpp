#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace turnpike {

/// A string that identifies one kind of thing; ids of different kinds do not mix.
template <typename Tag>
class StrongId {
public:
    StrongId() = default;
    explicit StrongId(std::string text) : text_(std::move(text)) {}
    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }
    auto operator<=>(const StrongId&) const = default;

private:
    std::string text_;
};

using RestApiId = StrongId<struct RestApiTag>;
using ResourceId = StrongId<struct ResourceTag>;
using DeploymentId = StrongId<struct DeploymentTag>;
using ApiKeyId = StrongId<struct ApiKeyTag>;
using UsagePlanId = StrongId<struct UsagePlanTag>;

}  // namespace turnpike

template <typename Tag>
struct std::hash<turnpike::StrongId<Tag>> {
    std::size_t operator()(const turnpike::StrongId<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.text());
    }
};
