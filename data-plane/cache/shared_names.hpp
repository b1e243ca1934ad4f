#pragma once

#include <string>
#include <string_view>

namespace turnpike::cache {

/// Names of what the cache keeps in Redis; docs/cache.md is the schema. All of a stage shares one
/// hash tag, so that one script may touch it in a Redis Cluster.
class StageNames {
public:
    /// `stage`: snapshot::StageCache::id.
    StageNames(std::string_view name_space, std::string_view stage) {
        tag_.reserve(name_space.size() + stage.size() + 16);
        tag_ = "{";
        tag_ += name_space;
        tag_ += ":cache:";
        tag_ += stage;
        tag_ += "}";
    }
    std::string entry_prefix() const { return tag_ + ":entry:"; }
    std::string entry(std::string_view id) const {
        std::string name;
        name.reserve(tag_.size() + id.size() + 8);
        name += tag_;
        name += ":entry:";
        name += id;
        return name;
    }
    std::string index() const { return tag_ + ":index"; }
    std::string sizes() const { return tag_ + ":sizes"; }
    std::string lock(std::string_view id) const { return tag_ + ":lock:" + std::string(id); }

private:
    std::string tag_;
};

/// The stream of what callers had replaced.
inline std::string replaced_stream(std::string_view name_space) {
    return "{" + std::string(name_space) + ":cache}:replaced";
}

}  // namespace turnpike::cache
