#include "segment-text.h"

#include <sstream>
#include <vector>

namespace lifecycle::test
{

namespace
{

std::string
FlagText(Flags flags)
{
    std::string text;
    text += flags.Has(Flag::SYN) ? "S" : "";
    text += flags.Has(Flag::FIN) ? "F" : "";
    text += flags.Has(Flag::RST) ? "R" : "";
    text += flags.Has(Flag::PSH) ? "P" : "";
    text += flags.Has(Flag::URG) ? "U" : "";
    text += flags.Has(Flag::ACK) ? "." : "";
    return text.empty() ? "-" : text;
}

std::string
OptionText(const Options& options, SeqNum ackOrigin)
{
    std::vector<std::string> parts;
    if (options.mss)
    {
        parts.push_back("mss " + std::to_string(*options.mss));
    }
    if (options.sackPermitted)
    {
        parts.emplace_back("sackOK");
    }
    if (options.timestamps)
    {
        parts.push_back("TS " + std::to_string(options.timestamps->value) + " " +
                        std::to_string(options.timestamps->echo));
    }
    if (options.windowScale)
    {
        parts.push_back("wscale " + std::to_string(*options.windowScale));
    }
    for (const SackBlock& block : options.sacks)
    {
        parts.push_back("sack " + std::to_string(block.left.Since(ackOrigin)) + ":" +
                        std::to_string(block.right.Since(ackOrigin)));
    }
    std::string text;
    for (const std::string& part : parts)
    {
        text += (text.empty() ? " <" : ",") + part;
    }
    return text.empty() ? text : text + ">";
}

} // namespace

std::string
ToText(const Segment& segment, const Origins& origins)
{
    std::ostringstream text;
    const uint32_t left = segment.seq.Since(origins.seq);
    text << FlagText(segment.flags) << ' ' << left << ':' << left + segment.payloadLength << '('
         << segment.payloadLength << ')';
    if (segment.flags.Has(Flag::ACK))
    {
        text << " ack " << segment.ack.Since(origins.ack);
    }
    text << " win " << segment.window;
    if (segment.urgent != 0)
    {
        text << " urg " << segment.urgent;
    }
    text << OptionText(segment.options, origins.ack);
    return text.str();
}

} // namespace lifecycle::test
