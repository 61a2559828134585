#include "control.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lifecycle::packetdrill
{

namespace
{

std::string
ToText(const IpAddress& address, uint16_t port)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.IsV4())
    {
        const in_addr v4{htonl(address.V4())};
        inet_ntop(AF_INET, &v4, text.data(), text.size());
    }
    else
    {
        inet_ntop(AF_INET6, address.V6().data(), text.data(), text.size());
    }
    return std::string(text.data()) + " " + std::to_string(port);
}

std::string
List(Host& host)
{
    std::ostringstream out;
    out << "ok\n";
    // A socket whose connection is in TIME-WAIT is still there until the application closes it.
    const auto isHeld = [&](const FourTuple& tuple) {
        bool held = false;
        host.sockets.ForEach([&](const packetdrill::Socket& socket) {
            held |= socket.stream && socket.stream->tuple == tuple;
        });
        return held;
    };
    std::vector<FourTuple> waiting;
    host.node.Tcp().ForEachView([&](const ConnectionView& view) {
        const bool orphan = view.state == State::TimeWait ? !isHeld(view.tuple) : view.orphan;
        if (view.state == State::TimeWait)
        {
            waiting.push_back(view.tuple);
        }
        out << Name(view.state) << ' ' << view.recvQueue << ' ' << view.sendQueue << ' '
            << ToText(view.tuple.local, view.tuple.localPort) << ' '
            << ToText(view.tuple.remote, view.tuple.remotePort) << ' '
            << (*view.timer == '\0' ? "none" : view.timer) << ' ' << (orphan ? "orphan" : "held")
            << '\n';
    });
    // What the application still has, and TCP has forgotten.
    host.sockets.ForEach([&](const packetdrill::Socket& socket) {
        const FourTuple tuple = socket.stream ? socket.stream->tuple : FourTuple{};
        if (!socket.listener && (!socket.stream || socket.stream->closed) &&
            std::ranges::find(waiting, tuple) == waiting.end())
        {
            out << Name(State::Closed) << " 0 0 " << ToText(socket.local.address, socket.local.port)
                << ' ' << ToText(tuple.remote, tuple.remotePort) << " none held\n";
        }
    });
    return out.str();
}

/** As tcpdrop of FreeBSD names states: with underscores, and SYN_RCVD. */
bool
IsCalled(State state, std::string name)
{
    std::ranges::replace(name, '_', '-');
    return name == "all" || name == Name(state) ||
           (name == "SYN-RCVD" && state == State::SynReceived);
}

std::string
Drop(Host& host, std::istringstream& words)
{
    std::string which;
    std::string state;
    std::string one;
    words >> which;
    which == "state" ? words >> state : std::getline(words >> std::ws, one);
    std::vector<FourTuple> doomed;
    host.node.Tcp().ForEachView([&](const ConnectionView& view) {
        const FourTuple& tuple = view.tuple;
        const bool named =
            ToText(tuple.local, tuple.localPort) + " " + ToText(tuple.remote, tuple.remotePort) ==
            one;
        if (view.state != State::Listen && (named || IsCalled(view.state, state)))
        {
            doomed.push_back(tuple);
        }
    });
    for (const FourTuple& tuple : doomed)
    {
        host.node.Tcp().Drop(host.node.Now(), tuple);
    }
    host.node.Settle();
    return !doomed.empty() || one.empty() ? "ok\n" : "error no such connection\n";
}

std::string
SetVariable(Host& host, std::istringstream& words)
{
    std::string assignment;
    std::getline(words >> std::ws, assignment);
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos ||
        !host.settings.Set(assignment.substr(0, equals), assignment.substr(equals + 1)))
    {
        return "error invalid argument\n";
    }
    host.sockets.Reconfigure();
    if (host.settings.IsFreeBsd() && (host.settings.Get().fastOpen & 1) == 0)
    {
        host.node.Tcp().ForgetFastOpenCookies(); // sysctl_net_inet_tcp_fastopen_client_enable()
    }
    return "ok\n";
}

