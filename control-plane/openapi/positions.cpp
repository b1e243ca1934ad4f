#include "control-plane/openapi/positions.hpp"

#include "control-plane/openapi/yaml_events.hpp"

namespace turnpike::openapi {
namespace {

using Wanted = PositionFinder::Wanted;

/// Where a pass stands: the containers that enclose it, each with what is wanted of it.
class Trail {
public:
    explicit Trail(Wanted& root) : next_(&root) {}

    bool wants_name() const { return !open_.empty() && open_.back().is_object && !has_name_; }
    /// Whether anything is wanted inside the innermost object, so that names need decoding.
    bool is_of_interest() const { return open_.back().wanted != nullptr; }

    void name(std::string_view text, Position at) {
        next_ = inner(open_.back().wanted, text, at);
        has_name_ = true;
    }
    void open(bool is_object, Position at) {
        Wanted* const wanted = begin_value(at);
        open_.push_back({wanted, is_object, 0});
    }
    void close() { open_.pop_back(); }
    void scalar(Position at) { begin_value(at); }

private:
    struct Level {
        Wanted* wanted = nullptr;
        bool is_object = false;
        std::size_t index = 0;
    };

    static Wanted* inner(Wanted* wanted, std::string_view step, Position at) {
        if (wanted == nullptr) return nullptr;
        const auto found = wanted->inner.find(step);
        if (found == wanted->inner.end()) return nullptr;
        // Of equal names the last one counts.
        found->second->position = at;
        return found->second.get();
    }

    Wanted* begin_value(Position at) {
        has_name_ = false;
        if (open_.empty()) {
            next_->position = at;
            return next_;
        }
        Level& level = open_.back();
        if (level.is_object) return next_;
        const std::size_t index = level.index++;
        return level.wanted == nullptr ? nullptr : inner(level.wanted, std::to_string(index), at);
    }

    std::vector<Level> open_;
    Wanted* next_;
    bool has_name_ = false;
};

/// Walks a text that is known to be JSON.
class JsonScan {
public:
    JsonScan(std::string_view text, Trail& trail) : text_(text), trail_(trail) {}

    void run() {
        while (at_ < text_.size()) step();
    }

private:
    void step() {
        const char c = text_[at_];
        if (c == '\n') {
            ++counted_.line;
            counted_.column = 1;
            counted_to_ = at_ + 1;
        } else if (c == '{' || c == '[') {
            trail_.open(c == '{', position());
        } else if (c == '}' || c == ']') {
            trail_.close();
        } else if (c == '"') {
            string();
        } else if (c != ' ' && c != '\t' && c != '\r' && c != ',' && c != ':') {
            trail_.scalar(position());
            at_ = text_.find_first_of(",]} \t\r\n", at_);
            return;
        }
        ++at_;
    }

    /// Leaves at_ at the closing quote.
    void string() {
        const std::size_t start = at_;
        const Position where = position();
        for (++at_; text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        if (!trail_.wants_name()) {
            trail_.scalar(where);
        } else if (!trail_.is_of_interest()) {
            trail_.name({}, where);
        } else if (const auto name = json::parse(text_.substr(start, at_ + 1 - start))) {
            trail_.name(name->as_string(), where);
        }
    }

    /// Counts on from where it was asked last: a document may be one long line.
    Position position() {
        for (; counted_to_ < at_; ++counted_to_) {
            const bool continues =
                (static_cast<unsigned char>(text_[counted_to_]) & 0xC0U) == 0x80U;
            if (!continues) ++counted_.column;
        }
        return counted_;
    }

    std::string_view text_;
    Trail& trail_;
    std::size_t at_ = 0;
    Position counted_;
    std::size_t counted_to_ = 0;
};

void scan_yaml(std::string_view text, Trail& trail) {
    YamlEvents events(text);
    for (auto event = events.next(); event; event = events.next()) {
        switch (event->kind) {
            case YamlEvent::Kind::DocumentEnd:
                return;
            case YamlEvent::Kind::MapStart:
            case YamlEvent::Kind::SequenceStart:
                trail.open(event->kind == YamlEvent::Kind::MapStart, event->position);
                break;
            case YamlEvent::Kind::MapEnd:
            case YamlEvent::Kind::SequenceEnd:
                trail.close();
                break;
            default:
                if (trail.wants_name()) {
                    trail.name(event->text, event->position);
                } else {
                    trail.scalar(event->position);
                }
        }
    }
}

}  // namespace

PositionFinder::PositionFinder() = default;
PositionFinder::~PositionFinder() = default;

void PositionFinder::want(const Steps& steps) {
    Wanted* at = &root_;
    for (const std::string& step : steps) {
        std::unique_ptr<Wanted>& inner = at->inner[step];
        if (inner == nullptr) inner = std::make_unique<Wanted>();
        at = inner.get();
    }
}

void PositionFinder::find_in(const Source& source) {
    Trail trail(root_);
    if (source.syntax == Source::Syntax::Json) {
        JsonScan(source.text, trail).run();
    } else {
        scan_yaml(source.text, trail);
    }
}

Place PositionFinder::place_of(const Steps& steps) const {
    const Wanted* at = &root_;
    Place nearest{root_.position.value_or(Position{}), {}};
    for (const std::string& step : steps) {
        const auto found = at->inner.find(step);
        if (found == at->inner.end()) break;
        at = found->second.get();
        if (!at->position) break;
        nearest.position = *at->position;
        nearest.steps.push_back(step);
    }
    return nearest;
}

std::string place_text(const Place& place) {
    const std::string pointer = pointer_text(place.steps);
    return std::to_string(place.position.line) + ":" + std::to_string(place.position.column) +
           (pointer.empty() ? "" : " " + pointer);
}

}  // namespace turnpike::openapi
