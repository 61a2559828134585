#ifndef INTEROP_LINK_H
#define INTEROP_LINK_H

#include "tcp-segment.h"

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace interop
{

/** The name that the proxy is to give its tap. */
constexpr const char* MODEL_INTERFACE = "model";

/** What becomes of a segment on the link. */
enum class Fate
{
    Pass,
    Drop,
    Hold, //!< until Link::Release()
};

/**
 * The link between the kernel and the model, in the hands of a test.
 *
 * The kernel's end is a tap in the network namespace of the test. The model's end is whatever the
 * proxy makes in a second namespace, so that nothing gets from one to the other but through here.
 */
class Link
{
  public:
    /** Decides about a segment; called in a thread of the link. */
    using Rule = std::function<Fate(const TcpSegment&)>;

    Link();
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /** \returns empty if it could be made, otherwise what is missing */
    const std::string& GetProblem() const;

    /** \returns a descriptor of the namespace in which to start the proxy */
    int GetModelNetwork() const;

    /** \param rule decides about segments from now on */
    void SetRule(Rule rule);

    /**
     * Sends what was held, in the order in which it came.
     * \param next decides about segments from then on; none: all pass
     */
    void Release(Rule next = nullptr);

    /** Nothing gets through any more, no ARP either. What is held stays so. */
    void Cut();

    /** Undoes Cut(). */
    void Restore();

    /** \param segment sent once more, as its sender had sent it */
    void Send(const TcpSegment& segment);

    /** Begins the list of segments anew. */
    void Forget();

    /** \returns the segments that were sent since the beginning, whatever became of them */
    std::vector<TcpSegment> GetSegments() const;

    /** \param condition what to look for \returns the segments that meet it */
    std::vector<TcpSegment> Find(const std::function<bool(const TcpSegment&)>& condition) const;

    /**
     * \param condition what to wait for
     * \param count how many of them
     * \returns true as soon as so many segments have met it
     */
    bool WaitFor(const std::function<bool(const TcpSegment&)>& condition,
                 std::size_t count = 1) const;

    /** \returns the segments, a line for each, for messages of tests */
    std::string Transcript() const;

  private:
    std::string Make();
    void Run(std::stop_token stop);
    void Take(Side from, Frame frame);
    /** \param from who sends \param frame goes to the other side */
    void Deliver(Side from, const Frame& frame);

    std::string m_problem;              //!< why it could not be made
    int m_kernelEnd{-1};                //!< the tap in the namespace of the test
    int m_modelNetwork{-1};             //!< the namespace of the proxy
    int m_modelEnd{-1};                 //!< a packet socket there
    mutable std::mutex m_mutex;         //!< guards the members below
    Rule m_rule;                        //!< decides; none: all pass
    bool m_isCut{false};                //!< nothing passes
    std::vector<TcpSegment> m_segments; //!< all that were sent
    std::vector<TcpSegment> m_held;     //!< waiting for Release()
    std::jthread m_thread;              //!< moves the frames
};

} // namespace interop

#endif /* INTEROP_LINK_H */
