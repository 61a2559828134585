#ifndef PROXY_REPORT_H
#define PROXY_REPORT_H

#include "ns3/lifecycle-tcp-types.h"
#include "ns3/node.h"
#include "ns3/ptr.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <string>

namespace proxy
{

/** How connections ended. */
struct EndCounts
{
    uint64_t normal{0};   //!< both sides closed
    uint64_t reset{0};    //!< by a RST of either side
    uint64_t timedOut{0}; //!< the peer fell silent
};

/** Watches the connections of a node: a line per state change, a table, and how they ended. */
class Report
{
  public:
    /**
     * \param node the model's node
     * \param verbose whether to print every state change to standard error
     */
    Report(ns3::Ptr<ns3::Node> node, bool verbose);
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    /** \param output gets the connections in the columns of `ss -tano`, and a last line that
     *  starts with "--" */
    void PrintTable(std::ostream& output) const;

    /** \returns how connections that had been established ended so far */
    EndCounts GetEnds() const;

    /** \returns true if a connection is neither listening, closed nor in TIME-WAIT */
    bool IsAnyOpen() const;

  private:
    void OnTransition(const ns3::LifecycleTcpTransition& transition);
    void CountEnd(const ns3::LifecycleTcpTransition& transition);

    ns3::Ptr<ns3::Node> m_node; //!< the model's node
    bool m_verbose;             //!< print every state change
    EndCounts m_ends;           //!< how connections ended
};

/** \param state a state of TCP \returns its name as `ss` prints it */
const char* StateName(ns3::TcpSocket::TcpStates_t state);

} // namespace proxy

#endif /* PROXY_REPORT_H */
