#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "common/schema/checker.hpp"
#include "common/schema/schema.hpp"

namespace turnpike::schema {

/// Goes once more through a value that is not valid and collects the phrases, in the order of the
/// Java validator: see Report. Thread: one. May throw std::bad_alloc.
class Explainer {
public:
    Explainer(const Program& program, dynamic::Heap& heap, const Limits& limits, Checker& checker)
        : program_(program),
          heap_(heap),
          limits_(limits),
          checker_(checker),
          problems_(heap.resource()) {}

    void explain(std::uint32_t node, const dynamic::Value& value);
    const std::pmr::vector<std::string_view>& problems() const { return problems_; }

private:
    using Names = std::pmr::vector<std::string_view>;

    bool is_done() const;
    void explain_check(const Check& check, const dynamic::Value& value);
    void explain_dependencies(const Check& check, const dynamic::Value& value);
    void explain_members(const ObjectRules& rules, const dynamic::Map& map);
    void explain_items(const ArrayRules& rules, const dynamic::List& list);
    /// Those that a phrase of the check names.
    Names names_of(const Check& check, const dynamic::Value& value);
    Names missing(Range names, const dynamic::Map& map);
    template <typename Append>
    void add(Append append);

    const Program& program_;
    dynamic::Heap& heap_;
    const Limits& limits_;
    Checker& checker_;
    std::pmr::vector<std::string_view> problems_;
};

}  // namespace turnpike::schema
