#ifndef PROXY_CLIENT_H
#define PROXY_CLIENT_H

#include "input-thread.h"
#include "options.h"
#include "output-thread.h"
#include "stream.h"

#include "ns3/address.h"
#include "ns3/lifecycle-tcp-types.h"
#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <functional>
#include <optional>
#include <string>

namespace proxy
{

/** The job of `connect`: standard input to a peer, and what the peer sends to standard output. */
class Client : public StreamOwner
{
  public:
    /**
     * \param node the model's node
     * \param peer whom to connect to
     * \param options from which port, how, and how often
     * \param onDone called once, when there is no more to do
     */
    Client(ns3::Ptr<ns3::Node> node,
           const ns3::Address& peer,
           const Options& options,
           std::function<void()> onDone);
    ~Client() override;

    /** Connects, or waits for input to connect for. */
    void Start();

    /** Closes the connection because the user wants to stop. */
    void Stop();

    /** Ends the threads. Call it before Simulator::Destroy(). */
    void Join();

    /** \returns why it failed, in one sentence; empty if it ended normally */
    const std::string& GetFailure() const;

    /** \returns bytes of the peer read so far, over all connections */
    uint64_t GetBytesRead() const;
    /** \returns bytes written so far, over all connections */
    uint64_t GetBytesWritten() const;

    void OnReadable() override;
    void OnWritable() override;
    void OnBroken() override;

  private:
    void Open();
    int Bind();
    void StartInput();
    void StartStream();
    /** Forgets a connection that has ended normally, to connect again. */
    void Renew();
    void OnConnected(ns3::Ptr<ns3::Socket> socket);
    void OnConnectFailed(ns3::Ptr<ns3::Socket> socket);
    void OnTransition(const ns3::LifecycleTcpTransition& transition);
    void OnInput(std::string piece);
    void OnOutput(int error);

    void SendInput();
    void FinishIfComplete();
    /** \param failure why, empty if all went well */
    void Finish(const std::string& failure);
    /** Finish() with what the model says about the connection, once it has said it. */
    void FinishBroken();
    /** \returns the peer's part in a failure, in one sentence */
    std::string Explain() const;

    ns3::Ptr<ns3::Node> m_node;     //!< the model's node
    ns3::Address m_peer;            //!< whom to connect to
    const Options& m_options;       //!< the command line
    std::function<void()> m_onDone; //!< told once
    ns3::Ptr<ns3::Socket> m_socket; //!< the socket
    std::optional<Stream> m_stream; //!< the connection, once established
    InputThread m_inputThread;      //!< reads standard input
    OutputThread m_outputThread;    //!< writes standard output
    std::string m_input;            //!< read and not sent yet
    bool m_inputStarted{false};     //!< the threads run
    bool m_isPieceHeld{false};      //!< the input thread waits until m_input is sent
    bool m_inputEnded{false};       //!< standard input is at its end
    bool m_sendClosed{false};       //!< our half is closed
    bool m_isClosed{false};         //!< the model has closed the connection, or is in TIME-WAIT
    bool m_wasConnected{false};     //!< there has been a connection
    bool m_isRenewing{false};       //!< Renew() is on its way
    bool m_isBroken{false};         //!< the connection is gone without a regular close
    bool m_done{false};             //!< m_onDone was called
    uint64_t m_bytesRead{0};        //!< without those of m_stream
    uint64_t m_bytesWritten{0};     //!< without those of m_stream
    std::string m_failure;          //!< why it failed
    ns3::LifecycleTcpCloseReason m_reason{ns3::LifecycleTcpCloseReason::NONE}; //!< the model's word
};

} // namespace proxy

#endif /* PROXY_CLIENT_H */
