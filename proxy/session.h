#ifndef PROXY_SESSION_H
#define PROXY_SESSION_H

#include "options.h"
#include "stream.h"

#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <functional>
#include <memory>
#include <string>

namespace proxy
{

/** One accepted connection, served. */
class Session : public StreamOwner
{
  public:
    /** \param socket the accepted socket */
    explicit Session(ns3::Ptr<ns3::Socket> socket);

    /** \param callback called once, when this session has no more to do */
    void SetDoneCallback(std::function<void()> callback);

    /** Closes the connection because the server stops. */
    void Stop();

    /** \returns the connection */
    const Stream& GetStream() const;

    void OnBroken() override;

  protected:
    /** \returns the connection */
    Stream& Connection();

    /** Closes the connection and tells the server; the session may be gone after this event. */
    void Finish();

    /** \returns true after Finish(), Stop() or OnBroken() */
    bool IsDone() const;

  private:
    void TellDone();

    Stream m_stream;              //!< the connection
    bool m_done{false};           //!< nothing more to do
    std::function<void()> m_tell; //!< the server's callback
};

/**
 * \param kind what the service does
 * \param socket an accepted connection
 * \param root directory of the http service
 * \returns a session that serves it
 */
std::unique_ptr<Session> MakeSession(ServiceKind kind,
                                     ns3::Ptr<ns3::Socket> socket,
                                     const std::string& root);

} // namespace proxy

#endif /* PROXY_SESSION_H */
