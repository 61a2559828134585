#ifndef PROXY_HOST_LINK_H
#define PROXY_HOST_LINK_H

#include "addresses.h"

#include <array>
#include <cstdint>
#include <string>

/**
 * \file
 * The host's side of the link, set up over rtnetlink. Nothing has to be undone: addresses and
 * routes go with the interface.
 */

namespace proxy
{

/**
 * Refuses a network that the host already reaches through another interface, because then the
 * host would send there what is meant for the model.
 *
 * \param prefix address of the host on the tap
 * \param option the option it comes from, for the error message
 * \throws UserError naming the other interface
 */
void RequireFreeNetwork(const Prefix& prefix, const std::string& option);

/**
 * Sets the MTU of an interface and brings it up.
 * \param interface its name
 * \param mtu largest IP packet, bytes
 * \throws UserError if the kernel refuses
 */
void BringUp(const std::string& interface, uint16_t mtu);

/**
 * Gives an interface an address, usable at once (no duplicate address detection).
 * \param interface its name
 * \param prefix the address
 * \throws UserError if the kernel refuses
 */
void AddAddress(const std::string& interface, const Prefix& prefix);

/**
 * \param interface name of an Ethernet interface
 * \returns its hardware address
 * \throws UserError if the kernel refuses
 */
std::array<uint8_t, 6> HardwareAddress(const std::string& interface);

} // namespace proxy

#endif /* PROXY_HOST_LINK_H */
