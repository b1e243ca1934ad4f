#pragma once

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "common/dynamic/heap.hpp"
#include "common/dynamic/value.hpp"

namespace turnpike::velocity {

/// Additions of ours, off unless the owner of the template says so.
struct UtilOptions {
    bool has_parse_xml = false;  ///< parseXml(text); xml.hpp tells what it gives.
    bool has_to_xml = false;     ///< toXml(map), and toXml(value, name of the document's element)
};

/// `$util`: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode and base64Decode. What
/// they are given is taken as its text; null gives null. Errors: Invalid where the text is not what
/// parseJson, urlDecode, base64Decode or parseXml read, or toXml cannot write. Thread: that of its
/// evaluation. Source: the reference, mapping templates section 4.2.
class Util final : public dynamic::Object {
public:
    Util() = default;
    explicit Util(const UtilOptions& options) : options_(options) {}

    dynamic::Value member(std::string_view) override { return {}; }
    bool set_member(std::string_view, dynamic::Value) override { return false; }
    Result<dynamic::Value> call(std::string_view name, std::span<const dynamic::Value> arguments,
                                dynamic::Heap& heap) override;
    std::string_view text() override { return {}; }

private:
    UtilOptions options_;
};

/// As commons-lang 2 does: quotes, backslashes and slashes get a backslash, controls and whatever
/// is not ASCII become \uXXXX.
void append_java_script(std::string_view text, std::pmr::string& out);
/// application/x-www-form-urlencoded, as java.net.URLEncoder does.
void append_form_encoded(std::string_view text, std::pmr::string& out);

}  // namespace turnpike::velocity
