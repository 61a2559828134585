#ifndef LIFECYCLE_PACKETDRILL_INTERFACE_H
#define LIFECYCLE_PACKETDRILL_INTERFACE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace lifecycle::packetdrill
{

/**
 * The table of functions that packetdrill has a shared object fill in (`--so_filename`). Only the
 * binary layout matters: the members stand in the order that packetdrill expects. All functions
 * get `self` first and report failure by −1 and errno, as the system calls of their names do.
 */
struct InterfaceTable
{
    void* self;
    void (*free)(void*);
    int (*socket)(void*, int domain, int type, int protocol);
    int (*bind)(void*, int fd, const sockaddr*, socklen_t);
    int (*listen)(void*, int fd, int backlog);
    int (*accept)(void*, int fd, sockaddr*, socklen_t*);
    int (*connect)(void*, int fd, const sockaddr*, socklen_t);
    ssize_t (*read)(void*, int fd, void*, size_t);
    ssize_t (*readv)(void*, int fd, const iovec*, int count);
    ssize_t (*recv)(void*, int fd, void*, size_t, int flags);
    ssize_t (*recvfrom)(void*, int fd, void*, size_t, int flags, sockaddr*, socklen_t*);
    ssize_t (*recvmsg)(void*, int fd, msghdr*, int flags);
    ssize_t (*write)(void*, int fd, const void*, size_t);
    ssize_t (*writev)(void*, int fd, const iovec*, int count);
    ssize_t (*send)(void*, int fd, const void*, size_t, int flags);
    ssize_t (*sendto)(void*, int fd, const void*, size_t, int flags, const sockaddr*, socklen_t);
    ssize_t (*sendmsg)(void*, int fd, const msghdr*, int flags);
    int (*fcntl)(void*, int fd, int command, ...);
    int (*ioctl)(void*, int fd, unsigned long request, ...);
    int (*close)(void*, int fd);
    int (*shutdown)(void*, int fd, int how);
    int (*getsockopt)(void*, int fd, int level, int name, void*, socklen_t*);
    int (*setsockopt)(void*, int fd, int level, int name, const void*, socklen_t);
    int (*poll)(void*, pollfd*, nfds_t, int milliseconds);
    /** A packet, from its IP header on, for the stack under test. \returns 0 */
    int (*netdevSend)(void*, const void*, size_t);
    /** The next packet of the stack under test, and when it left, µs. \returns 0, or −1: none */
    int (*netdevReceive)(void*, void*, size_t*, long long* when);
    int (*usleep)(void*, useconds_t);
    int (*gettimeofday)(void*, timeval*, struct timezone*);
    int (*epollCreate)(void*, int size);
    int (*epollCtl)(void*, int epfd, int operation, int fd, epoll_event*);
    int (*epollWait)(void*, int epfd, epoll_event*, int most, int milliseconds);
    int (*pipe)(void*, int fds[2]);
    int (*splice)(void*, int in, loff_t*, int out, loff_t*, size_t, unsigned int flags);
};

/** What packetdrill looks up in the shared object by the name packetdrill_interface_init. */
using InterfaceInit = void (*)(const char* flags, InterfaceTable*);

} // namespace lifecycle::packetdrill

extern "C" void packetdrill_interface_init(const char* flags,
                                           lifecycle::packetdrill::InterfaceTable* table);

#endif /* LIFECYCLE_PACKETDRILL_INTERFACE_H */
