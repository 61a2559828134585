#include "variables.h"

namespace lifecycle::packetdrill
{

namespace
{

using std::chrono::milliseconds;

/** Whether clients, or servers, may use Fast Open: a bit of Linux's variable for both. */
std::pair<Getter, Setter>
FastOpenOf(uint32_t bit)
{
    return Of([bit](const Kernel& k) -> int64_t { return (k.fastOpen & bit) != 0; },
              [bit](Kernel& k, int64_t number) {
                  k.fastOpen = number != 0 ? k.fastOpen | bit : k.fastOpen & ~bit;
              });
}

} // namespace

std::vector<Settings::Variable>
Settings::FreeBsdVariables()
{
    std::vector<Variable> variables;
    const auto addAs = [&](const char* name, std::pair<Getter, Setter> both) {
        variables.push_back({name, both.first, both.second});
    };
    const auto add = [&](const char* name, std::pair<Getter, Setter> both) {
        variables.push_back({std::string("net.inet.tcp.") + name, both.first, both.second});
    };
    // Opening.
    add("keepinit",
        Of(
            [](const Kernel& k) -> int64_t {
                return std::chrono::duration_cast<milliseconds>(
                           k.config.handshake.timeout.value_or(milliseconds(0)))
                    .count();
            },
            [](Kernel& k, int64_t number) { k.config.handshake.timeout = milliseconds(number); }));
    add("drop_synfin", Plain([](Kernel & k) -> auto& { return k.config.handshake.dropSynFin; }));
    add("syncache.rexmtlimit",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.synAckRetries; }));
    add("syncache.rst_on_sock_fail",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.acceptOverflow; }));
    add("syncookies",
        Of([](const Kernel& k)
               -> int64_t { return k.config.handshake.synCookies != SynCookies::Never; },
           [](Kernel& k, int64_t number) {
               k.config.handshake.synCookies =
                   number != 0 ? SynCookies::OnOverflow : SynCookies::Never;
           }));
    add("syncookies_only",
        Of([](const Kernel& k)
               -> int64_t { return k.config.handshake.synCookies == SynCookies::Always; },
           [](Kernel& k, int64_t number) {
               if (number != 0)
               {
                   k.config.handshake.synCookies = SynCookies::Always;
               }
               else if (k.config.handshake.synCookies == SynCookies::Always)
               {
                   k.config.handshake.synCookies = SynCookies::OnOverflow;
               }
           }));
    add("fastopen.client_enable", FastOpenOf(1));
    add("fastopen.server_enable", FastOpenOf(2));
    addAs("kern.ipc.soacceptqueue",
          Plain([](Kernel & k) -> auto& { return k.config.handshake.backlogCap; }));
    addAs("net.inet.ip.portrange.first",
          Plain([](Kernel & k) -> auto& { return k.config.handshake.firstEphemeralPort; }));
    addAs("net.inet.ip.portrange.last",
          Plain([](Kernel & k) -> auto& { return k.config.handshake.lastEphemeralPort; }));
    // Telling the peer's segments from others'.
    add("insecure_rst",
        Plain([](Kernel & k) -> auto& { return k.config.validation.insecureReset; }));
    add("insecure_syn", Plain([](Kernel & k) -> auto& { return k.config.validation.insecureSyn; }));
    add("tolerate_missing_ts",
        Of([](const Kernel& k) -> int64_t { return !k.config.validation.needsTimestamp; },
           [](Kernel& k, int64_t number) { k.config.validation.needsTimestamp = number == 0; }));
    add("ack_war_cnt",
        Plain([](Kernel & k) -> auto& { return k.config.validation.invalidAnswers; }));
    add("ack_war_timewindow", Time<milliseconds>([](Kernel & k) -> auto& {
            return k.config.validation.invalidInterval;
        }));
    // Closing.
    add("msl", Time<milliseconds>([](Kernel & k) -> auto& { return k.config.closing.msl; }));
    add("maxtcptw", Plain([](Kernel & k) -> auto& { return k.config.closing.maxTimeWaits; }));
    add("finwait2_timeout",
        Of(
            [](const Kernel& k) -> int64_t {
                return std::chrono::duration_cast<milliseconds>(
                           k.config.closing.finWait2Timeout.value_or(milliseconds(0)))
                    .count();
            },
            [](Kernel& k, int64_t number) {
                k.config.closing.finWait2Timeout = milliseconds(number);
            }));
    // Is the peer still there?
    add("always_keepalive", Plain([](Kernel & k) -> auto& { return k.config.keepalive.enabled; }));
    add("keepidle",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.keepalive.idle; }));
    add("keepintvl",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.keepalive.interval; }));
    add("keepcnt", Plain([](Kernel & k) -> auto& { return k.config.keepalive.probes; }));
    // Data.
    add("rexmit_initial",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.data.rto.initial; }));
    add("rexmit_slop",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.data.rto.slop; }));
    add("rexmit_min",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.data.rto.minimum; }));
    add("retries", Plain([](Kernel & k) -> auto& { return k.config.data.dataRetries; }));
    add("delacktime",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.data.delayedAck; }));
    add("initcwnd_segments",
        Plain([](Kernel & k) -> auto& { return k.config.data.initialWindow; }));
    add("rfc1323",
        Of([](const Kernel& k) -> int64_t { return k.config.data.timestamps; },
           [](Kernel& k, int64_t number) {
               k.config.data.windowScaling = number == 1 || number == 2; // 2: only scaling
               k.config.data.timestamps = number == 1 || number == 3;    // 3: only timestamps
           }));
    add("ecn.enable",
        Of(
            [](const Kernel& k) -> int64_t {
                return k.config.data.ecn == Ecn::Off ? 0 : k.config.data.ecn == Ecn::Active ? 1 : 2;
            },
            [](Kernel& k, int64_t number) {
                k.config.data.ecn = number == 0   ? Ecn::Off
                                    : number == 1 ? Ecn::Active
                                                  : Ecn::Passive;
            }));
    add("sack.enable", Plain([](Kernel & k) -> auto& { return k.config.data.sack; }));
    add("recvspace", Plain([](Kernel & k) -> auto& { return k.receiveMemory[1]; }));
    add("sendspace", Plain([](Kernel & k) -> auto& { return k.sendMemory[1]; }));
    addAs("kern.ipc.maxsockbuf",
          Of([](const Kernel& k) -> int64_t { return k.receiveMemoryCap; },
             [](Kernel& k, int64_t number) {
                 k.receiveMemoryCap = static_cast<uint32_t>(std::min<int64_t>(number, UINT32_MAX));
                 k.sendMemoryCap = k.receiveMemoryCap;
             }));
    return variables;
}

} // namespace lifecycle::packetdrill
