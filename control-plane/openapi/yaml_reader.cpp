#include "control-plane/openapi/yaml_reader.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/base/text.hpp"
#include "control-plane/openapi/limits.hpp"
#include "control-plane/openapi/yaml_events.hpp"
#include "control-plane/openapi/yaml_scalar.hpp"

namespace turnpike::openapi {
namespace {

/// Above this many members an object's names are looked up in a set.
constexpr std::size_t kLinearMembersMax = 16;

Error refused(Position at, std::string_view reason) {
    Error error = invalid("Invalid YAML");
    error.detail = "Line " + std::to_string(at.line) + ", column " + std::to_string(at.column) +
                   ": " + std::string(reason) + ".";
    return error;
}

/// What values take, counted with all copies.
struct Size {
    std::size_t values = 0;
    std::size_t text_bytes = 0;

    Size& operator+=(Size more) {
        values += more.values;
        text_bytes += more.text_bytes;
        return *this;
    }
};

/// An object that grows, with a set of its names once looking through them would be slow.
class Members {
public:
    /// Of equal names the last one wins.
    void set(std::string name, json::Value value) {
        if (is_new(name)) {
            object_.append(std::move(name), std::move(value));
        } else {
            object_.set(name, std::move(value));
        }
    }
    /// What is there stays.
    void merge(const json::Object& other) {
        for (const auto& [name, value] : other) {
            if (is_new(name)) object_.append(name, value);
        }
    }
    json::Object take() { return std::move(object_); }

private:
    bool is_new(const std::string& name) {
        if (object_.size() < kLinearMembersMax) return !object_.contains(name);
        if (names_.empty()) {
            for (const auto& member : object_) names_.insert(member.first);
        }
        return names_.insert(name).second;
    }

    json::Object object_;
    std::unordered_set<std::string> names_;
};

class Builder {
public:
    explicit Builder(std::string_view text) : events_(text) {}

    Result<json::Value> build() {
        for (;;) {
            const auto event = events_.next();
            if (!event) return event.error();
            if (event->kind == YamlEvent::Kind::DocumentEnd) return std::move(root_);
            if (auto taken = take(*event); !taken) return taken.error();
        }
    }

private:
    struct Level {
        bool is_map = false;
        bool is_merge = false;  ///< The key is a plain "<<".
        std::optional<std::string> key;
        Members members;
        json::Array elements;
        std::vector<json::Value> merged;
        std::string anchor;
        Size before;
    };
    struct Anchored {
        json::Value value;
        Size size;
    };

    Result<void> take(const YamlEvent& event) {
        switch (event.kind) {
            case YamlEvent::Kind::Scalar:
                return take_scalar(event);
            case YamlEvent::Kind::Alias:
                return take_alias(event);
            case YamlEvent::Kind::MapStart:
                return open(event, true);
            case YamlEvent::Kind::SequenceStart:
                return open(event, false);
            default:
                return close(event);
        }
    }

    bool wants_key() const { return !open_.empty() && open_.back().is_map && !open_.back().key; }

    /// What goes into the document.
    Result<void> count(const YamlEvent& event, Size more) {
        made_ += more;
        return check_total(event);
    }
    /// What is kept besides, for aliases.
    Result<void> count_kept(const YamlEvent& event, Size more) {
        kept_ += more;
        return check_total(event);
    }
    Result<void> check_total(const YamlEvent& event) const {
        if (made_.values + kept_.values > kValuesMax ||
            made_.text_bytes + kept_.text_bytes > kTextBytesMax) {
            return refused(event.position, "too much in one document");
        }
        return {};
    }

    Result<void> take_scalar(const YamlEvent& event) {
        if (wants_key()) {
            if (!event.anchor.empty()) return refused(event.position, "an anchor at a key");
            open_.back().key = std::string(event.text);
            open_.back().is_merge = event.is_plain && event.tag.empty() && event.text == "<<";
            return count(event, {0, event.text.size()});
        }
        const Size before = made_;
        if (auto counted = count(event, {1, event.text.size()}); !counted) return counted;
        std::optional<json::Value> value = typed(event);
        if (!value) return refused(event.position, "a number that is too large or of another type");
        return add(event, *std::move(value), event.anchor, before);
    }

    static std::optional<json::Value> typed(const YamlEvent& event) {
        if (!event.tag.empty() && event.tag != "!") return tagged_scalar(event.tag, event.text);
        if (event.is_plain && event.tag.empty()) return plain_scalar(event.text);
        return json::Value(event.text);
    }

    Result<void> take_alias(const YamlEvent& event) {
        if (wants_key()) return refused(event.position, "an alias as a key");
        const auto found = anchored_.find(event.anchor);
        if (found == anchored_.end()) return refused(event.position, "an alias of nothing");
        // Counted before it is copied.
        if (auto counted = count(event, found->second.size); !counted) return counted;
        return add(event, found->second.value, {}, {});
    }

    Result<void> open(const YamlEvent& event, bool is_map) {
        if (wants_key()) return refused(event.position, "a key that is no scalar");
        if (open_.size() >= kDepthMax) return refused(event.position, "nested too deeply");
        const Size before = made_;
        if (auto counted = count(event, {1, 0}); !counted) return counted;
        Level& level = open_.emplace_back();
        level.is_map = is_map;
        level.anchor = event.anchor;
        level.before = before;
        return {};
    }

    Result<void> close(const YamlEvent& event) {
        Level level = std::move(open_.back());
        open_.pop_back();
        if (!level.is_map) {
            return add(event, json::Value(std::move(level.elements)), level.anchor, level.before);
        }
        for (const json::Value& source : level.merged) level.members.merge(source.as_object());
        return add(event, json::Value(level.members.take()), level.anchor, level.before);
    }

    /// `before`: what was made when the value began.
    Result<void> add(const YamlEvent& event, json::Value value, std::string_view anchor,
                     Size before) {
        if (!anchor.empty()) {
            const Size size{made_.values - before.values, made_.text_bytes - before.text_bytes};
            if (auto counted = count_kept(event, size); !counted) return counted;
            anchored_.insert_or_assign(std::string(anchor), Anchored{value, size});
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return {};
        }
        Level& level = open_.back();
        if (!level.is_map) {
            level.elements.push_back(std::move(value));
            return {};
        }
        std::string key = std::move(*level.key);
        level.key.reset();
        if (level.is_merge) return merge(event, level, std::move(value));
        level.members.set(std::move(key), std::move(value));
        return {};
    }

    /// "<<: *one" or "<<: [*one, *two]".
    static Result<void> merge(const YamlEvent& event, Level& level, json::Value value) {
        json::Array sources;
        if (value.is_array()) {
            sources = std::move(value.as_array());
        } else {
            sources.push_back(std::move(value));
        }
        for (json::Value& source : sources) {
            if (!source.is_object())
                return refused(event.position, "a merge of what is no mapping");
            level.merged.push_back(std::move(source));
        }
        return {};
    }

    YamlEvents events_;
    std::vector<Level> open_;
    std::unordered_map<std::string, Anchored, StringHash, std::equal_to<>> anchored_;
    Size made_;
    Size kept_;
    json::Value root_;
};

}  // namespace

Result<json::Value> parse_yaml(std::string_view text) { return Builder(text).build(); }

}  // namespace turnpike::openapi
