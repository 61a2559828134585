#ifndef LIFECYCLE_PACKETDRILL_CONTROL_H
#define LIFECYCLE_PACKETDRILL_CONTROL_H

#include "host.h"

#include <string>

namespace lifecycle::packetdrill
{

/**
 * Answers one question of a stand-in command:
 *
 *   get NAME          the value of a sysctl variable
 *   set NAME=VALUE    sets it
 *   list              all connections, one a line: state, receive and send queue, local and remote
 *                     address, timer, whether the application still has it
 *   drop state STATE  resets, or forgets, all connections in a state
 *   drop one LOCAL REMOTE  the same with one; each is an address and a port
 *
 * \returns "ok\n" and what was asked for, or "error WHAT\n"
 */
std::string AnswerQuestion(Host& host, const std::string& question);

/**
 * Runs a shell command as system() does. While it runs, the stand-in commands that it uses are
 * answered; afterwards the settings are read again.
 */
int RunCommand(Host* host, const char* command);

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_CONTROL_H */
