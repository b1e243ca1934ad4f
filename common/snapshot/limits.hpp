#pragma once

#include <cstddef>
#include <cstdint>

namespace turnpike::snapshot::limits {

/// Bounds on what is decoded. Each is far above the quotas of the management API; beyond one, the
/// document is refused as a whole.
inline constexpr std::size_t kDeploymentBytesMax = std::size_t{64} << 20U;
inline constexpr std::size_t kRecordBytesMax = std::size_t{1} << 20U;
inline constexpr std::size_t kResourcesMax = 50'000;
inline constexpr std::size_t kResourceDepthMax = 64;
inline constexpr std::size_t kPathPartBytesMax = 1024;
inline constexpr std::size_t kPathParametersMax = 32;  ///< On the way to one resource.
inline constexpr std::size_t kMapEntriesMax = 1000;    ///< Of any map of the contract.
/// Of one API. Their quotas are settings that an installation may raise by much; what bounds the
/// memory is the size of the document.
inline constexpr std::size_t kModelsMax = 100'000;
inline constexpr std::size_t kRequestValidatorsMax = 100'000;
inline constexpr std::size_t kTextBytesMax = std::size_t{400} << 10U;  ///< A template, a policy.
inline constexpr std::size_t kSchemaBytesMax = std::size_t{2} << 20U;
/// The contract's longest names have 1024 characters of up to four bytes.
inline constexpr std::size_t kNameBytesMax = 4096;
inline constexpr std::size_t kPatternBytesMax = 2048;
inline constexpr std::size_t kPatternMemoryMax = std::size_t{256}
                                                 << 10U;  ///< Of one compiled pattern.
inline constexpr std::int64_t kStaleSecondsMax = 86'400;
inline constexpr std::size_t kPlanStagesMax = 10'000;
inline constexpr std::size_t kKeyPlansMax = 1000;
inline constexpr std::size_t kStagesMax = 200'000;
inline constexpr std::size_t kPlansMax = 100'000;

}  // namespace turnpike::snapshot::limits
