#include "http-session.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>

namespace proxy
{

namespace
{

namespace http = boost::beast::http;

constexpr uint32_t MAX_HEAD = 16384; // of one request
constexpr std::size_t PIECE = 65536; // of a file, read at once
constexpr uint64_t MAX_DRAIN = 1024 * 1024;

const ns3::Time IDLE_TIMEOUT = ns3::Seconds(60);
const ns3::Time DRAIN_TIMEOUT = ns3::Seconds(10);

} // namespace

HttpSession::HttpSession(ns3::Ptr<ns3::Socket> socket, const std::string& root)
    : Session(socket),
      m_root(root)
{
    BeginHead();
}

HttpSession::~HttpSession()
{
    ns3::Simulator::Cancel(m_timeout);
}

void
HttpSession::OnReadable()
{
    Advance();
}

void
HttpSession::OnWritable()
{
    Advance();
}

void
HttpSession::Advance()
{
    while (!IsDone())
    {
        switch (m_phase)
        {
        case Phase::HEAD:
            if (!AdvanceHead())
            {
                return;
            }
            break;
        case Phase::REPLY:
            if (!AdvanceReply())
            {
                return;
            }
            if (m_keepAlive)
            {
                BeginHead();
            }
            else
            {
                m_phase = Phase::DRAIN;
                Connection().ShutdownSend();
                Arm(DRAIN_TIMEOUT);
            }
            break;
        case Phase::DRAIN:
            Drain();
            return;
        }
    }
}

void
HttpSession::BeginHead()
{
    m_phase = Phase::HEAD;
    m_parser.emplace();
    m_parser->header_limit(MAX_HEAD);
    m_parser->body_limit(std::numeric_limits<uint64_t>::max()); // Answer() decides about bodies
    Arm(IDLE_TIMEOUT);
}

bool
HttpSession::AdvanceHead()
{
    if (!m_input.empty())
    {
        ParseHead(); // a request that came with the one before
    }
    while (m_phase == Phase::HEAD)
    {
        auto bytes = Connection().Read(MAX_HEAD);
        if (!bytes)
        {
            break;
        }
        const auto size = m_input.size();
        m_input.resize(size + bytes->GetSize());
        bytes->CopyData(reinterpret_cast<uint8_t*>(m_input.data()) + size, bytes->GetSize());
        ParseHead();
    }
    if (m_phase == Phase::HEAD && Connection().IsAtEnd())
    {
        Finish();
    }
    return m_phase != Phase::HEAD;
}

void
HttpSession::ParseHead()
{
    boost::beast::error_code error;
    const auto used = m_parser->put(boost::asio::buffer(m_input), error);
    m_input.erase(0, used);
    m_keepAlive = false;
    m_isHead = false;
    if (error == http::error::need_more)
    {
        return;
    }
    if (error == http::error::header_limit)
    {
        ReplyError(Status::request_header_fields_too_large, "The head of the request is too long.");
    }
    else if (error == http::error::bad_version)
    {
        ReplyError(Status::http_version_not_supported, "Only HTTP/1.0 and HTTP/1.1 are spoken.");
    }
    else if (error)
    {
        ReplyError(Status::bad_request, "This is not a request of HTTP.");
    }
    else if (m_parser->is_header_done())
    {
        Answer();
    }
}

void
HttpSession::Answer()
{
    const auto& request = m_parser->get();
    const bool hasBody =
        m_parser->chunked() || m_parser->content_length_remaining().value_or(0) > 0;
    m_isHead = request.method() == http::verb::head;

    if (request.version() >= 11 && request.count(http::field::host) != 1) // RFC 9112 §3.2
    {
        ReplyError(Status::bad_request, "The request has no Host.");
        return;
    }
    if (request.method() == http::verb::unknown)
    {
        ReplyError(Status::not_implemented, "This method is not known.");
        return;
    }
    m_keepAlive = request.keep_alive() && !hasBody;
    if (request.method() != http::verb::get && !m_isHead)
    {
        ReplyError(Status::method_not_allowed, "Only GET and HEAD are allowed.");
        return;
    }
    const auto path = PathOfTarget(std::string(request.target()));
    if (!path)
    {
        ReplyError(Status::bad_request, "The target of the request is malformed.");
        return;
    }
    switch (m_file.Open(m_root, *path))
    {
    case HttpFile::Failure::NONE:
        ReplyFile();
        break;
    case HttpFile::Failure::NOT_FOUND:
        ReplyError(Status::not_found, "There is no such file.");
        break;
    case HttpFile::Failure::FORBIDDEN:
        ReplyError(Status::forbidden, "The file may not be read.");
        break;
    case HttpFile::Failure::UNAVAILABLE:
        ReplyError(Status::service_unavailable, "Too many files are open.");
        break;
    }
}

void
HttpSession::ReplyError(Status status, const std::string& text)
{
    http::response<http::string_body> response(status, 11);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    if (status == Status::method_not_allowed)
    {
        response.set(http::field::allow, "GET, HEAD");
    }
    response.keep_alive(m_keepAlive);
    response.body() = text + "\n";
    response.prepare_payload();
    std::ostringstream output;
    output << response.base();
    if (!m_isHead)
    {
        output << response.body();
    }
    BeginReply(output.str());
}

void
HttpSession::ReplyFile()
{
    http::response<http::empty_body> response(Status::ok, 11);
    response.set(http::field::content_type, m_file.GetType());
    response.content_length(m_file.GetSize());
    response.keep_alive(m_keepAlive);
    std::ostringstream output;
    output << response.base();
    if (m_isHead)
    {
        m_file.Close();
    }
    BeginReply(output.str());
}

void
HttpSession::BeginReply(std::string output)
{
    ns3::Simulator::Cancel(m_timeout); // from here TCP's own timers decide
    m_output = std::move(output);
    m_phase = Phase::REPLY;
}

bool
HttpSession::AdvanceReply()
{
    while (!m_output.empty())
    {
        const std::size_t size = std::min<std::size_t>(Connection().Room(), m_output.size());
        if (size == 0)
        {
            return false;
        }
        Connection().Write({reinterpret_cast<const uint8_t*>(m_output.data()), size});
        m_output.erase(0, size);
    }
    static std::array<uint8_t, PIECE> buffer; // all sessions run in the simulator's thread
    while (m_file.IsOpen() && m_file.GetRemaining() > 0)
    {
        const auto size = std::min<uint64_t>({Connection().Room(), m_file.GetRemaining(), PIECE});
        if (size == 0)
        {
            return false;
        }
        const std::span<uint8_t> piece(buffer.data(), size);
        if (!m_file.Read(piece))
        {
            Finish(); // the peer sees fewer bytes than Content-Length promised
            return false;
        }
        Connection().Write(piece);
    }
    m_file.Close();
    return true;
}

void
HttpSession::Drain()
{
    while (auto bytes = Connection().Read(PIECE))
    {
        m_drained += bytes->GetSize();
    }
    if (Connection().IsAtEnd() || m_drained > MAX_DRAIN)
    {
        Finish();
    }
}

void
HttpSession::Arm(ns3::Time after)
{
    ns3::Simulator::Cancel(m_timeout);
    m_timeout = ns3::Simulator::Schedule(after, &HttpSession::Finish, this);
}

} // namespace proxy
