#ifndef LIFECYCLE_PACKET_JOINER_H
#define LIFECYCLE_PACKET_JOINER_H

#include "ns3/packet.h"
#include "ns3/ptr.h"

namespace ns3
{

/**
 * Puts packets together into one. ns-3 joins stretches of zero-filled payload without writing them
 * out as long as the packet that grows shares its bytes with no other, as fragments and copies do:
 * so what grows here is a packet of its own.
 */
class LifecyclePacketJoiner
{
  public:
    /** \param part goes to the end; not to be used afterwards */
    void Add(const Ptr<Packet>& part)
    {
        if (!m_whole)
        {
            m_whole = part;
            return;
        }
        if (!m_isOwn)
        {
            m_isOwn = true;
            // Tags of the first packet would be lost in a new one.
            if (!m_whole->GetPacketTagIterator().HasNext())
            {
                const Ptr<Packet> first = m_whole;
                m_whole = Create<Packet>();
                m_whole->AddAtEnd(first);
            }
        }
        m_whole->AddAtEnd(part);
    }

    /** \returns all that was added, null if nothing was */
    const Ptr<Packet>& Whole() const
    {
        return m_whole;
    }

  private:
    Ptr<Packet> m_whole;
    bool m_isOwn{false};
};

} // namespace ns3

#endif /* LIFECYCLE_PACKET_JOINER_H */
