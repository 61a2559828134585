#include "config-refs.h"

namespace lifecycle
{

uint32_t
ConfigRefs::Retain(const std::shared_ptr<const Config>& config)
{
    const Config* address = config.get();
    if (m_last >= m_entries.size() || m_entries[m_last].config.get() != address)
    {
        const auto [place, isNew] = m_numbers.try_emplace(address, 0);
        if (isNew)
        {
            if (m_free.empty())
            {
                m_free.push_back(static_cast<uint32_t>(m_entries.size()));
                m_entries.emplace_back();
            }
            place->second = m_free.back();
            m_free.pop_back();
            m_entries[place->second].config = config;
        }
        m_last = place->second;
    }
    ++m_entries[m_last].records;
    return m_last;
}

uint32_t
ConfigRefs::Retain(const Config* config)
{
    const uint32_t number = NumberOf(config);
    ++m_entries[number].records;
    return number;
}

void
ConfigRefs::Release(const Config* config)
{
    Release(NumberOf(config));
}

void
ConfigRefs::Release(uint32_t number)
{
    Entry& entry = m_entries[number];
    if (--entry.records == 0)
    {
        m_numbers.erase(entry.config.get());
        entry.config.reset();
        m_free.push_back(number);
    }
}

uint32_t
ConfigRefs::NumberOf(const Config* config)
{
    if (m_entries[m_last].config.get() != config)
    {
        m_last = m_numbers.at(config);
    }
    return m_last;
}

} // namespace lifecycle
