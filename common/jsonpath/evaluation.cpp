#include "common/jsonpath/evaluation.hpp"

#include <algorithm>

namespace turnpike::jsonpath {

using dynamic::List;
using dynamic::Map;
using dynamic::Value;

namespace {

/// Null if the list has no such element. Negative: from the end.
const Value* element_at(const Value& value, std::int32_t index) {
    if (!value.is_list()) return nullptr;
    const auto& items = value.as_list().items;
    const std::int64_t place = index < 0 ? index + static_cast<std::int64_t>(items.size()) : index;
    if (place < 0 || place >= static_cast<std::int64_t>(items.size())) return nullptr;
    return &items[static_cast<std::size_t>(place)];
}

}  // namespace

Evaluation::Frame::Frame(Evaluation& evaluation) : frames_(evaluation.frames_) {
    if (frames_ == kFramesMax) throw OutOfSteps();
    ++frames_;
}

std::optional<Value> Evaluation::run() { return find(program_.paths[program_.main], root_); }

void Evaluation::charge(std::size_t steps) {
    if (steps > steps_left_) throw OutOfSteps();
    steps_left_ -= steps;
}

std::optional<Value> Evaluation::find(const Steps& path, const Value& item) {
    const Frame frame(*this);
    Matches matches;
    if (!path.is_definite) matches.list = &make_list();
    const Trail trail{path.range.first, path.range.first + path.range.count};
    follow(trail, path.is_from_root ? root_ : item, matches);
    if (matches.list != nullptr) return Value::list(*matches.list);
    return matches.first;
}

void Evaluation::follow(Trail trail, Value here, Matches& matches) {
    charge(1);
    for (; trail.step != trail.end; ++trail.step) {
        const Step& step = program_.steps[trail.step];
        const Value* found = nullptr;
        std::optional<Value> computed;
        switch (step.kind) {
            case Step::Kind::Name:
                if (here.is_map()) found = here.as_map().find(program_.names[step.range.first]);
                break;
            case Step::Kind::Index:
                found = element_at(here, step.from);
                break;
            case Step::Kind::Function:
                computed = call(step, here);
                if (computed) found = &*computed;
                break;
            default:
                branch(trail, here, matches);
                return;
        }
        if (found == nullptr) return;
        here = *found;
        charge(1);
    }
    matches.add(here);
}

void Evaluation::branch(Trail trail, const Value& here, Matches& matches) {
    const Frame frame(*this);
    const Step& step = program_.steps[trail.step];
    if (step.kind == Step::Kind::Scan) {
        scan(trail.next(), here, matches);
    } else if (here.is_list()) {
        elements(trail, here.as_list(), matches);
    } else if (here.is_map()) {
        members(trail, here, matches);
    }
}

void Evaluation::elements(Trail trail, const List& list, Matches& matches) {
    const Step& step = program_.steps[trail.step];
    const auto size = static_cast<std::int64_t>(list.items.size());
    std::int64_t from = 0;
    std::int64_t to = size;
    switch (step.kind) {
        case Step::Kind::Indices:
            for (std::uint32_t n = 0; n < step.range.count; ++n) {
                const std::int32_t index = program_.numbers[step.range.first + n];
                const std::int64_t place = index < 0 ? index + size : index;
                if (place < 0 || place >= size) continue;
                follow(trail.next(), list.items[static_cast<std::size_t>(place)], matches);
            }
            return;
        case Step::Kind::From:
            from = step.from < 0 ? std::max<std::int64_t>(0, step.from + size) : step.from;
            break;
        case Step::Kind::To:
            to = std::min(size, step.to < 0 ? step.to + size : step.to);
            break;
        case Step::Kind::Between:
            // The reference compares these ends before it counts negative ones from the end.
            from = std::max<std::int64_t>(step.from, -size);
            to = std::min<std::int64_t>(size, step.to);
            break;
        case Step::Kind::Names:
            return;
        default:
            break;
    }
    for (; from < to; ++from) {
        const Value& item = list.items[static_cast<std::size_t>(from < 0 ? from + size : from)];
        if (step.kind == Step::Kind::Filter && !accepts(step.condition, item)) continue;
        follow(trail.next(), item, matches);
    }
}

void Evaluation::members(Trail trail, const Value& here, Matches& matches) {
    const Map& map = here.as_map();
    const Step& step = program_.steps[trail.step];
    if (step.kind == Step::Kind::Wildcard) {
        for (const Map::Member& member : map.members()) {
            follow(trail.next(), member.value, matches);
        }
    } else if (step.kind == Step::Kind::Filter) {
        if (accepts(step.condition, here)) follow(trail.next(), here, matches);
    } else if (step.kind == Step::Kind::Names) {
        Map* merged = trail.is_last() ? heap_.make<Map>(heap_) : nullptr;
        for (std::uint32_t n = 0; n < step.range.count; ++n) {
            const std::string_view name = program_.names[step.range.first + n];
            const Value* found = map.find(name);
            if (found == nullptr) continue;
            if (merged != nullptr) {
                merged->put(heap_.copy(name), *found);
            } else {
                follow(trail.next(), *found, matches);
            }
        }
        if (merged != nullptr) matches.add(Value::map(*merged));
    }
}

/// What stands above comes before what stands below it.
void Evaluation::scan(Trail target, const Value& here, Matches& matches) {
    if (!here.is_list() && !here.is_map()) return;
    const Frame frame(*this);
    charge(1);
    if (here.is_map()) {
        if (is_target(target, here)) follow(target, here, matches);
        for (const Map::Member& member : here.as_map().members()) {
            scan(target, member.value, matches);
        }
        return;
    }
    const auto& items = here.as_list().items;
    if (is_target(target, here)) {
        if (target.is_last()) {
            follow(target, here, matches);
        } else {
            // As the reference has it: in a list, a step in the middle of the path that applies to
            // the list lets all elements through.
            for (const Value& item : items) follow(target.next(), item, matches);
        }
    }
    for (const Value& item : items) scan(target, item, matches);
}

bool Evaluation::is_target(Trail target, const Value& here) {
    const Step& step = program_.steps[target.step];
    switch (step.kind) {
        case Step::Kind::Name:
        case Step::Kind::Names: {
            if (!here.is_map()) return false;
            if (step.kind == Step::Kind::Names && !target.is_last()) return true;
            for (std::uint32_t n = 0; n < step.range.count; ++n) {
                if (here.as_map().find(program_.names[step.range.first + n]) == nullptr) {
                    return false;
                }
            }
            return true;
        }
        case Step::Kind::Wildcard:
            return true;
        case Step::Kind::Filter:
            return accepts(step.condition, here);
        default:
            return here.is_list() && step.kind != Step::Kind::Function;
    }
}

namespace {

/// Paths of names and indices, which nearly all are.
std::optional<Value> find_plain(const Program& program, const Value& root) {
    const Value* here = &root;
    const Range range = program.paths[program.main].range;
    for (std::uint32_t n = range.first; n < range.first + range.count; ++n) {
        const Step& step = program.steps[n];
        if (step.kind == Step::Kind::Index) {
            here = element_at(*here, step.from);
        } else if (here->is_map()) {
            here = here->as_map().find(program.names[step.range.first]);
        } else {
            return std::nullopt;
        }
        if (here == nullptr) return std::nullopt;
    }
    return *here;
}

}  // namespace

Result<std::optional<Value>> evaluate(const Path& path, const Value& root, dynamic::Heap& heap,
                                      const Limits& limits) {
    const Program& program = Evaluation::program_of(path);
    if (program.is_plain) return find_plain(program, root);
    try {
        return Evaluation(program, root, heap, limits.steps_max).run();
    } catch (const Evaluation::OutOfSteps&) {
        return limit_exceeded("The JSONPath expression takes too many steps");
    } catch (const std::bad_alloc&) {
        return limit_exceeded("The JSONPath expression needs too much memory");
    }
}

}  // namespace turnpike::jsonpath
