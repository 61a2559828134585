#ifndef PROXY_FRAME_FILTER_H
#define PROXY_FRAME_FILTER_H

#include <cstdint>
#include <span>

namespace proxy
{

/**
 * Decides whether a frame from the host may enter the simulation. ns-3's ARP, IP and ICMP trust
 * the lengths they read, because in a simulation ns-3 wrote them; here a stranger did. What is
 * let in is what a TCP host on this link needs: ARP, TCP, echo and errors of ICMP, and neighbour
 * discovery, each whole and with lengths that agree. TCP headers are left to the model.
 *
 * \param frame an Ethernet frame without its checksum
 * \returns true to let it in
 */
bool IsAcceptable(std::span<const uint8_t> frame);

} // namespace proxy

#endif /* PROXY_FRAME_FILTER_H */
