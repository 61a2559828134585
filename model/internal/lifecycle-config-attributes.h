#ifndef LIFECYCLE_CONFIG_ATTRIBUTES_H
#define LIFECYCLE_CONFIG_ATTRIBUTES_H

#include "core/config.h"
#include "internal/lifecycle-core-types.h"

#include "ns3/attribute.h"
#include "ns3/boolean.h"
#include "ns3/nstime.h"
#include "ns3/string.h"
#include "ns3/type-id.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/**
 * \file
 * ns-3 attributes whose values live in a lifecycle::Config.
 */

namespace ns3
{

/**
 * Reads and writes an attribute in the configuration of its owner.
 * \tparam Owner has GetConfig() and EditConfig()
 * \tparam Value the attribute's AttributeValue
 * \tparam Getter makes what Value holds of a const lifecycle::Config&
 * \tparam Setter puts what Value holds into a lifecycle::Config&; says whether it can
 */
template <typename Owner, typename Value, typename Getter, typename Setter>
class LifecycleConfigAccessor : public AttributeAccessor
{
  public:
    LifecycleConfigAccessor(Getter getter, Setter setter)
        : m_getter(std::move(getter)),
          m_setter(std::move(setter))
    {
    }

    bool Set(ObjectBase* object, const AttributeValue& attribute) const override
    {
        const auto value = dynamic_cast<const Value*>(&attribute);
        const auto owner = dynamic_cast<Owner*>(object);
        if (value == nullptr || owner == nullptr)
        {
            return false;
        }
        bool taken = true;
        owner->EditConfig(
            [&](lifecycle::Config& config) { taken = m_setter(config, value->Get()); });
        return taken;
    }

    bool Get(const ObjectBase* object, AttributeValue& attribute) const override
    {
        const auto value = dynamic_cast<Value*>(&attribute);
        const auto owner = dynamic_cast<const Owner*>(object);
        if (value == nullptr || owner == nullptr)
        {
            return false;
        }
        value->Set(m_getter(owner->GetConfig()));
        return true;
    }

    bool HasGetter() const override
    {
        return true;
    }

    bool HasSetter() const override
    {
        return true;
    }

  private:
    Getter m_getter;
    Setter m_setter;
};

/** How a field of a configuration is shown as an attribute; here, numbers. */
template <typename T>
struct LifecycleConfigField
{
    static_assert(std::is_unsigned_v<T>);
    using Value = UintegerValue;

    static uint64_t Show(T field)
    {
        return field;
    }

    static bool Take(T& field, uint64_t value)
    {
        field = static_cast<T>(value); // the attribute's checker knows the range
        return true;
    }
};

template <>
struct LifecycleConfigField<bool>
{
    using Value = BooleanValue;

    static bool Show(bool field)
    {
        return field;
    }

    static bool Take(bool& field, bool value)
    {
        field = value;
        return true;
    }
};

template <>
struct LifecycleConfigField<lifecycle::Duration>
{
    using Value = TimeValue;

    static Time Show(lifecycle::Duration field)
    {
        return ToTime(field);
    }

    static bool Take(lifecycle::Duration& field, Time value)
    {
        field = ToCore(value);
        return true;
    }
};

/** A length of time that may be missing: zero. */
template <>
struct LifecycleConfigField<std::optional<lifecycle::Duration>>
{
    using Value = TimeValue;

    static Time Show(const std::optional<lifecycle::Duration>& field)
    {
        return ToTime(field.value_or(lifecycle::Duration::zero()));
    }

    static bool Take(std::optional<lifecycle::Duration>& field, Time value)
    {
        field = value.IsZero() ? std::nullopt : std::optional(ToCore(value));
        return true;
    }
};

/**
 * The names of a choice's values, in the order of the values.
 * \tparam T the choice
 */
template <typename T>
const std::vector<std::string>& LifecycleChoiceNames();

/** A choice by name, which a string is the simplest attribute for in all versions of ns-3. */
template <typename T>
requires std::is_enum_v<T>

struct LifecycleConfigField<T>
{
    using Value = StringValue;

    static std::string Show(T field)
    {
        return LifecycleChoiceNames<T>()[static_cast<std::size_t>(field)];
    }

    static bool Take(T& field, const std::string& value)
    {
        const std::vector<std::string>& names = LifecycleChoiceNames<T>();
        const auto found = std::find(names.begin(), names.end(), value);
        if (found == names.end())
        {
            return false;
        }
        field = static_cast<T>(found - names.begin());
        return true;
    }
};

/** Adds an attribute that is read and written by two functions; see LifecycleConfigAccessor. */
template <typename Owner, typename Value, typename Getter, typename Setter>
TypeId
AddConfigAttribute(TypeId tid,
                   const std::string& name,
                   const std::string& help,
                   Getter getter,
                   Setter setter,
                   Ptr<const AttributeChecker> checker)
{
    using Accessor = LifecycleConfigAccessor<Owner, Value, Getter, Setter>;
    Value initial;
    initial.Set(getter(lifecycle::Config()));
    return tid.AddAttribute(name, help, initial, Create<Accessor>(getter, setter), checker);
}

/**
 * Adds an attribute that is one field of the configuration, with the field's default.
 * \param project makes a reference to the field of one to the configuration
 */
template <typename Owner, typename Project>
TypeId
AddConfigAttribute(TypeId tid,
                   const std::string& name,
                   const std::string& help,
                   Project project,
                   Ptr<const AttributeChecker> checker)
{
    using Field = LifecycleConfigField<
        std::remove_cvref_t<decltype(project(std::declval<lifecycle::Config&>()))>>;
    return AddConfigAttribute<Owner, typename Field::Value>(
        tid,
        name,
        help,
        [project](const lifecycle::Config& config) { return Field::Show(project(config)); },
        [project](lifecycle::Config& config, const auto& value) {
            return Field::Take(project(config), value);
        },
        checker);
}

// What values attributes take.

inline Ptr<const AttributeChecker>
ACount(uint32_t least)
{
    return MakeUintegerChecker<uint32_t>(least);
}

inline Ptr<const AttributeChecker>
APort()
{
    return MakeUintegerChecker<uint16_t>(1);
}

inline Ptr<const AttributeChecker>
ATime(Time least)
{
    return MakeTimeChecker(least);
}

} // namespace ns3

#endif /* LIFECYCLE_CONFIG_ATTRIBUTES_H */
