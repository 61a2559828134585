"""The same, with a peer that shuts its window and is never heard again; then one whose application
closed the socket."""

import time

from peer import ACK, SYN, Peer, listener, state_of

peer = Peer()
server = listener()
for port, close in ((20001, False), (20002, True)):
    peer.port = port
    print("closed" if close else "open")
    peer.send(SYN, 0, window=100)
    peer.expect()
    peer.send(ACK, 1, 1, window=100)
    sock, _ = server.accept()
    sock.send(b"x" * 1000)
    peer.expect()
    peer.send(ACK, 1, 101, window=0)
    if close:
        sock.close()
    start = time.monotonic()
    while time.monotonic() < start + 120 and state_of(port) != "CLOSED":
        segment = peer.receive(0.2)
        if segment:
            print("%8.2f s  %s" % (time.monotonic() - start, segment), flush=True)
    print("%8.2f s  %s" % (time.monotonic() - start, state_of(port)))
