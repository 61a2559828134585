// Fast Open (RFC 7413): data with the SYN, for those who were here before.

#include "core/fast-open.h"
#include "core/wire.h"
#include "crowd-test.h"

namespace lifecycle::test
{
namespace
{

class FastOpenServer : public CrowdTest
{
  protected:
    FastOpenServer()
    {
        config.handshake.fastOpenQueue = 2;
    }

    /** What the server gives to a client that asks. */
    FastOpenCookie CookieFor(uint32_t client)
    {
        Segment syn = From(client, Flag::SYN);
        syn.options.fastOpen = FastOpenCookie{};
        const Segment synAck = Send(syn).at(0).segment;
        Send(From(client, Flag::RST, SeqNum(1)));
        EXPECT_TRUE(synAck.options.fastOpen.has_value());
        return synAck.options.fastOpen.value_or(FastOpenCookie{});
    }

    static Segment SynWithData(uint32_t client, const FastOpenCookie& cookie)
    {
        Segment syn = From(client, Flag::SYN, SeqNum(900));
        syn.options.fastOpen = cookie;
        syn.payloadLength = 300;
        return syn;
    }
};

TEST_F(FastOpenServer, GivesACookieToWhoAsks)
{
    Listen();
    EXPECT_EQ(CookieFor(0).length, 8);
    EXPECT_EQ(CookieFor(0), CookieFor(1)) << "it goes by address, not by port";
    EXPECT_FALSE(CookieFor(0) == CookieFor(60000)) << "another address";
}

TEST_F(FastOpenServer, TakesTheDataOfASynWithAGoodCookie)
{
    Listen();
    const FastOpenCookie cookie = CookieFor(0);
    const std::vector<OutSegment> answer = Send(SynWithData(0, cookie));
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_TRUE(IsSynAck(answer[0]));
    EXPECT_EQ(answer[0].segment.ack, SeqNum(1201));
    EXPECT_EQ(placement.length, 300U);
    EXPECT_EQ(In(State::SynReceived), 1U);
    EXPECT_EQ(Count().fastOpensIn, 1U);
}

TEST_F(FastOpenServer, OfTheSameKeyGivesTheCookieThatLinuxGives)
{
    // tcp_fastopen_key a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4; the cookie is the one that Linux's own
    // tests of Fast Open expect of 192.168.0.1 for 192.0.2.1.
    FourTuple tuple;
    tuple.local = IpAddress::FromV4(0xc0a80001);
    tuple.remote = IpAddress::FromV4(0xc0000201);
    const SecretKey key{0xb2b2b2b2a1a1a1a1, 0xd4d4d4d4c3c3c3c3};
    const FastOpenCookie expected{{0x30, 0x21, 0xb9, 0xd8, 0x89, 0x01, 0x7e, 0xeb}, 8};
    EXPECT_EQ(MakeFastOpenCookie(key, tuple), expected);
}

TEST_F(FastOpenServer, WithAKeyOfItsOwnTakesTheCookiesOfAnotherThatHasIt)
{
    config.handshake.fastOpenKey = {{1, 2}};
    Listen();
    const FastOpenCookie cookie = MakeFastOpenCookie({1, 2}, TupleOf(0));
    Send(SynWithData(0, cookie));
    EXPECT_EQ(placement.length, 300U);
}

TEST_F(FastOpenServer, AnswersInTheExperimentalOptionToWhoAsksInIt)
{
    Listen();
    Segment syn = From(0, Flag::SYN);
    syn.options.fastOpen = FastOpenCookie{.experimental = true};
    const Segment synAck = Send(syn).at(0).segment;
    ASSERT_TRUE(synAck.options.fastOpen);
    EXPECT_TRUE(synAck.options.fastOpen->experimental);
    EXPECT_EQ(synAck.options.fastOpen->length, 8);
    std::vector<uint8_t> bytes(HeaderLength(synAck));
    WriteHeader(synAck, bytes);
    const ParsedHeader parsed = ParseHeader(bytes, bytes.size());
    EXPECT_EQ(parsed.segment.options.fastOpen, synAck.options.fastOpen);
    EXPECT_TRUE(parsed.segment.options.fastOpen->experimental);
}

TEST_F(FastOpenServer, IsResetAndNotRefusedBeforeTheThirdSegment)
{
    Listen();
    Send(SynWithData(0, CookieFor(0)));
    ASSERT_TRUE(Core().Accept(listener));
    Send(From(0, Flag::RST, SeqNum(1201)));
    CloseReason reason{};
    for (const Notice& notice : notices)
    {
        reason = notice.kind == NoticeKind::Closed ? notice.reason : reason;
    }
    EXPECT_EQ(reason, CloseReason::Reset);
}

TEST_F(FastOpenServer, NeedsNoCookieWhereThatIsTheRule) // Linux tcp_fastopen 0x200
{
    config.handshake.fastOpenWithoutCookie = true;
    Listen();
    Segment syn = From(0, Flag::SYN, SeqNum(900));
    syn.payloadLength = 300;
    EXPECT_TRUE(IsSynAck(Send(syn).at(0)));
    EXPECT_EQ(placement.length, 300U);
    Send(From(1, Flag::SYN)); // without data it is a SYN like any other
    EXPECT_EQ(Count().fastOpensIn, 1U);
}

TEST_F(FastOpenServer, AnswersBeforeTheThirdSegment)
{
    Listen();
    Send(SynWithData(0, CookieFor(0)));
    const ConnectionId connection = Core().Accept(listener).value;
    EXPECT_EQ(Core().Write(now, connection, 400).value, 400U);
    const std::vector<OutSegment> sent = Settle();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].segment.payloadLength, 400U);
    const SeqNum end = sent[0].segment.End();
    Send(From(0, Flag::ACK, SeqNum(1201), end));
    EXPECT_EQ(In(State::Established), 1U);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(FastOpenServer, DoesNotTakeDataWithABadCookieButGivesAGoodOne)
{
    Listen();
    FastOpenCookie cookie = CookieFor(0);
    cookie.bytes[0] ^= 1;
    const Segment synAck = Send(SynWithData(0, cookie)).at(0).segment;
    EXPECT_EQ(synAck.ack, SeqNum(901));
    EXPECT_EQ(placement.length, 0U);
    ASSERT_TRUE(synAck.options.fastOpen);
    cookie.bytes[0] ^= 1;
    EXPECT_EQ(*synAck.options.fastOpen, cookie);
}

TEST_F(FastOpenServer, LimitsHowManyAreHalfOpen)
{
    Listen();
    const FastOpenCookie cookie = CookieFor(0);
    EXPECT_EQ(Send(SynWithData(0, cookie)).at(0).segment.ack, SeqNum(1201));
    EXPECT_EQ(Send(SynWithData(1, cookie)).at(0).segment.ack, SeqNum(1201));
    EXPECT_EQ(Send(SynWithData(2, cookie)).at(0).segment.ack, SeqNum(901));
    Send(From(0, Flag::RST, SeqNum(1201)));
    EXPECT_EQ(Send(SynWithData(3, cookie)).at(0).segment.ack, SeqNum(1201));
}

TEST_F(FastOpenServer, IgnoresTheOptionWhereItIsOff)
{
    config.handshake.fastOpenQueue = 0;
    Listen();
    Segment syn = SynWithData(0, FastOpenCookie{});
    const Segment synAck = Send(syn).at(0).segment;
    EXPECT_FALSE(synAck.options.fastOpen);
    EXPECT_EQ(synAck.ack, SeqNum(901));
}

TEST_F(FastOpenServer, SendsItsSynAckAgainAndGivesUp)
{
    Listen();
    Send(SynWithData(0, CookieFor(0)));
    const std::vector<OutSegment> again = AdvanceTo(now + 63s);
    EXPECT_EQ(again.size(), 5U);
    EXPECT_EQ(In(State::SynReceived), 0U);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(FastOpenServer, HandsOutAConnectionThatEndedBeforeItWasAccepted) // Linux inet_csk_accept()
{
    config.handshake.acceptsEnded = true;
    Listen();
    Send(SynWithData(0, CookieFor(0)));
    Send(From(0, Flag::RST, SeqNum(1201)));
    EXPECT_TRUE(Core().IsConsistent());
    const Result<ConnectionId> accepted = Core().Accept(listener);
    ASSERT_TRUE(accepted);
    EXPECT_FALSE(Core().IsAlive(accepted.value));
    EXPECT_FALSE(Core().Accept(listener));
}

TEST_F(FastOpenServer, ForgetsWhatIcmpSpeaksOfBeforeItIsAccepted) // Linux tcp_v4_err()
{
    config.validation.softErrors = SoftErrors::EndAtOnce;
    Listen();
    const FastOpenCookie cookie = CookieFor(0);
    const SeqNum first = Send(SynWithData(0, cookie)).at(0).segment.seq;
    const SeqNum second = Send(SynWithData(1, cookie)).at(0).segment.seq;
    Core().OnIcmpError(now, TupleOf(0), first, IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 1U);
    Core().Accept(listener);
    Core().OnIcmpError(now, TupleOf(1), second, IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 1U);
}

/** A client that connects to a server made by hand. */
class FastOpenClient : public CrowdTest
{
  protected:
    ConnectionId Connect()
    {
        const FourTuple tuple = TupleOf(0);
        return Core()
            .Connect(now,
                     {.local = tuple.local,
                      .localPort = m_port++,
                      .remote = tuple.remote,
                      .remotePort = 80,
                      .fastOpen = true})
            .value;
    }

    Segment AnswerTo(const Segment& syn, uint32_t dataTaken)
    {
        Segment synAck;
        synAck.tuple = syn.tuple;
        synAck.flags = Flag::SYN | Flag::ACK;
        synAck.seq = SeqNum(7000);
        synAck.ack = syn.seq + 1 + dataTaken;
        synAck.window = 65535;
        synAck.options.mss = 1000;
        return synAck;
    }

    /** A first connection, from which the client knows a cookie. */
    void LearnCookie()
    {
        const ConnectionId connection = Connect();
        Core().Write(now, connection, 10);
        Segment synAck = AnswerTo(Settle().at(0).segment, 0);
        synAck.options.fastOpen = FastOpenCookie{{1, 2, 3, 4, 5, 6, 7, 8}, 8};
        Send(synAck);
        Core().Abort(now, connection);
        Settle();
    }

  private:
    uint16_t m_port{4000};
};

TEST_F(FastOpenClient, HoldsItsSynUntilThereIsData)
{
    const ConnectionId connection = Connect();
    EXPECT_TRUE(Settle().empty());
    Core().Write(now, connection, 100);
    const std::vector<OutSegment> sent = Settle();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].segment.flags, Flags(Flag::SYN));
}

