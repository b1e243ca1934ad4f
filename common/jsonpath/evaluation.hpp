#pragma once

#include <optional>
#include <string_view>

#include "common/jsonpath/path.hpp"
#include "common/jsonpath/program.hpp"

namespace turnpike::jsonpath {

/// One evaluation of a path. Its methods end with OutOfSteps or std::bad_alloc when a limit is
/// reached; evaluate() catches both. Recursion: kFramesMax.
class Evaluation {
public:
    struct OutOfSteps {};

    Evaluation(const Program& program, const dynamic::Value& root, dynamic::Heap& heap,
               std::size_t steps_max)
        : program_(program), root_(root), heap_(heap), steps_left_(steps_max) {}

    std::optional<dynamic::Value> run();
    static const Program& program_of(const Path& path) { return *path.program_; }

private:
    static constexpr std::size_t kFramesMax = 1000;

    /// What a path matched: the first value for a definite one, else all of them.
    struct Matches {
        std::optional<dynamic::Value> first;
        dynamic::List* list = nullptr;
        void add(const dynamic::Value& value) {
            if (list != nullptr) {
                list->items.push_back(value);
            } else if (!first) {
                first = value;
            }
        }
    };
    /// A range of steps that is being followed.
    struct Trail {
        std::uint32_t step;
        std::uint32_t end;
        bool is_last() const { return step + 1 == end; }
        Trail next() const { return {step + 1, end}; }
    };
    class Frame {
    public:
        explicit Frame(Evaluation& evaluation);
        ~Frame() { --frames_; }
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;

    private:
        std::size_t& frames_;
    };
    /// One side of a comparison. Nothing if a path found nothing.
    struct Side {
        dynamic::Value value;
        bool is_literal = false;
        std::string_view text;  ///< of a scalar literal
    };

    // evaluation.cpp: paths
    std::optional<dynamic::Value> find(const Steps& path, const dynamic::Value& item);
    void follow(Trail trail, dynamic::Value here, Matches& matches);
    void branch(Trail trail, const dynamic::Value& here, Matches& matches);
    void elements(Trail trail, const dynamic::List& list, Matches& matches);
    void scan(Trail target, const dynamic::Value& here, Matches& matches);
    bool is_target(Trail target, const dynamic::Value& here);
    void members(Trail trail, const dynamic::Value& here, Matches& matches);
    dynamic::List& make_list() { return *heap_.make<dynamic::List>(heap_); }
    void charge(std::size_t steps);
    void charge_whole(const dynamic::Value& value);

    // condition.cpp: filters
    bool accepts(std::uint32_t condition, const dynamic::Value& item);
    bool exists(const Operand& path, const dynamic::Value& item);
    bool compare(const Condition& condition, const dynamic::Value& item);
    std::optional<Side> side(const Operand& operand, const dynamic::Value& item);
    bool matches(const Operand& pattern, const dynamic::Value& value);
    bool matches_text(const Operand& pattern, const dynamic::Value& value);
    bool compare_order(Operator comparison, const Side& left, const Side& right);
    bool compare_lists(Operator comparison, const dynamic::Value& left,
                       const dynamic::Value& right);
    bool holds(const dynamic::Value& list, const dynamic::Value& item);
    bool is_same(const dynamic::Value& a, const dynamic::Value& b);

    // function.cpp
    std::optional<dynamic::Value> call(const Step& step, const dynamic::Value& here);
    std::optional<dynamic::Value> aggregate(const Step& step, const dynamic::Value& model);
    std::optional<dynamic::Value> element(const Step& step, const dynamic::Value& model);
    dynamic::Value concat(const Step& step, const dynamic::Value& model);
    dynamic::Value append(const Step& step, const dynamic::Value& model);
    dynamic::Value length(const dynamic::Value& model) const;
    dynamic::Value keys(const dynamic::Value& model);
    std::optional<dynamic::Value> parameter(std::uint32_t operand);

    const Program& program_;
    dynamic::Value root_;
    dynamic::Heap& heap_;
    std::size_t steps_left_;
    std::size_t frames_ = 0;
};

}  // namespace turnpike::jsonpath
