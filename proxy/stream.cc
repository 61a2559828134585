#include "stream.h"

#include "ns3/callback.h"

namespace proxy
{

Stream::Stream(ns3::Ptr<ns3::Socket> socket, StreamOwner& owner)
    : m_socket(socket),
      m_owner(owner)
{
    m_socket->SetRecvCallback(ns3::MakeCallback(&Stream::HandleRecv, this));
    m_socket->SetSendCallback(ns3::MakeCallback(&Stream::HandleSend, this));
    m_socket->SetCloseCallbacks(ns3::MakeCallback(&Stream::HandlePeerClose, this),
                                ns3::MakeCallback(&Stream::HandleError, this));
}

Stream::~Stream()
{
    using SocketPtr = ns3::Ptr<ns3::Socket>;
    m_socket->SetRecvCallback(ns3::MakeNullCallback<void, SocketPtr>());
    m_socket->SetSendCallback(ns3::MakeNullCallback<void, SocketPtr, uint32_t>());
    m_socket->SetCloseCallbacks(ns3::MakeNullCallback<void, SocketPtr>(),
                                ns3::MakeNullCallback<void, SocketPtr>());
}

ns3::Ptr<ns3::Packet>
Stream::Read(uint32_t limit)
{
    auto bytes = m_socket->Recv(limit, 0);
    if (bytes && bytes->GetSize() == 0) // how a socket says that the peer has closed
    {
        m_peerClosed = true;
        return nullptr;
    }
    if (bytes)
    {
        m_bytesRead += bytes->GetSize();
    }
    return bytes;
}

bool
Stream::IsAtEnd() const
{
    return m_peerClosed && m_socket->GetRxAvailable() == 0;
}

uint32_t
Stream::Room() const
{
    return m_sendClosed ? 0 : m_socket->GetTxAvailable();
}

void
Stream::Write(ns3::Ptr<ns3::Packet> bytes)
{
    const int taken = m_socket->Send(bytes, 0);
    if (taken > 0)
    {
        m_bytesWritten += taken;
    }
    else
    {
        m_sendClosed = true;
    }
}

void
Stream::Write(std::span<const uint8_t> bytes)
{
    Write(ns3::Create<ns3::Packet>(bytes.data(), static_cast<uint32_t>(bytes.size())));
}

void
Stream::ShutdownSend()
{
    m_sendClosed = true;
    m_socket->ShutdownSend();
}

void
Stream::Close()
{
    m_sendClosed = true;
    m_socket->Close();
}

uint64_t
Stream::GetBytesRead() const
{
    return m_bytesRead;
}

uint64_t
Stream::GetBytesWritten() const
{
    return m_bytesWritten;
}

void
Stream::HandleRecv(ns3::Ptr<ns3::Socket>)
{
    m_owner.OnReadable();
}

void
Stream::HandleSend(ns3::Ptr<ns3::Socket>, uint32_t)
{
    m_owner.OnWritable();
}

void
Stream::HandlePeerClose(ns3::Ptr<ns3::Socket>)
{
    m_peerClosed = true;
    m_owner.OnReadable();
}

void
Stream::HandleError(ns3::Ptr<ns3::Socket>)
{
    m_owner.OnBroken();
}

} // namespace proxy
