#include "wire.h"

#include "freebsd-options.h"
#include "option-kinds.h"

#include <algorithm>
#include <cassert>

namespace lifecycle
{

namespace
{

constexpr std::size_t kMaxOptionsLength = kMaxHeaderLength - kMinHeaderLength;
constexpr uint8_t kMaxWindowScale = 14; // RFC 7323 §2.3
constexpr uint8_t kProtocolNumber = 6;

uint16_t
ReadU16(std::span<const uint8_t> bytes, std::size_t at)
{
    assert(at + 2 <= bytes.size());
    return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t
ReadU32(std::span<const uint8_t> bytes, std::size_t at)
{
    return uint32_t{ReadU16(bytes, at)} << 16 | ReadU16(bytes, at + 2);
}

bool
IsSackLength(std::size_t length)
{
    return length > kSackBaseLength && (length - kSackBaseLength) % kSackBlockLength == 0;
}

bool
IsCookieLength(std::size_t cookie)
{
    return cookie == 0 || (cookie >= kFastOpenLeastCookie && cookie <= kFastOpenMostCookie &&
                           cookie % 2 == 0); // RFC 7413 §4.1.1
}

/** \returns whether an option of this kind, if known, may be that long */
bool
IsRightLength(uint8_t kind, std::size_t length)
{
    switch (kind)
    {
    case MSS:
        return length == kMssLength;
    case WINDOW_SCALE:
        return length == kWindowScaleLength;
    case SACK_PERMITTED:
        return length == kSackPermittedLength;
    case SACK:
        return IsSackLength(length);
    case TIMESTAMPS:
        return length == kTimestampsLength;
    default:
        return true;
    }
}

SackList
ParseSack(std::span<const uint8_t> option)
{
    SackList sacks;
    for (std::size_t at = kSackBaseLength; at < option.size(); at += kSackBlockLength)
    {
        sacks.Add({SeqNum(ReadU32(option, at)), SeqNum(ReadU32(option, at + 4))});
    }
    return sacks;
}

FastOpenCookie
ParseCookie(std::span<const uint8_t> bytes)
{
    FastOpenCookie cookie;
    cookie.length = static_cast<uint8_t>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), cookie.bytes.begin());
    return cookie;
}

/** RFC 7413 §4.1.1: a cookie of a length that none has is as if there were none. */
void
ParseFastOpen(std::span<const uint8_t> cookie, Options& options)
{
    if (IsCookieLength(cookie.size()))
    {
        options.fastOpen = ParseCookie(cookie);
    }
}

/** An experimental option, which is anybody's unless its magic number says that it is ours. */
void
ParseExperimental(std::span<const uint8_t> option, Options& options)
{
    const std::size_t base = kFastOpenExperimentalLength;
    if (option.size() >= base && ReadU16(option, 2) == kFastOpenMagic &&
        IsCookieLength(option.size() - base) && !options.fastOpen)
    {
        options.fastOpen = ParseCookie(option.subspan(base));
        options.fastOpen->experimental = true;
    }
}

/** Takes in one whole option of the right length; unknown ones are skipped (RFC 9293 MUST-6). */
void
ParseOption(std::span<const uint8_t> option, Options& options)
{
    switch (option[0])
    {
    case MSS:
        options.mss = ReadU16(option, 2);
        break;
    case WINDOW_SCALE:
        options.windowScale = std::min(option[2], kMaxWindowScale);
        break;
    case SACK_PERMITTED:
        options.sackPermitted = true;
        break;
    case SACK:
        options.sacks = ParseSack(option);
        break;
    case TIMESTAMPS:
        options.timestamps = Timestamps{ReadU32(option, 2), ReadU32(option, 6)};
        break;
    case FAST_OPEN:
        ParseFastOpen(option.subspan(kFastOpenBaseLength), options);
        break;
    case EXPERIMENTAL:
        ParseExperimental(option, options);
        break;
    default:
        break;
    }
}

WireError
ParseOptions(std::span<const uint8_t> bytes, Options& options)
{
    while (!bytes.empty() && bytes[0] != END_OF_LIST)
    {
        if (bytes[0] == NO_OPERATION)
        {
            bytes = bytes.subspan(1);
            continue;
        }
        if (bytes.size() < 2 || bytes[1] > bytes.size())
        {
            return WireError::TruncatedOption;
        }
        const std::size_t length = bytes[1];
        if (length < 2 || !IsRightLength(bytes[0], length))
        {
            return WireError::BadOptionLength; // RFC 9293 MUST-7
        }
        ParseOption(bytes.first(length), options);
        bytes = bytes.subspan(length);
    }
    return WireError::None;
}

/** Writes numbers in network order, one after the other. */
class Writer
{
  public:
    explicit Writer(std::span<uint8_t> out)
        : m_out(out)
    {
    }

