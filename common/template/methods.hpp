#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"
#include "common/template/budget.hpp"
#include "common/template/method.hpp"

/// The methods of strings, lists, maps, numbers and booleans. Source: Java's String, List, Map,
/// Integer, Long, Double, Boolean.
namespace turnpike::velocity {

class Regex;

/// Regular expressions that an evaluation made of what is known only then; the last few.
class RegexCache {
public:
    std::shared_ptr<const Regex> find(std::string_view expression, Budget& budget);

private:
    static constexpr std::size_t kSize = 8;
    std::vector<std::pair<std::string, std::shared_ptr<const Regex>>> known_;
};

/// One call of a method.
struct MethodCall {
    Method method;
    std::span<const dynamic::Value> arguments;
    const Regex* constant_regex;  ///< of the first argument; null: to be looked up
    dynamic::Heap& heap;
    Budget& budget;
    RegexCache& regexes;
    std::string problem;  ///< Set where Java would throw.

    std::size_t count() const { return arguments.size(); }
    bool has(std::size_t count) const { return arguments.size() == count; }
    bool has_strings(std::size_t count);
    bool is_integer(std::size_t place) const;
    std::string_view string(std::size_t place) const { return arguments[place].as_string(); }
    dynamic::Value fail(std::string reason) {
        if (problem.empty()) problem = std::move(reason);
        return {};
    }
};

/// Each returns null if the receiver has no such method for such arguments, and what Java's returns
/// otherwise; `problem` of the call is set where Java throws.
dynamic::Value call_string(MethodCall& call, std::string_view self);
dynamic::Value call_list(MethodCall& call, dynamic::List& self);
dynamic::Value call_map(MethodCall& call, dynamic::Map& self);
dynamic::Value call_number(MethodCall& call, const dynamic::Value& self);
dynamic::Value call_boolean(MethodCall& call, bool self);
/// toString, equals and hashCode, which all have. Sets `found`.
dynamic::Value call_any(MethodCall& call, const dynamic::Value& self, bool& found);

}  // namespace turnpike::velocity
