#include <array>
#include <charconv>
#include <memory>

#include "common/dynamic/text.hpp"
#include "common/template/evaluator.hpp"
#include "common/template/objects.hpp"
#include "common/template/values.hpp"

namespace turnpike::velocity {

using dynamic::Kind;
using dynamic::Value;

void Evaluator::run_block(Index block) {
    const Node& self = node(block);
    const Level level(*this, self.place);
    for (Index at = 0; at < self.b && is_going(); ++at) {
        const Node& statement = node(operand(self.a + at));
        budget_.step();
        place_ = statement.place;
        run_statement(statement);
        if (out_->size() > out_size_max_) {
            fail(statement.place, "the text is longer than the limit", Error::Kind::LimitExceeded);
        }
        if (budget_.is_spent()) {
            fail(statement.place, "takes too many steps", Error::Kind::LimitExceeded);
        }
    }
}

void Evaluator::run_statement(const Node& self) {
    switch (self.op) {
        case Op::Text:
            *out_ += context_.code->constants[self.a].as_string();
            break;
        case Op::Reference:
            print(self, reference(self));
            break;
        case Op::Set:
            run_set(self);
            break;
        case Op::If:
            run_if(self);
            break;
        case Op::Foreach:
            run_foreach(self);
            break;
        case Op::Escaped:
            print_escaped(self);
            break;
        case Op::Break:
            run_break(self);
            break;
        case Op::Stop:
            if (is_going()) flow_ = Flow::Stop;
            break;
        case Op::Define:
            set(self.a, defined(*context_.code, self.b), self.place);
            break;
        case Op::Evaluate:
            run_evaluate(self);
            break;
        case Op::Call:
            run_call(self);
            break;
        default:
            break;  // the parser makes no other statement
    }
}

void Evaluator::print(const Node& self, const Value& value) {
    switch (value.kind()) {
        case Kind::Null:
            break;
        case Kind::String:
            if (is_going()) *out_ += value.as_string();
            break;
        case Kind::Integer: {
            std::array<char, 24> digits{};
            const auto end =
                std::to_chars(digits.data(), digits.data() + digits.size(), value.as_integer()).ptr;
            out_->append(digits.data(), end);
            break;
        }
        case Kind::List:
        case Kind::Map:
        case Kind::Object: {
            // By way of the heap: what contains itself must not grow the caller's text.
            const std::string_view text = text_of(value, heap_);
            if (out_->size() + text.size() > out_size_max_) {
                fail(self.place, "the text is longer than the limit", Error::Kind::LimitExceeded);
            }
            if (is_going()) *out_ += text;
            break;
        }
        default:
            dynamic::append_java_text(value, *out_);
    }
}

/// Half of the backslashes stay. An odd one shows how the reference is written; it stays itself if
/// the reference refers to nothing.
void Evaluator::print_escaped(const Node& self) {
    const Node& written = node(self.a);
    const Value value = reference(written);
    if (!is_going()) return;
    out_->append(self.c / 2, '\\');
    if (self.c % 2 == 0) {
        print(written, value);
        return;
    }
    if (value.is_null()) *out_ += '\\';
    *out_ += context_.code->constants[self.b].as_string();
}

/// Null is not assigned: the variable keeps its value.
void Evaluator::run_set(const Node& self) {
    const Value assigned = value(self.b);
    if (!is_going() || assigned.is_null()) return;
    assign(node(self.a), assigned);
}

void Evaluator::run_if(const Node& self) {
    for (Index at = 0; at < self.b; at += 2) {
        const Index condition = operand(self.a + at);
        const bool is_taken = condition == kNone || truth(condition);
        if (!is_going()) return;
        if (!is_taken) {
            budget_.step();
            continue;
        }
        run_block(operand(self.a + at + 1));
        return;
    }
}

void Evaluator::run_foreach(const Node& self) {
    const Value over = value(self.b);
    if (!is_going()) return;
    if (over.is_list()) {
        const dynamic::List& items = over.as_list();
        loop(self, items.items.size(), [&items](std::size_t index) {
            return index < items.items.size() ? items.items[index] : Value();
        });
    } else if (over.is_map()) {
        const dynamic::Map& members = over.as_map();
        loop(self, members.size(), [&members](std::size_t index) {
            return index < members.size() ? members.members()[index].value : Value();
        });
    } else if (over.kind() == Kind::Object) {
        loop_over_object(self, over.as_object());
    }
}

/// Goes on with an iterator; others that are maps to Java give their values.
void Evaluator::loop_over_object(const Node& self, dynamic::Object& object) {
    if (auto* const iterator = dynamic_cast<ListIterator*>(&object)) {
        loop(self, iterator->left(), [iterator](std::size_t) { return iterator->take(); });
        return;
    }
    const auto values = object.call("values", {}, heap_);
    if (!values || !values->is_list()) return;
    const dynamic::List& items = values->as_list();
    loop(self, items.items.size(), [&items](std::size_t index) { return items.items[index]; });
}

template <typename Element>
void Evaluator::loop(const Node& self, std::size_t size, Element element) {
    if (size == 0) return;
    const Code& code = *context_.code;
    const bool has_scope = code.foreach_slot != kNone;
    const bool has_count = code.count_slot != kNone;
    const Value variable_before = get(self.a);
    const Value scope_before = has_scope ? get(code.foreach_slot) : Value();
    const Value count_before = has_count ? get(code.count_slot) : Value();
    const dynamic::Object* const loop_before = loop_;
    LoopScope* scope = nullptr;
    if (has_scope) {
        const bool has_parent = loop_ != nullptr && scope_before.kind() == Kind::Object;
        scope = heap_.make<LoopScope>(size, has_parent ? scope_before : Value());
        loop_ = scope;
    }
    for (std::size_t index = 0; index < size && is_going(); ++index) {
        if (index == limits_.loop_iterations_max) {
            fail(self.place, "#foreach runs more than " + std::to_string(index) + " times",
                 Error::Kind::LimitExceeded);
            break;
        }
        set(self.a, element(index), self.place);
        if (has_scope) {
            scope->go_to(index);
            set(code.foreach_slot, Value::object(*scope), self.place);
        }
        if (has_count) {
            set(code.count_slot, Value::integer(static_cast<std::int64_t>(index) + 1), self.place);
        }
        if (is_going()) run_block(self.c);
        if (flow_ == Flow::BreakLoop && break_loop_ == scope) flow_ = Flow::Break;
        if (take_break()) break;
        budget_.step();
    }
    loop_ = loop_before;
    if (!is_going() && flow_ != Flow::BreakLoop) return;
    set(self.a, variable_before, self.place);
    if (has_scope) set(code.foreach_slot, scope_before, self.place);
    if (has_count) set(code.count_slot, count_before, self.place);
}

/// Returns: whether a #break wanted to end here; then it has.
bool Evaluator::take_break() {
    if (flow_ != Flow::Break) return false;
    flow_ = Flow::Next;
    return true;
}

void Evaluator::run_break(const Node& self) {
    if (self.a == kNone) {
        flow_ = Flow::Break;
        return;
    }
    const Value wanted = value(self.a);
    if (!is_going()) return;
    if (wanted.kind() != Kind::Object ||
        dynamic_cast<const LoopScope*>(&wanted.as_object()) == nullptr) {
        fail(self.place, "#break takes a loop, such as $foreach.parent");
        return;
    }
    break_loop_ = &wanted.as_object();
    flow_ = Flow::BreakLoop;
}

void Evaluator::run_evaluate(const Node& self) {
    const Value text = value(self.a);
    if (!is_going() || text.is_null()) return;
    Code& code = *heap_.make<Code>(heap_.resource());
    code.text = text_of(text, heap_);
    code.name = context_.code->name;
    code.has_evaluate = true;
    budget_.charge_steps(code.text.size() / 4 + names_->size());
    if (budget_.is_spent()) return;
    if (auto made = compile_into(code, {context_.code, names_, 0}); !made) {
        fail(self.place, "what #evaluate has is no template: " + made.error().message);
        return;
    }
    const auto known = static_cast<Index>(names_->size());
    names_ = &code.names;
    variables_.resize(code.names.size());
    bind_scope(known);
    const Level level(*this, self.place);
    if (!is_going()) return;
    const Within within(*this, {&code, context_.frame});
    run_block(code.root);
    take_break();
}

void Evaluator::run_call(const Node& self) {
    const Call& call = context_.code->calls[self.a];
    if (call.code == nullptr) {
        *out_ += call.text;
        return;
    }
    const Level level(*this, self.place);
    if (!is_going()) return;
    const Macro& macro = call.code->macros[call.macro];
    Frame frame{context_.frame, context_.code, call.code, &macro, &call, nullptr};
    void* const own =
        heap_.resource()->allocate(sizeof(Frame::Own) * (frame.bound() + 1), alignof(Frame::Own));
    frame.own = static_cast<Frame::Own*>(own);
    std::uninitialized_value_construct_n(frame.own, frame.bound());
    const Within within(*this, {call.code, &frame});
    run_block(macro.block);
    take_break();
}

}  // namespace turnpike::velocity
