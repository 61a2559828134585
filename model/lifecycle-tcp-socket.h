#ifndef LIFECYCLE_TCP_SOCKET_H
#define LIFECYCLE_TCP_SOCKET_H

#include "lifecycle-tcp-types.h"

#include "ns3/ptr.h"
#include "ns3/tcp-socket.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace lifecycle
{
struct Config;
struct FourTuple;
struct Segment;
} // namespace lifecycle

namespace ns3
{

class LifecycleRxStore;
class LifecycleSocketTraces;
class LifecycleTcpModel;
class LifecycleTcpShell;
class LifecycleTxStore;
class TcpCongestionOps;
struct LifecycleSocketExtras;
struct LifecycleSocketSettings;

/**
 * \ingroup tcp-lifecycle
 * \brief A socket of a node with the lifecycle TCP.
 *
 * It behaves towards applications as stock TCP's sockets do: Send() takes all of a packet or none
 * of it, an accepted socket inherits the listener's attributes and close callbacks, and one
 * accepted from a listener on which ShutdownSend() was called closes by itself once the peer has.
 *
 * What differs: Close() ends both directions, as close(2) does, so data that arrives afterwards is
 * answered with a RST; use ShutdownSend() to go on receiving. A refused connection fails at once.
 * A connection that is reset or times out calls the error close callback, and GetCloseReason()
 * tells why.
 *
 * It is made with Socket::CreateSocket(node, TcpSocketFactory::GetTypeId()). The trace sources are
 * those of TcpSocketBase; where theirs carry a TcpSocketBase pointer, it is null here.
 */
class LifecycleTcpSocket : public TcpSocket
{
  public:
    /**
     * Flag of Send(), MSG_OOB of send(2): the packet is urgent. It stays in its place in the stream
     * (RFC 6093, SO_OOBINLINE), and the peer hears at once where it ends.
     */
    static constexpr uint32_t URGENT = 1;

    /**
     * \param ahead bytes from the next to be read up to the end of urgent data, whether they have
     *        arrived
     */
    typedef void (*UrgentTracedCallback)(uint32_t ahead);

    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    LifecycleTcpSocket();
    ~LifecycleTcpSocket() override;
    LifecycleTcpSocket& operator=(const LifecycleTcpSocket&) = delete;

    /** \returns why the connection ended, NONE if it has not */
    LifecycleTcpCloseReason GetCloseReason() const;

    /**
     * \brief Lets a model govern this socket, and those it accepts, in place of the node's.
     * \param model a TcpHandshakeModel, TcpTimeWaitModel or TcpKeepaliveModel, or one of a script
     */
    void SetModel(Ptr<LifecycleTcpModel> model);

    /**
     * \brief Lets a congestion control govern this socket, and those it accepts: each a Fork().
     *
     * It is a fatal error, reported in one sentence, if it is null.
     * \param algorithm one of ns-3's, or of a script
     */
    void SetCongestionControlAlgorithm(Ptr<TcpCongestionOps> algorithm);

    /** \returns the state of the connection, as in RFC 9293 §3.3.2 */
    TcpStates_t GetState() const;

    /**
     * \brief Takes connections, and says how many may wait to be accepted.
     * \param backlog as in listen(2); the node's attribute MaxBacklog (somaxconn) caps it
     * \returns 0, or -1 with the reason in GetErrno()
     */
    int Listen(uint32_t backlog);

    /**
     * \brief Chooses who takes connections out of a listener's accept queue.
     * \param automatically true: each is accepted as soon as it stands, as stock TCP does, those
     *        that wait included; false: it waits until Accept() is called. A listener calls its
     *        receive callback when a connection comes to wait, as a system's becomes readable
     */
    void SetAutoAccept(bool automatically);

    /**
     * \brief Accepts the connection that has waited longest.
     *
     * The accept callbacks are called as they are when accepting automatically: the first may
     * refuse the connection, in which case it is reset, and the next is tried.
     * \returns the connection's socket; null with ERROR_AGAIN if none waits, or with ERROR_INVAL
     * if this is no listener
     */
    Ptr<Socket> Accept();

