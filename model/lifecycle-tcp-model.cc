#include "lifecycle-tcp-model.h"

#include "core/config.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpModel);

TypeId
LifecycleTcpModel::GetTypeId()
{
    static const TypeId tid =
        TypeId("ns3::LifecycleTcpModel").SetParent<Object>().SetGroupName("Internet");
    return tid;
}

LifecycleTcpModel::LifecycleTcpModel()
    : m_config(std::make_unique<lifecycle::Config>())
{
}

LifecycleTcpModel::~LifecycleTcpModel() = default;

void
LifecycleTcpModel::StartFrom(const lifecycle::Config& config)
{
    *m_config = config;
}

const lifecycle::Config&
LifecycleTcpModel::GetConfig() const
{
    return *m_config;
}

void
LifecycleTcpModel::EditConfig(const std::function<void(lifecycle::Config&)>& edit)
{
    edit(*m_config);
}

} // namespace ns3
