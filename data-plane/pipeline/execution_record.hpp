#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::pipeline {

/// The beginning of a body that went by, for those who write it down. Unset: nobody saw the body.
class BodySample {
public:
    void set(std::string_view whole);
    /// The next bytes of a body that comes in pieces.
    void add(std::string_view piece);
    bool is_set() const { return is_set_; }
    std::uint64_t bytes() const { return bytes_; }  ///< Of the whole body so far.
    /// As logs show it: the first bytes, and whether that is not all.
    std::string logged() const;

private:
    std::string beginning_;
    std::uint64_t bytes_ = 0;
    bool is_set_ = false;
};

/// What happened to one request, phase by phase, for those who asked to see it: TestInvokeMethod,
/// the execution log of its stage, explain. A request that nobody watches has none.
/// Lines are in the service's words; facts are ours. Source: the reference, observability
/// section 2. Thread: its reactor's.
class ExecutionRecord {
public:
    /// Who reads it, and how much of it.
    struct Wishes {
        bool is_test = false;        ///< All lines.
        bool logs_errors = false;    ///< Lines that tell of a failure.
        bool logs_info = false;      ///< Lines of all requests.
        bool logs_data = false;      ///< With `logs_info`: bodies, fields and parameters, too.
        bool explains = false;       ///< Lines and facts.
        bool explains_data = false;  ///< With `explains`: as for `logs_data`.
    };
    /// What a line or a fact is about, so to whom it may be shown.
    enum class Level : std::uint8_t { Error, Info, Data };

    struct Line {
        WallTime time;
        Level level = Level::Info;
        std::string text;
        const BodySample* body = nullptr;  ///< Its text goes behind `text`, once it is known.
    };
    struct Step {
        std::string_view phase;  ///< A constant.
        SteadyTime started;
        SteadyTime ended;
        bool has_ended_request = false;
        std::vector<std::pair<std::string, std::string>> facts;
    };

    explicit ExecutionRecord(const Wishes& wishes) : wishes_(wishes) {}
    ExecutionRecord(const ExecutionRecord&) = delete;
    ExecutionRecord& operator=(const ExecutionRecord&) = delete;

    const Wishes& wishes() const { return wishes_; }
    void set_wishes(const Wishes& wishes) { wishes_ = wishes; }
    bool is_wanted() const;
    /// Anybody wants bodies, fields and parameters.
    bool wants_data() const;
    /// Somebody reads the lines who is not to see these.
    bool hides_data() const;

    void begin_step(std::string_view phase, SteadyTime now);
    /// Without a step that began it does nothing.
    void end_step(SteadyTime now, bool has_ended_request);

    void add(Level level, std::string text);
    /// A line that ends with a body; left out if nobody sees the body. Lifetime of `body`: that of
    /// the record.
    void add_body(std::string label, const BodySample& body);
    /// A fact about the step under way, or the last one; for explain alone.
    void note(std::string_view name, std::string_view value, Level level = Level::Info);
    /// As above; `make` gives the value if somebody reads it.
    template <std::invocable Make>
    void note(std::string_view name, const Make& make, Level level = Level::Info) {
        if (is_explained(level)) note(name, std::string_view(std::string(make())), level);
    }

    /// Whether the wishes of the execution log, of a test or of explain cover the level.
    bool is_logged(Level level) const;
    bool is_explained(Level level) const;
    /// The line as it is written, with its body. Returns: false if the body was never seen.
    static bool write(const Line& line, std::string& out);

    const std::vector<Line>& lines() const { return lines_; }
    /// Those that ended.
    std::span<const Step> steps() const {
        return std::span(steps_).first(steps_.size() - (is_step_open_ ? 1 : 0));
    }

    // Bodies as they went by.
    BodySample request_body;
    BodySample endpoint_request_body;
    BodySample endpoint_response_body;
    BodySample response_body;

private:
    Wishes wishes_;
    std::vector<Line> lines_;
    std::vector<Step> steps_;
    bool is_step_open_ = false;
};

}  // namespace turnpike::pipeline