    /**
     * \brief Says what Close() does with data that the peer has not acknowledged (SO_LINGER).
     *
     * \param time negative: they are sent in the background, for as long as it takes, the default;
     *        zero: they are thrown away, and the peer gets a RST; positive: a RST follows if they,
     *        and our FIN, are not acknowledged by then, as Winsock has it (Linux and BSD go on in
     *        the background and only keep the caller waiting, which in a simulation nobody can)
     */
    void SetLinger(Time time);

    /** \returns what SetLinger() was told */
    Time GetLinger() const;

    /**
     * \returns how many bytes are still to be read up to the end of urgent data, whether they have
     * arrived; 0: none is urgent (SIOCATMARK)
     */
    uint32_t GetUrgentAhead() const;

    /** \returns the queues of a listener, and what they had no room for */
    LifecycleTcpListenerInfo GetListenerInfo() const;

    // From Socket.
    SocketErrno GetErrno() const override;
    SocketType GetSocketType() const override;
    Ptr<Node> GetNode() const override;
    int Bind() override;
    int Bind6() override;
    int Bind(const Address& address) override;
    void BindToNetDevice(Ptr<NetDevice> device) override;
    int Connect(const Address& address) override;
    int Listen() override;
    int Close() override;
    int ShutdownSend() override;
    int ShutdownRecv() override;
    int Send(Ptr<Packet> packet, uint32_t flags) override;
    int SendTo(Ptr<Packet> packet, uint32_t flags, const Address& toAddress) override;
    Ptr<Packet> Recv(uint32_t maxSize, uint32_t flags) override;
    Ptr<Packet> RecvFrom(uint32_t maxSize, uint32_t flags, Address& fromAddress) override;
    uint32_t GetTxAvailable() const override;
    uint32_t GetRxAvailable() const override;
    int GetSockName(Address& address) const override;
    int GetPeerName(Address& address) const override;
    bool SetAllowBroadcast(bool allowBroadcast) override;
    bool GetAllowBroadcast() const override;

    using Socket::Recv;
    using Socket::RecvFrom;
    using Socket::Send;
    using Socket::SendTo;

  protected:
    void DoDispose() override;

  private:
    friend class LifecycleTcpShell;
    friend class LifecycleSocketTraces;
    template <typename Id>
    friend class LifecycleSocketTable;
    template <typename Owner, typename Value, typename Getter, typename Setter>
    friend class LifecycleConfigAccessor;

    /// What the socket stands for in the core.
    enum class Role : uint8_t
    {
        NONE,
        LISTENER,
        CONNECTION,
        TIME_WAIT, ///< a connection that only has a TIME_WAIT record left
    };

    /// One end of a connection. The address is IPv6, or IPv4 IPv4-mapped.
    struct End
    {
        std::array<uint8_t, 16> address{};
        uint16_t port{0};
    };

    /// Copies what is set, not what it is connected to: of a prototype, or of a listener.
    LifecycleTcpSocket(const LifecycleTcpSocket& other);

    // From TcpSocket: its attributes.
    void SetSndBufSize(uint32_t size) override;
    uint32_t GetSndBufSize() const override;
    void SetRcvBufSize(uint32_t size) override;
    uint32_t GetRcvBufSize() const override;
    void SetSegSize(uint32_t size) override;
    uint32_t GetSegSize() const override;
    void SetInitialSSThresh(uint32_t threshold) override;
    uint32_t GetInitialSSThresh() const override;
    void SetInitialCwnd(uint32_t cwnd) override;
    uint32_t GetInitialCwnd() const override;
    void SetConnTimeout(Time timeout) override;
    Time GetConnTimeout() const override;
    void SetSynRetries(uint32_t count) override;
    uint32_t GetSynRetries() const override;
    void SetDataRetries(uint32_t retries) override;
    uint32_t GetDataRetries() const override;
    void SetDelAckTimeout(Time timeout) override;
    Time GetDelAckTimeout() const override;
    void SetDelAckMaxCount(uint32_t count) override;
    uint32_t GetDelAckMaxCount() const override;
    void SetTcpNoDelay(bool noDelay) override;
    bool GetTcpNoDelay() const override;
    void SetPersistTimeout(Time timeout) override;
    Time GetPersistTimeout() const override;

