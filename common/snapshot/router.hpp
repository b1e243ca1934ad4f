#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/snapshot/limits.hpp"
#include "common/snapshot/method.hpp"
#include "common/snapshot/verb.hpp"

namespace turnpike::snapshot {

/// Values of path parameters. A new list touches no more memory than a copy of what it holds.
class PathValues {
public:
    PathValues() = default;
    PathValues(const PathValues& other) { *this = other; }
    PathValues& operator=(const PathValues& other) {
        if (this == &other) return *this;
        size_ = other.size_;
        std::copy_n(other.values_.begin(), size_, values_.begin());
        return *this;
    }
    ~PathValues() = default;

    std::size_t size() const { return size_; }
    std::string_view operator[](std::size_t index) const {
        return {values_[index].data, values_[index].size};
    }
    /// Requires: fewer than kPathParametersMax.
    void push(std::string_view value) { values_[size_++] = {value.data(), value.size()}; }
    void pop() { --size_; }

private:
    struct Value {
        const char* data;
        std::size_t size;
    };
    std::size_t size_ = 0;
    std::array<Value, limits::kPathParametersMax> values_;  // the first size_ are set
};

/// What a path and a verb lead to. Views point into the request path.
struct RouteMatch {
    const CompiledMethod* method = nullptr;  ///< Null: nothing serves it.
    /// Raw (percent-encoding kept) values of method->resource->parameter_names, in that order.
    PathValues values;
    std::uint32_t steps = 0;  ///< Tree nodes visited; what the cost of a match depends on.

    /// Returns: a view with null data() if the resource has no such parameter.
    std::string_view value_of(std::string_view name) const;
};

/// The resource tree of one deployment, flattened. A match visits only nodes whose path fits the
/// request so far, and finds a literal child by one hash look-up, so its cost does not depend on
/// the number of routes. No allocation. Immutable.
///
/// Rules (the reference, routing section 2): a literal wins over {name}, which wins over {name+};
/// with backtracking, and a resource that has neither the verb nor ANY does not count. One trailing
/// slash and all leading slashes are ignored. {name} takes one segment that is not empty, {name+}
/// the rest of the path with its slashes. A literal is compared with the segment as sent, then with
/// the percent-decoded segment, so "/p%65ts" finds "/pets"; values stay as sent.
class Router {
public:
    Router() = default;
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;
    Router(Router&&) = default;
    Router& operator=(Router&&) = default;

    /// `path`: raw, after the stage or base path, without the query; may be empty (the root).
    RouteMatch match(std::string_view path, Verb verb) const;

private:
    friend class RouterBuilder;
    static constexpr std::uint32_t kNone = 0xffff'ffff;
    struct Node {
        std::array<const CompiledMethod*, kVerbCount> methods{};
        std::uint32_t single = kNone;  // child {name}
        std::uint32_t greedy = kNone;  // child {name+}
        bool has_literals = false;
    };
    struct Slot {  // of the hash table of literal children
        std::uint32_t parent = kNone;
        std::uint32_t child = kNone;
        std::string literal;
    };
    struct Walk;

    const CompiledMethod* method_of(std::uint32_t node, Verb verb) const;
    std::uint32_t literal_child(std::uint32_t parent, std::string_view segment) const;
    std::uint32_t find_literal(std::uint32_t node, std::string_view segment) const;
    bool walk(Walk& state, std::uint32_t node, std::string_view path) const;
    bool arrive(Walk& state, std::uint32_t node, std::string_view rest, bool is_last) const;

    std::vector<Node> nodes_;  // 0 is the root
    std::vector<Slot> slots_;  // a power of two, at most half full
};

/// Collects the tree, then gives the Router. Requires: parents before children.
class RouterBuilder {
public:
    RouterBuilder();
    static constexpr std::uint32_t kRoot = 0;
    /// `part`: "pets", "{id}" or "{proxy+}". Returns: the new node, or nothing if the parent
    /// already has a variable child of that kind.
    std::optional<std::uint32_t> add_child(std::uint32_t parent, std::string_view part);
    /// False if the node already has that verb.
    bool add_method(std::uint32_t node, const CompiledMethod& method);
    /// Returns: nothing if two children of one node have the same literal.
    std::optional<Router> build() &&;

private:
    struct Edge {
        std::uint32_t parent;
        std::uint32_t child;
        std::string literal;
    };
    std::vector<Router::Node> nodes_;
    std::vector<Edge> edges_;
};

}  // namespace turnpike::snapshot
