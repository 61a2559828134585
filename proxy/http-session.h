#ifndef PROXY_HTTP_SESSION_H
#define PROXY_HTTP_SESSION_H

#include "http-file.h"
#include "session.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <optional>
#include <string>

namespace proxy
{

/** HTTP/1.0 and 1.1: GET and HEAD of the files of a directory, one request after the other. */
class HttpSession : public Session
{
  public:
    /**
     * \param socket the accepted socket
     * \param root directory served, canonical
     */
    HttpSession(ns3::Ptr<ns3::Socket> socket, const std::string& root);
    ~HttpSession() override;

    void OnReadable() override;
    void OnWritable() override;

  private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
    using Status = boost::beast::http::status;

    /** What the session waits for. */
    enum class Phase
    {
        HEAD,  //!< the head of the next request
        REPLY, //!< room to send the rest of the reply
        DRAIN, //!< the peer's FIN, ours being sent: closing with unread bytes would be a reset
    };

    /** Does all that can be done now, in whichever phase. A loop, so that a peer that sends
     *  thousands of requests at once costs no stack. */
    void Advance();
    /** \returns true if the head of a request was complete, and a reply is under way */
    bool AdvanceHead();
    /** \returns true if all of the reply was written */
    bool AdvanceReply();
    void Drain();

    void BeginHead();
    /** Parses m_input, and chooses the reply if the head is complete. */
    void ParseHead();
    void Answer();

    /** \param status of an error \param text what the body says */
    void ReplyError(Status status, const std::string& text);
    /** Sends the file opened, or only the head for HEAD. */
    void ReplyFile();
    /** \param output what to send before the file, if one is open */
    void BeginReply(std::string output);
    /** \param after the time after which the session ends, if the peer does nothing */
    void Arm(ns3::Time after);

    const std::string& m_root;      //!< directory served
    Phase m_phase{Phase::HEAD};     //!< what the session waits for
    std::optional<Parser> m_parser; //!< parser of the next head
    std::string m_input;            //!< bytes of the peer not parsed yet
    std::string m_output;           //!< bytes of the reply not written yet, before the file
    HttpFile m_file;                //!< the file being sent
    bool m_keepAlive{false};        //!< another request may follow
    bool m_isHead{false};           //!< the request is HEAD: no body
    uint64_t m_drained{0};          //!< bytes thrown away while draining
    ns3::EventId m_timeout;         //!< ends an idle session
};

} // namespace proxy

#endif /* PROXY_HTTP_SESSION_H */
