#ifndef LIFECYCLE_RANDOM_H
#define LIFECYCLE_RANDOM_H

#include "core/endpoint.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>

namespace ns3
{

/**
 * The core's randomness, from ns-3's generator: the seed and run number of the script govern it.
 *
 * Until it is given a stream, a node's has a fixed number far from those that scripts assign. An
 * automatic number would shift the streams of everything that a script makes after this TCP, and
 * its results could not be compared with those of a run with stock TCP.
 */
class LifecycleRandom : public lifecycle::RandomSource
{
  public:
    /** \param nodeId the node, each of which has its own stream */
    void SetDefaultStream(uint32_t nodeId);
    void SetStream(int64_t stream);
    uint32_t Next() override;

  private:
    Ptr<UniformRandomVariable> m_variable;
};

} // namespace ns3

#endif /* LIFECYCLE_RANDOM_H */
