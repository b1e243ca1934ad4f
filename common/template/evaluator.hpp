#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"
#include "common/template/budget.hpp"
#include "common/template/code.hpp"
#include "common/template/limits.hpp"
#include "common/template/methods.hpp"
#include "common/template/program.hpp"

namespace turnpike::velocity {

/// One run of a macro: what its parameters stand for. Arguments are evaluated where they are used,
/// as if they stood there, with the variables of the caller.
struct Frame {
    struct Own {
        dynamic::Value value;
        bool is_set = false;
    };
    const Frame* caller;     ///< Null if no macro called.
    const Code* code;        ///< Of the caller: arguments and body are its nodes.
    const Code* macro_code;  ///< Of the macro: parameters are its operands.
    const Macro* macro;
    const Call* call;
    Own* own;  ///< By parameter: what the macro assigned to it.

    Index bound() const { return macro->count < call->count ? macro->count : call->count; }
};

class DefinedBlock;

/// One evaluation. Errors and #stop end every loop on the way out by `flow_`. Thread: one.
class Evaluator {
public:
    Evaluator(const Code& code, const Scope& scope, dynamic::Heap& heap, const Limits& limits,
              std::pmr::string& out);
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;
    ~Evaluator();

    Result<void> run();
    /// What a block gives, as text in the heap, with the macros that run now.
    std::string_view render(const Code& code, Index block);

private:
    enum class Flow : std::uint8_t { Next, Break, BreakLoop, Stop, Failed };
    /// Where statements are, and with which parameters.
    struct Context {
        const Code* code;
        const Frame* frame;
    };
    class Level;
    class Within;

    // statements.cpp. Those that are not inlined would make the frame of each statement as large as
    // theirs.
    void run_block(Index block);
    void run_statement(const Node& node);
    void print(const Node& node, const dynamic::Value& value);
    [[gnu::noinline]] void print_escaped(const Node& node);
    [[gnu::noinline]] void run_set(const Node& node);
    [[gnu::noinline]] void run_if(const Node& node);
    [[gnu::noinline]] void run_foreach(const Node& node);
    void loop_over_object(const Node& node, dynamic::Object& object);
    template <typename Element>
    void loop(const Node& node, std::size_t size, Element element);
    [[gnu::noinline]] void run_break(const Node& node);
    [[gnu::noinline]] void run_evaluate(const Node& node);
    [[gnu::noinline]] void run_call(const Node& node);
    bool take_break();

    // evaluate_expression.cpp
    dynamic::Value value(Index index);
    bool truth(Index index);
    dynamic::Value compute(const Node& node);
    bool compare_values(const Node& node);
    dynamic::Value list(const Node& node);
    dynamic::Value map(const Node& node);
    dynamic::Value range(const Node& node);

    // evaluate_reference.cpp
    dynamic::Value reference(const Node& node);
    dynamic::Value follow(const Link& link, const dynamic::Value& from);
    dynamic::Value property(const Link& link, const dynamic::Value& from);
    [[gnu::noinline]] dynamic::Value element(const Link& link, const dynamic::Value& from);
    dynamic::Value call_method(const Link& link, const dynamic::Value& from);
    dynamic::Value call_object(const Link& link, dynamic::Object& object,
                               std::span<const dynamic::Value> arguments);
    void assign(const Node& target, const dynamic::Value& value);
    void assign_element(const Link& link, const dynamic::Value& to, const dynamic::Value& value);
    std::optional<std::size_t> place_in(const Link& link, const dynamic::List& list,
                                        const dynamic::Value& index);
    dynamic::Value lendable(const dynamic::Value& value);

    void bind_scope(Index first);

    // variables.cpp
    dynamic::Value get(Index slot) {
        return context_.frame == nullptr ? variables_[slot] : get_in(slot, context_.frame);
    }
    dynamic::Value get_in(Index slot, const Frame* frame);
    void set(Index slot, const dynamic::Value& value, Place place);
    dynamic::Value argument(const Frame& frame, Index place);
    dynamic::Value defined(const Code& code, Index block);

    const Node& node(Index index) const { return context_.code->nodes[index]; }
    Index operand(Index index) const { return context_.code->operands[index]; }
    bool is_going() const { return flow_ == Flow::Next; }
    void fail(Place place, std::string_view reason, Error::Kind kind = Error::Kind::Invalid);

    dynamic::Heap& heap_;
    const Limits& limits_;
    const Scope& scope_;
    Context context_;
    const std::pmr::vector<std::string_view>* names_;  ///< by slot
    std::pmr::vector<dynamic::Value> variables_;       ///< by slot
    std::pmr::vector<Index> fixed_;                    ///< slots that the template cannot assign
    std::pmr::string* out_;
    std::size_t out_size_max_;
    std::pmr::string scratch_;  ///< Texts under construction, one behind the other.
    Budget budget_;
    std::uint32_t depth_ = 0;
    Place place_;  ///< of the statement that runs
    Flow flow_ = Flow::Next;
    const dynamic::Object* break_loop_ = nullptr;
    const dynamic::Object* loop_ = nullptr;  ///< The innermost `$foreach`.
    Error error_;
    RegexCache regexes_;
    DefinedBlock* defined_ = nullptr;  ///< All of them; none works when this is gone.
};

/// What #define and `$bodyContent` are: printing it runs it, where it is printed.
class DefinedBlock final : public dynamic::Object {
public:
    DefinedBlock(Evaluator& evaluator, const Code& code, Index block, DefinedBlock* next)
        : evaluator_(&evaluator), code_(code), block_(block), next_(next) {}

    dynamic::Value member(std::string_view) override { return {}; }
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    std::string_view text() override {
        return evaluator_ == nullptr ? std::string_view{} : evaluator_->render(code_, block_);
    }
    DefinedBlock* detach() {
        evaluator_ = nullptr;
        return next_;
    }

private:
    Evaluator* evaluator_;
    const Code& code_;
    Index block_;
    DefinedBlock* next_;
};

/// One level deeper while it lives. False beyond the limit; then the evaluation has failed.
class Evaluator::Level {
public:
    Level(Evaluator& evaluator, Place place) : evaluator_(evaluator) {
        if (++evaluator_.depth_ > evaluator_.limits_.depth_max) {
            evaluator_.fail(place, "nested too deeply", Error::Kind::LimitExceeded);
        }
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --evaluator_.depth_; }

private:
    Evaluator& evaluator_;
};

/// Another context while it lives.
class Evaluator::Within {
public:
    Within(Evaluator& evaluator, Context context)
        : evaluator_(evaluator), before_(evaluator.context_) {
        evaluator_.context_ = context;
    }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    ~Within() { evaluator_.context_ = before_; }

private:
    Evaluator& evaluator_;
    Context before_;
};

}  // namespace turnpike::velocity
