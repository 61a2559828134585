#ifndef LIFECYCLE_TEST_CORE_SKETCH_H
#define LIFECYCLE_TEST_CORE_SKETCH_H

#include "core/segment.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace lifecycle::test
{

/**
 * A segment as a test states it: what is left out is as it should be at that point of the
 * connection. Sequence numbers are relative: each side's SYN is 0, its first byte of data 1.
 */
struct Sketch
{
    Flags flags;
    uint32_t payload{0};
    std::optional<uint32_t> seq{};
    std::optional<uint32_t> ack{};
    std::optional<uint16_t> window{};
    uint16_t urgent{0};
    Options options{}; //!< blocks of SACK are in `sacks`, since they are relative as well
    std::optional<uint32_t> echo{};
    EcnCodepoint ecn{EcnCodepoint::NotEct}; //!< of a segment that the test sends
    std::vector<std::pair<uint32_t, uint32_t>> sacks{};

    Sketch Seq(uint32_t number) const
    {
        return With([&](Sketch& sketch) { sketch.seq = number; });
    }

    Sketch Ack(uint32_t number) const
    {
        return With([&](Sketch& sketch) {
            sketch.ack = number;
            sketch.flags = sketch.flags | Flag::ACK;
        });
    }

    Sketch NoAck() const
    {
        return With([&](Sketch& sketch) { sketch.flags = sketch.flags.Without(Flag::ACK); });
    }

    /** The window field: in segments without SYN it counts in units of the window scale. */
    Sketch Window(uint16_t field) const
    {
        return With([&](Sketch& sketch) { sketch.window = field; });
    }

    Sketch Plus(Flag flag) const
    {
        return With([&](Sketch& sketch) { sketch.flags = sketch.flags | flag; });
    }

    /** Urgent data ends so many bytes after the first. */
    Sketch Urgent(uint16_t pointer) const
    {
        return With([&](Sketch& sketch) {
            sketch.urgent = pointer;
            sketch.flags = sketch.flags | Flag::URG;
        });
    }

    Sketch Mss(std::optional<uint16_t> mss) const
    {
        return With([&](Sketch& sketch) { sketch.options.mss = mss; });
    }

    Sketch Scale(uint8_t shift) const
    {
        return With([&](Sketch& sketch) { sketch.options.windowScale = shift; });
    }

    Sketch SackPermitted() const
    {
        return With([&](Sketch& sketch) { sketch.options.sackPermitted = true; });
    }

    /** Sent: TSval; TSecr is the endpoint's last TSval unless Echo() says otherwise. */
    Sketch Stamp(uint32_t value) const
    {
        return With([&](Sketch& sketch) { sketch.options.timestamps = {{value, 0}}; });
    }

    /** TSecr. */
    Sketch Echo(uint32_t value) const
    {
        return With([&](Sketch& sketch) { sketch.echo = value; });
    }

    Sketch Sack(uint32_t left, uint32_t right) const
    {
        return With([&](Sketch& sketch) { sketch.sacks.emplace_back(left, right); });
    }

  private:
    template <typename Change>
    Sketch With(Change change) const
    {
        Sketch changed = *this;
        change(changed);
        return changed;
    }
};

// The templates. A SYN offers an MSS of 1000 and no other option.

inline Sketch
Syn()
{
    return Sketch{.flags = Flag::SYN}.Mss(1000);
}

inline Sketch
SynAck()
{
    return Sketch{.flags = Flag::SYN | Flag::ACK}.Mss(1000);
}

inline Sketch
Ack()
{
    return Sketch{.flags = Flag::ACK};
}

inline Sketch
Ack(uint32_t number)
{
    return Ack().Ack(number);
}

inline Sketch
Data(uint32_t bytes)
{
    return Sketch{.flags = Flag::ACK, .payload = bytes};
}

inline Sketch
Fin()
{
    return Sketch{.flags = Flag::FIN | Flag::ACK};
}

inline Sketch
Rst()
{
    return Sketch{.flags = Flag::RST};
}

inline Sketch
RstAck()
{
    return Sketch{.flags = Flag::RST | Flag::ACK};
}

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_SKETCH_H */
