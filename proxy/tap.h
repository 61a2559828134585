#ifndef PROXY_TAP_H
#define PROXY_TAP_H

#include <string>

namespace proxy
{

/**
 * A tap interface of the host, made by the constructor. It is not persistent: the kernel removes
 * it when the last descriptor of it is closed, however the process ends.
 */
class Tap
{
  public:
    /**
     * \param name name of the interface; a %d in it becomes the first free number
     * \throws UserError that says which right or device is missing and how to get it
     */
    explicit Tap(const std::string& name);
    ~Tap();
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    /** \returns the name the kernel gave the interface */
    const std::string& GetName() const;

    /** \returns the descriptor, non-blocking, one Ethernet frame per read and write;
     *  the caller closes it from now on */
    int ReleaseDescriptor();

  private:
    int m_fd{-1};       //!< the descriptor, -1 once released
    std::string m_name; //!< the name of the interface
};

} // namespace proxy

#endif /* PROXY_TAP_H */