    const lifecycle::Config& GetConfig() const;
    void EditConfig(const std::function<void(lifecycle::Config&)>& edit);
    void EditSettings(const std::function<void(LifecycleSocketSettings&)>& edit);
    void SetReuseAddress(bool reuse);
    bool GetReuseAddress() const;
    void SetFastOpen(bool fastOpen);
    bool GetFastOpen() const;

    // Called by the shell.
    void OnStateChanged(TcpStates_t to);
    void OnConnected();
    void OnConnectionWaits();
    void OnAccepted(const Address& peer);
    void CatchUp();
    void OfferFastOpen(uint32_t index, uint32_t generation);
    void EndLinger(uint32_t index, uint32_t generation);
    bool StandsFor(uint32_t index, uint32_t generation) const;
    void OnAcked(uint64_t bytes);
    void OnUrgent(uint64_t ahead);
    void OnReadable();
    void OnPeerClosed();
    void OnClosed(LifecycleTcpCloseReason reason);
    void OnNodeGone();
    void AddTags(Packet& packet) const;
    void Store(uint64_t offset, Ptr<Packet> payload);
    Ptr<LifecycleTcpSocket> Fork() const;
    void UpdateTraces();
    LifecycleSocketTraces& Traces();
    LifecycleSocketTraces* PeekTraces() const;

    LifecycleSocketExtras& Extras();
    LifecycleTxStore* PeekTx() const;
    LifecycleRxStore* PeekRx() const;
    void DropTx();
    void DropRx();
    void DropIdleExtras();

    int Fail(SocketErrno error) const;
    int BindTo(const End& local, bool isV6);
    int ListenFor(std::optional<uint32_t> backlog);
    bool GetAutoAccept() const;
    int ConnectTo(const End& peer, bool isV6);
    SocketErrno CheckConnect(bool isV6) const;
    bool HasLocalAddress() const;
    void MoveTo(const End& local);
    SocketErrno ReservePort();
    void ReleasePort();
    void CloseListener();
    Ptr<Packet> Take(uint32_t most);
    bool Discard();
    void Reset();
    void NotifyNormalCloseOnce();
    void NotifyWritable();
    void EnterState(TcpStates_t to);
    Address NameOf(const End& end) const;

    /// How far it is opened. Bits, since there may be very many sockets.
    struct Opening
    {
        bool isV6 : 1; ///< its names are Inet6SocketAddress
        bool isBound : 1;
        bool hasReservedPort : 1;
        bool wasConnected : 1;   ///< it has been established
        bool toldConnected : 1;  ///< the application was told so, perhaps before it was true
        bool isReconfigured : 1; ///< a listener whose attributes changed after Listen()
    };

    /// How far it is closed.
    struct Closing
    {
        bool shutdownSend : 1;
        bool shutdownRecv : 1;
        bool withPeer : 1;   ///< inherited: see the class's comment
        bool isClosing : 1;  ///< the application has called Close()
        bool peerClosed : 1; ///< all that the peer sends has arrived
        bool endRead : 1;    ///< the application was told of that by Recv()
        bool notified : 1;   ///< the application was told that it is closed
    };

    /// Its names; addresses as the node's shell keeps them.
    struct Names
    {
        uint32_t local{0};
        uint32_t peer{0};
        uint16_t localPort{0};
        uint16_t peerPort{0};
    };

    End Unpack(uint32_t address, uint16_t port) const;
    End Local() const;
    End Peer() const;
    void SetLocal(const End& end);
    void SetPeer(const End& end);

    // In the order that leaves no gaps: these four bytes fill what ns3::Socket leaves open.
    Role m_role : 2;
    mutable uint8_t m_errno : 5; //!< a SocketErrno
    uint8_t m_state : 4;         //!< a TcpStates_t
    LifecycleTcpCloseReason m_closeReason : 4;
    Opening m_opening{};
    Closing m_closing{};
    LifecycleTcpShell* m_shell{nullptr};             //!< the node's; null once that is gone
    Ptr<const LifecycleSocketSettings> m_settings;   //!< shared until one is set on the socket
    std::unique_ptr<LifecycleSocketExtras> m_extras; //!< while there is something in it
    Names m_names;
    uint32_t m_index{0};      //!< with m_generation: the core's name of what it stands for
    uint32_t m_generation{0}; //!< see m_index
    uint32_t m_position{0};   //!< in the node's list of sockets
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_SOCKET_H */