TEST_F(FastOpenClient, SendsItsSynWithoutDataIfNothingIsWritten)
{
    const ConnectionId connection = Connect();
    EXPECT_FALSE(Core().MayOpenFast(TupleOf(0).remote, nullptr));
    EXPECT_EQ(Core().Write(now, connection, 0).value, 0U);
    const Segment syn = Settle().at(0).segment;
    EXPECT_EQ(syn.flags, Flags(Flag::SYN));
    EXPECT_TRUE(syn.options.fastOpen);
    Core().Abort(now, connection);
    LearnCookie();
    EXPECT_TRUE(Core().MayOpenFast(TupleOf(0).remote, nullptr));
}

TEST_F(FastOpenClient, AsksForACookieTheFirstTimeAndSendsNoData)
{
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    const Segment syn = Settle().at(0).segment;
    ASSERT_TRUE(syn.options.fastOpen);
    EXPECT_EQ(syn.options.fastOpen->length, 0);
    EXPECT_EQ(syn.payloadLength, 0U);
}

TEST_F(FastOpenClient, SendsDataWithTheCookieTheNextTime)
{
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    const Segment syn = Settle().at(0).segment;
    EXPECT_EQ(syn.payloadLength, 100U);
    EXPECT_EQ(syn.options.fastOpen->length, 8);
    const std::vector<OutSegment> ack = Send(AnswerTo(syn, 100));
    ASSERT_EQ(ack.size(), 1U);
    EXPECT_EQ(ack[0].segment.payloadLength, 0U);
    EXPECT_EQ(Core().View(connection).sendQueue, 0U);
}

