// What a Linux kernel answered to some thousand segments, asked of the model with Linux's profile.

#include "core/profiles.h"
#include "peer-test.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace lifecycle::test
{
namespace
{

constexpr uint32_t kPeerStamp = 1000000;
constexpr const char* kNotes = TCP_LIFECYCLE_NOTES; //!< the folder doc/notes

/** One line of doc/notes/linux-answers.txt, see doc/notes/experiments/answers.py. */
struct Row
{
    std::string state;
    std::string segment;
    std::string seq;
    std::string ack;
    uint32_t length;
    std::string stamp;
    std::string answers;
    std::string after;

    std::string Question() const
    {
        return state + " | " + segment + " | " + seq + " | " + ack + " | " +
               std::to_string(length) + " | " + stamp;
    }

    std::string Text() const
    {
        return Question() + " | " + answers + " | " + after;
    }
};

std::vector<std::string>
Split(const std::string& text, const std::string& separator)
{
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find(separator, begin)) != std::string::npos;)
    {
        parts.push_back(text.substr(begin, end - begin));
        begin = end + separator.size();
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::vector<Row>
ReadRows(const std::string& name)
{
    std::vector<Row> rows;
    std::ifstream file(std::filesystem::path(kNotes) / name);
    EXPECT_TRUE(file) << "cannot read " << std::filesystem::path(kNotes) / name;
    for (std::string line; std::getline(file, line);)
    {
        if (!line.empty() && line[0] != '#')
        {
            const std::vector<std::string> part = Split(line, " | ");
            EXPECT_EQ(part.size(), 8U) << line;
            rows.push_back({part.at(0),
                            part.at(1),
                            part.at(2),
                            part.at(3),
                            static_cast<uint32_t>(std::stoul(part.at(4))),
                            part.at(5),
                            part.at(6),
                            part.at(7)});
        }
    }
    return rows;
}

Flags
FlagsOf(const std::string& names)
{
    static const std::map<std::string, Flags> kFlags{{"none", Flags()},
                                                     {"SYN", Flag::SYN},
                                                     {"ACK", Flag::ACK},
                                                     {"FIN", Flag::FIN},
                                                     {"RST", Flag::RST}};
    Flags flags;
    for (const std::string& name : Split(names, "+"))
    {
        flags = flags | kFlags.at(name);
    }
    return flags;
}

class LinuxAnswers : public PeerTest
{
  protected:
    /** The model's answer to a question. */
    Row Ask(const Row& question);

  private:
    void Reach(const std::string& state);
    uint32_t Number(const std::string& expression) const;
    std::string Place(uint32_t number, const std::vector<std::string>& names) const;
    std::string Show(const Segment& segment) const;
    std::string Answers();

    std::map<char, uint32_t> m_places; //!< relative
};

/** Brings a new endpoint into a state and notes where its numbers are. */
void
LinuxAnswers::Reach(const std::string& state)
{
    const bool stamped = state.ends_with(" with timestamps");
    const auto with = [&](const Sketch& sketch) {
        return stamped ? sketch.Stamp(kPeerStamp) : sketch;
    };
    const auto syn = stamped ? Syn().Stamp(kPeerStamp).Echo(0) : Syn();
    uint32_t left = 1;
    uint32_t una = 1;
    uint32_t nxt = 1;
    const std::string name = state.substr(0, state.find(' '));
    const bool close = state.ends_with(" after close");

    if (name == "CLOSED" || name == "LISTEN")
    {
        GoTo(name == "LISTEN" ? State::Listen : State::Closed);
        left = una = nxt = 0;
    }
    else if (name == "SYN-SENT")
    {
        GoTo(State::SynSent);
        left = una = 0;
    }
    else if (state == "SYN-RECEIVED by simultaneous open")
    {
        GoTo(State::SynSent);
        Send(Syn());
        Expect(SynAck());
        una = 0;
    }
    else if (name == "SYN-RECEIVED")
    {
        Listen();
        Send(syn);
        Expect(SynAck());
        una = 0;
    }
    else
    {
        AcceptAndEstablish(syn);
    }
    if (state == "ESTABLISHED with 10 bytes in flight")
    {
        Write(10);
        Expect(Data(10));
        nxt = 11;
    }
    if (name == "CLOSE-WAIT" || name == "LAST-ACK")
    {
        Send(with(Fin()));
        Expect(Ack());
        left = 2;
    }
    if (name == "FIN-WAIT-1" || name == "FIN-WAIT-2" || name == "CLOSING" || name == "LAST-ACK" ||
        name == "TIME-WAIT")
    {
        close ? Close() : ShutdownSend();
        Expect(Fin());
        nxt = 2;
    }
    if (name == "FIN-WAIT-2" || name == "TIME-WAIT")
    {
        Send(with(Ack()));
        una = 2;
    }
    if (name == "CLOSING" || name == "TIME-WAIT")
    {
        Send(with(name == "CLOSING" ? Fin().Ack(1) : Fin()));
        Expect(Ack());
        left = 2;
    }
    const uint32_t window = Last().flags.Has(Flag::ACK) ? Last().window : 65535;
    m_places = {{'P', 0}, {'L', left}, {'R', left + window}, {'U', una}, {'N', nxt}, {'W', 65535}};
}

/** For instance "U-W-1". */
uint32_t
LinuxAnswers::Number(const std::string& expression) const
{
    uint32_t sum = 0;
    for (std::size_t at = 0; at < expression.size();)
    {
        const bool minus = expression[at] == '-';
        at += minus || expression[at] == '+';
        std::size_t length = 1;
        const uint32_t term =
            std::isdigit(expression[at])
                ? static_cast<uint32_t>(std::stoul(expression.substr(at), &length))
                : m_places.at(expression[at]);
        sum += minus ? 0U - term : term;
        at += length;
    }
    return sum;
}

/** A number as a name and a short distance, if there is one nearby. */
std::string
LinuxAnswers::Place(uint32_t number, const std::vector<std::string>& names) const
{
    const auto distance = [&](const std::string& name) {
        return static_cast<int32_t>(number - Number(name));
    };
    const auto text = [](int32_t offset) {
        return (offset > 0 ? "+" : "") + std::to_string(offset);
    };
    for (const std::string& name : names)
    {
        if (std::abs(distance(name)) <= 2000)
        {
            return name + (distance(name) != 0 ? text(distance(name)) : "");
        }
    }
    return text(static_cast<int32_t>(number));
}

std::string
LinuxAnswers::Show(const Segment& segment) const
{
    const uint32_t seq = segment.seq.Since(SeqNum(kIss));
    const uint32_t ack = segment.ack.Since(SeqNum(kIrs));
    const Flags flags = segment.flags;
    if (flags == (Flag::SYN | Flag::ACK) && (m_places.at('N') == 0 || seq != 0))
    {
        return "SYN+ACK new " + Place(ack, {"L", "R", "P"});
    }
    std::string text;
    for (const auto& [flag, name] :
         {std::pair{Flag::SYN, "SYN"}, {Flag::FIN, "FIN"}, {Flag::RST, "RST"}, {Flag::ACK, "ACK"}})
    {
        text += flags.Has(flag) ? (text.empty() ? "" : "+") + std::string(name) : "";
    }
    const bool unasked = flags == (Flag::RST | Flag::ACK) && segment.seq == SeqNum(0);
    text += " " + (unasked ? "0" : Place(seq, {"N", "U-W", "U-100000", "N+100000"}));
    text += flags.Has(Flag::ACK) ? " " + Place(ack, {"L", "R"}) : "";
    text += segment.payloadLength > 0 ? " length " + std::to_string(segment.payloadLength) : "";
    return text;
}

/** All that is sent at once or a delayed acknowledgement later. */
std::string
LinuxAnswers::Answers()
{
    std::string text;
    const Instant end = now + 110ms;
    const auto take = [&] {
        for (const OutSegment& out : Node().Settle(now))
        {
            text += (text.empty() ? "" : "; ") + Show(out.segment);
        }
    };
    take();
    while (Core().NextDeadline() <= end)
    {
        now = Core().NextDeadline();
        Node().RunTimers(now);
        take();
    }
    return text.empty() ? "-" : text;
}

Row
LinuxAnswers::Ask(const Row& question)
{
    StartOver();
    config = MakeConfig(Profile::Linux);
    config.handshake.isn = IsnChoice::Fixed;
    config.handshake.fixedIsn = kIss;
    config.data.mss = 1000;
    Reach(question.state);

    Segment segment;
    segment.tuple = Tuple();
    segment.flags = FlagsOf(question.segment);
    segment.seq = SeqNum(kIrs) + Number(question.seq);
    if (segment.flags.Has(Flag::ACK))
    {
        segment.ack = SeqNum(kIss) + Number(question.ack);
    }
    segment.window = 65535;
    segment.payloadLength = question.length;
    if (segment.flags.Has(Flag::SYN))
    {
        segment.options.mss = 1000;
    }
    const bool stamped = question.state.ends_with(" with timestamps") && question.stamp != "none";
    if (stamped)
    {
        const int offset = std::stoi(question.stamp);
        segment.options.timestamps =
            Timestamps{kPeerStamp + static_cast<uint32_t>(offset),
                       Last().options.timestamps.value_or(Timestamps{}).value};
    }
    const auto start = static_cast<int32_t>(segment.seq.Since(SeqNum(kIrs)));
    const int64_t offset = int64_t{start} + segment.flags.Has(Flag::SYN) - 1;
    Node().Receive(now, segment, static_cast<uint64_t>(offset));

    Row answer = question;
    answer.answers = Answers();
    answer.after = Name(Node().StateOf(Tuple()));
    return answer;
}

TEST_F(LinuxAnswers, AreTheModelsSaveForTheOnesThatAreListed)
{
    std::set<std::string> known;
    for (const Row& row : ReadRows("linux-answers-not-modelled.txt"))
    {
        known.insert(row.Text());
    }
    const std::vector<Row> rows = ReadRows("linux-answers.txt");
    EXPECT_GT(rows.size(), 1000U);
    std::size_t differences = 0;
    std::set<std::string> stale = known;
    for (const Row& row : rows)
    {
        const Row answer = Ask(row);
        const bool differs = answer.Text() != row.Text();
        differences += differs;
        if (differs)
        {
            stale.erase(answer.Text());
        }
        EXPECT_TRUE(!differs || known.contains(answer.Text()))
            << answer.Text() << "\n  but Linux: " << row.answers << " | " << row.after;
    }
    for (const std::string& text : stale)
    {
        ADD_FAILURE() << "listed as a difference, but it is none: " << text;
    }
    RecordProperty("questions", static_cast<int>(rows.size()));
    RecordProperty("differences", static_cast<int>(differences));
}

} // namespace
} // namespace lifecycle::test
