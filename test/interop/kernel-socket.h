#ifndef INTEROP_KERNEL_SOCKET_H
#define INTEROP_KERNEL_SOCKET_H

#include <cstddef>
#include <cstdint>
#include <linux/tcp.h>
#include <string>

namespace interop
{

/** A TCP socket of the kernel, blocking with a deadline, driven step by step by a test. */
class KernelSocket
{
  public:
    KernelSocket() = default;
    ~KernelSocket();
    KernelSocket(KernelSocket&& other) noexcept;
    KernelSocket& operator=(KernelSocket&& other) noexcept;

    /**
     * \param host literal IPv4 or IPv6 address
     * \param port TCP port
     * \returns a connected socket; GetError() tells if it is not
     */
    static KernelSocket Connect(const std::string& host, uint16_t port);

    /**
     * \param host address to listen on
     * \param port TCP port
     * \param backlog of listen(2)
     * \returns a listening socket
     */
    static KernelSocket Listen(const std::string& host, uint16_t port, int backlog = 16);

    /** \param host an address of the family wanted \returns a socket to be set up before connect */
    static KernelSocket Open(const std::string& host);

    /** \param level of setsockopt(2) \param option its name \param value its value */
    void Set(int level, int option, int value);

    /** \param host our address \param port our port, which may be in TIME-WAIT */
    void Bind(const std::string& host, uint16_t port);

    /** Connects a socket of Open(); GetError() tells if it cannot. */
    void ConnectTo(const std::string& host, uint16_t port);

    /** Sends the SYN of a socket of Open(), and does not wait for what becomes of it. */
    void StartConnect(const std::string& host, uint16_t port);

    /** \returns true once the handshake of StartConnect() is complete; GetError() tells if it fails
     */
    bool WaitConnected();

    /** Connects a socket of Open() by Fast Open. \param bytes for the SYN, if there is a cookie */
    void ConnectFast(const std::string& host, uint16_t port, const std::string& bytes);

    /** \returns what the kernel knows of the connection */
    tcp_info Info() const;

    /** \returns the next connection of a listening socket; GetError() tells if none came */
    KernelSocket Accept();

    /** \returns errno of the last call that failed, 0 if none has */
    int GetError() const;

    /** \param bytes sent, all of them \returns false if they could not be */
    bool Send(const std::string& bytes);

    /** \param limit most bytes to wait for \returns what came until then or until the peer's FIN */
    std::string Receive(std::size_t limit);

    /** \returns everything up to the peer's FIN or reset */
    std::string ReceiveAll();

    /** Sends our FIN, and goes on receiving. */
    void ShutdownSend();

    /** Closes both ways. */
    void Close();

    /** Closes with a RST (SO_LINGER with a time of 0). */
    void Reset();

    /** \returns our address and port, as `ss` prints them */
    std::string GetLocal() const;
    /** \returns address and port of the peer, as `ss` prints them */
    std::string GetPeer() const;

  private:
    explicit KernelSocket(int fd);
    void Note(int64_t result);

    int m_fd{-1};   //!< the descriptor
    int m_error{0}; //!< errno of the last failure
};

} // namespace interop

#endif /* INTEROP_KERNEL_SOCKET_H */
