#include "common/template/method.hpp"

#include <algorithm>
#include <array>

namespace turnpike::velocity {
namespace {

// In the order of the enumerators, which is that of the alphabet.
// clang-format off
constexpr std::array<std::string_view, 79> kNames{
    "add", "addAll", "bitCount", "booleanValue", "byteValue", "charAt",
    "clear", "codePointAt", "compare", "compareTo", "compareToIgnoreCase", "concat", "contains",
    "containsAll", "containsKey", "containsValue", "contentEquals", "doubleValue", "endsWith",
    "entrySet", "equals", "equalsIgnoreCase", "floatValue", "format", "get", "getOrDefault",
    "hashCode", "indexOf", "intValue", "intern", "isBlank", "isEmpty", "isInfinite", "isNaN",
    "iterator", "join", "keySet", "lastIndexOf", "length", "longValue", "matches", "max", "min",
    "parseBoolean", "parseDouble", "parseInt", "parseLong", "put", "putAll", "putIfAbsent",
    "remove", "removeAll", "repeat", "replace", "replaceAll", "replaceFirst", "retainAll",
    "set", "shortValue", "signum", "size", "split", "startsWith", "strip", "subList",
    "subSequence", "substring", "sum", "toArray", "toBinaryString", "toCharArray",
    "toHexString", "toLowerCase", "toOctalString", "toString", "toUpperCase", "trim", "valueOf",
    "values",
};
// clang-format on
static_assert(kNames.size() == static_cast<std::size_t>(Method::Values));

}  // namespace

Method find_method(std::string_view name) {
    const auto found = std::lower_bound(kNames.begin(), kNames.end(), name);
    if (found == kNames.end() || *found != name) return Method::Other;
    return static_cast<Method>(found - kNames.begin() + 1);
}

bool wants_regex(Method method) {
    return method == Method::ReplaceAll || method == Method::ReplaceFirst ||
           method == Method::Split || method == Method::Matches;
}

}  // namespace turnpike::velocity
