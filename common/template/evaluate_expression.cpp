#include <cstdlib>

#include "common/template/evaluator.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::Kind;
using dynamic::List;
using dynamic::Map;
using dynamic::Value;

Value Evaluator::value(Index index) {
    const Node& self = node(index);
    budget_.step();
    switch (self.op) {
        case Op::Constant:
            return context_.code->constants[self.a];
        case Op::Reference:
            return reference(self);
        case Op::Interpolation:
            return Value::string(render(*context_.code, self.a));
        default:
            return compute(self);
    }
}

/// What #if and the boolean operators make of a node: references that have a value are true, but
/// for the boolean false; texts, numbers, lists and arithmetic are false.
bool Evaluator::truth(Index index) {
    const Node& self = node(index);
    switch (self.op) {
        case Op::Constant:
        case Op::Reference: {
            const Value found = value(index);
            if (found.kind() == Kind::Boolean) return found.as_boolean();
            return self.op == Op::Reference && !found.is_null();
        }
        case Op::Or:
        case Op::And:
        case Op::Not:
        case Op::Equal:
        case Op::NotEqual:
        case Op::Less:
        case Op::Greater:
        case Op::LessOrEqual:
        case Op::GreaterOrEqual:
            return value(index).as_boolean();
        default:
            return false;
    }
}

Value Evaluator::compute(const Node& self) {
    const Level level(*this, self.place);
    if (flow_ == Flow::Failed) return Value::boolean(false);
    switch (self.op) {
        case Op::Or:
            return Value::boolean(truth(self.a) || truth(self.b));
        case Op::And:
            return Value::boolean(truth(self.a) && truth(self.b));
        case Op::Not:
            return Value::boolean(!truth(self.a));
        case Op::List:
            return list(self);
        case Op::Map:
            return map(self);
        case Op::Range:
            return range(self);
        case Op::Equal:
        case Op::NotEqual:
        case Op::Less:
        case Op::Greater:
        case Op::LessOrEqual:
        case Op::GreaterOrEqual:
            return Value::boolean(compare_values(self));
        default:
            break;
    }
    const Value left = value(self.a);
    const Value right = value(self.b);
    switch (self.op) {
        case Op::Add:
            return add(left, right, heap_);
        case Op::Subtract:
            return subtract(left, right, heap_);
        case Op::Multiply:
            return multiply(left, right, heap_);
        case Op::Divide:
            return divide(left, right, heap_);
        case Op::Remainder:
            return remainder(left, right, heap_);
        default:
            return {};
    }
}

bool Evaluator::compare_values(const Node& self) {
    const Value left = value(self.a);
    const Value right = value(self.b);
    if (self.op == Op::Equal) return loosely_equal(left, right, heap_, budget_);
    if (self.op == Op::NotEqual) return !loosely_equal(left, right, heap_, budget_);
    // Only numbers have an order.
    if (!left.is_number() || !right.is_number()) return false;
    const int order = compare(left, right);
    switch (self.op) {
        case Op::Less:
            return order == -1;
        case Op::Greater:
            return order == 1;
        case Op::LessOrEqual:
            return order == -1 || order == 0;
        default:
            return order == 1 || order == 0;
    }
}

Value Evaluator::list(const Node& self) {
    List& made = *heap_.make<List>(heap_);
    made.items.reserve(self.b);
    for (Index at = 0; at < self.b && is_going(); ++at) {
        made.items.push_back(value(operand(self.a + at)));
    }
    return Value::list(made);
}

Value Evaluator::map(const Node& self) {
    Map& made = *heap_.make<Map>(heap_);
    made.reserve(self.b / 2);
    for (Index at = 0; at < self.b && is_going(); at += 2) {
        const std::string_view name = text_of(value(operand(self.a + at)), heap_);
        budget_.charge(name.size());
        made.put(name, value(operand(self.a + at + 1)));
    }
    return Value::map(made);
}

/// From one bound to the other, both included, up or down.
Value Evaluator::range(const Node& self) {
    const Value first = value(self.a);
    const Value last = value(self.b);
    if (!first.is_number() || !last.is_number() || !is_going()) return {};
    const std::int64_t from = to_int(first);
    const std::int64_t to = to_int(last);
    const std::size_t size = static_cast<std::size_t>(std::abs(to - from)) + 1;
    budget_.charge_steps(size / 8);
    if (budget_.is_spent()) return {};
    List& made = *heap_.make<List>(heap_);
    made.items.reserve(size);
    for (std::size_t at = 0; at < size; ++at) {
        const auto offset = static_cast<std::int64_t>(at);
        made.items.push_back(Value::integer(from <= to ? from + offset : from - offset));
    }
    return Value::list(made);
}

}  // namespace turnpike::velocity
