#include "common/template/evaluator.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace turnpike::velocity {

using dynamic::Value;

Evaluator::Evaluator(const Code& code, const Scope& scope, dynamic::Heap& heap,
                     const Limits& limits, std::pmr::string& out)
    : heap_(heap),
      limits_(limits),
      scope_(scope),
      context_{&code, nullptr},
      names_(&code.names),
      variables_(code.names.size(), Value(), heap.resource()),
      fixed_(heap.resource()),
      out_(&out),
      out_size_max_(out.size() + limits.output_bytes_max),
      scratch_(heap.resource()),
      budget_(limits.steps_max) {
    fixed_.reserve(scope.variables.size());
    bind_scope(0);
}

/// Gives the variables of the scope to the names from that slot on.
void Evaluator::bind_scope(Index first) {
    for (const Variable& variable : scope_.variables) {
        const auto named = std::find(names_->begin() + first, names_->end(), variable.name);
        if (named == names_->end()) continue;
        const auto slot = static_cast<Index>(named - names_->begin());
        variables_[slot] = variable.value;
        fixed_.push_back(slot);
    }
}

Evaluator::~Evaluator() {
    for (DefinedBlock* block = defined_; block != nullptr;) block = block->detach();
}

Result<void> Evaluator::run() {
    try {
        run_block(context_.code->root);
        if (flow_ == Flow::Failed) return std::move(error_);
        return {};
    } catch (const std::bad_alloc&) {
        return error_at(*context_.code, place_, "the evaluation needs too much memory",
                        Error::Kind::LimitExceeded);
    } catch (const std::length_error&) {
        return error_at(*context_.code, place_, "the evaluation makes too long a text",
                        Error::Kind::LimitExceeded);
    }
}

void Evaluator::fail(Place place, std::string_view reason, Error::Kind kind) {
    if (flow_ == Flow::Failed) return;
    flow_ = Flow::Failed;
    error_ = error_at(*context_.code, place, reason, kind);
}

std::string_view Evaluator::render(const Code& code, Index block) {
    const Level level(*this, code.nodes[block].place);
    if (!is_going()) return {};
    const Within within(*this, {&code, context_.frame});
    std::pmr::string* const outer = out_;
    const std::size_t from = scratch_.size();
    out_ = &scratch_;
    run_block(block);
    out_ = outer;
    const std::string_view text = heap_.copy(std::string_view(scratch_).substr(from));
    scratch_.resize(from);
    return text;
}

Value Evaluator::defined(const Code& code, Index block) {
    defined_ = heap_.make<DefinedBlock>(*this, code, block, defined_);
    return Value::object(*defined_);
}

Result<void> evaluate(const Program& program, const Scope& scope, dynamic::Heap& heap,
                      const Limits& limits, std::pmr::string& out) {
    try {
        return Evaluator(program.code(), scope, heap, limits, out).run();
    } catch (const std::bad_alloc&) {
        // The heap is full before the first statement.
        return error_at(program.code(), {}, "the evaluation needs too much memory",
                        Error::Kind::LimitExceeded);
    }
}

}  // namespace turnpike::velocity
