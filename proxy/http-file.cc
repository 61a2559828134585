#include "http-file.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace proxy
{

namespace
{

namespace fs = std::filesystem;

HttpFile::Failure
FailureOf(int error)
{
    switch (error)
    {
    case EACCES:
    case EPERM:
        return HttpFile::Failure::FORBIDDEN;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return HttpFile::Failure::UNAVAILABLE;
    default:
        return HttpFile::Failure::NOT_FOUND;
    }
}

/** \param path canonical path \param root canonical directory \returns true if path is in root */
bool
IsWithin(const fs::path& path, const fs::path& root)
{
    const auto [end, inPath] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
    return end == root.end();
}

} // namespace

HttpFile::~HttpFile()
{
    Close();
}

HttpFile::Failure
HttpFile::Open(const std::string& root, const std::string& path)
{
    Close();
    std::error_code error;
    auto file = fs::canonical(root + path, error); // resolves .. and symbolic links
    if (!error && fs::is_directory(file, error))
    {
        file = fs::canonical(file / "index.html", error);
    }
    if (error)
    {
        return FailureOf(error.value());
    }
    if (!IsWithin(file, root))
    {
        return Failure::NOT_FOUND;
    }
    // Without O_NONBLOCK a FIFO in the directory would stop the simulation.
    m_fd = open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (m_fd == -1)
    {
        return FailureOf(errno);
    }

    struct stat status
    {
    };

    if (fstat(m_fd, &status) == -1 || !S_ISREG(status.st_mode))
    {
        Close();
        return Failure::NOT_FOUND;
    }
    m_size = status.st_size;
    m_offset = 0;
    m_suffix = file.extension();
    return Failure::NONE;
}

void
HttpFile::Close()
{
    if (m_fd != -1)
    {
        close(std::exchange(m_fd, -1));
    }
}

bool
HttpFile::IsOpen() const
{
    return m_fd != -1;
}

uint64_t
HttpFile::GetSize() const
{
    return m_size;
}

const char*
HttpFile::GetType() const
{
    constexpr std::array<std::pair<const char*, const char*>, 15> TYPES{{
        {".html", "text/html; charset=utf-8"},
        {".htm", "text/html; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/plain; charset=utf-8"},
        {".css", "text/css"},
        {".js", "text/javascript"},
        {".json", "application/json"},
        {".xml", "application/xml"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".gif", "image/gif"},
        {".pdf", "application/pdf"},
        {".gz", "application/gzip"},
        {".pcap", "application/vnd.tcpdump.pcap"},
    }};
    for (const auto& [suffix, type] : TYPES)
    {
        if (m_suffix == suffix)
        {
            return type;
        }
    }
    return "application/octet-stream";
}

uint64_t
HttpFile::GetRemaining() const
{
    return m_size - m_offset;
}

bool
HttpFile::Read(std::span<uint8_t> piece)
{
    while (!piece.empty())
    {
        const ssize_t size = pread(m_fd, piece.data(), piece.size(), static_cast<off_t>(m_offset));
        if (size <= 0)
        {
            return false;
        }
        m_offset += size;
        piece = piece.subspan(size);
    }
    return true;
}

std::optional<std::string>
PathOfTarget(const std::string& target)
{
    auto start = std::size_t{0};
    if (target.starts_with("http://")) // the absolute form, RFC 9112 §3.2.2
    {
        start = target.find('/', 7);
        if (start == std::string::npos)
        {
            return "/";
        }
    }
    const std::string encoded = target.substr(start, target.find_first_of("?#", start) - start);
    if (!encoded.starts_with('/'))
    {
        return std::nullopt;
    }
    std::string path;
    for (std::size_t i = 0; i < encoded.size(); i++)
    {
        if (encoded[i] != '%')
        {
            path += encoded[i];
            continue;
        }
        uint8_t value = 0;
        const char* digits = encoded.data() + i + 1;
        if (i + 2 >= encoded.size() ||
            std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2 || value == 0)
        {
            return std::nullopt;
        }
        path += static_cast<char>(value);
        i += 2;
    }
    return path;
}

} // namespace proxy
