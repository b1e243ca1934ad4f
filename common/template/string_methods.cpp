#include <algorithm>
#include <charconv>
#include <optional>

#include "common/template/methods.hpp"
#include "common/template/regex.hpp"
#include "common/template/search.hpp"
#include "common/template/string_format.hpp"
#include "common/template/unicode.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::List;
using dynamic::Value;

namespace {

Value number(std::size_t value) { return Value::integer(static_cast<std::int64_t>(value)); }

constexpr bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// An index between 0 and `size`, or a problem.
std::optional<std::size_t> index_of(MethodCall& call, std::size_t place, std::size_t size) {
    const std::int64_t index = call.arguments[place].as_integer();
    if (index < 0 || index > static_cast<std::int64_t>(size)) {
        call.fail("index " + std::to_string(index) + " is outside a string of length " +
                  std::to_string(size));
        return std::nullopt;
    }
    return static_cast<std::size_t>(index);
}

/// A position from which to search: those outside count as the nearest end.
std::size_t start_of(const MethodCall& call, std::string_view self) {
    const std::int64_t from = std::max<std::int64_t>(call.arguments[1].as_integer(), 0);
    return byte_of(self, static_cast<std::size_t>(from));
}

Value position(std::string_view self, std::size_t byte) {
    return byte == std::string_view::npos ? Value::integer(-1) : number(unit_of(self, byte));
}

Value find_in(MethodCall& call, std::string_view self) {
    const bool has_start = call.count() == 2 && call.is_integer(1);
    if (call.count() != 1 && !has_start) return {};
    if (!call.has_strings(1)) return {};
    const std::string_view wanted = call.string(0);
    if (call.method == Method::IndexOf) {
        return position(self, find_text(self, wanted, has_start ? start_of(call, self) : 0));
    }
    if (has_start && call.arguments[1].as_integer() < 0) return Value::integer(-1);
    return position(self,
                    find_last_text(self, wanted, has_start ? start_of(call, self) : self.size()));
}

Value substring(MethodCall& call, std::string_view self) {
    const bool has_end = call.count() == 2;
    if (call.count() < 1 || call.count() > 2 || !call.is_integer(0)) return {};
    if (has_end && !call.is_integer(1)) return {};
    const std::size_t length = length_of(self);
    const auto from = index_of(call, 0, length);
    const auto to = has_end ? index_of(call, 1, length) : length;
    if (!from || !to) return {};
    if (*from > *to) return call.fail("the substring ends before it begins");
    return Value::string(slice(self, *from, *to, call.heap));
}

Value char_at(MethodCall& call, std::string_view self) {
    if (!call.has(1) || !call.is_integer(0)) return {};
    const std::size_t length = length_of(self);
    const auto at = index_of(call, 0, length);
    if (!at) return {};
    if (*at == length) return call.fail("there is no character behind the last");
    if (call.method == Method::CharAt) {
        return Value::string(slice(self, *at, *at + 1, call.heap));
    }
    std::size_t byte = byte_of(self, *at);
    return Value::integer(static_cast<std::int64_t>(next_code_point(self, byte)));
}

Value replace_text(MethodCall& call, std::string_view self) {
    if (!call.has(2) || !call.has_strings(2)) return {};
    const std::string_view wanted = call.string(0);
    std::size_t at = find_text(self, wanted);
    if (at == std::string_view::npos) return Value::string(self);
    std::pmr::string out(call.heap.resource());
    std::size_t copied = 0;
    while (at != std::string_view::npos) {
        out += self.substr(copied, at - copied);
        out += call.string(1);
        copied = at + wanted.size();
        if (wanted.empty()) {
            if (at == self.size()) break;
            std::size_t behind = at;
            next_code_point(self, behind);
            out += self.substr(at, behind - at);
            copied = behind;
        }
        at = find_text(self, wanted, copied);
    }
    out += self.substr(copied);
    call.budget.charge(out.size());
    return Value::string(call.heap.copy(out));
}

Value with_regex(MethodCall& call, std::string_view self) {
    const bool is_replacement =
        call.method == Method::ReplaceAll || call.method == Method::ReplaceFirst;
    const bool has_limit = call.method == Method::Split && call.count() == 2 && call.is_integer(1);
    if (!has_limit && !call.has(is_replacement ? 2 : 1)) return {};
    if (!call.has_strings(is_replacement ? 2 : 1)) return {};
    std::shared_ptr<const Regex> made;
    if (call.constant_regex == nullptr) made = call.regexes.find(call.string(0), call.budget);
    const Regex& regex = made ? *made : *call.constant_regex;
    if (!regex.problem().empty()) return call.fail(regex.problem());
    if (call.method == Method::Matches) return Value::boolean(regex.matches(self, call.budget));
    if (is_replacement) {
        const bool is_all = call.method == Method::ReplaceAll;
        const auto replaced = regex.replace(self, call.string(1), is_all, call.heap, call.budget);
        if (!replaced) return call.fail(replaced.error().message);
        call.budget.charge(replaced->size());
        return Value::string(*replaced);
    }
    List& pieces = *call.heap.make<List>(call.heap);
    const std::int64_t limit = has_limit ? call.arguments[1].as_integer() : 0;
    for (const std::string_view piece : regex.split(self, limit, call.heap, call.budget)) {
        pieces.items.push_back(Value::string(piece));
    }
    call.budget.charge_steps(pieces.items.size() / 8);
    return Value::list(pieces);
}

int compare_ignoring_case(std::string_view a, std::string_view b, dynamic::Heap& heap) {
    return to_lower(to_upper(a, heap), heap).compare(to_lower(to_upper(b, heap), heap));
}

/// String.compareTo: the difference of the first units that differ, or of the lengths.
std::int64_t java_compare(std::string_view a, std::string_view b) {
    std::size_t at_a = 0;
    std::size_t at_b = 0;
    while (at_a < a.size() && at_b < b.size()) {
        const char32_t left = next_code_point(a, at_a);
        const char32_t right = next_code_point(b, at_b);
        if (left != right) {
            return static_cast<std::int64_t>(left) - static_cast<std::int64_t>(right);
        }
    }
    return static_cast<std::int64_t>(length_of(a)) - static_cast<std::int64_t>(length_of(b));
}

Value compare_strings(MethodCall& call, std::string_view self) {
    if (!call.has(1)) return {};
    if (call.method == Method::Equals || call.method == Method::ContentEquals) {
        return Value::boolean(call.arguments[0].is_string() && call.string(0) == self);
    }
    if (call.method == Method::EqualsIgnoreCase && !call.arguments[0].is_string()) {
        return call.arguments[0].is_null() ? Value::boolean(false) : Value();
    }
    if (!call.has_strings(1)) return {};
    const std::string_view other = call.string(0);
    if (call.method == Method::CompareTo) return Value::integer(java_compare(self, other));
    if (call.method == Method::CompareToIgnoreCase) {
        return Value::integer(java_compare(to_lower(self, call.heap), to_lower(other, call.heap)));
    }
    return Value::boolean(compare_ignoring_case(self, other, call.heap) == 0);
}

Value starts_or_ends(MethodCall& call, std::string_view self) {
    const bool has_start =
        call.method == Method::StartsWith && call.count() == 2 && call.is_integer(1);
    if ((!has_start && !call.has(1)) || !call.has_strings(1)) return {};
    if (call.method == Method::EndsWith) return Value::boolean(self.ends_with(call.string(0)));
    if (!has_start) return Value::boolean(self.starts_with(call.string(0)));
    const std::int64_t from = call.arguments[1].as_integer();
    const bool is_inside = from >= 0 && from <= static_cast<std::int64_t>(length_of(self));
    return Value::boolean(is_inside &&
                          self.substr(start_of(call, self)).starts_with(call.string(0)));
}

Value repeat(MethodCall& call, std::string_view self) {
    if (!call.has(1) || !call.is_integer(0)) return {};
    const std::int64_t times = call.arguments[0].as_integer();
    if (times < 0) return call.fail("a string cannot be repeated less than 0 times");
    if (times == 0 || self.empty()) return Value::string({});
    std::pmr::string out(call.heap.resource());
    if (static_cast<std::uint64_t>(times) > dynamic::Heap::kBytesMax / self.size()) {
        return call.fail("the repeated string is too long");
    }
    out.reserve(self.size() * static_cast<std::size_t>(times));
    for (std::int64_t n = 0; n < times; ++n) out += self;
    call.budget.charge(out.size());
    return Value::string(call.heap.copy(out));
}

/// String.join(separator, list) and String.join(separator, text, ...).
Value join(MethodCall& call) {
    if (call.count() < 2 || !call.has_strings(1)) return {};
    std::span<const Value> pieces = call.arguments.subspan(1);
    if (call.has(2) && pieces[0].is_list()) pieces = pieces[0].as_list().items;
    std::pmr::string out(call.heap.resource());
    for (std::size_t at = 0; at < pieces.size(); ++at) {
        if (at > 0) out += call.string(0);
        out += pieces[at].is_null() ? "null" : text_of(pieces[at], call.heap);
    }
    call.budget.charge(out.size());
    return Value::string(call.heap.copy(out));
}

Value characters(MethodCall& call, std::string_view self) {
    List& list = *call.heap.make<List>(call.heap);
    const std::size_t length = length_of(self);
    call.budget.charge_steps(length / 8);
    if (length == self.size()) {
        for (std::size_t at = 0; at < length; ++at) {
            list.items.push_back(Value::string(self.substr(at, 1)));
        }
        return Value::list(list);
    }
    for (std::size_t at = 0; at < self.size();) {
        const std::size_t from = at;
        next_code_point(self, at);
        list.items.push_back(Value::string(self.substr(from, at - from)));
    }
    return Value::list(list);
}

Value without_arguments(MethodCall& call, std::string_view self) {
    if (!call.has(0)) return {};
    switch (call.method) {
        case Method::Length:
            return number(length_of(self));
        case Method::IsEmpty:
            return Value::boolean(self.empty());
        case Method::IsBlank:
            return Value::boolean(trim(self).empty());
        case Method::ToLowerCase:
            return Value::string(to_lower(self, call.heap));
        case Method::ToUpperCase:
            return Value::string(to_upper(self, call.heap));
        case Method::Trim:
        case Method::Strip:
            return Value::string(trim(self));
        case Method::ToCharArray:
            return characters(call, self);
        default:
            return Value::string(self);
    }
}

Value concat(MethodCall& call, std::string_view self) {
    if (!call.has(1) || !call.has_strings(1)) return {};
    return add(Value::string(self), call.arguments[0], call.heap);
}

}  // namespace

