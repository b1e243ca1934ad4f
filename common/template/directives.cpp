#include "common/template/parser.hpp"

namespace turnpike::velocity {

void Parser::parse_word(const Word& word, std::size_t from, std::vector<Index>& statements,
                        std::optional<End>& end) {
    const std::string_view name = word.name;
    end_at_ = from;
    if (name == "end" || name == "else") {
        end = name == "end" ? End::EndWord : End::Else;
        skip_rest_of_line();
    } else if (name == "elseif") {
        end = End::ElseIf;
    } else if (name == "if") {
        parse_if(from, statements);
    } else if (name == "stop") {
        statements.push_back(add(Op::Stop, from));
    } else if (name == "foreach") {
        parse_foreach(from, statements);
    } else if (name == "break") {
        parse_break(from, statements);
    } else if (name == "define") {
        parse_define(from, statements);
    } else if (name == "macro") {
        parse_macro(from);
    } else if (name == "evaluate") {
        parse_evaluate(from, statements);
    } else if ((name == "include" || name == "parse") && at_parenthesis()) {
        fail(from, "#" + std::string(name) + " is not available");
    } else {
        parse_call(word, from, statements);
    }
}

void Parser::parse_set(std::size_t from, std::size_t open, std::vector<Index>& statements) {
    at_ = open;
    skip_blanks();
    const std::size_t target_at = at_;
    const Index target = peek() == '$' ? parse_reference() : kNone;
    if (failed()) return;
    if (target == kNone) {
        fail(target_at, "#set needs a variable or a property");
        return;
    }
    if (!expect('=', "in #set")) return;
    const Index value = parse_expression();
    if (failed() || !expect(')', "at the end of #set")) return;
    skip_rest_of_line();
    statements.push_back(add(Op::Set, from, target, value));
}

bool Parser::parse_condition(std::vector<Index>& branches) {
    if (!at_parenthesis()) {
        fail(at_, "expected '(' before the condition");
        return false;
    }
    const Index condition = parse_expression();
    if (failed() || !expect(')', "after the condition")) return false;
    skip_rest_of_line();
    branches.push_back(condition);
    return true;
}

void Parser::parse_if(std::size_t from, std::vector<Index>& statements) {
    std::vector<Index> branches;
    if (!parse_condition(branches)) return;
    for (bool has_else = false;;) {
        const std::size_t before = at_;
        End end = End::Text;
        branches.push_back(parse_block(end));
        if (failed()) return;
        if (end == End::EndWord) break;
        if (end == End::Text || has_else) {
            fail(end == End::Text ? from : before, "#if has no #end");
            return;
        }
        has_else = end == End::Else;
        if (has_else) {
            branches.push_back(kNone);
        } else if (!parse_condition(branches)) {
            return;
        }
    }
    const auto count = static_cast<Index>(branches.size());
    statements.push_back(add(Op::If, from, add_operands(branches), count));
}

/// The body of a directive that began at `from`, up to and with its #end.
Index Parser::parse_body(std::size_t from) {
    End end = End::Text;
    const Index block = parse_block(end);
    if (failed()) return kNone;
    if (end != End::EndWord) return fail(from, "the directive has no #end");
    return block;
}

/// Behind the parenthesis. Words stand where no value can.
bool Parser::parse_arguments(Arguments& arguments, std::size_t from) {
    for (skip_blanks(); !take(')'); skip_blanks()) {
        if (take(',')) skip_blanks();
        if (at_end()) {
            fail(from, "the arguments have no end");
            return false;
        }
        const auto word = is_letter(peek()) || peek() == '_' ? word_at(at_) : std::nullopt;
        if (word && word->name != "true" && word->name != "false") {
            at_ = word->end;
            arguments.nodes.push_back(kNone);
            arguments.words.push_back(word->name);
            continue;
        }
        arguments.nodes.push_back(parse_parameter());
        arguments.words.emplace_back();
        if (failed()) return false;
    }
    skip_rest_of_line();
    return true;
}

/// The slot of the variable that stands at `place` among the arguments.
Index Parser::expect_slot(const Arguments& arguments, std::size_t place, std::size_t from,
                          std::string_view directive) {
    if (place < arguments.nodes.size() && arguments.nodes[place] != kNone) {
        const Node& node = code_.nodes[arguments.nodes[place]];
        if (node.op == Op::Reference && node.c == 0) return node.a;
    }
    return fail(from, std::string(directive) + " needs a variable");
}

void Parser::parse_foreach(std::size_t from, std::vector<Index>& statements) {
    Arguments arguments;
    if (!at_parenthesis()) {
        fail(from, "#foreach needs parentheses");
        return;
    }
    if (!parse_arguments(arguments, from)) return;
    const Index slot = expect_slot(arguments, 0, from, "#foreach");
    if (failed()) return;
    if (arguments.nodes.size() != 3 || arguments.words[1] != "in" || arguments.nodes[2] == kNone) {
        fail(from, "#foreach is written #foreach($x in $list)");
        return;
    }
    const Index block = parse_body(from);
    if (failed()) return;
    statements.push_back(add(Op::Foreach, from, slot, arguments.nodes[2], block));
}

void Parser::parse_break(std::size_t from, std::vector<Index>& statements) {
    Arguments arguments;
    if (at_parenthesis() && !parse_arguments(arguments, from)) return;
    if (arguments.nodes.size() > 1 ||
        (arguments.nodes.size() == 1 && arguments.nodes[0] == kNone)) {
        fail(from, "#break takes one loop at most");
        return;
    }
    const Index loop = arguments.nodes.empty() ? kNone : arguments.nodes[0];
    statements.push_back(add(Op::Break, from, loop));
}

void Parser::parse_define(std::size_t from, std::vector<Index>& statements) {
    Arguments arguments;
    if (!at_parenthesis()) {
        fail(from, "#define needs parentheses");
        return;
    }
    if (!parse_arguments(arguments, from)) return;
    const Index slot = expect_slot(arguments, 0, from, "#define");
    if (failed()) return;
    if (arguments.nodes.size() != 1) {
        fail(from, "#define takes one variable");
        return;
    }
    const Index block = parse_body(from);
    if (failed()) return;
    statements.push_back(add(Op::Define, from, slot, block));
}

void Parser::parse_evaluate(std::size_t from, std::vector<Index>& statements) {
    if (!at_parenthesis()) return;
    if (!code_.has_evaluate) {
        fail(from, "#evaluate is not available");
        return;
    }
    Arguments arguments;
    if (!parse_arguments(arguments, from)) return;
    const bool is_one = arguments.nodes.size() == 1 && arguments.nodes[0] != kNone;
    const Op op = is_one ? code_.nodes[arguments.nodes[0]].op : Op::Text;
    const bool is_string =
        op == Op::Constant && code_.constants[code_.nodes[arguments.nodes[0]].a].is_string();
    if (!is_string && op != Op::Reference && op != Op::Interpolation) {
        fail(from, "#evaluate takes one string or reference");
        return;
    }
    statements.push_back(add(Op::Evaluate, from, arguments.nodes[0]));
}

void Parser::parse_macro(std::size_t from) {
    Arguments arguments;
    if (!at_parenthesis()) {
        fail(from, "#macro needs at least a name in parentheses");
        return;
    }
    if (!parse_arguments(arguments, from)) return;
    if (arguments.words.empty() || arguments.words[0].empty()) {
        fail(from, "the first argument of #macro is its name");
        return;
    }
    std::vector<Index> parameters;
    for (std::size_t place = 1; place < arguments.nodes.size(); ++place) {
        parameters.push_back(expect_slot(arguments, place, from, "a parameter of #macro"));
        if (failed()) return;
    }
    Macro macro;
    macro.name = arguments.words[0];
    macro.first = add_operands(parameters);
    macro.count = static_cast<Index>(parameters.size());
    macro.block = parse_body(from);
    if (failed()) return;
    // The first one of a name counts, wherever it is called.
    if (compilation_.macros.emplace(macro.name, static_cast<Index>(code_.macros.size())).second) {
        code_.macros.push_back(macro);
    }
}

/// With parentheses or without.
void Parser::parse_call(const Word& word, std::size_t from, std::vector<Index>& statements) {
    const bool has_body = word.name.starts_with('@');
    const std::string_view name = word.name.substr(has_body ? 1 : 0);
    Arguments arguments;
    const bool has_arguments = at_parenthesis();
    if (has_arguments && !parse_call_arguments(arguments, from)) {
        compilation_.doubtful.emplace_back(name, std::move(error_));
        failed_ = false;
        at_ = word.end;
        return;
    }
    if (!has_arguments && (has_body || name.empty())) return;
    Call call;
    call.name = name;
    call.first = add_operands(arguments.nodes);
    call.count = static_cast<Index>(arguments.nodes.size());
    if (has_body) {
        call.body = parse_body(from);
        if (failed()) return;
        slot_of("bodyContent");
    }
    call.text = text_.substr(from, at_ - from);
    code_.calls.push_back(call);
    statements.push_back(add(Op::Call, from, static_cast<Index>(code_.calls.size() - 1)));
}

bool Parser::parse_call_arguments(Arguments& arguments, std::size_t from) {
    if (!parse_arguments(arguments, from)) return false;
    for (const Index node : arguments.nodes) {
        if (node != kNone) continue;
        fail(from, "a bare word is no argument");
        return false;
    }
    return true;
}

}  // namespace turnpike::velocity
