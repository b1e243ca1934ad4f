#pragma once

#include <cstddef>

/// Bounds of what is read, so that a hostile document costs bounded memory and time. Real
/// descriptions of several hundred operations stay far below.
namespace turnpike::openapi {

/// Text of a document, if nobody asks for another bound. Source: the contract's quota of 6 MB.
constexpr std::size_t kDocumentBytesMax = 6U << 20U;
/// Values of a document, aliases of YAML expanded.
constexpr std::size_t kValuesMax = 500'000;
/// Bytes of all strings of a document, aliases of YAML expanded.
constexpr std::size_t kTextBytesMax = 24U << 20U;
constexpr std::size_t kDepthMax = 128;
/// A member's name.
constexpr std::size_t kNameBytesMax = 4096;
/// %TAG lines of YAML: libyaml looks each up among all before it.
constexpr std::size_t kTagDirectivesMax = 16;

/// Of one segment. Source: the contract's PathPart.
constexpr std::size_t kPathPartBytesMax = 1024;
constexpr std::size_t kPathsMax = 20'000;
/// Segments of all paths together: the resources that they could need.
constexpr std::size_t kSegmentsMax = 100'000;
/// Roughly the memory of what is made out of a document: references can ask for many copies.
constexpr std::size_t kResultBytesMax = 64U << 20U;
constexpr std::size_t kReferenceBytesMax = 8192;
/// References from one to the next until something is found.
constexpr std::size_t kReferenceHopsMax = 32;

constexpr std::size_t kWarningsMax = 500;
constexpr std::size_t kWarningBytesMax = 2000;
/// Of a place that a warning names; a deeper one is named by what encloses it.
constexpr std::size_t kPointerBytesMax = 1000;

}  // namespace turnpike::openapi
