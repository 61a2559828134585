#ifndef LIFECYCLE_TCP_MODEL_H
#define LIFECYCLE_TCP_MODEL_H

#include "ns3/object.h"
#include "ns3/ptr.h"

#include <functional>
#include <memory>

namespace lifecycle
{
struct Config;
} // namespace lifecycle

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief What the three models of a connection's life have in common: values, and decisions.
 *
 * A model's attributes are values. Its protected virtual functions are decision points: each is
 * given what the values lead to, and returns what is to be done; a subclass in a script overrides
 * those it cares about. One object may serve any number of nodes and sockets.
 */
class LifecycleTcpModel : public Object
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    LifecycleTcpModel();
    ~LifecycleTcpModel() override;

    /** \brief Takes over the values of \p config: those of a profile, before attributes change
     * them. \param config whose values
     */
    void StartFrom(const lifecycle::Config& config);

    /**
     * \brief Puts this model's values, and the model itself, into \p config.
     * \param config what a node or socket is governed by
     */
    virtual void Apply(lifecycle::Config& config) = 0;

  protected:
    const lifecycle::Config& GetConfig() const;

  private:
    template <typename Owner, typename Value, typename Getter, typename Setter>
    friend class LifecycleConfigAccessor;

    void EditConfig(const std::function<void(lifecycle::Config&)>& edit);

    std::unique_ptr<lifecycle::Config> m_config; //!< of which a model uses its part
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_MODEL_H */