/** Counters by the names that nstat of Linux has for them. */
std::string
Count(Host& host)
{
    static constexpr std::pair<const char*, uint64_t Counters::*> kNames[] = {
        {"TcpActiveOpens", &Counters::activeOpens},
        {"TcpPassiveOpens", &Counters::accepted},
        {"TcpInSegs", &Counters::segmentsIn},
        {"TcpOutSegs", &Counters::segmentsOut},
        {"TcpRetransSegs", &Counters::retransmits},
        {"TcpInErrs", &Counters::malformed},
        {"TcpOutRsts", &Counters::resetsOut},
        {"TcpExtSyncookiesSent", &Counters::cookiesSent},
        {"TcpExtSyncookiesRecv", &Counters::cookiesAccepted},
        {"TcpExtSyncookiesFailed", &Counters::cookiesRefused},
        {"TcpExtOutOfWindowIcmps", &Counters::icmpErrorsIgnored},
        {"TcpExtTW", &Counters::timeWaits},
        {"TcpExtTWRecycled", &Counters::timeWaitReuses},
        {"TcpExtTCPTimeWaitOverflow", &Counters::timeWaitOverflows},
        {"TcpExtPAWSEstab", &Counters::pawsDropped},
        {"TcpExtListenOverflows", &Counters::acceptOverflows},
        {"TcpExtTCPReqQFullDrop", &Counters::synOverflows},
        {"TcpExtTCPTimeouts", &Counters::timeouts},
        {"TcpExtTCPLossProbes", &Counters::lossProbes},
        {"TcpExtTCPSackRecovery", &Counters::fastRecoveries},
        {"TcpExtTCPChallengeACK", &Counters::challengeAcks},
        {"TcpExtTCPFastOpenActive", &Counters::fastOpensOut},
        {"TcpExtTCPFastOpenActiveFail", &Counters::fastOpensRefused},
        {"TcpExtTCPFastOpenPassive", &Counters::fastOpensIn},
        {"TcpExtTCPKeepAlive", &Counters::keepaliveProbes},
        {"TcpExtTCPWinProbe", &Counters::windowProbes},
    };
    std::ostringstream out;
    out << "ok\n";
    for (const auto& [name, counter] : kNames)
    {
        out << name << ' ' << host.node.Tcp().GetCounters().*counter << '\n';
    }
    return out.str();
}

/** Two pipes in the file system: stand-in commands write questions to one and read the other. */
class Pipes
{
  public:
    explicit Pipes(const std::string& folder)
    {
        if (!folder.empty())
        {
            m_questions = Open(folder + "/question");
            m_answers = Open(folder + "/answer");
        }
    }

    ~Pipes()
    {
        syscall(SYS_close, m_questions);
        syscall(SYS_close, m_answers);
    }

    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;

    int Questions() const
    {
        return m_questions;
    }

    /** Answers the questions that there are, each one line long. */
    void Serve(Host& host)
    {
        std::array<char, 4096> piece{};
        const ssize_t length = read(m_questions, piece.data(), piece.size());
        m_pending.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
        for (std::size_t end = 0; (end = m_pending.find('\n')) != std::string::npos;)
        {
            const std::string question = m_pending.substr(0, end);
            m_pending.erase(0, end + 1);
            const std::lock_guard lock(host.node.mutex);
            const std::string answer = AnswerQuestion(host, question) + ".\n";
            static_cast<void>(!write(m_answers, answer.data(), answer.size()));
        }
    }

  private:
    /** Both ways, so that it neither blocks nor ends when a command is done with it. */
    static int Open(const std::string& path)
    {
        constexpr mode_t kOwner = 0600;
        mkfifo(path.c_str(), kOwner);
        return open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    }

    int m_questions{-1};
    int m_answers{-1};
    std::string m_pending;
};

} // namespace

std::string
AnswerQuestion(Host& host, const std::string& question)
{
    std::istringstream words(question);
    std::string verb;
    words >> verb;
    if (verb == "get")
    {
        std::string name;
        words >> name;
        const std::optional<std::string> value = host.settings.Value(name);
        return value ? "ok\n" + *value + "\n" : "error unknown oid '" + name + "'\n";
    }
    if (verb == "set")
    {
        return SetVariable(host, words);
    }
    if (verb == "list")
    {
        return List(host);
    }
    if (verb == "count")
    {
        return Count(host);
    }
    if (verb == "forget")
    {
        host.node.Tcp().ForgetFastOpenCookies();
        return "ok\n";
    }
    if (verb == "drop")
    {
        return Drop(host, words);
    }
    return "error what is '" + verb + "'?\n";
}

int
RunCommand(Host* host, const char* command)
{
    if (command == nullptr)
    {
        return 1; // there is a shell
    }
    Pipes pipes(host != nullptr ? host->settings.Options().folder : "");
    const pid_t child = fork();
    if (child < 0)
    {
        return -1;
    }
    if (child == 0)
    {
        unsetenv("LD_PRELOAD"); // commands are not under test
        execl("/bin/sh", "sh", "-c", command, nullptr);
        _exit(127);
    }
    const auto ended = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    std::array<pollfd, 2> fds{pollfd{ended, POLLIN, 0}, pollfd{pipes.Questions(), POLLIN, 0}};
    while (ended >= 0 && fds[0].revents == 0)
    {
        if (::poll(fds.data(), fds.size(), -1) > 0 && (fds[1].revents & POLLIN) != 0)
        {
            pipes.Serve(*host);
        }
    }
    if (ended >= 0)
    {
        syscall(SYS_close, ended);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (host != nullptr)
    {
        const std::lock_guard lock(host->node.mutex);
        if (host->settings.Refresh())
        {
            host->sockets.Reconfigure();
        }
    }
    return status;
}

} // namespace lifecycle::packetdrill
