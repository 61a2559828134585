"""How often is the same offending segment answered, when it comes every 50 ms for 2 s?"""

import time

from peer import ACK, FIN, RST, SYN, Peer, listener

CASES = {
    "in ESTABLISHED: empty ACK out of the window": (ACK, -1, 1, 0),
    "in ESTABLISHED: old data": (ACK, -10, 1, 10),
    "in ESTABLISHED: RST in the window": (RST, 11, 0, 0),
    "in ESTABLISHED: SYN": (SYN, 11, 0, 0),
    "in ESTABLISHED: ACK of the future": (ACK, 1, 100, 0),
    "in TIME_WAIT: old empty ACK": (ACK, 1, 2, 0),
    "in TIME_WAIT: the FIN again": (FIN | ACK, 1, 2, 0),
    "in TIME_WAIT: old data": (ACK, -10, 2, 10),
    "in TIME_WAIT: old SYN": (SYN, 0, 0, 0),
    "in SYN_RECV: empty ACK out of the window": (ACK, -1, 1, 0),
    "in SYN_RECV: the SYN again": (SYN, 0, 0, 0),
}

peer = Peer()
server = listener(64)
held = []
for peer.port, (name, (flags, seq, ack, length)) in enumerate(CASES.items(), 21000):
    peer.send(SYN, 0)
    peer.expect()
    if "SYN_RECV" not in name:
        peer.send(ACK, 1, 1)
        sock, _ = server.accept()
        held.append(sock)
    if "TIME_WAIT" in name:
        sock.close()
        peer.expect()
        peer.send(FIN | ACK, 1, 2)
        peer.expect()
    start = time.monotonic()
    times = []
    while time.monotonic() < start + 2:
        peer.send(flags, seq, ack, payload=length)
        times += [time.monotonic() - start for segment in peer.all(0.05)
                  if segment.dport == peer.port]
    print("%-45s %2d answers: %s" % (name, len(times), " ".join("%.2f" % t for t in times)),
          flush=True)
