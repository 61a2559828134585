#include "temporary-directory.h"

#include "child-process.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

namespace interop
{

TemporaryDirectory::TemporaryDirectory()
{
    std::string name = std::filesystem::temp_directory_path() / "tcp-lifecycle-interop-XXXXXX";
    if (!mkdtemp(name.data()))
    {
        throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
    }
    m_path = name;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::string
TemporaryDirectory::Path(const std::string& name) const
{
    return m_path / name;
}

std::string
TemporaryDirectory::Write(const std::string& name, const std::string& content) const
{
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
}

std::string
TemporaryDirectory::WriteRandom(const std::string& name, std::size_t size) const
{
    std::string content(size, '\0');
    std::mt19937_64 random(size);
    for (std::size_t i = 0; i < size; i += sizeof(uint64_t))
    {
        const uint64_t word = random();
        content.replace(i,
                        std::min(sizeof(word), size - i),
                        reinterpret_cast<const char*>(&word),
                        std::min(sizeof(word), size - i));
    }
    return Write(name, content);
}

std::string
ReadFile(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string
Sha256(const std::string& path)
{
    const TemporaryDirectory directory;
    ChildProcess command({"sha256sum", path}, {.output = directory.Path("sum")});
    return command.Wait() == 0 ? ReadFile(directory.Path("sum")).substr(0, 64) : "";
}

} // namespace interop
