#include "kernel-socket.h"

#include "wait-until.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace interop
{

namespace
{

/** A socket address of either family. */
struct SocketAddress
{
    SocketAddress() = default;

    SocketAddress(const std::string& host, uint16_t port)
    {
        if (host.find(':') == std::string::npos)
        {
            auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            inet_pton(AF_INET, host.c_str(), &v4->sin_addr);
            size = sizeof(*v4);
        }
        else
        {
            auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr);
            size = sizeof(*v6);
        }
    }

    sockaddr* Get()
    {
        return reinterpret_cast<sockaddr*>(&storage);
    }

    std::string Text() const
    {
        std::array<char, INET6_ADDRSTRLEN> host{};
        if (storage.ss_family == AF_INET)
        {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
            inet_ntop(AF_INET, &v4->sin_addr, host.data(), host.size());
            return std::string(host.data()) + ":" + std::to_string(ntohs(v4->sin_port));
        }
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
        inet_ntop(AF_INET6, &v6->sin6_addr, host.data(), host.size());
        return "[" + std::string(host.data()) + "]:" + std::to_string(ntohs(v6->sin6_port));
    }

    sockaddr_storage storage{};
    socklen_t size{sizeof(storage)};
};

void
SetDeadline(int fd)
{
    const timeval patience{std::chrono::seconds(PATIENCE).count(), 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)); // connect() as well
}

} // namespace

KernelSocket::KernelSocket(int fd)
    : m_fd(fd),
      m_error(fd == -1 ? errno : 0)
{
    SetDeadline(m_fd);
}

KernelSocket::~KernelSocket()
{
    Close();
}

KernelSocket::KernelSocket(KernelSocket&& other) noexcept
    : m_fd(std::exchange(other.m_fd, -1)),
      m_error(other.m_error)
{
}

KernelSocket&
KernelSocket::operator=(KernelSocket&& other) noexcept
{
    Close();
    m_fd = std::exchange(other.m_fd, -1);
    m_error = other.m_error;
    return *this;
}

KernelSocket
KernelSocket::Open(const std::string& host)
{
    const int family = host.find(':') == std::string::npos ? AF_INET : AF_INET6;
    return KernelSocket(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

KernelSocket
KernelSocket::Connect(const std::string& host, uint16_t port)
{
    KernelSocket result = Open(host);
    result.ConnectTo(host, port);
    return result;
}

KernelSocket
KernelSocket::Listen(const std::string& host, uint16_t port, int backlog)
{
    KernelSocket result = Open(host);
    result.Bind(host, port);
    result.Note(listen(result.m_fd, backlog));
    return result;
}

void
KernelSocket::Set(int level, int option, int value)
{
    Note(setsockopt(m_fd, level, option, &value, sizeof(value)));
}

void
KernelSocket::Bind(const std::string& host, uint16_t port)
{
    SocketAddress address(host, port);
    Set(SOL_SOCKET, SO_REUSEADDR, 1);
    Note(bind(m_fd, address.Get(), address.size));
}

void
KernelSocket::ConnectTo(const std::string& host, uint16_t port)
{
    SocketAddress address(host, port);
    Note(connect(m_fd, address.Get(), address.size));
}

void
KernelSocket::StartConnect(const std::string& host, uint16_t port)
{
    fcntl(m_fd, F_SETFL, O_NONBLOCK);
    ConnectTo(host, port);
    fcntl(m_fd, F_SETFL, 0);
    m_error = m_error == EINPROGRESS ? 0 : m_error;
}

bool
KernelSocket::WaitConnected()
{
    pollfd ready{m_fd, POLLOUT, 0};
    const int count = poll(&ready, 1, std::chrono::milliseconds(PATIENCE).count());
    socklen_t size = sizeof(m_error);
    getsockopt(m_fd, SOL_SOCKET, SO_ERROR, &m_error, &size);
    return count == 1 && m_error == 0;
}

void
KernelSocket::ConnectFast(const std::string& host, uint16_t port, const std::string& bytes)
{
    SocketAddress address(host, port);
    const int flags = MSG_FASTOPEN | MSG_NOSIGNAL;
    Note(sendto(m_fd, bytes.data(), bytes.size(), flags, address.Get(), address.size));
}

tcp_info
KernelSocket::Info() const
{
    tcp_info info{};
    socklen_t size = sizeof(info);
    getsockopt(m_fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info;
}

void
KernelSocket::Note(int64_t result)
{
    if (result == -1)
    {
        m_error = errno;
    }
}

KernelSocket
KernelSocket::Accept()
{
    return KernelSocket(accept4(m_fd, nullptr, nullptr, SOCK_CLOEXEC));
}

int
KernelSocket::GetError() const
{
    return m_error;
}

bool
KernelSocket::Send(const std::string& bytes)
{
    for (std::size_t done = 0; done < bytes.size();)
    {
        const ssize_t size = send(m_fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (size == -1)
        {
            m_error = errno;
            return false;
        }
        done += size;
    }
    return true;
}

std::string
KernelSocket::Receive(std::size_t limit)
{
    std::string bytes;
    std::array<char, 65536> chunk;
    while (bytes.size() < limit)
    {
        const auto size = recv(m_fd, chunk.data(), std::min(chunk.size(), limit - bytes.size()), 0);
        if (size <= 0)
        {
            m_error = size == -1 ? errno : 0;
            break;
        }
        bytes.append(chunk.data(), size);
    }
    return bytes;
}

std::string
KernelSocket::ReceiveAll()
{
    return Receive(std::numeric_limits<std::size_t>::max());
}

void
KernelSocket::ShutdownSend()
{
    shutdown(m_fd, SHUT_WR);
}

void
KernelSocket::Close()
{
    if (m_fd != -1)
    {
        close(std::exchange(m_fd, -1));
    }
}

void
KernelSocket::Reset()
{
    const linger now{1, 0};
    setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    Close();
}

std::string
KernelSocket::GetLocal() const
{
    SocketAddress address;
    getsockname(m_fd, address.Get(), &address.size);
    return address.Text();
}

std::string
KernelSocket::GetPeer() const
{
    SocketAddress address;
    getpeername(m_fd, address.Get(), &address.size);
    return address.Text();
}

} // namespace interop
