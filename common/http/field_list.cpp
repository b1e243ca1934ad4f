#include "common/http/field_list.hpp"

#include "common/base/text.hpp"

namespace turnpike::http {

std::optional<std::string_view> FieldList::find(KnownHeader header) const {
    if (!contains(header)) return std::nullopt;
    for (std::size_t i = 0; i < size_; ++i) {
        if (slots_[i].known == header) return (*this)[i].value;
    }
    return std::nullopt;
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
    const KnownHeader known = find_header(name);
    if (known != KnownHeader::Unknown) return find(known);
    for (std::size_t i = 0; i < size_; ++i) {
        if (slots_[i].known != KnownHeader::Unknown) continue;
        const Field field = (*this)[i];
        if (equals_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
}

bool FieldList::is_named_by_connection(std::string_view name) const {
    if (!contains(KnownHeader::Connection)) return false;
    for (const Field field : *this) {
        if (field.known != KnownHeader::Connection) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            if (equals_ignoring_case(trim(rest.substr(0, comma)), name)) return true;
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return false;
}

bool FieldList::append(std::string_view name, std::string_view value, KnownHeader known) {
    if (size_ == kFieldsMax) return false;
    slots_[size_++] = {static_cast<std::uint16_t>(name.data() - base_),
                       static_cast<std::uint16_t>(name.size()),
                       static_cast<std::uint16_t>(value.data() - base_),
                       static_cast<std::uint16_t>(value.size()), known};
    present_.add(known);
    return true;
}

}  // namespace turnpike::http
