#pragma once

#include <span>

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// The life of a request: every phase, in order. docs/request-life.md tells the story.
std::span<const pipeline::PhaseStep> order();

}  // namespace turnpike::phase
