#ifndef LIFECYCLE_CORE_CONFIG_REFS_H
#define LIFECYCLE_CORE_CONFIG_REFS_H

#include "config.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace lifecycle
{

/**
 * Keeps alive the Configs that many records share. A record has a plain pointer, or, where it has
 * to be small, a number.
 */
class ConfigRefs
{
  public:
    /** \returns its number, until it is released as often as it was retained */
    uint32_t Retain(const std::shared_ptr<const Config>& config);
    /** The same of one that is retained already. */
    uint32_t Retain(const Config* config);
    void Release(const Config* config);
    void Release(uint32_t number);

    const Config& Get(uint32_t number) const
    {
        return *m_entries[number].config;
    }

  private:
    struct Entry
    {
        std::shared_ptr<const Config> config;
        std::size_t records{0};
    };

    uint32_t NumberOf(const Config* config);

    std::vector<Entry> m_entries;
    std::vector<uint32_t> m_free;                          //!< entries to be used again
    std::unordered_map<const Config*, uint32_t> m_numbers; //!< of entries
    uint32_t m_last{0}; //!< the entry asked for last: most records have the same
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONFIG_REFS_H */
