#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/dynamic/value.hpp"

/// Models: JSON Schema draft-4, compiled when a snapshot is loaded, and the check of request bodies
/// against them. Source: the reference, models and request validation;
/// draft-fge-json-schema-validation-00.
namespace turnpike::schema {

struct Program;

/// A compiled schema. Immutable; copies share it. Thread: any.
class Schema {
public:
    explicit Schema(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    const Program& program() const { return *program_; }

private:
    std::shared_ptr<const Program> program_;
};

/// The text of another document of the same API. `uri` is absolute if the documents' own URIs are,
/// and has no fragment. Returns: nothing if there is none of that name.
using Resolver = std::function<std::optional<std::string>(std::string_view uri)>;

/// Compiles the schema in `document`, which is JSON text. `uri` is its own address, from which
/// relative references start; it may be empty. `resolver` is only asked during the call, once for
/// each URI. References that lead nowhere are no error: what they stand for is never valid.
/// Errors: Invalid, with place and reason, if a keyword does not have the form of draft-4 or a
/// pattern is not supported; LimitExceeded if the whole is too large.
Result<Schema> compile(std::string_view document, const Resolver& resolver,
                       std::string_view uri = {});

/// Bounds of one validation.
struct Limits {
    std::size_t depth_max = 512;          ///< Schemas within schemas, however they are nested.
    std::size_t steps_max = 10'000'000;   ///< Checks, members, items; long texts count more.
    std::size_t problems_max = 64;        ///< That a report tells.
    std::size_t value_bytes_max = 1'024;  ///< Of each text or value that a phrase repeats.
};

/// What is wrong with an instance. Everything in it lives in the heap of the validation.
struct Report {
    bool is_valid = true;
    /// Phrases in the order and with the wording of the Java draft-4 validator: at one place by
    /// keyword, then members by name; nothing below a place after the first problem.
    std::span<const std::string_view> problems;
    std::string_view text;  ///< "[phrase, phrase]"; empty if it is valid.
};

/// Checks `instance`, a value that parse_json() made. A valid one takes no memory of the heap, but
/// for uniqueItems. Errors: LimitExceeded beyond the limits or the heap. Throws nothing.
Result<Report> validate(const Schema& schema, const dynamic::Value& instance, dynamic::Heap& heap,
                        const Limits& limits = {});

}  // namespace turnpike::schema
