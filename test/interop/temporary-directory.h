#ifndef INTEROP_TEMPORARY_DIRECTORY_H
#define INTEROP_TEMPORARY_DIRECTORY_H

#include <cstddef>
#include <filesystem>
#include <string>

namespace interop
{

/** A directory that goes with the object. */
class TemporaryDirectory
{
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    /** \param name a file \returns its path in the directory */
    std::string Path(const std::string& name) const;

    /** \param name file to make \param content its bytes \returns its path */
    std::string Write(const std::string& name, const std::string& content) const;

    /** \param name file to make \param size how many pseudo-random bytes \returns its path */
    std::string WriteRandom(const std::string& name, std::size_t size) const;

  private:
    std::filesystem::path m_path; //!< the directory
};

/** \param path a file \returns its bytes, empty if it does not exist */
std::string ReadFile(const std::string& path);

/** \param path a file \returns its SHA-256 in hexadecimal, by sha256sum */
std::string Sha256(const std::string& path);

} // namespace interop

#endif /* INTEROP_TEMPORARY_DIRECTORY_H */
