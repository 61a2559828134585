#include "core/isn.h"
#include "variables.h"

#include <array>
#include <cstdio>

namespace lifecycle::packetdrill
{

namespace
{

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/** Three numbers: the least, the default and the most. */
template <typename At>
std::pair<Getter, Setter>
Memory(At at)
{
    return {[at](Kernel kernel) {
                const std::array<uint32_t, 3>& memory = at(kernel);
                return std::to_string(memory[0]) + "\t" + std::to_string(memory[1]) + "\t" +
                       std::to_string(memory[2]);
            },
            [at](Kernel& kernel, const std::string& text) {
                const auto numbers = Numbers(text);
                if (!numbers || numbers->size() != 3)
                {
                    return false;
                }
                std::ranges::transform(*numbers, at(kernel).begin(), [](int64_t number) {
                    return static_cast<uint32_t>(number);
                });
                return true;
            }};
}

std::pair<Getter, Setter>
PortRange()
{
    return {[](const Kernel& kernel) {
                return std::to_string(kernel.config.handshake.firstEphemeralPort) + "\t" +
                       std::to_string(kernel.config.handshake.lastEphemeralPort);
            },
            [](Kernel& kernel, const std::string& text) {
                const auto numbers = Numbers(text);
                if (!numbers || numbers->size() != 2)
                {
                    return false;
                }
                kernel.config.handshake.firstEphemeralPort = static_cast<uint16_t>(numbers->at(0));
                kernel.config.handshake.lastEphemeralPort = static_cast<uint16_t>(numbers->at(1));
                return true;
            }};
}

/** Four hexadecimal words with hyphens between; a second key, for cookies of before, is ignored. */
std::pair<Getter, Setter>
FastOpenKey()
{
    return {[](const Kernel& kernel) {
                const auto key = kernel.config.handshake.fastOpenKey.value_or(SecretKey{});
                std::array<char, 40> text;
                std::snprintf(text.data(),
                              text.size(),
                              "%08x-%08x-%08x-%08x",
                              static_cast<uint32_t>(key[0]),
                              static_cast<uint32_t>(key[0] >> 32),
                              static_cast<uint32_t>(key[1]),
                              static_cast<uint32_t>(key[1] >> 32));
                return std::string(text.data());
            },
            [](Kernel& kernel, const std::string& text) {
                std::array<uint32_t, 4> word{};
                const int read = std::sscanf(text.c_str(),
                                             "%8x-%8x-%8x-%8x",
                                             &word[0],
                                             &word[1],
                                             &word[2],
                                             &word[3]);
                kernel.config.handshake.fastOpenKey =
                    SecretKey{uint64_t{word[1]} << 32 | word[0], uint64_t{word[3]} << 32 | word[2]};
                return read == 4;
            }};
}

} // namespace

std::vector<Settings::Variable>
Settings::LinuxVariables()
{
    std::vector<Variable> variables;
    const auto add = [&](const char* name, std::pair<Getter, Setter> both) {
        variables.push_back({std::string("net.ipv4.") + name, both.first, both.second});
    };
    const auto addCore = [&](const char* name, std::pair<Getter, Setter> both) {
        variables.push_back({std::string("net.core.") + name, both.first, both.second});
    };
    // Opening.
    add("tcp_syn_retries",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.synRetries; }));
    add("tcp_synack_retries",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.synAckRetries; }));
    add("tcp_syn_linear_timeouts",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.synLinearTimeouts; }));
    add("tcp_max_syn_backlog",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.synBacklog; }));
    add("tcp_syncookies", Plain([](Kernel & k) -> auto& { return k.config.handshake.synCookies; }));
    add("tcp_abort_on_overflow",
        Plain([](Kernel & k) -> auto& { return k.config.handshake.acceptOverflow; }));
    add("tcp_fastopen", Plain([](Kernel & k) -> auto& { return k.fastOpen; }));
    add("tcp_fastopen_key", FastOpenKey());
    add("ip_local_port_range", PortRange());
    addCore("somaxconn", Plain([](Kernel & k) -> auto& { return k.config.handshake.backlogCap; }));
    // Telling the peer's segments from others'.
    add("tcp_invalid_ratelimit", Time<milliseconds>([](Kernel & k) -> auto& {
            return k.config.validation.invalidInterval;
        }));
    add("tcp_challenge_ack_limit",
        Plain([](Kernel & k) -> auto& { return k.config.validation.challengesPerSecond; }));
    // Closing.
    add("tcp_fin_timeout",
        Of(
            [](const Kernel& k) -> int64_t {
                return std::chrono::duration_cast<seconds>(
                           k.config.closing.finWait2Timeout.value_or(seconds(0)))
                    .count();
            },
            [](Kernel& k, int64_t number) { k.config.closing.finWait2Timeout = seconds(number); }));
    add("tcp_orphan_retries", Plain([](Kernel & k) -> auto& { return k.orphanRetries; }));
    add("tcp_max_orphans", Plain([](Kernel & k) -> auto& { return k.config.closing.maxOrphans; }));
    add("tcp_max_tw_buckets",
        Plain([](Kernel & k) -> auto& { return k.config.closing.maxTimeWaits; }));
    add("tcp_rfc1337", Plain([](Kernel & k) -> auto& { return k.config.closing.rfc1337; }));
    add("tcp_tw_reuse",
        Of([](const Kernel& k) -> int64_t { return k.config.closing.reuseByConnect; },
           [](Kernel& k, int64_t number) {
               k.config.closing.reuseByConnect = number == 1; // 2: over the loopback only
           }));
    add("tcp_tw_reuse_delay", Time<milliseconds>([](Kernel & k) -> auto& {
            return k.config.closing.reuseByConnectAfter;
        }));
    // Is the peer still there?
    add("tcp_keepalive_time",
        Time<seconds>([](Kernel & k) -> auto& { return k.config.keepalive.idle; }));
    add("tcp_keepalive_intvl",
        Time<seconds>([](Kernel & k) -> auto& { return k.config.keepalive.interval; }));
    add("tcp_keepalive_probes",
        Plain([](Kernel & k) -> auto& { return k.config.keepalive.probes; }));
    // Data.
    add("tcp_retries2", Plain([](Kernel & k) -> auto& { return k.config.data.dataRetries; }));
    add("tcp_rto_min_us",
        Time<microseconds>([](Kernel & k) -> auto& { return k.config.data.rto.minimum; }));
    add("tcp_rto_max_ms",
        Time<milliseconds>([](Kernel & k) -> auto& { return k.config.data.rto.maximum; }));
    add("tcp_reordering", Plain([](Kernel & k) -> auto& { return k.config.data.dupAckThreshold; }));
    add("tcp_timestamps", Plain([](Kernel & k) -> auto& { return k.config.data.timestamps; }));
    add("tcp_window_scaling",
        Plain([](Kernel & k) -> auto& { return k.config.data.windowScaling; }));
    add("tcp_sack", Plain([](Kernel & k) -> auto& { return k.config.data.sack; }));
    add("tcp_rmem", Memory([](Kernel & k) -> auto& { return k.receiveMemory; }));
    add("tcp_wmem", Memory([](Kernel & k) -> auto& { return k.sendMemory; }));
    addCore("rmem_max", Plain([](Kernel & k) -> auto& { return k.receiveMemoryCap; }));
    addCore("wmem_max", Plain([](Kernel & k) -> auto& { return k.sendMemoryCap; }));
    add("tcp_notsent_lowat", Plain([](Kernel & k) -> auto& { return k.notSentLowat; }));
    // 1: by time alone; its other bits tune that.
    add("tcp_recovery",
        Of([](const Kernel& k)
               -> int64_t { return k.config.data.lossDetection == LossDetection::Rack; },
           [](Kernel& k, int64_t number) {
               k.config.data.lossDetection =
                   (number & 1) != 0 ? LossDetection::Rack : LossDetection::DuplicateAcks;
           }));
    // 3 and 4: tail loss probes; 0: none.
    add("tcp_early_retrans",
        Of([](const Kernel& k) -> int64_t { return k.config.data.lossProbe ? 3 : 0; },
           [](Kernel& k, int64_t number) { k.config.data.lossProbe = number >= 3; }));
    add("tcp_min_tso_segs", Plain([](Kernel & k) -> auto& { return k.config.data.leastBurst; }));
    add("tcp_frto", Plain([](Kernel & k) -> auto& { return k.config.data.fRto; }));
    add("tcp_dsack", Plain([](Kernel & k) -> auto& { return k.config.data.duplicateSack; }));
    add("tcp_slow_start_after_idle",
        Of([](const Kernel& k)
               -> int64_t { return k.config.data.idleRestart != IdleRestart::Never; },
           [](Kernel& k, int64_t number) {
               k.config.data.idleRestart = number != 0 ? IdleRestart::Halving : IdleRestart::Never;
           }));
    // 0: off; 1: asked for and taken; 2: taken. The others are of Accurate ECN.
    add("tcp_ecn",
        Of(
            [](const Kernel& k) -> int64_t {
                return k.config.data.ecn == Ecn::Off ? 0 : k.config.data.ecn == Ecn::Active ? 1 : 2;
            },
            [](Kernel& k, int64_t number) {
                k.config.data.ecn = number == 0   ? Ecn::Off
                                    : number == 1 ? Ecn::Active
                                                  : Ecn::Passive;
            }));
    add("tcp_congestion_control",
        {[](const Kernel& k) { return k.congestion; },
         [](Kernel& k, const std::string& text) {
             k.congestion = text;
             return true;
         }});
    return variables;
}

} // namespace lifecycle::packetdrill
