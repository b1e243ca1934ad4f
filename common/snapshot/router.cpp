#include "common/snapshot/router.hpp"

#include <algorithm>
#include <bit>

#include "common/base/text.hpp"

namespace turnpike::snapshot {

namespace {

std::size_t hash_of(std::uint32_t parent, std::string_view literal) {
    // The multiplier spreads neighbouring parents over the table (Knuth, golden ratio).
    return StringHash{}(literal) ^ (parent * std::size_t{0x9e37'79b9'7f4a'7c15});
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Returns: nothing if an escape is broken or the result does not fit a path part.
std::optional<std::size_t> decode_segment(std::string_view segment,
                                          std::span<char, limits::kPathPartBytesMax> out) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (size == out.size()) return std::nullopt;
        if (segment[i] != '%') {
            out[size++] = segment[i];
            continue;
        }
        if (segment.size() - i < 3) return std::nullopt;
        const int high = hex_digit(segment[i + 1]);
        const int low = hex_digit(segment[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out[size++] = static_cast<char>(high * 16 + low);
        i += 2;
    }
    return size;
}

}  // namespace

std::string_view RouteMatch::value_of(std::string_view name) const {
    if (method == nullptr) return {};
    const std::vector<std::string>& names = method->resource->parameter_names;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (names[i] == name) return values[i];
    }
    return {};
}

struct Router::Walk {
    RouteMatch match;
    Verb verb;
};

RouteMatch Router::match(std::string_view path, Verb verb) const {
    Walk state{{}, verb};
    if (nodes_.empty() || verb >= Verb::Any) return state.match;
    if (path.ends_with('/')) path.remove_suffix(1);
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    if (path.empty()) {
        ++state.match.steps;
        state.match.method = method_of(0, verb);
    } else {
        walk(state, 0, path);
    }
    return state.match;
}

const CompiledMethod* Router::method_of(std::uint32_t node, Verb verb) const {
    const auto& methods = nodes_[node].methods;
    const CompiledMethod* const exact = methods[static_cast<std::size_t>(verb)];
    return exact != nullptr ? exact : methods[static_cast<std::size_t>(Verb::Any)];
}

std::uint32_t Router::literal_child(std::uint32_t parent, std::string_view segment) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash_of(parent, segment) & mask;; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.child == kNone) return kNone;
        if (slot.parent == parent && slot.literal == segment) return slot.child;
    }
}

bool Router::arrive(Walk& state, std::uint32_t node, std::string_view rest, bool is_last) const {
    ++state.match.steps;
    if (!is_last) return walk(state, node, rest);
    state.match.method = method_of(node, state.verb);
    return state.match.method != nullptr;
}

std::uint32_t Router::find_literal(std::uint32_t node, std::string_view segment) const {
    if (!nodes_[node].has_literals) return kNone;
    const std::uint32_t as_sent = literal_child(node, segment);
    if (as_sent != kNone || segment.find('%') == std::string_view::npos) return as_sent;
    std::array<char, limits::kPathPartBytesMax> decoded;
    const std::optional<std::size_t> size = decode_segment(segment, decoded);
    return size ? literal_child(node, {decoded.data(), *size}) : kNone;
}

bool Router::walk(Walk& state, std::uint32_t node, std::string_view path) const {
    const std::size_t slash = path.find('/');
    const bool is_last = slash == std::string_view::npos;
    const std::string_view segment = path.substr(0, slash);
    const std::string_view rest = is_last ? std::string_view{} : path.substr(slash + 1);

    const std::uint32_t literal = find_literal(node, segment);
    if (literal != kNone && arrive(state, literal, rest, is_last)) return true;

    const Node& here = nodes_[node];
    if (here.single != kNone && !segment.empty()) {
        state.match.values.push(segment);
        if (arrive(state, here.single, rest, is_last)) return true;
        state.match.values.pop();
    }
    if (here.greedy != kNone && !path.empty()) {
        state.match.values.push(path);
        if (arrive(state, here.greedy, {}, true)) return true;
        state.match.values.pop();
    }
    return false;
}

RouterBuilder::RouterBuilder() : nodes_(1) {}

std::optional<std::uint32_t> RouterBuilder::add_child(std::uint32_t parent, std::string_view part) {
    const auto child = static_cast<std::uint32_t>(nodes_.size());
    Router::Node& above = nodes_[parent];
    if (part.starts_with('{')) {
        std::uint32_t& place = part.ends_with("+}") ? above.greedy : above.single;
        if (place != Router::kNone) return std::nullopt;
        place = child;
    } else {
        above.has_literals = true;
        edges_.push_back({parent, child, std::string(part)});
    }
    nodes_.emplace_back();
    return child;
}

bool RouterBuilder::add_method(std::uint32_t node, const CompiledMethod& method) {
    const CompiledMethod*& place = nodes_[node].methods[static_cast<std::size_t>(method.verb)];
    if (place != nullptr) return false;
    place = &method;
    return true;
}

std::optional<Router> RouterBuilder::build() && {
    Router router;
    router.nodes_ = std::move(nodes_);
    router.slots_.resize(std::bit_ceil(edges_.size() * 2 + 2));
    const std::size_t mask = router.slots_.size() - 1;
    for (Edge& edge : edges_) {
        if (router.literal_child(edge.parent, edge.literal) != Router::kNone) return std::nullopt;
        std::size_t at = hash_of(edge.parent, edge.literal) & mask;
        while (router.slots_[at].child != Router::kNone) at = (at + 1) & mask;
        router.slots_[at] = {edge.parent, edge.child, std::move(edge.literal)};
    }
    return router;
}

}  // namespace turnpike::snapshot
