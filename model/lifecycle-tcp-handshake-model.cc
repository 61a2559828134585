#include "lifecycle-tcp-handshake-model.h"

#include "core/config.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-life-attributes.h"

#include <optional>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpHandshakeModel);

namespace
{

/** Giving up is a negative time to scripts. */
Time
OrNegative(const std::optional<lifecycle::Duration>& wait)
{
    return wait ? ToTime(*wait) : Time(-1);
}

std::optional<lifecycle::Duration>
OrNothing(Time wait)
{
    return wait.IsNegative() ? std::nullopt : std::optional(ToCore(wait));
}

} // namespace

/** Lets the core ask an ns-3 object. */
class TcpHandshakeModel::Bridge : public lifecycle::HandshakeModel
{
  public:
    explicit Bridge(Ptr<TcpHandshakeModel> model)
        : m_model(model)
    {
    }

    lifecycle::SynVerdict OnSyn(const lifecycle::Config& config,
                                const lifecycle::ListenerLoad& load) const override
    {
        // The two lists of verdicts have the same order.
        const auto proposed = static_cast<SynVerdict>(HandshakeModel::OnSyn(config, load));
        return static_cast<lifecycle::SynVerdict>(
            m_model->DoTakeSyn(proposed, {load.acceptQueue, load.halfOpen, load.backlog}));
    }

    lifecycle::ThirdVerdict OnThird(const lifecycle::Config& config,
                                    const lifecycle::ListenerLoad& load) const override
    {
        const auto proposed = static_cast<ThirdVerdict>(HandshakeModel::OnThird(config, load));
        return static_cast<lifecycle::ThirdVerdict>(
            m_model->DoTakeThird(proposed, {load.acceptQueue, load.halfOpen, load.backlog}));
    }

    std::optional<lifecycle::Duration> SynTimeout(const lifecycle::Config& config,
                                                  uint32_t retries) const override
    {
        return OrNothing(
            m_model->DoGetSynTimeout(OrNegative(HandshakeModel::SynTimeout(config, retries)),
                                     retries));
    }

    std::optional<lifecycle::Duration> SynAckTimeout(const lifecycle::Config& config,
                                                     uint32_t retries) const override
    {
        return OrNothing(
            m_model->DoGetSynAckTimeout(OrNegative(HandshakeModel::SynAckTimeout(config, retries)),
                                        retries));
    }

  private:
    Ptr<TcpHandshakeModel> m_model;
};

static_assert(TcpHandshakeModel::QUEUE == static_cast<int>(lifecycle::SynVerdict::Queue) &&
              TcpHandshakeModel::COOKIE == static_cast<int>(lifecycle::SynVerdict::Cookie) &&
              TcpHandshakeModel::DROP == static_cast<int>(lifecycle::SynVerdict::Drop) &&
              TcpHandshakeModel::RESET == static_cast<int>(lifecycle::SynVerdict::Reset) &&
              TcpHandshakeModel::ACCEPT == static_cast<int>(lifecycle::ThirdVerdict::Accept) &&
              TcpHandshakeModel::IGNORE == static_cast<int>(lifecycle::ThirdVerdict::Ignore) &&
              TcpHandshakeModel::REFUSE == static_cast<int>(lifecycle::ThirdVerdict::Reset));

TypeId
TcpHandshakeModel::GetTypeId()
{
    static const TypeId made = [] {
        TypeId tid("ns3::TcpHandshakeModel");
        tid.SetParent<LifecycleTcpModel>();
        tid.SetGroupName("Internet");
        tid.AddConstructor<TcpHandshakeModel>();
        AddHandshakeAttributes<TcpHandshakeModel>(tid);
        return tid;
    }();
    return made;
}

void
TcpHandshakeModel::Apply(lifecycle::Config& config)
{
    config.handshake = GetConfig().handshake;
    config.validation = GetConfig().validation;
    config.handshake.model = std::make_shared<Bridge>(this);
}

TcpHandshakeModel::SynVerdict
TcpHandshakeModel::DoTakeSyn(SynVerdict proposed, const TcpListenerLoad&)
{
    return proposed;
}

TcpHandshakeModel::ThirdVerdict
TcpHandshakeModel::DoTakeThird(ThirdVerdict proposed, const TcpListenerLoad&)
{
    return proposed;
}

Time
TcpHandshakeModel::DoGetSynTimeout(Time proposed, uint32_t)
{
    return proposed;
}

Time
TcpHandshakeModel::DoGetSynAckTimeout(Time proposed, uint32_t)
{
    return proposed;
}

} // namespace ns3