    void U8(std::size_t value)
    {
        m_out[0] = static_cast<uint8_t>(value);
        m_out = m_out.subspan(1);
    }

    void U16(uint32_t value)
    {
        U8(value >> 8 & 0xff);
        U8(value & 0xff);
    }

    void U32(uint32_t value)
    {
        U16(value >> 16);
        U16(value & 0xffff);
    }

    void Nops(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
        {
            U8(NO_OPERATION);
        }
    }

    void OptionHead(OptionKind kind, std::size_t length)
    {
        U8(kind);
        U8(length);
    }

  private:
    std::span<uint8_t> m_out;
};

std::size_t
FastOpenLength(const FastOpenCookie& cookie)
{
    return (cookie.experimental ? kFastOpenExperimentalLength : kFastOpenBaseLength) +
           cookie.length;
}

/** The options other than SACK blocks, each group padded to words as Linux does. */
std::size_t
FixedOptionsLength(const Options& options)
{
    std::size_t length = options.mss ? 4 : 0;
    if (options.timestamps)
    {
        length += 12;
    }
    else if (options.sackPermitted)
    {
        length += 4;
    }
    length += options.windowScale ? 4 : 0;
    if (options.fastOpen)
    {
        length += (FastOpenLength(*options.fastOpen) + 3) / 4 * 4;
    }
    return length;
}

std::size_t
SackBlocksThatFit(const Options& options)
{
    const std::size_t room = kMaxOptionsLength - FixedOptionsLength(options);
    return std::min<std::size_t>(options.sacks.count, (room - 4) / kSackBlockLength);
}

void
WriteTimestampsAndSackPermitted(const Options& options, Writer& writer)
{
    if (options.sackPermitted)
    {
        writer.Nops(options.timestamps ? 0 : 2); // else it stands where the NOPs would
        writer.OptionHead(SACK_PERMITTED, kSackPermittedLength);
    }
    if (options.timestamps)
    {
        writer.Nops(options.sackPermitted ? 0 : 2);
        writer.OptionHead(TIMESTAMPS, kTimestampsLength);
        writer.U32(options.timestamps->value);
        writer.U32(options.timestamps->echo);
    }
}

void
WriteSack(const Options& options, Writer& writer)
{
    const std::size_t blocks = SackBlocksThatFit(options);
    if (blocks == 0)
    {
        return;
    }
    writer.Nops(2);
    writer.OptionHead(SACK, kSackBaseLength + blocks * kSackBlockLength);
    for (std::size_t i = 0; i < blocks; ++i)
    {
        writer.U32(options.sacks.blocks[i].left.Raw());
        writer.U32(options.sacks.blocks[i].right.Raw());
    }
}

void
WriteFastOpen(const FastOpenCookie& cookie, Writer& writer)
{
    const std::size_t length = FastOpenLength(cookie);
    writer.OptionHead(cookie.experimental ? EXPERIMENTAL : FAST_OPEN, length);
    if (cookie.experimental)
    {
        writer.U16(kFastOpenMagic);
    }
    for (std::size_t i = 0; i < cookie.length; ++i)
    {
        writer.U8(cookie.bytes[i]);
    }
    writer.Nops((4 - length % 4) % 4);
}

void
WriteOptions(const Options& options, Writer& writer)
{
    if (options.mss)
    {
        writer.OptionHead(MSS, kMssLength);
        writer.U16(*options.mss);
    }
    WriteTimestampsAndSackPermitted(options, writer);
    if (options.windowScale)
    {
        writer.Nops(1);
        writer.OptionHead(WINDOW_SCALE, kWindowScaleLength);
        writer.U8(*options.windowScale);
    }
    if (options.fastOpen)
    {
        WriteFastOpen(*options.fastOpen, writer);
    }
    WriteSack(options, writer);
}

} // namespace

