"""How many connections fit into the accept queue, how many requests into the SYN queue, and what
happens to a SYN and to a third segment that find it full, with and without SYN cookies?"""

from peer import ACK, SYN, Peer, listener, state_of


def sysctl(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w") as file:
        file.write(str(value))


def open_many(peer, first, count):
    """SYN, and the third segment where the SYN is answered. What became of each."""
    outcome = []
    for port in range(first, first + count):
        peer.port = port
        peer.send(SYN, 0)
        answers = peer.all(0.05)
        if not answers:
            outcome.append("SYN ignored")
            continue
        peer.send(ACK, 1, 1)
        later = peer.all(0.05)
        outcome.append(state_of(port) + "".join(" and %s" % s for s in later))
    return outcome


def tally(outcome):
    for index, what in enumerate(outcome, 1):
        print("  connection %d: %s" % (index, what))


peer = Peer()
for backlog in (0, 1, 3):
    print("listen(%d), nobody accepts" % backlog)
    server = listener(backlog, 80)
    tally(open_many(peer, 20000 + 100 * backlog, backlog + 4))
    server.close()
    peer.all()

print("the third segment finds the accept queue full")
for abort in (0, 1):
    sysctl("tcp_abort_on_overflow", abort)
    server = listener(4, 80)
    ports = (21001 + 10 * abort, 21002 + 10 * abort)
    for peer.port in ports:
        peer.send(SYN, 0)
        peer.expect()
    server.listen(0)  # room for one
    print("  tcp_abort_on_overflow %d" % abort)
    for peer.port in ports:
        peer.send(ACK, 1, 1)
        print("    ACK: %s, %s" % ([str(s) for s in peer.all(0.05)], state_of(peer.port)))
    peer.watch(3.5, lambda text: print("    " + text))
    print("    second: %s" % state_of(ports[1]))
    server.close()
    peer.all()
sysctl("tcp_abort_on_overflow", 0)

for cookies in (1, 0):
    print("SYNs without third segment, listen(8), tcp_syncookies %d" % cookies)
    sysctl("tcp_syncookies", cookies)
    server = listener(8, 80)
    answered, held = 0, 0
    for port in range(23000 + 100 * cookies, 23016 + 100 * cookies):
        peer.send(SYN, 0, sport=port)
        answered += len(peer.all(0.03))
        held += state_of(port) == "SYN_RECV"
    print("  of 16: %d answered, %d held as SYN_RECV" % (answered, held))
    server.close()
    peer.all()
