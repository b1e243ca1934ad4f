#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/publish/source.hpp"

namespace turnpike::publish {

/// The current state of some stages, plans and keys, in the form in which workers read it. A record
/// that is not set means: gone, remove it.
struct Batch {
    struct Stage {
        std::string name;  ///< "<api id>/<stage name>"
        std::optional<std::string> record;
    };
    struct Plan {
        std::string id;
        std::optional<std::string> record;
    };
    struct Key {
        std::string id;
        std::string lookup;  ///< Empty if the key is gone: Redis knows its old one.
        std::optional<std::string> record;
    };
    std::vector<Stage> stages;
    std::vector<Plan> plans;
    std::vector<Key> keys;
    /// Hashes of the deployment documents that the stages point to, each once.
    std::vector<std::string> blobs;

    bool is_empty() const { return stages.empty() && plans.empty() && keys.empty(); }
};

/// What could not be published, and why; the rest is.
using Complain = std::function<void(const std::string& text)>;

/// Reads what the effects name, each once. Throws: what `source` throws.
Batch read_batch(PublicationSource& source, const std::vector<service::Effect>& effects,
                 const Complain& complain);

}  // namespace turnpike::publish
