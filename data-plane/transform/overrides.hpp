#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"

namespace turnpike::transform {

/// Parameters of one kind with the values that templates gave them. One template may give each a
/// value once. Names and values lie in the heap or in the program of the template.
/// Thread: the exchange's.
class ParameterOverrides {
public:
    enum class Names : bool { ExactCase, AnyCase };
    ParameterOverrides(dynamic::Heap& heap, Names names)
        : heap_(heap), names_(names), values_(heap), set_now_(heap) {}

    static constexpr std::size_t kNamesMax = 1000;

    /// A name that the template under way has set before is noted as repeated(); beyond kNamesMax
    /// names nothing is kept but that there were too_many().
    void set(std::string_view name, dynamic::Value value);
    void erase(std::string_view name) { values_.erase(name); }
    const dynamic::Map& values() const { return values_; }

    void begin_template() { set_now_.clear(); }
    /// Returns: empty if no name was set twice.
    std::string_view repeated() const { return repeated_; }
    bool too_many() const { return too_many_; }

private:
    dynamic::Heap& heap_;
    Names names_;
    dynamic::Map values_;
    dynamic::Map set_now_;  ///< What the template under way has set; in lower case for AnyCase.
    std::string_view repeated_;
    bool too_many_ = false;
};

/// What templates asked for beyond their text. Source: the reference, mapping sections 3 and 4.6.
struct Overrides {
    explicit Overrides(dynamic::Heap& heap)
        : header(heap, ParameterOverrides::Names::AnyCase),
          path(heap, ParameterOverrides::Names::ExactCase),
          query_string(heap, ParameterOverrides::Names::ExactCase),
          response_header(heap, ParameterOverrides::Names::AnyCase) {}

    ParameterOverrides header;  ///< Of the request to the back end, like the next two.
    ParameterOverrides path;
    ParameterOverrides query_string;
    ParameterOverrides response_header;
    dynamic::Value response_status;
    bool has_set_status = false;  ///< The template under way has.
    bool repeats_status = false;

    void set_status(dynamic::Value value);
    void begin_template();
    /// Errors: Invalid if a template set something twice, LimitExceeded if it set too much.
    Result<void> check() const;
};

/// A value as a parameter is sent: texts as they are, everything else as JSON; null is empty. In
/// the heap.
std::string_view parameter_text(const dynamic::Value& value, dynamic::Heap& heap);
/// The values of one override as one text: lists joined with ",". In the heap.
std::string_view override_text(const dynamic::Value& value, dynamic::Heap& heap);

}  // namespace turnpike::transform
