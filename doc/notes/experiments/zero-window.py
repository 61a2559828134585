"""What is a window probe, when is one sent, does the connection outlive them, and what follows
when the window opens?"""

import time

from peer import ACK, SYN, Peer, listener, state_of

peer = Peer()
server = listener()
peer.send(SYN, 0, window=100)
peer.expect()
peer.send(ACK, 1, 1, window=100)
sock, _ = server.accept()
sock.send(b"x" * 1000)
start = time.monotonic()
opened = False
while time.monotonic() < start + 35:
    segment = peer.receive(0.1)
    if segment is None:
        continue
    print("%8.2f s  %s" % (time.monotonic() - start, segment), flush=True)
    if time.monotonic() < start + 25:
        peer.send(ACK, 1, 101, window=0)
    elif not opened:
        print("            the window opens")
        peer.send(ACK, 1, 101, window=1000)
        opened = True
    elif segment.payload:
        peer.send(ACK, 1, segment.seq + segment.payload, window=1000)
print("%8.2f s  %s" % (time.monotonic() - start, state_of(peer.port)))
