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
    enum class Lists : bool { Joined, Kept };
    ParameterOverrides(dynamic::Heap& heap, Names names, Lists lists)
        : heap_(heap), names_(names), lists_(lists), values_(heap), texts_(heap), set_now_(heap) {}

    static constexpr std::size_t kNamesMax = 1000;

    /// A name that the template under way has set before is noted as repeated(); beyond kNamesMax
    /// names nothing is kept but that there were too_many().
    void set(std::string_view name, dynamic::Value value);
    void erase(std::string_view name);
    /// As templates read them.
    const dynamic::Map& values() const { return values_; }
    /// As they are sent, once a template has ended: every value a text, lists joined with ",", or,
    /// if they are kept, a list of texts. Null gives an empty text.
    const dynamic::Map& texts() const { return texts_; }

    void begin_template() { set_now_.clear(); }
    /// May throw std::bad_alloc: the heap is full.
    void end_template();
    /// Returns: empty if no name was set twice.
    std::string_view repeated() const { return repeated_; }
    bool too_many() const { return too_many_; }

private:
    dynamic::Value text_of(const dynamic::Value& value);

    dynamic::Heap& heap_;
    Names names_;
    Lists lists_;
    dynamic::Map values_;
    dynamic::Map texts_;
    /// The names that the template under way has set, by themselves or, for AnyCase, in lower case.
    dynamic::Map set_now_;
    std::string_view repeated_;
    bool too_many_ = false;
};

/// What templates asked for beyond their text. Source: the reference, mapping sections 3 and 4.6.
struct Overrides {
    using Names = ParameterOverrides::Names;
    using Lists = ParameterOverrides::Lists;
    explicit Overrides(dynamic::Heap& heap)
        : header(heap, Names::AnyCase, Lists::Joined),
          path(heap, Names::ExactCase, Lists::Joined),
          query_string(heap, Names::ExactCase, Lists::Kept),
          response_header(heap, Names::AnyCase, Lists::Joined) {}

    ParameterOverrides header;  ///< Of the request to the back end, like the next two.
    ParameterOverrides path;
    ParameterOverrides query_string;
    ParameterOverrides response_header;
    dynamic::Value response_status;
    bool has_set_status = false;  ///< The template under way has.
    bool repeats_status = false;

    void set_status(dynamic::Value value);
    void begin_template();
    /// Errors: Invalid if the template set something twice, LimitExceeded if it set too much. May
    /// throw std::bad_alloc.
    Result<void> end_template();
};

/// A value as a parameter is sent: texts as they are, everything else as JSON; null is empty. In
/// the heap, which may be full: std::bad_alloc.
std::string_view parameter_text(const dynamic::Value& value, dynamic::Heap& heap);

}  // namespace turnpike::transform
