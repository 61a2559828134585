#ifndef PROXY_HTTP_FILE_H
#define PROXY_HTTP_FILE_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace proxy
{

/** A file opened to be served, read in pieces. */
class HttpFile
{
  public:
    /** Why there is no file to serve. */
    enum class Failure
    {
        NONE,
        NOT_FOUND,   //!< does not exist, is not a plain file, or lies outside the root
        FORBIDDEN,   //!< exists but may not be read
        UNAVAILABLE, //!< the process is out of descriptors, for instance
    };

    HttpFile() = default;
    ~HttpFile();
    HttpFile(const HttpFile&) = delete;
    HttpFile& operator=(const HttpFile&) = delete;

    /**
     * Opens the file a path names, index.html for a directory.
     * \param root directory served, canonical
     * \param path decoded path of the URL, starting with a slash
     * \returns NONE, and then this is open, or why not
     */
    Failure Open(const std::string& root, const std::string& path);

    /** Closes it, if open. */
    void Close();

    /** \returns true between Open() and Close() */
    bool IsOpen() const;

    /** \returns its size in bytes when it was opened */
    uint64_t GetSize() const;

    /** \returns the media type its name suggests */
    const char* GetType() const;

    /** \returns bytes of it not read yet */
    uint64_t GetRemaining() const;

    /**
     * \param piece gets the next bytes, all of it; at most GetRemaining()
     * \returns false if the file has shrunk or cannot be read any more
     */
    bool Read(std::span<uint8_t> piece);

  private:
    int m_fd{-1};         //!< descriptor, -1 if closed
    uint64_t m_size{0};   //!< size when opened
    uint64_t m_offset{0}; //!< read so far
    std::string m_suffix; //!< ".html" and the like
};

/**
 * \param target request target: a path or an absolute URL, perhaps with a query
 * \returns the path, percent-decoded, or nothing if it is malformed
 */
std::optional<std::string> PathOfTarget(const std::string& target);

} // namespace proxy

#endif /* PROXY_HTTP_FILE_H */
