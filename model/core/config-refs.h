#ifndef LIFECYCLE_CORE_CONFIG_REFS_H
#define LIFECYCLE_CORE_CONFIG_REFS_H

#include "config.h"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

namespace lifecycle
{

/** Keeps alive the Configs that many small records share, each by a plain pointer. */
class ConfigRefs
{
  public:
    const Config* Retain(std::shared_ptr<const Config> config)
    {
        const Config* key = config.get();
        Entry& entry = m_entries[key];
        entry.config = std::move(config);
        ++entry.records;
        return key;
    }

    void Release(const Config* config)
    {
        const auto entry = m_entries.find(config);
        if (--entry->second.records == 0)
        {
            m_entries.erase(entry);
        }
    }

  private:
    struct Entry
    {
        std::shared_ptr<const Config> config;
        std::size_t records{0};
    };

    std::unordered_map<const Config*, Entry> m_entries;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONFIG_REFS_H */
