#include "data-plane/pipeline/execution_record.hpp"

#include "common/telemetry/execution_log.hpp"

namespace turnpike::pipeline {

void BodySample::set(std::string_view whole) {
    beginning_.clear();
    bytes_ = 0;
    is_set_ = true;
    add(whole);
}

void BodySample::add(std::string_view piece) {
    is_set_ = true;
    bytes_ += piece.size();
    // One byte more than is shown tells that there is more.
    const std::size_t room = telemetry::kLoggedBodyBytesMax + 1 - beginning_.size();
    beginning_.append(piece.substr(0, room));
}

std::string BodySample::logged() const { return telemetry::logged_body(beginning_); }

bool ExecutionRecord::is_wanted() const {
    return wishes_.is_test || wishes_.logs_errors || wishes_.logs_info || wishes_.explains;
}

bool ExecutionRecord::wants_data() const { return is_logged(Level::Data) || wishes_.explains_data; }

bool ExecutionRecord::hides_data() const {
    return (wishes_.logs_info && !wishes_.logs_data) ||
           (wishes_.explains && !wishes_.explains_data);
}

bool ExecutionRecord::is_logged(Level level) const {
    switch (level) {
        case Level::Error:
            return wishes_.is_test || wishes_.logs_errors || wishes_.logs_info;
        case Level::Info:
            return wishes_.is_test || wishes_.logs_info;
        case Level::Data:
            return wishes_.is_test || (wishes_.logs_info && wishes_.logs_data);
    }
    return false;
}

bool ExecutionRecord::is_explained(Level level) const {
    return wishes_.explains && (level != Level::Data || wishes_.explains_data);
}

void ExecutionRecord::begin_step(std::string_view phase, SteadyTime now) {
    steps_.push_back({phase, now, now, false, {}});
    is_step_open_ = true;
}

void ExecutionRecord::end_step(SteadyTime now, bool has_ended_request) {
    if (!is_step_open_) return;
    steps_.back().ended = now;
    steps_.back().has_ended_request = has_ended_request;
    is_step_open_ = false;
}

void ExecutionRecord::add(Level level, std::string text) {
    if (is_logged(level) || is_explained(level)) {
        lines_.push_back({wall_now(), level, std::move(text), nullptr});
    }
}

void ExecutionRecord::add_body(std::string label, const BodySample& body) {
    if (wants_data()) lines_.push_back({wall_now(), Level::Data, std::move(label), &body});
}

void ExecutionRecord::note(std::string_view name, std::string_view value, Level level) {
    if (steps_.empty() || !is_explained(level)) return;
    steps_.back().facts.emplace_back(name, value);
}

bool ExecutionRecord::write(const Line& line, std::string& out) {
    if (line.body != nullptr && !line.body->is_set()) return false;
    out += line.text;
    if (line.body != nullptr) out += line.body->logged();
    return true;
}

}  // namespace turnpike::pipeline
