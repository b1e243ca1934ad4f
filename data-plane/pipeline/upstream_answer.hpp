#pragma once

#include <memory>

#include "common/base/clock.hpp"
#include "common/http/response_head.hpp"
#include "data-plane/net/body.hpp"

namespace turnpike::pipeline {

/// The response of an upstream whose head has arrived, with the connection that carries its body.
/// Lifetime: views into the head last as long as the answer; a piece of the body until the next.
/// Thread: the reactor's.
class UpstreamAnswer {
public:
    virtual const http::ResponseHead& head() const = 0;
    virtual net::BodySource& body() = 0;
    /// From now on the body may be silent that long at most, or less if that was agreed before.
    virtual void limit_silence(Milliseconds longest) = 0;
    /// The rest of the body is no longer wanted. A connection whose answer was read to its end goes
    /// back to its pool, any other is closed. The object is gone when this returns.
    virtual void release() = 0;

protected:
    ~UpstreamAnswer() = default;
};

struct ReleaseUpstreamAnswer {
    void operator()(UpstreamAnswer* answer) const { answer->release(); }
};
using UpstreamAnswerPtr = std::unique_ptr<UpstreamAnswer, ReleaseUpstreamAnswer>;

}  // namespace turnpike::pipeline
