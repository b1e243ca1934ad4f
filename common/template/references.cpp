#include "common/template/parser.hpp"
#include "common/template/regex.hpp"

namespace turnpike::velocity {
namespace {

constexpr bool starts_identifier(char c) { return is_letter(c) || c == '_'; }
constexpr bool is_identifier(char c) { return starts_identifier(c) || is_digit(c) || c == '-'; }

std::string_view identifier_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_identifier(text[end])) ++end;
    return text.substr(at, end - at);
}

}  // namespace

/// At '$'. Returns: kNone, at_ anywhere, if what follows is no reference; or after an error.
Index Parser::parse_reference() {
    const std::size_t from = at_;
    ++at_;
    take('!');
    const bool is_formal = peek() == '{' && starts_identifier(peek(1));
    if (is_formal) ++at_;
    if (!starts_identifier(peek())) return kNone;
    const std::string_view name = identifier_at(text_, at_);
    at_ += name.size();
    std::vector<Link> links;
    if (!parse_links(links)) return kNone;
    if (is_formal && !take('}')) return fail(at_, "expected '}' to close the reference");
    const auto first = static_cast<Index>(code_.links.size());
    code_.links.insert(code_.links.end(), links.begin(), links.end());
    return add(Op::Reference, from, slot_of(name), first, static_cast<Index>(links.size()));
}

bool Parser::parse_links(std::vector<Link>& links) {
    while (true) {
        bool is_link = false;
        if (peek() == '[') {
            is_link = true;
            if (!parse_index(links)) return false;
        } else if (peek() == '.' && is_letter(peek(1))) {
            if (!parse_member(links, is_link)) return false;
        }
        if (!is_link) return true;
        if (links.size() > kChainMax) {
            fail(at_, "the reference is too long");
            return false;
        }
    }
}

bool Parser::parse_index(std::vector<Link>& links) {
    Link link{.kind = Link::Kind::Element, .place = place_of(at_), .name = {}};
    ++at_;
    const Index node = parse_parameter();
    if (failed() || !expect(']', "to close the index")) return false;
    link.first = add_operands({node});
    link.count = 1;
    links.push_back(link);
    return true;
}

/// A parenthesis that cannot hold arguments belongs to the text behind a property.
bool Parser::parse_member(std::vector<Link>& links, bool& is_member) {
    Link link{.kind = Link::Kind::Property, .place = place_of(at_ + 1), .name = {}};
    link.name = identifier_at(text_, at_ + 1);
    at_ += 1 + link.name.size();
    is_member = true;
    if (peek() == '(' && starts_parameter(at_ + 1)) {
        const std::size_t from = at_;
        ++at_;
        std::vector<Index> arguments;
        if (!parse_items(')', arguments)) return false;
        if (arguments.size() > kArgumentsMax) {
            fail(from, "too many arguments");
            return false;
        }
        link.kind = Link::Kind::Method;
        link.method = find_method(link.name);
        link.first = add_operands(arguments);
        link.count = static_cast<Index>(arguments.size());
        prepare_regex(link);
    }
    links.push_back(link);
    return true;
}

bool Parser::starts_parameter(std::size_t at) const {
    at = text_.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) return false;
    constexpr std::string_view kStarts = "\"'$[{)-.0123456789";
    return kStarts.find(text_[at]) != std::string_view::npos ||
           text_.substr(at).starts_with("true") || text_.substr(at).starts_with("false");
}

Index Parser::slot_of(std::string_view name) {
    const auto [found, is_new] =
        compilation_.slots.emplace(name, static_cast<Index>(code_.names.size()));
    if (is_new) code_.names.push_back(name);
    return found->second;
}

void Parser::prepare_regex(Link& link) {
    if (!wants_regex(link.method) || link.count == 0 || compilation_.surroundings.code != nullptr) {
        return;
    }
    const Node& node = code_.nodes[code_.operands[link.first]];
    if (node.op != Op::Constant || !code_.constants[node.a].is_string()) return;
    link.regex = static_cast<Index>(code_.regexes.size());
    code_.regexes.push_back(Regex::compile(code_.constants[node.a].as_string()));
}

}  // namespace turnpike::velocity
