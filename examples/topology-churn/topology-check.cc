#include "topology-file.h"
#include "user-error.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace churn
{

namespace
{

std::vector<std::string>
Split(const std::string& line)
{
    std::istringstream in(line);
    std::vector<std::string> fields;
    std::string field;
    while (in >> field)
    {
        fields.push_back(field);
    }
    return fields;
}

/// Whether a field is a whole number without a sign that fits 32 bits.
bool
IsIndex(const std::string& field)
{
    return !field.empty() && field.size() <= 9 &&
           field.find_first_not_of("0123456789") == std::string::npos;
}

/// Whether a field is a link weight, as far as ns-3's Rocketfuel reader goes.
bool
IsWeight(const std::string& field)
{
    return field.find_first_of("0123456789") != std::string::npos &&
           field.find_first_not_of("0123456789.") == std::string::npos &&
           std::count(field.begin(), field.end(), '.') <= 1 && field.size() <= 300;
}

/// Whether a field is an index between two given texts, as (12) or {-12}.
bool
IsEnclosedIndex(const std::string& field, const std::string& before, const std::string& after)
{
    return field.size() > before.size() + after.size() &&
           field.compare(0, before.size(), before) == 0 &&
           field.compare(field.size() - after.size(), std::string::npos, after) == 0 &&
           IsIndex(field.substr(before.size(), field.size() - before.size() - after.size()));
}

/// Whether a field is a mark and a name in the characters that ns-3 knows.
bool
IsMarkedName(const std::string& field, char mark, const std::string& punctuation)
{
    return field.size() > 1 && field.front() == mark &&
           std::all_of(field.begin() + 1, field.end(), [&](unsigned char letter) {
               return std::isalnum(letter) != 0 || punctuation.find(letter) != std::string::npos;
           });
}

/**
 * Whether a line has the form `uid @loc [+] [bb] (num_neigh) [&ext] -> <nuid> ... {-euid} ...
 * =name[!] rn`.
 *
 * ns-3 matches it with std::regex, which must not be used here: a program compiled for the
 * standard alone (-std=c++17) would hand ns-3's libraries its own, stricter copy of it, in which
 * ns-3's expression is an error.
 */
bool
IsMapsLine(const std::string& line, uint32_t& links)
{
    const auto fields = Split(line);
    auto field = fields.begin();
    // Moves on if the next field is as wanted.
    const auto take = [&](auto&& isWanted) {
        const bool taken = field != fields.end() && isWanted(*field);
        field += taken ? 1 : 0;
        return taken;
    };
    const auto equals = [](const char* wanted) {
        return [wanted](const std::string& text) { return text == wanted; };
    };
    const auto encloses = [](const char* before, const char* after) {
        return [=](const std::string& text) { return IsEnclosedIndex(text, before, after); };
    };

    if (!take([](const auto& uid) { return IsIndex(uid) || IsEnclosedIndex(uid, "-", ""); }) ||
        !take([](const auto& place) { return IsMarkedName(place, '@', "?,+-"); }))
    {
        return false;
    }
    take(equals("+"));
    take(equals("bb"));
    if (!take(encloses("(", ")")))
    {
        return false;
    }
    take(encloses("&", ""));
    if (!take(equals("->")))
    {
        return false;
    }
    while (take(encloses("<", ">")))
    {
        ++links;
    }
    while (take(encloses("{-", "}")))
    {
    }
    return take([](const auto& name) { return IsMarkedName(name, '=', ".!-"); }) &&
           take([](const auto& radius) {
               return radius.size() == 2 && IsEnclosedIndex(radius, "r", "");
           }) &&
           field == fields.end();
}

/// Whether a line is `-uid =address rn`: a router outside the provider's network. They are listed
/// after all those inside.
bool
IsExternalLine(const std::string& line)
{
    const auto fields = Split(line);
    return fields.size() == 3 && IsEnclosedIndex(fields[0], "-", "") && fields[1].front() == '=' &&
           IsEnclosedIndex(fields[2], "r", "");
}

/// Whether ns-3 would drop neighbours, because it ends their list at a second blank.
bool
HasWideGap(const std::string& line)
{
    for (auto end = line.find('>'); end != std::string::npos; end = line.find('>', end + 1))
    {
        const auto next = line.find_first_not_of(" \t", end + 1);
        if (next != std::string::npos && next > end + 2 && line[next] == '<' &&
            line[end - 1] != '-')
        {
            return true;
        }
    }
    return false;
}

/// Whether a field is a number of any kind.
bool
IsNumber(const std::string& field)
{
    std::istringstream in(field);
    double number = 0;
    return in >> number && in.eof();
}

/// The lines of a file one after the other, and the words to complain about one of them.
class Lines
{
  public:
    Lines(std::istream& in, const std::string& name, const std::string& format)
        : m_in(in),
          m_name(name),
          m_format(format)
    {
    }

    /// Goes to the next line; returns whether there was one.
    bool Next()
    {
        ++m_number;
        if (!std::getline(m_in, m_text))
        {
            m_text.clear();
            return false;
        }
        if (m_text.size() > LONGEST)
        {
            Reject("shorter than " + std::to_string(LONGEST) + " characters");
        }
        return true;
    }

    const std::string& GetText() const
    {
        return m_text;
    }

    bool IsBlank() const
    {
        return m_text.find_first_not_of(" \t\r") == std::string::npos;
    }

    [[noreturn]] void Reject(const std::string& wanted) const
    {
        throw UserError("Line " + std::to_string(m_number) + " of the " + m_format + " file " +
                        m_name + " is not " + wanted + ".");
    }

    [[noreturn]] void RejectEnd(const std::string& missing) const
    {
        throw UserError("The " + m_format + " file " + m_name + " ends before " + missing + ".");
    }

  private:
    /// ns-3 matches lines with std::regex, which takes stack for every character.
    static constexpr std::size_t LONGEST = 8192;

    std::istream& m_in;   //!< the file
    std::string m_name;   //!< its name
    std::string m_format; //!< what it is meant to be
    std::string m_text;   //!< the line at hand
    uint32_t m_number{0}; //!< its number, from 1
};

/// ns-3's reader ends at the first line that is not what it expects, so only blank ones may follow.
void
RequireOnlyBlankLines(Lines& lines)
{
    while (lines.Next())
    {
        if (!lines.IsBlank())
        {
            lines.Reject("read by ns-3, because it comes after an empty line");
        }
    }
}

/// ns-3's Rocketfuel reader stumbles over these, where the others skip them.
void
RejectStrayWhitespace(const Lines& lines)
{
    const auto& text = lines.GetText();
    if (!text.empty() && text.back() == '\r')
    {
        lines.Reject("ended as ns-3 needs it: change the file's line ends from CR LF to LF");
    }
    if (!lines.IsBlank() && text.find_first_of(" \t") == 0)
    {
        lines.Reject("read by ns-3, because it begins with a blank");
    }
}

uint32_t
CheckMaps(Lines& lines)
{
    uint32_t links = 0;
    bool external = false;
    while (lines.Next())
    {
        RejectStrayWhitespace(lines);
        if (lines.IsBlank())
        {
            RequireOnlyBlankLines(lines);
            break;
        }
        if (IsExternalLine(lines.GetText()))
        {
            external = true;
            continue;
        }
        if (external)
        {
            lines.Reject("a router outside the network, as the lines before it are");
        }
        if (!IsMapsLine(lines.GetText(), links))
        {
            lines.Reject("of the form 'uid @place [+] [bb] (links) [&n] -> <uid>... =name rN'");
        }
        if (HasWideGap(lines.GetText()))
        {
            lines.Reject("read whole by ns-3, which wants a single blank between neighbours");
        }
    }
    return links;
}

uint32_t
CheckWeights(Lines& lines)
{
    uint32_t links = 0;
    while (lines.Next())
    {
        RejectStrayWhitespace(lines);
        if (lines.IsBlank())
        {
            RequireOnlyBlankLines(lines);
            break;
        }
        const auto fields = Split(lines.GetText());
        if (fields.size() != 3 || !IsWeight(fields[2]))
        {
            lines.Reject("two router names and the weight of the link between them");
        }
        ++links;
    }
    return links;
}

uint32_t
CheckInet(Lines& lines)
{
    lines.Next();
    const auto counts = Split(lines.GetText());
    if (counts.size() != 2 || !IsIndex(counts[0]) || !IsIndex(counts[1]))
    {
        lines.Reject("the number of nodes and the number of links");
    }
    const auto nodes = std::stoul(counts[0]);
    const auto links = std::stoul(counts[1]);
    for (unsigned long i = 0; i < nodes; ++i)
    {
        if (!lines.Next())
        {
            lines.RejectEnd("all of its " + counts[0] + " nodes");
        }
        const auto fields = Split(lines.GetText());
        if (fields.size() != 3 || !IsIndex(fields[0]) || !IsNumber(fields[1]) ||
            !IsNumber(fields[2]))
        {
            lines.Reject("a node's number and its two coordinates");
        }
    }
    for (unsigned long i = 0; i < links; ++i)
    {
        if (!lines.Next())
        {
            lines.RejectEnd("all of its " + counts[1] + " links");
        }
        const auto fields = Split(lines.GetText());
        if (fields.size() != 3 || !IsIndex(fields[0]) || !IsIndex(fields[1]) ||
            !IsNumber(fields[2]) || std::stoul(fields[0]) >= nodes ||
            std::stoul(fields[1]) >= nodes)
        {
            lines.Reject("the numbers of two of its nodes and the link's weight");
        }
    }
    return links;
}

uint32_t
CheckOrbis(Lines& lines)
{
    uint32_t links = 0;
    while (lines.Next())
    {
        if (lines.IsBlank())
        {
            continue;
        }
        const auto fields = Split(lines.GetText());
        if (fields.size() != 2 || !IsIndex(fields[0]) || !IsIndex(fields[1]))
        {
            lines.Reject("the numbers of the two nodes of a link");
        }
        ++links;
    }
    return links;
}

} // namespace

TopologyFormat
DetectTopologyFormat(std::istream& in)
{
    std::vector<std::string> lines;
    std::string line;
    while (lines.size() < 2 && std::getline(in, line))
    {
        if (line.find_first_not_of(" \t\r") != std::string::npos)
        {
            lines.push_back(line);
        }
    }
    if (lines.empty())
    {
        return TopologyFormat::UNKNOWN;
    }
    const auto first = Split(lines[0]);
    const auto second = lines.size() > 1 ? Split(lines[1]) : std::vector<std::string>{};
    // The mark that some editors put before UTF-8 text may precede the bracket.
    if (lines[0].find('<') == lines[0].find_first_not_of(" \t\xef\xbb\xbf"))
    {
        return TopologyFormat::GRAPHML;
    }
    if (first.size() > 2 && first[1].front() == '@')
    {
        return TopologyFormat::ROCKETFUEL_MAPS;
    }
    if (first.size() == 3 && IsWeight(first[2]))
    {
        return TopologyFormat::ROCKETFUEL_WEIGHTS;
    }
    if (first.size() == 2 && IsIndex(first[0]) && IsIndex(first[1]))
    {
        return second.size() == 3 ? TopologyFormat::INET : TopologyFormat::ORBIS;
    }
    return TopologyFormat::UNKNOWN;
}

uint32_t
CheckTopologyFile(std::istream& in, const std::string& name, TopologyFormat format)
{
    switch (format)
    {
    case TopologyFormat::ROCKETFUEL_MAPS: {
        Lines lines(in, name, "Rocketfuel maps");
        return CheckMaps(lines);
    }
    case TopologyFormat::ROCKETFUEL_WEIGHTS: {
        Lines lines(in, name, "Rocketfuel weights");
        return CheckWeights(lines);
    }
    case TopologyFormat::INET: {
        Lines lines(in, name, "Inet");
        return CheckInet(lines);
    }
    case TopologyFormat::ORBIS: {
        Lines lines(in, name, "Orbis");
        return CheckOrbis(lines);
    }
    case TopologyFormat::GRAPHML:
    case TopologyFormat::UNKNOWN:
        break;
    }
    throw UserError("The topology file " + name + " is in a format that ns-3 does not read.");
}

} // namespace churn
