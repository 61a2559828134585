#include "lifecycle-network.h"

#include "ns3/lifecycle-tcp-handshake-model.h"
#include "ns3/lifecycle-tcp-keepalive-model.h"
#include "ns3/lifecycle-tcp-time-wait-model.h"
#include "ns3/string.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

/**
 * \file
 * The tables of doc/tcp-lifecycle.rst say what the code does.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

using Row = std::vector<std::string>; // the attribute's name, and its value in each profile
using Table = std::map<std::string, Row>;

const std::vector<std::string> PROFILES{"Linux", "FreeBsd", "Windows", "Rfc9293", "Textbook"};

Row
CellsOf(const std::string& line)
{
    Row cells;
    std::istringstream rest(line);
    for (std::string cell; std::getline(rest, cell, ',');)
    {
        std::erase(cell, ' ');
        cells.push_back(cell == "nolimit" ? "4294967295" : cell);
    }
    return cells;
}

/// The table of a model's attributes, empty if there is none.
Table
Documented(const std::string& model)
{
    std::ifstream document(TCP_LIFECYCLE_DOCUMENT);
    Table table;
    bool inTable = false;
    for (std::string line; std::getline(document, line);)
    {
        if (line.find(".. csv-table::") == 0)
        {
            inTable = line.find(model) != std::string::npos;
        }
        else if (!line.empty() && line[0] != ' ')
        {
            inTable = false;
        }
        else if (inTable && line.find(':') == std::string::npos && !line.empty())
        {
            const Row cells = CellsOf(line);
            table[cells.front()] = cells;
        }
    }
    return table;
}

std::string
ValueOf(Ptr<const LifecycleTcpModel> model, const std::string& attribute)
{
    StringValue value;
    model->GetAttribute(attribute, value);
    return value.Get();
}

template <typename Model>
void
ExpectDocumented()
{
    const TypeId tid = Model::GetTypeId();
    const Table table = Documented(tid.GetName());
    EXPECT_EQ(table.size(), tid.GetAttributeN()) << tid.GetName();
    for (std::size_t i = 0; i < tid.GetAttributeN(); ++i)
    {
        const std::string attribute = tid.GetAttribute(i).name;
        const auto row = table.find(attribute);
        if (row == table.end() || row->second.size() != 1 + PROFILES.size())
        {
            ADD_FAILURE() << tid.GetName() << "::" << attribute << " is not documented";
            continue;
        }
        for (std::size_t profile = 0; profile < PROFILES.size(); ++profile)
        {
            const auto tcp = CreateObject<LifecycleTcpL4Protocol>();
            tcp->SetProfile(PROFILES[profile]);
            const auto actual = CreateObject<Model>();
            tcp->PrepareModel(actual);
            const auto documented = CreateObject<Model>();
            EXPECT_TRUE(
                documented->SetAttributeFailSafe(attribute, StringValue(row->second[1 + profile])));
            EXPECT_EQ(ValueOf(documented, attribute), ValueOf(actual, attribute))
                << attribute << " of " << PROFILES[profile];
        }
    }
}

} // namespace

TEST(DocumentationTest, NamesEveryAttributeOfTheHandshakeAndItsValueInEachProfile)
{
    ExpectDocumented<TcpHandshakeModel>();
}

TEST(DocumentationTest, NamesEveryAttributeOfTimeWaitAndItsValueInEachProfile)
{
    ExpectDocumented<TcpTimeWaitModel>();
}

TEST(DocumentationTest, NamesEveryAttributeOfKeepaliveAndItsValueInEachProfile)
{
    ExpectDocumented<TcpKeepaliveModel>();
}

} // namespace lifecycle_test
