#include "session.h"

#include "http-session.h"
#include "simple-sessions.h"

#include <utility>

namespace proxy
{

Session::Session(ns3::Ptr<ns3::Socket> socket)
    : m_stream(socket, *this)
{
}

void
Session::SetDoneCallback(std::function<void()> callback)
{
    m_tell = std::move(callback);
}

void
Session::Stop()
{
    m_done = true;
    m_stream.Close();
}

const Stream&
Session::GetStream() const
{
    return m_stream;
}

void
Session::OnBroken()
{
    TellDone();
}

Stream&
Session::Connection()
{
    return m_stream;
}

void
Session::Finish()
{
    if (!m_done)
    {
        m_stream.Close();
        TellDone();
    }
}

bool
Session::IsDone() const
{
    return m_done;
}

void
Session::TellDone()
{
    if (!std::exchange(m_done, true) && m_tell)
    {
        m_tell();
    }
}

std::unique_ptr<Session>
MakeSession(ServiceKind kind, ns3::Ptr<ns3::Socket> socket, const std::string& root)
{
    switch (kind)
    {
    case ServiceKind::ECHO:
        return std::make_unique<EchoSession>(socket);
    case ServiceKind::DISCARD:
        return std::make_unique<DiscardSession>(socket);
    case ServiceKind::SOURCE:
        return std::make_unique<SourceSession>(socket);
    case ServiceKind::HTTP:
        return std::make_unique<HttpSession>(socket, root);
    }
    return nullptr;
}

} // namespace proxy
