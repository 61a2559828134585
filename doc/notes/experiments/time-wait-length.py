"""How long does TIME_WAIT last, and what starts it anew? One connection for each kind of segment
sent 10 s after TIME_WAIT began."""

import time

from peer import ACK, FIN, RST, SYN, Peer, listener, state_of

CASES = {
    "nothing": None,
    "the FIN again": (FIN | ACK, 1, 2, 0),
    "an empty ACK at RCV.NXT": (ACK, 2, 2, 0),
    "an old ACK": (ACK, 1, 2, 0),
    "old data": (ACK, -100, 2, 50),
    "data beyond the window": (ACK, 200000, 2, 50),
    "an old SYN": (SYN, 0, 0, 0),
}

peer = Peer()
server = listener(64)
for port, _ in enumerate(CASES, 21000):
    peer.port = port
    peer.send(SYN, 0)
    peer.expect()
    peer.send(ACK, 1, 1)
    connection, _ = server.accept()
    connection.close()
    peer.expect()
    peer.send(FIN | ACK, 1, 2)
    peer.expect()
start = time.monotonic()
time.sleep(10)
for port, (name, segment) in enumerate(CASES.items(), 21000):
    if segment:
        peer.port = port
        peer.send(segment[0], segment[1], segment[2], payload=segment[3])
        print("%-24s answered by %s" % (name, [str(s) for s in peer.all()]), flush=True)
waiting = dict(enumerate(CASES, 21000))
while waiting:
    time.sleep(0.2)
    for port in [port for port in waiting if state_of(port) == "CLOSED"]:
        print("%8.2f s  gone: after %s" % (time.monotonic() - start, waiting.pop(port)),
              flush=True)
