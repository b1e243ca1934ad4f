#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::velocity {

/// The methods of Java's values that templates can call, whatever they are called on.
enum class Method : std::uint8_t {
    // clang-format off
    Other,  // known to objects only
    Add, AddAll, BitCount, BooleanValue, ByteValue, CharAt, Clear, CodePointAt,
    Compare, CompareTo, CompareToIgnoreCase, Concat, Contains, ContainsAll, ContainsKey,
    ContainsValue, ContentEquals, DoubleValue, EndsWith, EntrySet, Equals, EqualsIgnoreCase,
    FloatValue, Format, Get, GetOrDefault, HashCode, IndexOf, IntValue, Intern, IsBlank,
    IsEmpty, IsInfinite, IsNaN, Iterator, Join, KeySet, LastIndexOf, Length, LongValue, Matches,
    Max, Min, ParseBoolean, ParseDouble, ParseInt, ParseLong, Put, PutAll, PutIfAbsent, Remove,
    RemoveAll, Repeat, Replace, ReplaceAll, ReplaceFirst, RetainAll, Set, ShortValue, Signum,
    Size, Split, StartsWith, Strip, SubList, SubSequence, Substring, Sum, ToArray,
    ToBinaryString, ToCharArray, ToHexString, ToLowerCase, ToOctalString, ToString, ToUpperCase,
    Trim, ValueOf, Values,
    // clang-format on
};

Method find_method(std::string_view name);
/// Whether its first argument is a regular expression.
bool wants_regex(Method method);

}  // namespace turnpike::velocity
