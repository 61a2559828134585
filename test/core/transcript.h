#ifndef LIFECYCLE_TEST_CORE_TRANSCRIPT_H
#define LIFECYCLE_TEST_CORE_TRANSCRIPT_H

#include "core/model-time.h"

#include <deque>
#include <ostream>
#include <string>

namespace lifecycle::test
{

/** What happened in a test, step by step; it is printed if the test fails. */
class Transcript
{
  public:
    void Add(Instant now, const std::string& step);

    friend std::ostream& operator<<(std::ostream& out, const Transcript& transcript);

  private:
    std::deque<std::string> m_lines; //!< the last ones
    std::size_t m_forgotten{0};      //!< how many came before them
};

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_TRANSCRIPT_H */
