#include "lifecycle-tcp-time-wait-model.h"

#include "core/config.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-life-attributes.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpTimeWaitModel);

/** Lets the core ask an ns-3 object. */
class TcpTimeWaitModel::Bridge : public lifecycle::TimeWaitModel
{
  public:
    explicit Bridge(Ptr<TcpTimeWaitModel> model)
        : m_model(model)
    {
    }

    lifecycle::Duration Length(const lifecycle::Config& config,
                               const lifecycle::TimeWaitQuestion& question) const override
    {
        const lifecycle::FourTuple& tuple = question.tuple;
        return ToCore(m_model->DoGetLength(ToTime(TimeWaitModel::Length(config, question)),
                                           {ToSocketAddress(tuple.local, tuple.localPort),
                                            ToSocketAddress(tuple.remote, tuple.remotePort),
                                            ToTime(question.srtt),
                                            question.records}));
    }

    lifecycle::TimeWaitOverflow OnFull(const lifecycle::Config& config) const override
    {
        using lifecycle::TimeWaitOverflow;
        const bool proposed = TimeWaitModel::OnFull(config) == TimeWaitOverflow::EvictOldest;
        return m_model->DoEvictOldest(proposed) ? TimeWaitOverflow::EvictOldest
                                                : TimeWaitOverflow::SkipTimeWait;
    }

    bool Restarts(const lifecycle::Config& config,
                  const lifecycle::Segment& segment,
                  bool repeatsFin) const override
    {
        return m_model->DoRestart(TimeWaitModel::Restarts(config, segment, repeatsFin));
    }

    bool ObeysReset(const lifecycle::Config& config) const override
    {
        return m_model->DoObeyReset(TimeWaitModel::ObeysReset(config));
    }

    bool YieldsToSyn(const lifecycle::Config& config,
                     const lifecycle::TimeWaitFacts& facts,
                     const lifecycle::Segment& syn) const override
    {
        return m_model->DoYieldToSyn(TimeWaitModel::YieldsToSyn(config, facts, syn),
                                     ToTime(facts.age));
    }

    bool YieldsToConnect(const lifecycle::Config& config,
                         const lifecycle::TimeWaitFacts& facts) const override
    {
        return m_model->DoYieldToConnect(TimeWaitModel::YieldsToConnect(config, facts),
                                         ToTime(facts.age));
    }

  private:
    Ptr<TcpTimeWaitModel> m_model;
};

TypeId
TcpTimeWaitModel::GetTypeId()
{
    static const TypeId made = [] {
        TypeId tid("ns3::TcpTimeWaitModel");
        tid.SetParent<LifecycleTcpModel>();
        tid.SetGroupName("Internet");
        tid.AddConstructor<TcpTimeWaitModel>();
        AddClosingAttributes<TcpTimeWaitModel>(tid);
        return tid;
    }();
    return made;
}

void
TcpTimeWaitModel::Apply(lifecycle::Config& config)
{
    config.closing = GetConfig().closing;
    config.closing.model = std::make_shared<Bridge>(this);
}

Time
TcpTimeWaitModel::DoGetLength(Time proposed, const TcpTimeWaitQuestion&)
{
    return proposed;
}

bool
TcpTimeWaitModel::DoEvictOldest(bool proposed)
{
    return proposed;
}

bool
TcpTimeWaitModel::DoRestart(bool proposed)
{
    return proposed;
}

bool
TcpTimeWaitModel::DoObeyReset(bool proposed)
{
    return proposed;
}

bool
TcpTimeWaitModel::DoYieldToSyn(bool proposed, Time)
{
    return proposed;
}

bool
TcpTimeWaitModel::DoYieldToConnect(bool proposed, Time)
{
    return proposed;
}

} // namespace ns3
