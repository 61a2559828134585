#include "host-link.h"

#include "user-error.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace proxy
{

namespace
{

/** One rtnetlink request: a fixed part, attributes, and the kernel's verdict. */
class Request
{
  public:
    /**
     * \param type RTM_…
     * \param flags NLM_F_… besides those every request has
     * \param fixed ifinfomsg or ifaddrmsg
     */
    template <typename Fixed>
    Request(uint16_t type, uint16_t flags, const Fixed& fixed)
    {
        Head().nlmsg_len = NLMSG_LENGTH(sizeof(Fixed));
        Head().nlmsg_type = type;
        Head().nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
        std::memcpy(m_bytes.data() + NLMSG_HDRLEN, &fixed, sizeof(Fixed));
    }

    /** \param type attribute \param data its value \param size bytes of it */
    void Add(uint16_t type, const void* data, std::size_t size)
    {
        rtattr attribute{};
        attribute.rta_type = type;
        attribute.rta_len = RTA_LENGTH(size);
        char* end = m_bytes.data() + NLMSG_ALIGN(Head().nlmsg_len);
        std::memcpy(end, &attribute, sizeof(attribute));
        std::memcpy(end + RTA_LENGTH(0), data, size);
        Head().nlmsg_len = NLMSG_ALIGN(Head().nlmsg_len) + RTA_ALIGN(attribute.rta_len);
    }

    /** \returns 0, or the errno of the kernel's answer */
    int Execute()
    {
        const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd == -1)
        {
            return errno;
        }
        const int error = Exchange(fd);
        close(fd);
        return error;
    }

  private:
    nlmsghdr& Head()
    {
        return *reinterpret_cast<nlmsghdr*>(m_bytes.data());
    }

    int Exchange(int fd)
    {
        if (send(fd, m_bytes.data(), Head().nlmsg_len, 0) == -1)
        {
            return errno;
        }

        struct
        {
            nlmsghdr head;
            nlmsgerr verdict;
            std::array<char, 512> echo; // the kernel returns the request with an error
        } answer{};

        if (recv(fd, &answer, sizeof(answer), 0) == -1)
        {
            return errno;
        }
        return answer.head.nlmsg_type == NLMSG_ERROR ? -answer.verdict.error : EPROTO;
    }

    alignas(nlmsghdr) std::array<char, 256> m_bytes{}; //!< the message
};

/** \param mask netmask of an interface \returns its prefix length */
unsigned
MaskLength(const sockaddr& mask, int family)
{
    const auto* bytes =
        family == AF_INET
            ? reinterpret_cast<const uint8_t*>(&reinterpret_cast<const sockaddr_in&>(mask).sin_addr)
            : reinterpret_cast<const sockaddr_in6&>(mask).sin6_addr.s6_addr;
    unsigned length = 0;
    for (std::size_t i = 0; i < (family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)); i++)
    {
        length += std::popcount(bytes[i]);
    }
    return length;
}

} // namespace

void
RequireFreeNetwork(const Prefix& prefix, const std::string& option)
{
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) == -1)
    {
        return; // only a courtesy check; the kernel has the last word
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
    for (const ifaddrs* entry = list; entry; entry = entry->ifa_next)
    {
        if (!entry->ifa_addr || !entry->ifa_netmask || entry->ifa_addr->sa_family != prefix.family)
        {
            continue;
        }
        Prefix other;
        other.family = prefix.family;
        if (prefix.family == AF_INET)
        {
            std::memcpy(&other.bytes,
                        &reinterpret_cast<sockaddr_in*>(entry->ifa_addr)->sin_addr,
                        sizeof(in_addr));
        }
        else
        {
            other.bytes = reinterpret_cast<sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
        }
        other.length = MaskLength(*entry->ifa_netmask, prefix.family);
        if (prefix.Overlaps(other))
        {
            throw UserError(option + ": the network " + prefix.Text() + " is already in use on " +
                            entry->ifa_name + " (" + other.Text() +
                            "): choose another network for the tap and the model.");
        }
    }
}

void
BringUp(const std::string& interface, uint16_t mtu)
{
    ifinfomsg link{};
    link.ifi_index = static_cast<int>(if_nametoindex(interface.c_str()));
    link.ifi_flags = IFF_UP;
    link.ifi_change = IFF_UP;
    Request request(RTM_NEWLINK, 0, link);
    const uint32_t bytes = mtu;
    request.Add(IFLA_MTU, &bytes, sizeof(bytes));
    if (const int error = request.Execute(); error != 0)
    {
        throw UserError("the interface " + interface + " cannot be brought up with an MTU of " +
                        std::to_string(mtu) + ": " + std::strerror(error) + ".");
    }
}

void
AddAddress(const std::string& interface, const Prefix& prefix)
{
    ifaddrmsg address{};
    address.ifa_family = static_cast<uint8_t>(prefix.family);
    address.ifa_prefixlen = static_cast<uint8_t>(prefix.length);
    address.ifa_flags = IFA_F_NODAD;
    address.ifa_index = if_nametoindex(interface.c_str());
    Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
    request.Add(IFA_LOCAL, &prefix.bytes, prefix.Size());
    request.Add(IFA_ADDRESS, &prefix.bytes, prefix.Size());
    if (const int error = request.Execute(); error != 0)
    {
        throw UserError(
            "the address " + prefix.Text() + " cannot be set on " + interface + ": " +
            std::strerror(error) +
            (prefix.family == AF_INET6 ? " (without IPv6 on this host, use --no-ipv6)." : "."));
    }
}

std::array<uint8_t, 6>
HardwareAddress(const std::string& interface)
{
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int result = ioctl(fd, SIOCGIFHWADDR, &request);
    close(fd);
    if (result == -1)
    {
        throw UserError("the hardware address of " + interface + " cannot be read.");
    }
    std::array<uint8_t, 6> address{};
    std::memcpy(address.data(), request.ifr_hwaddr.sa_data, address.size());
    return address;
}

} // namespace proxy
