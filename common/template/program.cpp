#include "common/template/program.hpp"

#include "common/template/code.hpp"
#include "common/template/parser.hpp"

namespace turnpike::velocity {
namespace {

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Where the text starts after trimming.
Place start_of(std::string_view text, std::string_view trimmed) {
    Place start;
    for (const char c : text.substr(0, static_cast<std::size_t>(trimmed.data() - text.data()))) {
        ++start.column;
        if (c == '\n') start = {start.line + 1, 1};
    }
    return start;
}

/// Leaves every call with the macro that it calls, if there is one.
void bind_calls(Compilation& compilation) {
    Code& code = compilation.code;
    for (Call& call : code.calls) {
        const auto own = compilation.macros.find(call.name);
        if (own != compilation.macros.end()) {
            call.code = &code;
            call.macro = own->second;
            continue;
        }
        const Code* outer = compilation.surroundings.code;
        for (Index macro = 0; outer != nullptr && macro < outer->macros.size(); ++macro) {
            if (outer->macros[macro].name != call.name) continue;
            call.code = outer;
            call.macro = macro;
        }
    }
}

Result<void> fill(Code& code, const Surroundings& surroundings, std::string_view text,
                  Place start) {
    Compilation compilation{code, surroundings, {}, {}, {}};
    if (surroundings.names != nullptr) code.names = *surroundings.names;
    for (Index slot = 0; slot < code.names.size(); ++slot) {
        compilation.slots.emplace(code.names[slot], slot);
    }
    Parser parser(compilation, {text, start, surroundings.depth});
    code.root = parser.parse_all();
    if (parser.failed()) return std::move(parser.error());
    for (auto& [name, error] : compilation.doubtful) {
        if (compilation.macros.contains(name)) return std::move(error);
    }
    bind_calls(compilation);
    const auto slot_of = [&compilation](std::string_view name) {
        const auto found = compilation.slots.find(name);
        return found == compilation.slots.end() ? kNone : found->second;
    };
    code.foreach_slot = slot_of("foreach");
    code.count_slot = slot_of("velocityCount");
    code.body_slot = slot_of("bodyContent");
    return {};
}

}  // namespace

Result<void> compile_into(Code& code, const Surroundings& surroundings) {
    return fill(code, surroundings, code.text, {});
}

Error error_at(const Code& code, Place place, std::string_view reason, Error::Kind kind) {
    std::string message = "template ";
    message += code.name;
    message += ", line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
    message += ": ";
    message += reason;
    return {kind, Error::Origin::Gateway, false, std::move(message), {}};
}

Program::Program(std::shared_ptr<const Code> code) : code_(std::move(code)) {}

std::string_view Program::name() const { return code_->name; }

Result<Program> compile(std::string_view text, std::string_view name, const Options& options) {
    const std::string_view trimmed = trim_blanks(text);
    auto code = std::make_shared<Code>(std::pmr::new_delete_resource());
    code->name = name;
    code->text = trimmed;
    code->has_evaluate = options.has_evaluate;
    const Place start = trimmed.empty() ? Place{} : start_of(text, trimmed);
    if (auto filled = fill(*code, {}, code->text, start); !filled) return filled.error();
    code->nodes.shrink_to_fit();
    code->operands.shrink_to_fit();
    code->links.shrink_to_fit();
    code->constants.shrink_to_fit();
    return Program(std::move(code));
}

}  // namespace turnpike::velocity
