"""close() towards a peer that acknowledges nothing more: how often is the FIN sent, how long?"""

import time

from peer import ACK, SYN, Peer, listener, state_of

peer = Peer()
server = listener()
peer.send(SYN, 0)
peer.expect()
peer.send(ACK, 1, 1)
connection, _ = server.accept()
connection.close()
start = time.monotonic()
begin = None
while state_of(peer.port) != "CLOSED":
    segment = peer.receive(0.5)
    if segment:
        begin = begin or segment.when
        print("%8.2f s  %s" % (segment.when - begin, segment), flush=True)
print("%8.2f s  gone" % (time.monotonic() - start))
