#pragma once

#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"
#include "common/template/limits.hpp"

/// Mapping templates: the language of Velocity 1.7 as the service has it.
/// Source: docs/mapping-templates.md; the reference, mapping templates sections 3 and 4.
namespace turnpike::velocity {

struct Code;

/// A compiled template. Immutable; copies share it. Thread: any.
class Program {
public:
    explicit Program(std::shared_ptr<const Code> code);
    std::string_view name() const;
    const Code& code() const { return *code_; }

private:
    std::shared_ptr<const Code> code_;
};

/// What differs from template to template.
struct Options {
    /// `#evaluate`; without it the directive is an error. The reference leaves open which it is.
    bool has_evaluate = false;
};

/// Nothing of the program refers to `text` or `name` afterwards. Errors: Invalid; the message names
/// template, line and column (both from 1, columns in bytes).
Result<Program> compile(std::string_view text, std::string_view name, const Options& options = {});

/// A variable that a template finds and cannot assign. The name is without "$".
struct Variable {
    std::string_view name;
    dynamic::Value value;
};

struct Scope {
    std::span<const Variable> variables;
};

/// Appends what the template gives to `out`; never throws. Errors name template, line and column:
/// Invalid where the template asks for what cannot be, LimitExceeded at a limit of `limits` or of
/// the heap; then `out` holds a part. Lifetime: what the template put into objects of the scope may
/// refer to the program and to the heap.
Result<void> evaluate(const Program& program, const Scope& scope, dynamic::Heap& heap,
                      const Limits& limits, std::pmr::string& out);

}  // namespace turnpike::velocity
