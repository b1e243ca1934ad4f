#pragma once

#include <memory>

#include "common/base/result.hpp"
#include "common/config/settings.hpp"

namespace turnpike {

/// Every part of turnpike-control, wired. Thread: the process's main one.
class ControlPlane {
public:
    /// Makes the master key if there is none. Nothing is reached yet. Errors: Invalid, Internal (a
    /// file cannot be read or written).
    static Result<std::unique_ptr<ControlPlane>> create(const config::ControlSettings& settings);
    ~ControlPlane();
    ControlPlane(const ControlPlane&) = delete;
    ControlPlane& operator=(const ControlPlane&) = delete;

    /// Answers /livez and /readyz from now on. Errors: Unavailable (address taken).
    Result<void> start_status();
    /// Brings the schema up to date and makes the root principal. Returns: false if the database is
    /// away, so that it should be called again. Errors: what trying again will not mend.
    Result<bool> prepare_database();
    /// Serves and publishes. Requires: prepare_database() has returned true.
    Result<void> serve();
    /// Ends the calls under way, then everything else.
    void stop();

private:
    struct Parts;
    explicit ControlPlane(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace turnpike
