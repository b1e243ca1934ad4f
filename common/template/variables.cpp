#include <algorithm>

#include "common/template/evaluator.hpp"

namespace turnpike::velocity {

using dynamic::Value;

/// The innermost macro that has a parameter of that name, else the variable.
Value Evaluator::get_in(Index slot, const Frame* frame) {
    for (; frame != nullptr; frame = frame->caller) {
        const Index* const parameters = frame->macro_code->operands.data() + frame->macro->first;
        for (Index place = 0; place < frame->bound(); ++place) {
            if (parameters[place] == slot) return argument(*frame, place);
        }
        if (slot == frame->code->body_slot && frame->call->body != kNone) {
            return defined(*frame->code, frame->call->body);
        }
    }
    return variables_[slot];
}

Value Evaluator::argument(const Frame& frame, Index place) {
    if (frame.own[place].is_set) return frame.own[place].value;
    const Index index = frame.code->operands[frame.call->first + place];
    const Level level(*this, frame.code->nodes[index].place);
    if (!is_going()) return {};
    const Within within(*this, {frame.code, frame.caller});
    return value(index);
}

/// Assigning a parameter leaves what the caller put there: it changes the parameter for the macro,
/// and the variable of its name for everybody.
void Evaluator::set(Index slot, const Value& value, Place place) {
    for (const Frame* frame = context_.frame; frame != nullptr; frame = frame->caller) {
        const Index* const parameters = frame->macro_code->operands.data() + frame->macro->first;
        const Index* const end = parameters + frame->bound();
        const auto at = std::find(parameters, end, slot) - parameters;
        if (at != end - parameters) frame->own[at] = {value, true};
    }
    if (std::find(fixed_.begin(), fixed_.end(), slot) != fixed_.end()) {
        fail(place, "$" + std::string((*names_)[slot]) + " cannot be assigned");
        return;
    }
    variables_[slot] = value;
}

}  // namespace turnpike::velocity
