#ifndef LIFECYCLE_PACKETDRILL_VARIABLES_H
#define LIFECYCLE_PACKETDRILL_VARIABLES_H

#include "settings.h"

#include <charconv>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>

namespace lifecycle::packetdrill
{

// How the text of a sysctl variable becomes a value of the model's configuration, and back.

/** \returns the numbers in a text; nothing where something else is in it */
inline std::optional<std::vector<int64_t>>
Numbers(const std::string& text)
{
    std::istringstream in(text);
    std::vector<int64_t> numbers;
    for (std::string word; in >> word;)
    {
        int64_t number = 0;
        const bool hex = word.starts_with("0x");
        const char* last = word.data() + word.size();
        const auto [end, error] =
            std::from_chars(word.data() + (hex ? 2 : 0), last, number, hex ? 16 : 10);
        if (error != std::errc() || end != last)
        {
            return std::nullopt;
        }
        numbers.push_back(number);
    }
    return numbers;
}

inline std::optional<int64_t>
Number(const std::string& text)
{
    const std::optional<std::vector<int64_t>> numbers = Numbers(text);
    return numbers && numbers->size() == 1 ? std::optional(numbers->front()) : std::nullopt;
}

using Getter = std::function<std::string(const Kernel&)>;
using Setter = std::function<bool(Kernel&, const std::string&)>;

/** Both ways of a variable that is one number: \p get and \p set have it as an int64_t. */
template <typename Get, typename Set>
std::pair<Getter, Setter>
Of(Get get, Set set)
{
    return {[get](const Kernel& kernel) { return std::to_string(int64_t{get(kernel)}); },
            [set](Kernel& kernel, const std::string& text) {
                const std::optional<int64_t> number = Number(text);
                if (number)
                {
                    set(kernel, *number);
                }
                return number.has_value();
            }};
}

/** A variable that is an integer or a switch of the model: \p at gives the reference to it. */
template <typename At>
std::pair<Getter, Setter>
Plain(At at)
{
    using Value = std::remove_reference_t<decltype(at(std::declval<Kernel&>()))>;
    return Of([at](Kernel kernel) { return static_cast<int64_t>(at(kernel)); },
              [at](Kernel& kernel, int64_t number) {
                  if constexpr (std::is_same_v<Value, bool>)
                  {
                      at(kernel) = number != 0;
                  }
                  else
                  {
                      constexpr auto most = static_cast<int64_t>(std::numeric_limits<Value>::max());
                      at(kernel) = static_cast<Value>(std::clamp<int64_t>(number, 0, most));
                  }
              });
}

/** A time in units of \p Unit. */
template <typename Unit, typename At>
std::pair<Getter, Setter>
Time(At at)
{
    return Of(
        [at](Kernel kernel) -> int64_t {
            return std::chrono::duration_cast<Unit>(at(kernel)).count();
        },
        [at](Kernel& kernel, int64_t number) { at(kernel) = Unit(number); });
}

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_VARIABLES_H */
