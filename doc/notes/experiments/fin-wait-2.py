"""close(), the peer acknowledges the FIN and sends none: how long does FIN_WAIT2 last?

And the same after shutdown(SHUT_WR), where the application is still there.
"""

import socket
import time

from peer import ACK, SYN, Peer, listener, state_of

peer = Peer()
server = listener()
held = []
for port, close in ((20001, True), (20002, False)):
    peer.port = port
    peer.send(SYN, 0)
    peer.expect()
    peer.send(ACK, 1, 1)
    connection, _ = server.accept()
    connection.close() if close else connection.shutdown(socket.SHUT_WR)
    held.append(connection)
    peer.expect()
    peer.send(ACK, 1, 2)
start = time.monotonic()
print("%8.2f s  closed: %s, shut down: %s" % (0, state_of(20001), state_of(20002)))
while state_of(20001) != "CLOSED":
    time.sleep(0.2)
print("%8.2f s  closed: %s, shut down: %s" %
      (time.monotonic() - start, state_of(20001), state_of(20002)))
for segment in peer.all():
    print("sent meanwhile: %s" % segment)
