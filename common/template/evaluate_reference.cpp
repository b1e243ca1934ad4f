#include <array>
#include <memory>
#include <span>
#include <type_traits>

#include "common/template/evaluator.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::Kind;
using dynamic::List;
using dynamic::Object;
using dynamic::Value;

namespace {

/// Values of one call. Its places are not written before they are used: most calls have one or two.
class Arguments {
public:
    Arguments() {}  // NOLINT(modernize-use-equals-default): would be deleted, for the union
    void add(const Value& value) { std::construct_at(&values_[size_++], value); }
    operator std::span<const Value>() const { return {values_.data(), size_}; }

private:
    static_assert(std::is_trivially_destructible_v<Value>);
    union {
        std::array<Value, kArgumentsMax> values_;
    };
    std::size_t size_ = 0;
};

}  // namespace

Value Evaluator::reference(const Node& self) {
    Value found = get(self.a);
    const Link* const links = context_.code->links.data() + self.b;
    for (Index at = 0; at < self.c && !found.is_null(); ++at) {
        found = follow(links[at], found);
        if (!is_going()) return {};
    }
    return found;
}

Value Evaluator::follow(const Link& link, const Value& from) {
    budget_.step();
    switch (link.kind) {
        case Link::Kind::Property:
            return property(link, from);
        case Link::Kind::Method:
            return call_method(link, from);
        case Link::Kind::Element:
            return element(link, from);
    }
    return {};
}

Value Evaluator::property(const Link& link, const Value& from) {
    switch (from.kind()) {
        case Kind::Map: {
            const Value* const found = from.as_map().find(link.name);
            return found == nullptr ? Value() : *found;
        }
        case Kind::Object:
            return from.as_object().member(link.name);
        case Kind::String:
            return link.name == "empty" ? Value::boolean(from.as_string().empty()) : Value();
        case Kind::List:
            return link.name == "empty" ? Value::boolean(from.as_list().items.empty()) : Value();
        default:
            return {};
    }
}

Value Evaluator::element(const Link& link, const Value& from) {
    const Value index = value(operand(link.first));
    if (!is_going()) return {};
    if (from.is_list()) {
        const auto place = place_in(link, from.as_list(), index);
        return place ? from.as_list().items[*place] : Value();
    }
    if (index.is_null()) return {};
    const std::string_view name = text_of(index, heap_);
    budget_.charge(name.size());
    if (from.kind() == Kind::Object) return from.as_object().member(name);
    if (!from.is_map()) return {};
    const Value* const found = from.as_map().find(name);
    return found == nullptr ? Value() : *found;
}

/// Negative indexes count from the end. Nothing for what is no number.
std::optional<std::size_t> Evaluator::place_in(const Link& link, const List& list,
                                               const Value& index) {
    if (index.kind() != Kind::Integer) return std::nullopt;
    const auto size = static_cast<std::int64_t>(list.items.size());
    const std::int64_t wanted = index.as_integer();
    const std::int64_t place = wanted < 0 && wanted >= -size ? wanted + size : wanted;
    if (place < 0 || place >= size) {
        fail(link.place, "index " + std::to_string(wanted) + " is outside a list of size " +
                             std::to_string(size));
        return std::nullopt;
    }
    return static_cast<std::size_t>(place);
}

Value Evaluator::call_method(const Link& link, const Value& from) {
    const Level level(*this, link.place);
    Arguments given;
    for (Index at = 0; at < link.count; ++at) given.add(value(operand(link.first + at)));
    if (!is_going()) return {};
    if (from.kind() == Kind::Object) return call_object(link, from.as_object(), given);
    if (link.method == Method::Other) return {};
    const Regex* const regex =
        link.regex == kNone ? nullptr : context_.code->regexes[link.regex].get();
    MethodCall call{link.method, given, regex, heap_, budget_, regexes_, {}};
    Value result;
    switch (from.kind()) {
        case Kind::String:
            result = call_string(call, from.as_string());
            break;
        case Kind::List:
            result = call_list(call, from.as_list());
            break;
        case Kind::Map:
            result = call_map(call, from.as_map());
            break;
        case Kind::Boolean:
            result = call_boolean(call, from.as_boolean());
            break;
        default:
            result = call_number(call, from);
            break;
    }
    bool is_known = false;
    if (result.is_null() && call.problem.empty()) result = call_any(call, from, is_known);
    if (!call.problem.empty()) {
        fail(link.place, std::string(link.name) + ": " + call.problem);
        return {};
    }
    return result;
}

Value Evaluator::call_object(const Link& link, Object& object, std::span<const Value> arguments) {
    Arguments lent;
    for (const Value& argument : arguments) lent.add(lendable(argument));
    if (!is_going()) return {};
    auto result = object.call(link.name, lent, heap_);
    if (result) return *result;
    const Error& error = result.error();
    fail(link.place,
         std::string(link.name) + ": " + (error.detail.empty() ? error.message : error.detail),
         error.kind);
    return {};
}

/// What #define made is a text to everybody else.
Value Evaluator::lendable(const Value& value) {
    if (value.kind() != Kind::Object) return value;
    auto* const block = dynamic_cast<DefinedBlock*>(&value.as_object());
    return block == nullptr ? value : Value::string(block->text());
}

void Evaluator::assign(const Node& target, const Value& assigned) {
    if (target.c == 0) {
        set(target.a, assigned, target.place);
        return;
    }
    Value to = get(target.a);
    const Link* const links = context_.code->links.data() + target.b;
    for (Index at = 0; at + 1 < target.c && !to.is_null() && is_going(); ++at) {
        to = follow(links[at], to);
    }
    if (!is_going()) return;
    const Link& last = links[target.c - 1];
    if (last.kind == Link::Kind::Element) {
        assign_element(last, to, assigned);
    } else if (last.kind == Link::Kind::Property && to.is_map()) {
        to.as_map().put(last.name, assigned);
    } else if (last.kind == Link::Kind::Property && to.kind() == Kind::Object) {
        to.as_object().set_member(last.name, lendable(assigned));
    }
}

void Evaluator::assign_element(const Link& link, const Value& to, const Value& assigned) {
    const Value index = value(operand(link.first));
    if (!is_going() || index.is_null()) return;
    if (to.is_list()) {
        const auto place = place_in(link, to.as_list(), index);
        if (place) to.as_list().items[*place] = assigned;
        return;
    }
    if (!to.is_map() && to.kind() != Kind::Object) return;
    const std::string_view name = text_of(index, heap_);
    budget_.charge(name.size());
    if (to.is_map()) {
        to.as_map().put(name, assigned);
    } else {
        to.as_object().set_member(name, lendable(assigned));
    }
}

}  // namespace turnpike::velocity
