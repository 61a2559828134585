#include "tcp-segment.h"

#include <sstream>

namespace interop
{

namespace
{

constexpr std::size_t ETHERNET_HEADER = 14;
constexpr std::size_t LEAST_IP_HEADER = 20;
constexpr std::size_t LEAST_TCP_HEADER = 20;

uint16_t
Get16(const uint8_t* bytes)
{
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

uint32_t
Get32(const uint8_t* bytes)
{
    return uint32_t{Get16(bytes)} << 16 | Get16(bytes + 2);
}

/** \param option one option, kind and length included \param segment gets what it says */
void
TakeOption(const uint8_t* option, TcpSegment& segment)
{
    const uint8_t length = option[1];
    switch (option[0])
    {
    case 2:
        segment.mss = Get16(option + 2);
        break;
    case 3:
        segment.windowScale = option[2];
        break;
    case 4:
        segment.sackPermitted = true;
        break;
    case 5:
        segment.sack = true;
        break;
    case 8:
        segment.timestamp = Get32(option + 2);
        segment.timestampEcho = Get32(option + 6);
        break;
    case 34:
        segment.fastOpen = std::string(option + 2, option + length);
        break;
    default:
        break;
    }
}

/** \param options of the header \param end behind them \param segment gets what they say */
void
TakeOptions(const uint8_t* options, const uint8_t* end, TcpSegment& segment)
{
    while (end - options >= 2 && options[0] != 0)
    {
        if (options[0] == 1)
        {
            options++;
            continue;
        }
        if (options[1] < 2 || options[1] > end - options)
        {
            return;
        }
        TakeOption(options, segment);
        options += options[1];
    }
}

} // namespace

std::optional<TcpSegment>
ParseTcp(Side from, const Frame& frame)
{
    if (frame.size() < ETHERNET_HEADER + LEAST_IP_HEADER || Get16(&frame[12]) != 0x0800)
    {
        return std::nullopt;
    }
    const uint8_t* ip = frame.data() + ETHERNET_HEADER;
    const std::size_t ipHeader = 4 * (ip[0] & 0x0f);
    const std::size_t ipSize = Get16(ip + 2);
    if (ip[9] != 6 || ipSize < ipHeader + LEAST_TCP_HEADER ||
        frame.size() < ETHERNET_HEADER + ipSize)
    {
        return std::nullopt;
    }
    const uint8_t* tcp = ip + ipHeader;
    const uint8_t* end = ip + ipSize;
    const uint8_t* text = tcp + 4 * (tcp[12] >> 4);
    if (text > end)
    {
        return std::nullopt;
    }
    TcpSegment segment{.from = from,
                       .sourcePort = Get16(tcp),
                       .destinationPort = Get16(tcp + 2),
                       .seq = Get32(tcp + 4),
                       .ack = Get32(tcp + 8),
                       .flags = static_cast<uint8_t>(tcp[13] & (FIN | SYN | RST | ACK)),
                       .window = Get16(tcp + 14),
                       .text = std::string(text, end),
                       .frame = frame};
    TakeOptions(tcp + LEAST_TCP_HEADER, text, segment);
    return segment;
}

std::string
ToString(const TcpSegment& segment)
{
    std::ostringstream text;
    text << (segment.from == Side::Kernel ? "kernel -> model " : "model -> kernel ")
         << segment.sourcePort << " " << segment.destinationPort << " ";
    for (const auto& [flag, name] : {std::pair(SYN, "S"), {FIN, "F"}, {RST, "R"}, {ACK, "."}})
    {
        text << (segment.Has(flag) ? name : "");
    }
    text << " seq " << segment.seq << " ack " << segment.ack << " length " << segment.text.size()
         << " window " << segment.window;
    if (segment.timestamp)
    {
        text << " timestamps " << *segment.timestamp << " " << *segment.timestampEcho;
    }
    return text.str();
}

} // namespace interop
