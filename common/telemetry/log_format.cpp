#include "common/telemetry/log_format.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "common/telemetry/escape.hpp"

namespace turnpike::telemetry {
namespace {

constexpr std::string_view kMarker = "$context.";

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/// The longest name at the start of `text`; a dot at its end belongs to the sentence.
std::string_view take_name(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_name_character(text[size])) ++size;
    while (size > 0 && text[size - 1] == '.') --size;
    return text.substr(0, size);
}

char* write_literal(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::array<char, 256 * kEscapedBytesMax + 16> part;
    while (!text.empty()) {
        char* const end = write_escaped(part.data(), text.substr(0, 256));
        out.append(part.data(), end);
        text.remove_prefix(std::min<std::size_t>(text.size(), 256));
    }
}

LogFormat::LogFormat(std::string_view text) {
    // A line end may be written at the end of a format; each line gets one anyway.
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text.ends_with("\\n")) text.remove_suffix(2);
    Piece piece;
    while (!text.empty()) {
        const std::size_t marker = text.find(kMarker);
        piece.literal += text.substr(0, marker);
        text.remove_prefix(marker == std::string_view::npos ? text.size() : marker);
        if (text.empty()) break;
        const std::string_view name = take_name(text.substr(kMarker.size()));
        text.remove_prefix(kMarker.size() + name.size());
        const auto reference = find_log_variable(name);
        if (!reference) {
            piece.literal += '-';
            continue;
        }
        piece.has_variable = true;
        piece.variable = reference->variable;
        piece.key = std::string(reference->key);
        pieces_.push_back(std::move(piece));
        piece = Piece{};
    }
    if (!piece.literal.empty()) pieces_.push_back(std::move(piece));
    // A format that reaches over lines would let one request write two.
    for (Piece& each : pieces_) {
        std::replace(each.literal.begin(), each.literal.end(), '\n', ' ');
        std::replace(each.literal.begin(), each.literal.end(), '\r', ' ');
    }
}

std::string_view LogFormat::cut_long(std::string_view value) {
    std::size_t size = kValueBytesMax;
    while (size > kValueBytesMax - 4 &&
           (static_cast<unsigned char>(value[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return value.substr(0, size);
}

void LogFormat::append_line(std::string& out, const LogValues& values) const {
    // Written here first: appending to a string piece by piece costs several times as much.
    std::array<char, kLineBytesMax + kPieceBytesMax> line;
    char* const end = write_pieces(line.data(), values);
    out.append(line.data(), end);
}

char* LogFormat::write_pieces(char* const line, const LogValues& values) const {
    char* at = line;
    LogScratch scratch;
    for (const Piece& piece : pieces_) {
        if (static_cast<std::size_t>(at - line) + piece.literal.size() > kLineBytesMax) break;
        at = std::copy(piece.literal.begin(), piece.literal.end(), at);
        if (!piece.has_variable) continue;
        const std::string_view value = cut(values.value(piece.variable, piece.key, scratch));
        if (value.empty()) {
            at = write_literal(at, "-");
        } else if (piece.variable == LogVariable::ErrorMessageString) {
            at = write_literal(at, value);  // is a JSON text: its quotes belong to the line
        } else {
            at = write_escaped(at, value);
        }
        if (static_cast<std::size_t>(at - line) > kLineBytesMax) break;
    }
    at = std::min(at, line + kLineBytesMax);
    return write_literal(at, "\n");
}

}  // namespace turnpike::telemetry
