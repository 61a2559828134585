#ifndef PROXY_SIMPLE_SESSIONS_H
#define PROXY_SIMPLE_SESSIONS_H

#include "session.h"

namespace proxy
{

/** RFC 862: sends back what it receives, and closes when the peer has. */
class EchoSession : public Session
{
  public:
    using Session::Session;
    void OnReadable() override;
    void OnWritable() override;
};

/** RFC 863: reads and forgets, and closes when the peer has. */
class DiscardSession : public Session
{
  public:
    using Session::Session;
    void OnReadable() override;
    void OnWritable() override;
};

/**
 * RFC 864 without the lines: sends letters for as long as the peer takes them. A peer that has
 * closed its own half is still sent to; only a reset or a time-out ends it.
 */
class SourceSession : public Session
{
  public:
    /** \param socket the accepted socket */
    explicit SourceSession(ns3::Ptr<ns3::Socket> socket);
    void OnReadable() override;
    void OnWritable() override;
};

} // namespace proxy

#endif /* PROXY_SIMPLE_SESSIONS_H */