TEST_F(FastOpenClient, SendsNoMoreThanOneSegmentFulOfData)
{
    LearnCookie();
    const ConnectionId connection = Connect();
    EXPECT_EQ(Core().SynRoom(connection), 1000U - 40);
    Core().Write(now, connection, 5000);
    const Segment syn = Settle().at(0).segment;
    EXPECT_EQ(Core().SynRoom(connection), 0U);
    EXPECT_EQ(syn.payloadLength, 1000U - 40) << "there may be as many options as ever fit";
}

TEST_F(FastOpenClient, SendsTheDataAgainIfTheServerTookOnlyTheSyn)
{
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    const Segment syn = Settle().at(0).segment;
    const std::vector<OutSegment> sent = Send(AnswerTo(syn, 0));
    ASSERT_GE(sent.size(), 1U);
    EXPECT_EQ(sent[0].segment.payloadLength, 100U);
    EXPECT_EQ(sent[0].segment.seq, syn.seq + 1);
    EXPECT_EQ(Count().fastOpensRefused, 1U);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(FastOpenClient, FallsBackToAPlainSynWhenNothingComesBack) // RFC 7413 §4.1.3.1
{
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    Settle();
    const std::vector<OutSegment> again = AdvanceTo(now + 1s);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].segment.payloadLength, 0U);
    EXPECT_FALSE(again[0].segment.options.fastOpen);
    const std::vector<OutSegment> data = Send(AnswerTo(again[0].segment, 0));
    EXPECT_EQ(data.at(0).segment.payloadLength, 100U);
}

