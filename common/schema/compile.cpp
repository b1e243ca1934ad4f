#include "common/schema/compiler.hpp"
#include "common/schema/limits.hpp"
#include "common/schema/schema.hpp"
#include "common/schema/uri_reference.hpp"

namespace turnpike::schema {
namespace {

constexpr std::string_view kReference = "$ref";

}  // namespace

Compiler::Compiler(const Resolver& resolver)
    : program_(std::make_shared<Program>()), documents_(program_->heap, resolver) {}

Result<std::shared_ptr<const Program>> Compiler::run(std::string_view text, std::string_view uri) {
    auto root = documents_.read(text, uri);
    if (!root) return root.error();
    program_->root = node_of(*std::move(root));
    while (!waiting_.empty() && !error_) {
        const Waiting next = std::move(waiting_.back());
        waiting_.pop_back();
        fill(next.node, next.place);
        if (program_->nodes.size() > limits::kNodesMax) {
            error_ = limit_exceeded("The schema has too many parts");
        }
    }
    if (error_) return *std::move(error_);
    return std::shared_ptr<const Program>(std::move(program_));
}

std::uint32_t Compiler::new_node() {
    program_->nodes.emplace_back();
    return static_cast<std::uint32_t>(program_->nodes.size() - 1);
}

std::uint32_t Compiler::node_of(Place place) {
    std::string_view reference = text_member(place.value, kReference);
    for (std::size_t followed = 0; !reference.empty(); ++followed) {
        if (followed == limits::kReferencesMax) return never(reference);
        auto target = documents_.find(resolve_reference(place.base, reference));
        if (!target || !target->value.is_map()) return never(reference);
        place = *std::move(target);
        reference = text_member(place.value, kReference);
    }
    if (!place.value.is_map()) {
        fail(place, "a schema must be an object");
        return 0;
    }
    const auto [known, is_new] = nodes_.try_emplace(&place.value.as_map(), 0);
    if (is_new) {
        known->second = new_node();
        waiting_.push_back({known->second, std::move(place)});
    }
    return known->second;
}

std::uint32_t Compiler::node_below(const Place& value, std::string_view name,
                                   const dynamic::Value& schema) {
    return node_of({schema, value.base, pointer_below(value.pointer, name)});
}

/// It is complete at once, whichever node is being filled.
std::uint32_t Compiler::never(std::string_view reference) {
    Program& program = *program_;
    const std::uint32_t node = new_node();
    program.nodes[node].checks = {static_cast<std::uint32_t>(program.checks.size()), 1};
    Check check{};
    check.keyword = Keyword::Never;
    check.applies = types::kAny;
    check.index = static_cast<std::uint32_t>(program.names.size());
    program.checks.push_back(check);
    program.names.push_back(reference);
    return node;
}

void Compiler::fail(const Place& place, std::string_view reason) {
    if (error_) return;
    error_ = invalid("Invalid schema at " + place.pointer + ": " + std::string(reason));
}

Check& Compiler::add_check(Keyword keyword, Types applies) {
    Check check{};
    check.keyword = keyword;
    check.applies = applies;
    return checks_.emplace_back(check);
}

const dynamic::Value* Compiler::sibling(std::string_view keyword) const {
    return schema_->find(keyword);
}

std::optional<std::uint32_t> Compiler::add_pattern(const Place& place,
                                                   std::string_view expression) {
    if (const auto known = patterns_.find(expression); known != patterns_.end()) {
        return known->second;
    }
    auto pattern = Pattern::compile(expression);
    if (!pattern) {
        fail(place, pattern.error().message);
        return std::nullopt;
    }
    pattern_bytes_ += pattern->memory_bytes_max();
    if (pattern_bytes_ > limits::kPatternMemoryTotalMax) {
        error_ = limit_exceeded("The patterns of the schema need too much memory");
        return std::nullopt;
    }
    program_->patterns.push_back(*std::move(pattern));
    const auto index = static_cast<std::uint32_t>(program_->patterns.size() - 1);
    patterns_.emplace(expression, index);
    return index;
}

Result<Schema> compile(std::string_view document, const Resolver& resolver, std::string_view uri) {
    try {
        auto program = Compiler(resolver).run(document, uri);
        if (!program) return program.error();
        return Schema(*std::move(program));
    } catch (const std::bad_alloc&) {
        return limit_exceeded("The schema needs too much memory");
    }
}

}  // namespace turnpike::schema