std::shared_ptr<const Regex> RegexCache::find(std::string_view expression, Budget& budget) {
    for (const auto& [known, regex] : known_) {
        if (known == expression) return regex;
    }
    auto regex = Regex::compile(expression);
    budget.charge_steps(regex->cost());
    if (known_.size() == kSize) known_.erase(known_.begin());
    known_.emplace_back(expression, regex);
    return regex;
}

/// Whether that many arguments at the front are strings; null is a problem, as it is for Java.
bool MethodCall::has_strings(std::size_t wanted) {
    for (std::size_t place = 0; place < wanted; ++place) {
        if (arguments[place].is_null()) {
            fail("an argument is null");
            return false;
        }
        if (!arguments[place].is_string()) return false;
    }
    return true;
}

bool MethodCall::is_integer(std::size_t place) const {
    return arguments[place].kind() == dynamic::Kind::Integer;
}

Value call_string(MethodCall& call, std::string_view self) {
    call.budget.charge(self.size());
    switch (call.method) {
        case Method::Contains:
            if (!call.has(1) || !call.has_strings(1)) return {};
            return Value::boolean(find_text(self, call.string(0)) != std::string_view::npos);
        case Method::StartsWith:
        case Method::EndsWith:
            return starts_or_ends(call, self);
        case Method::IndexOf:
        case Method::LastIndexOf:
            return find_in(call, self);
        case Method::Substring:
        case Method::SubSequence:
            return substring(call, self);
        case Method::CharAt:
        case Method::CodePointAt:
            return char_at(call, self);
        case Method::Replace:
            return replace_text(call, self);
        case Method::ReplaceAll:
        case Method::ReplaceFirst:
        case Method::Split:
        case Method::Matches:
            return with_regex(call, self);
        case Method::Equals:
        case Method::ContentEquals:
        case Method::EqualsIgnoreCase:
        case Method::CompareTo:
        case Method::CompareToIgnoreCase:
            return compare_strings(call, self);
        case Method::Concat:
            return concat(call, self);
        case Method::Repeat:
            return repeat(call, self);
        case Method::Join:
            return join(call);
        case Method::Format:
            return format_string(call);
        case Method::ValueOf:
            if (!call.has(1)) return {};
            return Value::string(text_of(call.arguments[0], call.heap));
        case Method::Length:
        case Method::IsEmpty:
        case Method::IsBlank:
        case Method::ToLowerCase:
        case Method::ToUpperCase:
        case Method::Trim:
        case Method::Strip:
        case Method::ToCharArray:
        case Method::Intern:
        case Method::ToString:
            return without_arguments(call, self);
        default:
            return {};
    }
}

}  // namespace turnpike::velocity