ParsedHeader
ParseHeader(std::span<const uint8_t> bytes, std::size_t segmentLength)
{
    bytes = bytes.first(std::min(bytes.size(), segmentLength));
    if (bytes.size() < kMinHeaderLength)
    {
        return {WireError::Short, {}, 0};
    }
    const std::size_t headerLength = (bytes[12] >> 4) * std::size_t{4};
    if (headerLength < kMinHeaderLength || headerLength > bytes.size())
    {
        return {WireError::BadDataOffset, {}, 0};
    }
    ParsedHeader parsed;
    parsed.headerLength = headerLength;
    Segment& segment = parsed.segment;
    segment.tuple.remotePort = ReadU16(bytes, 0);
    segment.tuple.localPort = ReadU16(bytes, 2);
    segment.seq = SeqNum(ReadU32(bytes, 4));
    segment.ack = SeqNum(ReadU32(bytes, 8));
    segment.flags = Flags::FromByte(bytes[13]);
    segment.window = ReadU16(bytes, 14);
    segment.urgent = ReadU16(bytes, 18);
    segment.payloadLength = static_cast<uint32_t>(segmentLength - headerLength);
    const std::size_t optionsLength = headerLength - kMinHeaderLength;
    parsed.error = ParseOptions(bytes.subspan(kMinHeaderLength, optionsLength), segment.options);
    return parsed;
}

std::size_t
HeaderLength(const Segment& segment, OptionLayout layout)
{
    if (layout == OptionLayout::FreeBsd)
    {
        return kMinHeaderLength + LayOutAsFreeBsd(segment.options).length;
    }
    const std::size_t blocks = SackBlocksThatFit(segment.options);
    return kMinHeaderLength + FixedOptionsLength(segment.options) +
           (blocks == 0 ? 0 : 4 + blocks * kSackBlockLength);
}

void
WriteHeader(const Segment& segment, std::span<uint8_t> out, OptionLayout layout)
{
    const std::size_t length = HeaderLength(segment, layout);
    assert(out.size() >= length);
    Writer writer(out.first(length));
    writer.U16(segment.tuple.localPort);
    writer.U16(segment.tuple.remotePort);
    writer.U32(segment.seq.Raw());
    writer.U32(segment.ack.Raw());
    writer.U8(length / 4 << 4);
    writer.U8(segment.flags.ToByte());
    writer.U16(segment.window);
    writer.U16(0); // the checksum, to be filled in by whoever has the payload
    writer.U16(segment.urgent);
    if (layout == OptionLayout::FreeBsd)
    {
        const LaidOutOptions options = LayOutAsFreeBsd(segment.options);
        std::copy_n(options.bytes.begin(), options.length, out.begin() + kMinHeaderLength);
        return;
    }
    WriteOptions(segment.options, writer);
}

void
Checksum::Add(std::span<const uint8_t> bytes)
{
    std::size_t at = 0;
    for (; at + 4 <= bytes.size(); at += 4)
    {
        m_sum += ReadU32(bytes, at); // two words at once: the fold in Finish() parts them
    }
    if (at + 2 <= bytes.size())
    {
        AddWord(ReadU16(bytes, at));
        at += 2;
    }
    if (at < bytes.size())
    {
        AddWord(static_cast<uint16_t>(bytes[at] << 8));
    }
}

void
Checksum::AddWord(uint16_t word)
{
    m_sum += word;
}

void
Checksum::AddPseudoHeader(const IpAddress& source, const IpAddress& destination, uint32_t length)
{
    const std::size_t unused = destination.IsV4() ? 12 : 0; // the prefix of a mapped address
    Add(std::span(source.V6()).subspan(unused));
    Add(std::span(destination.V6()).subspan(unused));
    m_sum += length;
    AddWord(kProtocolNumber);
}

uint16_t
Checksum::Finish() const
{
    uint64_t sum = m_sum;
    while (sum > 0xffff)
    {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    return static_cast<uint16_t>(~sum);
}

} // namespace lifecycle