TEST_F(FastOpenClient, MeasuresTheRoundTripByTheSynIfItsDataWasNotTaken)
{
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    const Segment syn = Settle().at(0).segment;
    now += 30ms;
    Send(AnswerTo(syn, 0));
    EXPECT_EQ(Core().View(connection).srtt, 30ms);
}

TEST_F(FastOpenClient, SplitsDataOfTheSynThatIsTooLongForTheServer)
{
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 900);
    Segment synAck = AnswerTo(Settle().at(0).segment, 0);
    synAck.options.mss = 600;
    std::vector<uint32_t> lengths;
    for (const OutSegment& out : Send(synAck))
    {
        lengths.push_back(out.segment.payloadLength);
    }
    EXPECT_EQ(lengths, (std::vector<uint32_t>{600, 300}));
}

TEST_F(FastOpenClient, TakesWhatAServerSendsWithItsSynAck) // RFC 7413 §4.2.2
{
    config.handshake.takesSynAckText = false;
    LearnCookie();
    const ConnectionId connection = Connect();
    Core().Write(now, connection, 100);
    Segment synAck = AnswerTo(Settle().at(0).segment, 100);
    synAck.payloadLength = 50;
    const std::vector<OutSegment> ack = Send(synAck);
    EXPECT_EQ(placement.length, 50U);
    EXPECT_EQ(ack.at(0).segment.ack, SeqNum(7051));
}

TEST_F(FastOpenClient, TriesTheExperimentalOptionOnceIfThereIsNoCookie) // tcp_fastopen_cache_set()
{
    std::vector<bool> experimental;
    for (int i = 0; i < 4; ++i)
    {
        const ConnectionId connection = Connect();
        Core().Write(now, connection, 10);
        const Segment syn = Settle().at(0).segment;
        EXPECT_EQ(syn.options.fastOpen->length, 0);
        experimental.push_back(syn.options.fastOpen->experimental);
        Send(AnswerTo(syn, 0));
        Core().Abort(now, connection);
        Settle();
    }
    EXPECT_EQ(experimental, (std::vector<bool>{false, true, false, false}));
}

TEST_F(FastOpenClient, NeedsNoCookieWhereThatIsTheRule) // Linux tcp_fastopen 4
{
    config.handshake.fastOpenSendsWithoutCookie = true;
    const ConnectionId connection = Connect();
    EXPECT_TRUE(Core().MayOpenFast(TupleOf(0).remote, nullptr));
    Core().Write(now, connection, 100);
    const Segment syn = Settle().at(0).segment;
    EXPECT_EQ(syn.payloadLength, 100U);
    EXPECT_FALSE(syn.options.fastOpen);
    Send(AnswerTo(syn, 100));
    EXPECT_EQ(Core().SynRoom(Connect()), 1000U - 40) << "the server's MSS is remembered";
}

TEST_F(FastOpenClient, ForgetsItsCookiesWhenAsked) // ip tcp_metrics flush
{
    LearnCookie();
    EXPECT_TRUE(Core().MayOpenFast(TupleOf(0).remote, nullptr));
    Core().ForgetFastOpenCookies();
    EXPECT_FALSE(Core().MayOpenFast(TupleOf(0).remote, nullptr));
}

} // namespace
} // namespace lifecycle::test
