#include "common/schema/ecma_pattern.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/text.hpp"
#include "common/schema/ecma_atom.hpp"
#include "common/schema/limits.hpp"

namespace turnpike::schema {
namespace {

constexpr std::size_t kNone = std::string::npos;
constexpr std::size_t kTranslationBytesMax = 4 * limits::kPatternBytesMax;
/// RE2's own bound of one repetition.
constexpr std::size_t kRepetitionMax = 1'000;

constexpr std::string_view kEverything = R"(\x{0}-\x{10ffff})";
constexpr std::string_view kAnyButLineEnds = R"([^\n\r\x{2028}\x{2029}])";

class Translator {
public:
    explicit Translator(std::string_view pattern) : in_(pattern) {}

    Result<std::string> run() {
        while (!in_.rest().empty()) take_term();
        if (!groups_.empty()) in_.fail("a group is not closed");
        if (!in_.problem().empty()) return invalid(in_.problem());
        return std::move(out_);
    }

private:
    void take_term() {
        if (out_.size() > kTranslationBytesMax) {
            in_.fail("it is too long");
            return;
        }
        switch (in_.peek()) {
            case '(':
                open_group();
                return;
            case ')':
                close_group();
                return;
            case '|':
            case '^':
            case '$':
                out_ += in_.peek();
                in_.skip(1);
                atom_ = kNone;
                return;
            case '*':
            case '+':
            case '?':
                take_short_quantifier();
                return;
            case '{':
                if (take_braces()) return;
                break;
            default:
                break;
        }
        if (take_boundary()) return;
        atom_ = out_.size();
        if (in_.accept(".")) {
            out_ += kAnyButLineEnds;
        } else if (in_.accept("[")) {
            take_class();
        } else {
            const Atom atom = in_.take_atom(false);
            out_ += atom.set.empty() ? hexadecimal(atom.code) : "[" + atom.set + "]";
        }
    }

    bool take_boundary() {
        if (!in_.rest().starts_with(R"(\b)") && !in_.rest().starts_with(R"(\B)")) return false;
        out_ += in_.rest().substr(0, 2);
        in_.skip(2);
        atom_ = kNone;
        return true;
    }

    void open_group() {
        in_.skip(1);
        if (in_.rest().starts_with("?=") || in_.rest().starts_with("?!")) {
            in_.fail("look-ahead is supported only directly after a ^ at the start");
        } else if (in_.rest().starts_with("?<=") || in_.rest().starts_with("?<!")) {
            in_.fail("look-behind is not supported");
        } else if (in_.accept("?<")) {
            const std::size_t end = in_.rest().find('>');
            if (end == kNone || end == 0) {
                in_.fail("a group's name is not complete");
                return;
            }
            in_.skip(end + 1);
        } else if (!in_.accept("?:") && in_.peek() == '?') {
            in_.fail("a group of unknown kind");
        }
        groups_.push_back(out_.size());
        out_ += "(?:";
        atom_ = kNone;
    }

    void close_group() {
        in_.skip(1);
        if (groups_.empty()) {
            in_.fail("a group is closed that is not open");
            return;
        }
        atom_ = groups_.back();
        groups_.pop_back();
        out_ += ')';
    }

    bool has_atom() { return atom_ != kNone || in_.fail("there is nothing to repeat"); }
    void end_quantifier() {
        in_.accept("?");  // whether it matches does not depend on laziness
        atom_ = kNone;
    }

    void take_short_quantifier() {
        if (!has_atom()) return;
        out_ += in_.peek();
        in_.skip(1);
        end_quantifier();
    }

    std::optional<std::size_t> take_count() {
        const std::string_view rest = in_.rest();
        std::size_t digits = 0;
        while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
        if (digits == 0) return std::nullopt;
        const auto count = parse_integer(rest.substr(0, digits));
        in_.skip(digits);
        return count ? static_cast<std::size_t>(*count) : ~std::size_t{0};
    }

    /// Returns: false if the brace is a character like any other.
    bool take_braces() {
        const std::string_view before = in_.rest();
        in_.skip(1);
        const auto least = take_count();
        const bool has_comma = in_.accept(",");
        const auto most = has_comma ? take_count() : least;
        if (!least || !in_.accept("}")) {
            in_.go_back(before);
            return false;
        }
        if (!has_atom()) return true;
        if (std::max(*least, most.value_or(0)) > limits::kRepetitionsMax) {
            return !in_.fail("it repeats more than 10000 times");
        }
        if (most && *most < *least) return !in_.fail("a repetition is out of order");
        repeat(*least, most);
        end_quantifier();
        return true;
    }

    void repeat(std::size_t least, std::optional<std::size_t> most) {
        if (std::max(least, most.value_or(0)) <= kRepetitionMax) {
            out_ += "{" + std::to_string(least) + ",";
            out_ += most ? std::to_string(*most) + "}" : "}";
            return;
        }
        const std::string atom = out_.substr(atom_);
        out_.resize(atom_);
        const auto add = [&](std::size_t count, std::string_view start) {
            for (; count > 0 && out_.size() <= kTranslationBytesMax;
                 count -= std::min(count, kRepetitionMax)) {
                out_ += atom + "{" + std::string(start);
                out_ += std::to_string(std::min(count, kRepetitionMax)) + "}";
            }
        };
        add(least, "");
        if (most) {
            add(*most - least, "0,");
        } else {
            out_ += atom + "*";
        }
    }

    void take_class() {
        const bool is_negated = in_.accept("^");
        std::string content;
        while (in_.peek() != ']' || in_.rest().empty()) {
            if (in_.rest().empty()) {
                in_.fail("a class is not closed");
                return;
            }
            take_class_member(content);
        }
        in_.skip(1);
        // RE2 knows no empty classes.
        const bool is_inverse = content.empty() != is_negated;
        out_ += is_inverse ? "[^" : "[";
        out_ += content.empty() ? kEverything : std::string_view(content);
        out_ += ']';
    }

    void take_class_member(std::string& content) {
        const Atom first = in_.take_atom(true);
        if (in_.rest().size() < 2 || in_.rest()[0] != '-' || in_.rest()[1] == ']') {
            content += class_content(first);
            return;
        }
        in_.skip(1);
        const Atom last = in_.take_atom(true);
        if (!first.set.empty() || !last.set.empty()) {
            content += class_content(first) + hexadecimal('-') + class_content(last);
        } else if (first.code > last.code) {
            in_.fail("a range is out of order");
        } else {
            content += hexadecimal(first.code) + "-" + hexadecimal(last.code);
        }
    }

    AtomReader in_;
    std::string out_;
    std::vector<std::size_t> groups_;  ///< Where each open group starts in out_.
    std::size_t atom_ = kNone;         ///< Where what a quantifier would repeat starts.
};

}  // namespace

Result<std::string> to_re2(std::string_view pattern) {
    if (pattern.size() > limits::kPatternBytesMax) return invalid("it is too long");
    return Translator(pattern).run();
}

}  // namespace turnpike::schema
