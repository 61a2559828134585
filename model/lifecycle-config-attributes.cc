#include "internal/lifecycle-config-attributes.h"

#include <array>
#include <utility>

namespace ns3
{

namespace
{

template <typename T, std::size_t N>
using Names = std::array<std::pair<T, const char*>, N>;

constexpr Names<lifecycle::IsnChoice, 3> ISN_NAMES{{
    {lifecycle::IsnChoice::Hashed, "Hashed"},
    {lifecycle::IsnChoice::Fixed, "Fixed"},
    {lifecycle::IsnChoice::Random, "Random"},
}};

constexpr Names<lifecycle::PersistProbe, 2> PERSIST_PROBE_NAMES{{
    {lifecycle::PersistProbe::OneByte, "OneByte"},
    {lifecycle::PersistProbe::ZeroLength, "ZeroLength"},
}};

template <typename T, std::size_t N>
std::string
NameOf(const Names<T, N>& names, T value)
{
    for (const auto& [candidate, name] : names)
    {
        if (candidate == value)
        {
            return name;
        }
    }
    return "";
}

template <typename T, std::size_t N>
bool
TakeByName(const Names<T, N>& names, T& field, const std::string& value)
{
    for (const auto& [candidate, name] : names)
    {
        if (value == name)
        {
            field = candidate;
            return true;
        }
    }
    return false;
}

} // namespace

std::string
LifecycleConfigField<lifecycle::IsnChoice>::Show(lifecycle::IsnChoice field)
{
    return NameOf(ISN_NAMES, field);
}

bool
LifecycleConfigField<lifecycle::IsnChoice>::Take(lifecycle::IsnChoice& field,
                                                 const std::string& value)
{
    return TakeByName(ISN_NAMES, field, value);
}

std::string
LifecycleConfigField<lifecycle::PersistProbe>::Show(lifecycle::PersistProbe field)
{
    return NameOf(PERSIST_PROBE_NAMES, field);
}

bool
LifecycleConfigField<lifecycle::PersistProbe>::Take(lifecycle::PersistProbe& field,
                                                    const std::string& value)
{
    return TakeByName(PERSIST_PROBE_NAMES, field, value);
}

} // namespace ns3
