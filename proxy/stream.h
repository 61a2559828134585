#ifndef PROXY_STREAM_H
#define PROXY_STREAM_H

#include "ns3/address.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>
#include <span>
#include <string>

namespace proxy
{

/** What a Stream tells its owner. The owner may not destroy the Stream inside these calls. */
class StreamOwner
{
  public:
    virtual ~StreamOwner() = default;

    /** Bytes arrived, or the peer closed its half: call Read() until it returns nothing. */
    virtual void OnReadable() = 0;
    /** Room() has grown. */
    virtual void OnWritable() = 0;
    /** The connection is gone without a regular close: reset or timed out. */
    virtual void OnBroken() = 0;
};

/** One TCP connection as two byte streams, over an ns3::Socket. */
class Stream
{
  public:
    /**
     * \param socket a socket that is connected, or is connecting
     * \param owner told what happens; must outlive this object
     */
    Stream(ns3::Ptr<ns3::Socket> socket, StreamOwner& owner);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /**
     * \param limit most bytes to take
     * \returns the next bytes of the peer, null if there are none now
     */
    ns3::Ptr<ns3::Packet> Read(uint32_t limit);

    /** \returns true once the peer has closed its half and everything before that is read */
    bool IsAtEnd() const;

    /** \returns how many bytes Write() would take now */
    uint32_t Room() const;

    /** \param bytes to send, at most Room(), which is 0 from then on if they are not taken */
    void Write(ns3::Ptr<ns3::Packet> bytes);

    /** \copydoc Write(ns3::Ptr<ns3::Packet>) */
    void Write(std::span<const uint8_t> bytes);

    /** Closes our half after what has been written. */
    void ShutdownSend();

    /** Closes both halves; with unread bytes that is a reset (RFC 1122 §4.2.2.13). */
    void Close();

    /** \returns bytes of the peer read so far */
    uint64_t GetBytesRead() const;
    /** \returns bytes written so far */
    uint64_t GetBytesWritten() const;

  private:
    void HandleRecv(ns3::Ptr<ns3::Socket> socket);
    void HandleSend(ns3::Ptr<ns3::Socket> socket, uint32_t room);
    void HandlePeerClose(ns3::Ptr<ns3::Socket> socket);
    void HandleError(ns3::Ptr<ns3::Socket> socket);

    ns3::Ptr<ns3::Socket> m_socket; //!< the socket
    StreamOwner& m_owner;           //!< told what happens
    bool m_peerClosed{false};       //!< the peer's FIN has arrived
    bool m_sendClosed{false};       //!< the socket takes no more bytes
    uint64_t m_bytesRead{0};        //!< bytes of the peer read
    uint64_t m_bytesWritten{0};     //!< bytes written
};

} // namespace proxy

#endif /* PROXY_STREAM_H */
