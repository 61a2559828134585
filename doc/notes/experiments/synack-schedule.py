"""When is a SYN-ACK sent again to a peer that never answers, and when is the request dropped?"""

import time

from peer import SYN, Peer, listener, state_of

peer = Peer()
server = listener()
start = time.monotonic()
peer.send(SYN, 0)
while time.monotonic() < start + 3 or state_of(peer.port) != "CLOSED":
    segment = peer.receive(0.5)
    if segment:
        print("%8.2f s  %s" % (segment.when, segment), flush=True)
print("%8.2f s  no longer in SYN_RECV" % (time.monotonic() - start))
