#pragma once

#include <memory>
#include <string_view>

#include "common/base/result.hpp"
#include "control-plane/openapi/position.hpp"

namespace turnpike::openapi {

/// One event of a YAML text. Views live until the next one is asked for.
struct YamlEvent {
    enum class Kind { Scalar, Alias, MapStart, MapEnd, SequenceStart, SequenceEnd, DocumentEnd };
    Kind kind = Kind::DocumentEnd;
    Position position;
    std::string_view text;    ///< Of a scalar.
    std::string_view anchor;  ///< Of an alias: what it names. Empty: none.
    std::string_view tag;     ///< In full. Empty: none.
    bool is_plain = false;    ///< A scalar without quotes or block style.
};

/// The events of a text that holds one YAML document, in order. It reads no further than it must,
/// so that a caller can stop at a bound of its own. Thread: one. Lifetime: the text outlives it.
class YamlEvents {
public:
    explicit YamlEvents(std::string_view text);
    ~YamlEvents();
    YamlEvents(const YamlEvents&) = delete;
    YamlEvents& operator=(const YamlEvents&) = delete;

    /// DocumentEnd is the last one. Errors: Invalid, the place and reason in `detail`: not YAML,
    /// not UTF-8, no document, more than one.
    Result<YamlEvent> next();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace turnpike::openapi
