// SocketType: the congestion control by the name that stock TCP has for it.

#include "internal/lifecycle-congestion-ops.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-l4-protocol.h"

#include "ns3/fatal-error.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-cubic.h"

namespace ns3
{

namespace
{

/** \returns what TcpL4Protocol has as an attribute */
TypeId::AttributeInformation
StockAttribute(const std::string& name)
{
    const TypeId stock = TcpL4Protocol::GetTypeId();
    for (std::size_t i = 0; i < stock.GetAttributeN(); ++i)
    {
        if (stock.GetAttribute(i).name == name)
        {
            return stock.GetAttribute(i);
        }
    }
    return {};
}

} // namespace

/** Takes over what `Config::SetDefault("ns3::TcpL4Protocol::SocketType", ...)` has changed. */
void
LifecycleTcpL4Protocol::NotifyConstructionCompleted()
{
    TcpL4Protocol::NotifyConstructionCompleted();
    const TypeId::AttributeInformation stock = StockAttribute("SocketType");
    TypeIdValue set;
    if (stock.accessor && stock.accessor->Get(this, set) &&
        set.SerializeToString(stock.checker) !=
            stock.originalInitialValue->SerializeToString(stock.checker))
    {
        SetSocketType(set.Get());
    }
}

void
LifecycleTcpL4Protocol::SetSocketType(TypeId type)
{
    if (type == TcpCongestionOps::GetTypeId())
    {
        return; // the attribute's own default: what the other attributes say
    }
    auto control = AdaptCongestionOps(type);
    if (!control)
    {
        NS_FATAL_ERROR("LifecycleTcpL4Protocol::SocketType: "
                       << type.GetName()
                       << " is no TcpCongestionOps that can be made; choose another one.");
    }
    m_hasSocketType = true;
    EditConfig([&](lifecycle::Config& config) { config.data.congestion = std::move(control); });
}

TypeId
LifecycleTcpL4Protocol::GetSocketType() const
{
    const std::string name(GetConfig().data.congestion->Name());
    TypeId type;
    if (TypeId::LookupByNameFailSafe(name, &type))
    {
        return type;
    }
    return name == "NewReno" ? TcpNewReno::GetTypeId() : TcpCubic::GetTypeId();
}

} // namespace ns3
