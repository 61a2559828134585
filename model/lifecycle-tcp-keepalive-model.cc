#include "lifecycle-tcp-keepalive-model.h"

#include "core/config.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-life-attributes.h"

#include <optional>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpKeepaliveModel);

/** Lets the core ask an ns-3 object. */
class TcpKeepaliveModel::Bridge : public lifecycle::KeepaliveModel
{
  public:
    explicit Bridge(Ptr<TcpKeepaliveModel> model)
        : m_model(model)
    {
    }

    std::optional<lifecycle::Duration> Wait(const lifecycle::Config& config,
                                            uint32_t probes) const override
    {
        const std::optional<lifecycle::Duration> proposed = KeepaliveModel::Wait(config, probes);
        const Time wait = m_model->DoGetWait(proposed ? ToTime(*proposed) : Time(-1), probes);
        return wait.IsNegative() ? std::nullopt : std::optional(ToCore(wait));
    }

  private:
    Ptr<TcpKeepaliveModel> m_model;
};

TypeId
TcpKeepaliveModel::GetTypeId()
{
    static const TypeId made = [] {
        TypeId tid("ns3::TcpKeepaliveModel");
        tid.SetParent<LifecycleTcpModel>();
        tid.SetGroupName("Internet");
        tid.AddConstructor<TcpKeepaliveModel>();
        AddKeepaliveAttributes<TcpKeepaliveModel>(tid, "");
        return tid;
    }();
    return made;
}

void
TcpKeepaliveModel::Apply(lifecycle::Config& config)
{
    config.keepalive = GetConfig().keepalive;
    config.keepalive.model = std::make_shared<Bridge>(this);
}

Time
TcpKeepaliveModel::DoGetWait(Time proposed, uint32_t)
{
    return proposed;
}

} // namespace ns3
