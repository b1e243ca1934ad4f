#include "common/schema/explainer.hpp"
#include "common/schema/schema.hpp"

namespace turnpike::schema {
namespace {

Error too_much() { return limit_exceeded("The body needs too much work to be validated"); }

std::string_view joined(std::span<const std::string_view> problems, dynamic::Heap& heap) {
    auto& text = *heap.make<std::pmr::string>("[", heap.resource());
    for (const std::string_view problem : problems) {
        if (text.size() > 1) text += ", ";
        text += problem;
    }
    text += ']';
    return text;
}

Result<Report> explained(const Program& program, const dynamic::Value& instance,
                         dynamic::Heap& heap, const Limits& limits) {
    // Steps of its own: it takes about as many as the first look.
    Checker checker(program, heap, limits);
    Explainer explainer(program, heap, limits, checker);
    explainer.explain(program.root, instance);
    if (checker.is_exceeded() && explainer.problems().empty()) return too_much();
    const auto& problems =
        *heap.make<std::pmr::vector<std::string_view>>(explainer.problems(), heap.resource());
    return Report{false, problems, joined(problems, heap)};
}

}  // namespace

Result<Report> validate(const Schema& schema, const dynamic::Value& instance, dynamic::Heap& heap,
                        const Limits& limits) {
    try {
        const Program& program = schema.program();
        Checker checker(program, heap, limits);
        const bool is_valid = checker.is_valid(program.root, instance);
        if (checker.is_exceeded()) return too_much();
        if (is_valid) return Report{};
        return explained(program, instance, heap, limits);
    } catch (const std::bad_alloc&) {
        return too_much();
    }
}

}  // namespace turnpike::schema
