#include "freebsd-options.h"

#include "option-kinds.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** Appends options one after the other. */
class Layout
{
  public:
    /** NOPs until the length is \p remainder more than a multiple of \p unit. */
    void Align(std::size_t unit, std::size_t remainder)
    {
        while (m_out.length % unit != remainder)
        {
            U8(NO_OPERATION);
        }
    }

    void Head(OptionKind kind, std::size_t length)
    {
        U8(kind);
        U8(length);
    }

    void U8(std::size_t value)
    {
        m_out.bytes[m_out.length++] = static_cast<uint8_t>(value);
    }

    void U32(uint32_t value)
    {
        U8(value >> 24);
        U8(value >> 16 & 0xff);
        U8(value >> 8 & 0xff);
        U8(value & 0xff);
    }

    std::size_t Room() const
    {
        return m_out.bytes.size() - m_out.length;
    }

    LaidOutOptions Finish()
    {
        m_out.length = (m_out.length + 3) / 4 * 4; // End of Option List is 0, as the padding is
        return m_out;
    }

  private:
    LaidOutOptions m_out;
};

void
AddSacks(const SackList& sacks, Layout& layout)
{
    if (sacks.count == 0 || layout.Room() < 4 + kSackBlockLength)
    {
        return;
    }
    layout.Align(4, 2);
    const std::size_t fit = (layout.Room() - kSackBaseLength) / kSackBlockLength;
    const std::size_t blocks = std::min<std::size_t>(sacks.count, fit);
    layout.Head(SACK, kSackBaseLength + blocks * kSackBlockLength);
    for (std::size_t i = 0; i < blocks; ++i)
    {
        layout.U32(sacks.blocks[i].left.Raw());
        layout.U32(sacks.blocks[i].right.Raw());
    }
}

} // namespace

LaidOutOptions
LayOutAsFreeBsd(const Options& options)
{
    Layout layout;
    if (options.mss)
    {
        layout.Head(MSS, kMssLength);
        layout.U8(*options.mss >> 8);
        layout.U8(*options.mss & 0xff);
    }
    if (options.windowScale)
    {
        layout.Align(2, 1);
        layout.Head(WINDOW_SCALE, kWindowScaleLength);
        layout.U8(*options.windowScale);
    }
    if (options.sackPermitted)
    {
        layout.Align(2, 0);
        layout.Head(SACK_PERMITTED, kSackPermittedLength);
    }
    if (options.timestamps)
    {
        layout.Align(4, 2);
        layout.Head(TIMESTAMPS, kTimestampsLength);
        layout.U32(options.timestamps->value);
        layout.U32(options.timestamps->echo);
    }
    AddSacks(options.sacks, layout);
    if (options.fastOpen && layout.Room() >= kFastOpenBaseLength + options.fastOpen->length)
    {
        layout.Head(FAST_OPEN, kFastOpenBaseLength + options.fastOpen->length);
        for (std::size_t i = 0; i < options.fastOpen->length; ++i)
        {
            layout.U8(options.fastOpen->bytes[i]);
        }
    }
    return layout.Finish();
}

} // namespace lifecycle
