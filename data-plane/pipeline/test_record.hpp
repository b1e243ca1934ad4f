#pragma once

#include <string>
#include <string_view>

#include "common/snapshot/test_invocation.hpp"
#include "common/telemetry/execution_log.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// Writes the log of one tested request as it goes through the phases. Thread: its reactor's.
/// Lifetime: the exchange's and the call's.
class TestRecord {
public:
    TestRecord(Exchange& exchange, const snapshot::TestCall& call);

    void begin();      ///< The request as the method sees it.
    void will_send();  ///< The integration request is ready; nothing for MOCK.
    void received();   ///< The head of the back end's answer is there.
    void collected(std::string_view body);
    /// What the caller gets, or why it is the gateway's own answer.
    void end(const snapshot::TestAnswer& answer);

    const std::string& text() const { return log_.text(); }

private:
    void add(const std::string& line);
    std::string endpoint_uri() const;

    Exchange& exchange_;
    const snapshot::TestCall& call_;
    telemetry::ExecutionLog log_;
};

}  // namespace turnpike::pipeline
