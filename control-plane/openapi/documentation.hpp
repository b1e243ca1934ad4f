#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control-plane/openapi/budget.hpp"
#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/node.hpp"

namespace turnpike::openapi {

/// Where a documentation part belongs; empty members are not part of it. Source: the contract's
/// DocumentationPartLocation.
struct PartLocation {
    std::string_view type;
    std::string_view path{};
    std::string_view method{};
    std::string_view status_code{};
    std::string_view name{};
};

/// The documentation parts of an API, one for each location. Thread: one.
class Documentation {
public:
    Documentation(bool is_ignored, Diagnostics& diagnostics, Budget& budget)
        : is_ignored_(is_ignored), diagnostics_(diagnostics), budget_(budget) {}

    /// Adds what `entity` says about itself for people, if anything: summary, description, and for
    /// a METHOD its tags.
    void describe(const Node& entity, const PartLocation& location);
    /// The same of the whole document: `info` less what the API itself has, tags, externalDocs.
    void describe_api(const Node& root);

    /// The parts of x-amazon-apigateway-documentation, expanded; they win over described ones.
    void add_parts(const Node& where, const json::Value& extension);

    std::vector<json::Value> take() { return std::move(parts_); }
    /// Where each of the parts, or what it tells about, stands.
    std::vector<Steps> take_places() { return std::move(places_); }

private:
    void add(const PartLocation& location, std::string properties, Steps place);
    void add_part(const Node& where, std::size_t index, const json::Value& part);

    bool is_ignored_;
    Diagnostics& diagnostics_;
    Budget& budget_;
    std::vector<json::Value> parts_;
    std::vector<Steps> places_;
    std::unordered_map<std::string, std::size_t> by_location_;
};

}  // namespace turnpike::openapi
