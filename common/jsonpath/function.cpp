#include <algorithm>
#include <cmath>
#include <limits>

#include "common/dynamic/text.hpp"
#include "common/jsonpath/evaluation.hpp"

namespace turnpike::jsonpath {

using dynamic::List;
using dynamic::Value;

namespace {

/// What is known of the numbers seen so far.
class Statistics {
public:
    void add(double number) {
        count_ += 1;
        sum_ += number;
        squares_ += number * number;
        min_ = std::min(min_, number);
        max_ = std::max(max_, number);
    }
    /// Whatever is no number does not count.
    void add(const Value& value) {
        if (value.is_number()) add(value.as_number());
    }
    bool empty() const { return count_ == 0; }
    double result(Function function) const {
        switch (function) {
            case Function::Average:
                return sum_ / count_;
            case Function::Max:
                return max_;
            case Function::Min:
                return min_;
            case Function::StandardDeviation:
                return std::sqrt(squares_ / count_ - sum_ * sum_ / count_ / count_);
            default:
                return sum_;
        }
    }

private:
    double count_ = 0;
    double sum_ = 0;
    double squares_ = 0;
    double min_ = std::numeric_limits<double>::infinity();
    double max_ = -std::numeric_limits<double>::infinity();
};

}  // namespace

std::optional<Value> Evaluation::call(const Step& step, const Value& here) {
    const Frame frame(*this);
    Value model = here;
    if (step.input != Step::kNone) model = find(program_.paths[step.input], here).value_or(here);
    if (model.is_list()) charge(model.as_list().items.size());
    switch (step.function) {
        case Function::Append:
            return append(step, model);
        case Function::Concat:
            return concat(step, model);
        case Function::Keys:
            return keys(model);
        case Function::Length:
            return length(model);
        case Function::First:
        case Function::Index:
        case Function::Last:
            return element(step, model);
        default:
            return aggregate(step, model);
    }
}

std::optional<Value> Evaluation::parameter(std::uint32_t operand) {
    const auto found = side(program_.operands[operand], root_);
    if (!found) return std::nullopt;
    // What a result refers to outlives the path.
    if (found->is_literal && found->value.is_string()) {
        return Value::string(heap_.copy(found->text));
    }
    if (found->is_literal && found->value.kind() == dynamic::Kind::Decimal) {
        const dynamic::Decimal& decimal = found->value.as_decimal();
        return Value::decimal(
            *heap_.make<dynamic::Decimal>(decimal.value, heap_.copy(decimal.text)));
    }
    return found->value;
}

std::optional<Value> Evaluation::aggregate(const Step& step, const Value& model) {
    Statistics statistics;
    const auto add_all = [&](const Value& value) {
        if (!value.is_list()) return;
        for (const Value& item : value.as_list().items) statistics.add(item);
    };
    add_all(model);
    for (std::uint32_t n = 0; n < step.range.count; ++n) {
        const auto given = parameter(step.range.first + n);
        if (!given) continue;
        if (given->is_list()) charge(given->as_list().items.size());
        add_all(*given);
        statistics.add(*given);
    }
    if (statistics.empty()) return std::nullopt;
    return Value::decimal(statistics.result(step.function), heap_);
}

std::optional<Value> Evaluation::element(const Step& step, const Value& model) {
    if (!model.is_list()) return std::nullopt;
    const auto& items = model.as_list().items;
    std::int64_t place = step.function == Function::Last ? -1 : 0;
    if (step.function == Function::Index) {
        const auto given = parameter(step.range.first);
        if (!given || given->kind() != dynamic::Kind::Integer) return std::nullopt;
        place = given->as_integer();
    }
    const auto size = static_cast<std::int64_t>(items.size());
    if (place < -size || place >= size) return std::nullopt;
    return items[static_cast<std::size_t>(place < 0 ? place + size : place)];
}

Value Evaluation::concat(const Step& step, const Value& model) {
    std::pmr::string joined(heap_.resource());
    if (model.is_list()) {
        for (const Value& item : model.as_list().items) {
            if (item.is_string()) joined += item.as_string();
        }
    }
    for (std::uint32_t n = 0; n < step.range.count; ++n) {
        const auto given = parameter(step.range.first + n);
        if (!given) continue;
        if (given->is_list()) {
            charge(given->as_list().items.size());
            for (const Value& item : given->as_list().items) {
                dynamic::append_java_text(item, joined);
            }
        } else if (given->is_string()) {
            joined += given->as_string();
        }
    }
    return Value::string(heap_.copy(joined));
}

/// The root stays as it is, unlike the reference's.
Value Evaluation::append(const Step& step, const Value& model) {
    if (!model.is_list()) return model;
    List& longer = make_list();
    longer.items.reserve(model.as_list().items.size() + step.range.count);
    longer.items = model.as_list().items;
    for (std::uint32_t n = 0; n < step.range.count; ++n) {
        if (const auto given = parameter(step.range.first + n)) longer.items.push_back(*given);
    }
    return Value::list(longer);
}

Value Evaluation::length(const Value& model) const {
    if (model.is_list()) {
        return Value::integer(static_cast<std::int64_t>(model.as_list().items.size()));
    }
    if (model.is_map()) return Value::integer(static_cast<std::int64_t>(model.as_map().size()));
    return {};
}

Value Evaluation::keys(const Value& model) {
    if (!model.is_map()) return {};
    List& names = make_list();
    for (const auto& member : model.as_map().members()) {
        names.items.push_back(Value::string(member.name));
    }
    return Value::list(names);
}

}  // namespace turnpike::jsonpath
