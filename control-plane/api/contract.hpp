#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace turnpike::api {

/// Index into shapes().
using ShapeIndex = std::uint16_t;
constexpr ShapeIndex kNoShape = std::numeric_limits<ShapeIndex>::max();

enum class Kind : std::uint8_t {
    String,
    Integer,
    Long,
    Double,
    Boolean,
    EpochTimestamp,  ///< seconds since 1970 as a number on the wire
    IsoTimestamp,    ///< "2020-03-29T21:05:07Z" on the wire
    Blob,
    List,
    Map,
    Structure,
};

enum class Location : std::uint8_t { Body, Path, Query, Header, Payload };

/// A member of a structure, or a parameter of an operation.
struct Member {
    std::string_view name = {};  ///< in the shape: the name that SDKs and handlers use
    std::string_view wire = {};  ///< in JSON, the query, the header
    ShapeIndex shape = kNoShape;
    Location location = Location::Body;
    bool required = false;
};

/// Limits that are absent hold kUnbounded.
constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::min();

/// A type of the contract. What `first` and `count` select: members of a structure, values of an
/// enumerated string.
struct Shape {
    std::string_view name = {};
    Kind kind = Kind::String;
    std::uint16_t first = 0;
    std::uint16_t count = 0;
    ShapeIndex element = kNoShape;  ///< of a list; of a map's values
    ShapeIndex key = kNoShape;      ///< of a map
    std::int64_t min = kUnbounded;  ///< of a number, or of a length
    std::int64_t max = kUnbounded;
    std::string_view pattern = {};
};

enum class Contract : std::uint8_t { RestV1, HttpV2, Connections, Turnpike };

/// The errors that a contract models, as bits of Operation::errors.
enum ModelledError : std::uint16_t {
    kBadRequest = 1,
    kUnauthorized = 2,
    kAccessDenied = 4,
    kNotFound = 8,
    kConflict = 16,
    kLimitExceeded = 32,
    kTooManyRequests = 64,
    kServiceUnavailable = 128,
    kGone = 256,
    kForbidden = 512,
    kPayloadTooLarge = 1024,
};

/// One operation of the management API, as openapi/ describes it.
struct Operation {
    std::string_view name = {};
    Contract contract = Contract::RestV1;
    std::string_view method = {};
    std::string_view path = {};  ///< "/restapis/{}/resources/{}": parameters in order of `first`
    std::string_view fixed_query = {};  ///< "mode=import", "requestId" (any value), or empty
    std::uint16_t first = 0;            ///< parameters() outside the body: path parameters first
    std::uint16_t count = 0;
    ShapeIndex input = kNoShape;           ///< structure of the body, or the payload's shape
    std::string_view input_payload = {};   ///< member that is the whole request body, or empty
    ShapeIndex output = kNoShape;          ///< kNoShape: no body
    std::string_view output_payload = {};  ///< member that is the whole response body, or empty
    std::uint16_t first_header = 0;        ///< parameters() of the response
    std::uint16_t header_count = 0;
    std::uint16_t status = 200;
    std::uint16_t errors = 0;
};

/// The generated tables; constant, in the program's read-only data.
std::span<const Operation> operations();
std::span<const Shape> shapes();

const Shape& shape(ShapeIndex index);
std::span<const Member> members(const Shape& structure);
std::span<const std::string_view> enum_values(const Shape& string);
std::span<const Member> parameters(const Operation& operation);
std::span<const Member> response_headers(const Operation& operation);

}  // namespace turnpike::api
